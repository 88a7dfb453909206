"""Counts the figures of reports again, from raw rows by plain SQL. It knows no code of the bot, only its tables.

docs/figures.md says what each figure means. Instants are texts in UTC (`2026-11-02 11:00:00.000000`), so they compare
as texts; money is in minor units.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

AFTER = timedelta(hours=3)
FORM = "%Y-%m-%d %H:%M:%S.%f"
FUNNEL_DAYS = 90

Figures = dict[str, Any]


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as rows:
        yield rows


def recount(path: Path, number: int, now: datetime) -> Figures:
    """Every figure of the latest airing of stream `number` in the database's only shop."""
    with reading(path) as rows:
        airing, starts, closed, ends = rows.execute(
            "SELECT a.id, a.starts_at, a.closed_at, a.ends_at FROM airing a JOIN stream s ON s.id = a.stream_id"
            " WHERE s.number = ? AND a.state <> 'cancelled' ORDER BY a.starts_at DESC LIMIT 1",
            (number,),
        ).fetchone()
        end = datetime.strptime(closed or ends, FORM) + AFTER  # noqa: DTZ007  # texts in UTC, compared as texts
        attended = one(rows, "attendance WHERE airing_id = ?", airing)
        return figures(rows, starts, end.strftime(FORM), now, attended)


def recount_days(path: Path, days: int, now: datetime) -> Figures:
    """Every figure of so many calendar days, today included."""
    with reading(path) as rows:
        tz = zone(rows)
        today = now.astimezone(tz).date()
        start, end = midnight(today - timedelta(days=days - 1), tz), midnight(today + timedelta(days=1), tz)
        attended = rows.execute(
            "SELECT count(DISTINCT t.member_id) FROM attendance t JOIN airing a ON a.id = t.airing_id"
            " WHERE a.starts_at >= ? AND a.starts_at < ?",
            (start, end),
        ).fetchone()[0]
        return figures(rows, start, end, now, attended)


def zone(rows: sqlite3.Connection) -> ZoneInfo:
    """The shop's time zone."""
    return ZoneInfo(rows.execute("SELECT timezone FROM community").fetchone()[0])


def midnight(day: date, tz: ZoneInfo) -> str:
    """The instant at which a day of the shop begins."""
    return datetime.combine(day, time(), tz).astimezone(UTC).strftime(FORM)


def figures(rows: sqlite3.Connection, start: str, end: str, now: datetime, attended: int) -> Figures:
    """All figures of a window."""
    return {
        **orders(rows, start, end),
        **fans(rows, start, end),
        "attended": attended,
        **coupons(rows, start, end),
        **coins(rows, start, end),
        "lapsing": lapsing(rows, now),
    }


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


def fans(rows: sqlite3.Connection, start: str, end: str) -> Figures:
    """Who came by which way, left and checked in."""
    came = rows.execute(
        "SELECT s.name, i.id IS NOT NULL, count(*) FROM member m LEFT JOIN source s ON s.id = m.source_id"
        " LEFT JOIN invitation i ON i.friend_id = m.id WHERE m.joined_at >= ? AND m.joined_at < ? GROUP BY 1, 2",
        (start, end),
    ).fetchall()
    by: dict[str, int] = {}
    for name, invited, many in came:
        way = way_of(name, invited)
        by[way] = by.get(way, 0) + many
    return {
        "by": by,
        "came": sum(by.values()),
        "left": one(rows, "member WHERE left_at >= ? AND left_at < ? AND user_id > 0", start, end),
        "checked_in": rows.execute(
            "SELECT count(DISTINCT member_id) FROM check_in WHERE cover = 'checked' AND at >= ? AND at < ?",
            (start, end),
        ).fetchone()[0],
    }


def way_of(source: str | None, invited: bool) -> str:
    """How a fan came. Two sources aren't staff's: gifts make one, and the bot's own door makes the other."""
    others = {"🎁": "invited", "🚪": "by the bot"}
    return others.get(source, source) if source is not None else "invited" if invited else "unknown"


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
        if reverses is not None and earned is not None:
            issued -= amount if start <= earned < end else 0  # the shop took back what it had paid
            continue
        if not start <= made < end:
            continue
        if credit in members and earned == made:
            issued += amount
        if reverses is not None:
            spent -= amount
        elif debit in members and earned is None and reason not in {"lapse", "forgotten"}:
            spent += amount
    return {"issued": issued, "spent": spent, "owed": owed}


def lapsing(rows: sqlite3.Connection, now: datetime) -> int:
    """What lapses at this month's end: coins are spent the oldest first, and last until their month's end next year."""
    today = now.astimezone(zone(rows)).date()
    cut_off = midnight(date(today.year - 1 + today.month // 12, today.month % 12 + 1, 1), zone(rows))
    return sum(
        old_coins(rows, account, cut_off) for (account,) in rows.execute("SELECT id FROM account WHERE kind = 'member'")
    )


def old_coins(rows: sqlite3.Connection, account: int, cut_off: str) -> int:
    """What one purse still has of the coins that were earned before an instant."""
    lots: dict[str, int] = {}
    spent = 0
    for credit, amount, earned in rows.execute(
        "SELECT credit_id, amount, earned_at FROM transfer WHERE ? IN (debit_id, credit_id)", (account,)
    ):
        change = amount if credit == account else -amount
        if earned is None:
            spent -= change
        else:
            lots[earned] = lots.get(earned, 0) + change
    left = 0
    for earned in sorted(lots):
        taken = min(lots[earned], spent)
        spent -= taken
        left += lots[earned] - taken if earned < cut_off else 0
    return left


def recount_sources(path: Path, now: datetime) -> dict[str, Figures]:
    """The funnel of each way by which fans came in the last months."""
    with reading(path) as rows:
        tz = zone(rows)
        today = now.astimezone(tz).date()
        start, end = midnight(today - timedelta(days=FUNNEL_DAYS - 1), tz), midnight(today + timedelta(days=1), tz)
        found: dict[str, Figures] = {}
        for member, name, cost, invited, joined, left in rows.execute(
            "SELECT m.id, s.name, s.cost, i.id IS NOT NULL, m.joined_at, m.left_at FROM member m"
            " LEFT JOIN source s ON s.id = m.source_id LEFT JOIN invitation i ON i.friend_id = m.id"
            " WHERE m.joined_at >= ? AND m.joined_at < ?",
            (start, end),
        ).fetchall():
            way = found.setdefault(way_of(name, invited), {"cost": cost, "revenue": {}})
            for step, reached in steps(rows, member, joined, left, now).items():
                way[step] = way.get(step, 0) + reached
            for currency, revenue in rows.execute(
                "SELECT currency, sum(value - refunded) FROM shop_order WHERE member_id = ? AND state <> 'cancelled'"
                " GROUP BY currency",
                (member,),
            ):
                way["revenue"][currency] = way["revenue"].get(currency, 0) + revenue
        return found


def steps(rows: sqlite3.Connection, member: int, joined: str, left: str | None, now: datetime) -> dict[str, bool]:
    """How far one fan got."""

    def has(what: str) -> bool:
        return one(rows, f"{what} AND member_id = ?", member) > 0

    reached = {
        "came": True,
        "checked_in": has("check_in WHERE cover = 'checked'"),
        "claimed": has("coupon WHERE 1"),
        "redeemed": has("coupon WHERE redeemed_at IS NOT NULL"),
        "ordered": has("shop_order WHERE state = 'paid'"),
    }
    for name, days in (("week", 7), ("month", 30)):
        due = (datetime.strptime(joined, FORM) + timedelta(days=days)).strftime(FORM)  # noqa: DTZ007  # as above
        old = due <= now.astimezone(UTC).strftime(FORM)
        reached |= {f"old_{name}": old, f"stayed_{name}": old and (left is None or left >= due)}
    return reached


def rewards(path: Path, now: datetime) -> int:
    """Coins that were paid for friends who came in the funnel's time."""
    with reading(path) as rows:
        tz = zone(rows)
        start = midnight(now.astimezone(tz).date() - timedelta(days=FUNNEL_DAYS - 1), tz)
        paid: int = rows.execute(
            "SELECT coalesce(sum(r.amount), 0) FROM gift_reward r JOIN invitation i ON i.id = r.invitation_id"
            " WHERE r.state = 'paid' AND i.joined_at >= ?",
            (start,),
        ).fetchone()[0]
        return paid


def one(rows: sqlite3.Connection, what: str, *values: Any) -> int:
    """How many rows."""
    found: int = rows.execute(f"SELECT count(*) FROM {what}", values).fetchone()[0]  # noqa: S608  # texts of ours
    return found
