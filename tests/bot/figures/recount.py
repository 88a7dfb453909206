"""Counts the figures of one stream again, from raw rows by plain SQL. It knows no code of the bot, only its tables.

docs/figures.md says what each figure means. Instants are texts in UTC (`2026-11-02 11:00:00.000000`), so they compare
as texts; money is in minor units.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

AFTER = timedelta(hours=3)
FORM = "%Y-%m-%d %H:%M:%S.%f"

Figures = dict[str, Any]


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as rows:
        yield rows


def recount(path: Path, number: int) -> Figures:
    """Every figure of the latest airing of stream `number` in the database's only shop."""
    with reading(path) as rows:
        start, end, airing = window(rows, number)
        return {
            **orders(rows, start, end),
            **fans(rows, start, end, airing),
            **coupons(rows, start, end),
            **coins(rows, start, end),
        }


def window(rows: sqlite3.Connection, number: int) -> tuple[str, str, int]:
    """From the start to three hours after the end, and the airing's id."""
    airing, starts, closed, ends = rows.execute(
        "SELECT a.id, a.starts_at, a.closed_at, a.ends_at FROM airing a JOIN stream s ON s.id = a.stream_id"
        " WHERE s.number = ? AND a.state <> 'cancelled' ORDER BY a.starts_at DESC LIMIT 1",
        (number,),
    ).fetchone()
    end = datetime.strptime(closed or ends, FORM) + AFTER  # noqa: DTZ007  # texts in UTC, compared as texts
    return starts, end.strftime(FORM), airing


def orders(rows: sqlite3.Connection, start: str, end: str) -> Figures:
    """Orders and money."""
    found = rows.execute(
        "SELECT id, state, value, refunded, currency, discount, member_id, "
        "(SELECT min(id) FROM order_coupon WHERE order_id = shop_order.id) FROM shop_order"
        " WHERE at >= ? AND at < ?",
        (start, end),
    ).fetchall()
    counted = [one for one in found if one[1] != "cancelled"]
    standing = [one for one in found if one[1] == "paid"]
    currencies = {one[4] for one in counted}
    first = {
        member
        for member in {one[6] for one in standing} - {None}
        if not rows.execute(
            "SELECT 1 FROM shop_order WHERE member_id = ? AND at < ? AND state <> 'cancelled'", (member, start)
        ).fetchone()
    }
    return {
        "revenue": {code: sum(one[2] - one[3] for one in counted if one[4] == code) for code in currencies},
        "paid_back": {code: sum(one[3] for one in counted if one[4] == code) for code in currencies},
        "discount": {code: sum(one[5] or 0 for one in standing if one[4] == code) for code in currencies},
        "orders": len(standing),
        "identified": sum(one[6] is not None for one in standing),
        "with_coupon": sum(one[7] is not None for one in standing),
        "refunded": sum(one[3] > 0 for one in counted),
        "cancelled": len(found) - len(counted),
        "new_buyers": len(first),
    }


def fans(rows: sqlite3.Connection, start: str, end: str, airing: int) -> Figures:
    """Who came by which way, left, checked in and attended."""
    came = rows.execute(
        "SELECT s.name, i.id IS NOT NULL, count(*) FROM member m LEFT JOIN source s ON s.id = m.source_id"
        " LEFT JOIN invitation i ON i.friend_id = m.id WHERE m.joined_at >= ? AND m.joined_at < ? GROUP BY 1, 2",
        (start, end),
    ).fetchall()
    by: dict[str, int] = {}
    for name, invited, many in came:
        way = name or ("invited" if invited else "unknown")
        by[way] = by.get(way, 0) + many
    return {
        "by": by,
        "came": sum(by.values()),
        "left": one(rows, "member WHERE left_at >= ? AND left_at < ? AND user_id > 0", start, end),
        "checked_in": rows.execute(
            "SELECT count(DISTINCT member_id) FROM check_in WHERE cover = 'checked' AND at >= ? AND at < ?",
            (start, end),
        ).fetchone()[0],
        "attended": one(rows, "attendance WHERE airing_id = ?", airing),
    }


def coupons(rows: sqlite3.Connection, start: str, end: str) -> Figures:
    """Coupons claimed and redeemed, and what fans paid for them."""
    return {
        "claimed": one(rows, "coupon WHERE claimed_at >= ? AND claimed_at < ?", start, end),
        "redeemed": one(rows, "coupon WHERE redeemed_at >= ? AND redeemed_at < ?", start, end),
        "coupon_coins": rows.execute(
            "SELECT coalesce(sum(paid), 0) FROM coupon WHERE claimed_at >= ? AND claimed_at < ?", (start, end)
        ).fetchone()[0],
    }


def coins(rows: sqlite3.Connection, start: str, end: str) -> Figures:
    """Coins that members got and paid, and what they hold, added up from every transfer."""
    members = {account for (account,) in rows.execute("SELECT id FROM account WHERE kind = 'member'")}
    issued = spent = owed = 0
    for debit, credit, amount, reason, made, earned, reverses in rows.execute(
        "SELECT debit_id, credit_id, amount, reason, made_at, earned_at, reverses_id FROM transfer"
    ):
        owed += amount * ((credit in members) - (debit in members))
        if not start <= made < end:
            continue
        if credit in members and earned == made:
            issued += amount
        if reverses is not None:
            spent -= amount
        elif debit in members and earned is None and reason not in {"lapse", "forgotten"}:
            spent += amount
    return {"issued": issued, "spent": spent, "owed": owed}


def one(rows: sqlite3.Connection, what: str, *values: Any) -> int:
    """How many rows."""
    found: int = rows.execute(f"SELECT count(*) FROM {what}", values).fetchone()[0]  # noqa: S608  # texts of ours
    return found
