"""A seeded shop with any number of members and a plausible year behind it, inserted straight into the tables.

Each member has a rhythm: most came a few times, some come daily. Balances are the sums of transfers, and the ledger's
sum is nought. A tenth of the members earned coins thirteen months ago, so that some coins lapse.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from bot.features.shops.arrivals import Arrival, arrive
from bot.rules.act import Sender
from bot.rules.calendar import month_of
from bot.rules.fans import Room
from bot.rules.place import Place
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import (
    Account,
    ActiveDay,
    Activity,
    Attendance,
    CheckIn,
    Coupon,
    Member,
    Note,
    Order,
    OrderCoupon,
    Outbox,
    Person,
    Presence,
    Transfer,
    metadata,
)

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
OWNER = Sender(1, "Owner", "owner", "en")
GROUP = -1001
ZONE = "UTC"
DAYS = 120
NOTED = 90
"""Days of which notes and active days are kept."""
STREAMS = 16
"""Weekly streams behind the shop, each with some who attended."""
SOURCES = 6
CHUNK = 5_000
"""Members that one transaction inserts."""
LONG_AGO = NOW - timedelta(days=395)
LADDER = (5, 6, 8, 10, 12, 15, 20)
_RHYTHMS = (0.01, 0.02, 0.03, 0.05, 0.1, 0.3, 0.8)
"""Chances of a check-in on a day, one for each kind of member."""


def user(number: int) -> Sender:
    """The member with this number, as Telegram shows them."""
    return Sender(1_000 + number, f"Fan {number}", None, "en", Room(GROUP))


@dataclass(slots=True)
class _Ids:
    """The ids that come next in tables whose rows others refer to."""

    coupon: int = 1
    order: int = 1


@dataclass(frozen=True, slots=True)
class _Plans:
    """Ids of what staff made."""

    campaign: int
    room: int
    airings: list[int]
    sources: list[int]


async def fill(db: Database, members: int, seed: int = 1) -> Place:
    """Found a shop in an empty, migrated database and give it `members` members with their histories."""
    founded = NOW - timedelta(days=420)
    group = Arrival(GROUP, "Filled", OWNER, Language.EN, founded, is_admin=True)
    arrived = await db.write(arrive, group, open_to_all=True)
    if arrived is None:
        raise RuntimeError("the shop wasn't made")
    place = arrived.group.place
    draw, ids = random.Random(seed), _Ids()  # noqa: S311  # a plausible shop, no secret
    plans = _Plans(
        campaign=await db.write(_campaign, place),
        room=arrived.group.id,
        airings=await db.write(_airings, place),
        sources=await db.write(_sources, place),
    )
    for start in range(0, members, CHUNK):
        rows = _Rows(place, plans, draw, ids)
        for number in range(start, min(start + CHUNK, members)):
            rows.add(number)
        await db.write(_insert, rows)
    await db.write(_number_anew)
    await db.write(lambda tx: tx.execute(text("ANALYZE")))
    return place


class _Rows:
    """Rows of some members, by table."""

    def __init__(self, place: Place, plans: _Plans, draw: random.Random, ids: _Ids) -> None:
        self._place = place
        self._plans = plans
        self._draw = draw
        self._ids = ids
        people, acts = (Person, Member, Account, Presence), (CheckIn, Activity, Note, ActiveDay, Attendance)
        self.tables: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (*people, *acts, Transfer, Coupon, Order, OrderCoupon, Outbox)
        }

    def add(self, number: int) -> None:
        """One member with everything that they did."""
        draw, member_id, user_id = self._draw, 1_000 + number, 1_000 + number
        joined = NOW - timedelta(days=draw.randint(1, 400))
        gone = NOW - timedelta(days=draw.randint(0, 30)) if draw.random() < 0.1 else None
        self.tables[Person].append({"user_id": user_id, "name": f"Fan {number}", "can_write": draw.random() < 0.3})
        self.tables[Member].append(
            {
                "id": member_id,
                "community_id": self._place.community_id,
                "user_id": user_id,
                "tier": "new",
                "joined_at": joined,
                "left_at": gone,
                "hidden": draw.random() < 0.02,
                "source_id": draw.choice(self._plans.sources) if draw.random() < 0.5 else None,
            }
        )
        self.tables[Presence].append({"member_id": member_id, "chat_id": GROUP, "joined_at": joined, "left_at": gone})
        if draw.random() < 0.3:
            self._told(number, user_id)
        coins = self._long_ago(member_id) + self._check_ins(member_id, joined.date())
        coupon = self._coupon(member_id) if draw.random() < 0.2 else None
        if draw.random() < 0.2:
            self._order(member_id, coupon)
        if draw.random() < 0.1:
            for airing, length in ((airing, nth) for nth, airing in enumerate(self._plans.airings, start=1)):
                self._attend(member_id, airing, length)
        month = month_of(NOW.date())
        earned = sum(
            row["amount"]
            for row in self.tables[Transfer][-DAYS:]
            if row["credit_id"] == member_id and month_of(row["earned_at"].date()) == month
        )
        self.tables[Account].append(
            {
                "id": member_id,
                "community_id": self._place.community_id,
                "kind": "member",
                "member_id": member_id,
                "balance": coins,
                "earned": earned,
                "earned_month": month if earned else None,
            }
        )

    def _told(self, number: int, user_id: int) -> None:
        """A private message that was promised; one in fifty waits."""
        waits = number % 50 == 0
        self.tables[Outbox].append(
            {
                "key": f"filled:{number}",
                "community_id": self._place.community_id,
                "chat_id": user_id,
                "lane": "bulk",
                "act": "tell",
                "facts": {},
                "due_at": NOW + timedelta(days=200) if waits else NOW - timedelta(days=1),
                "state": "waiting" if waits else "expired",
                "made_at": NOW - timedelta(days=1),
            }
        )

    def _check_ins(self, member_id: int, joined: date) -> int:
        """Their check-ins of the last days; the coins that these paid."""
        chance, length, paid = self._draw.choice(_RHYTHMS), 0, 0
        for back in range(DAYS, 0, -1):
            day = NOW.date() - timedelta(days=back)
            if day < joined or self._draw.random() > chance:
                length = 0
                continue
            length += 1
            coins = LADDER[min(length, len(LADDER)) - 1]
            at = datetime(day.year, day.month, day.day, 9, self._draw.randint(0, 59), tzinfo=UTC)
            self.tables[CheckIn].append(
                {
                    "member_id": member_id,
                    "community_id": self._place.community_id,
                    "day": day,
                    "cover": "checked",
                    "length": length,
                    "coins": coins,
                    "at": at,
                }
            )
            self._note(member_id, "checkin", at)
            if back <= NOTED:
                self.tables[ActiveDay].append(
                    {"member_id": member_id, "room_id": self._plans.room, "day": day, "wrote": False}
                )
            self._pay(member_id, f"checkin:{member_id}:{day}", "checkin", coins, at)
            paid += coins
        return paid

    def _long_ago(self, member_id: int) -> int:
        if self._draw.random() > 0.1:  # a tenth
            return 0
        self._pay(member_id, f"gift:{member_id}", "gift", 10, LONG_AGO)
        return 10

    def _pay(self, account: int, key: str, reason: str, coins: int, at: datetime) -> None:
        self.tables[Transfer].append(
            {
                "community_id": self._place.community_id,
                "key": key,
                "debit_id": self._place.shop_account,
                "credit_id": account,
                "amount": coins,
                "reason": reason,
                "made_at": at,
                "earned_at": at,
            }
        )

    def _note(self, member_id: int, act: str, at: datetime) -> None:
        day = at.date()
        self.tables[Activity].append({"member_id": member_id, "day": day, "kind": act, "times": 1})
        if NOW - at < timedelta(days=NOTED):
            room = self._plans.room
            note = {"member_id": member_id, "at": at, "day": day, "act": act, "times": 1, "room_id": room}
            self.tables[Note].append(note)

    def _attend(self, member_id: int, airing: int, length: int) -> None:
        at = airing_at(STREAMS - length) + timedelta(minutes=5)
        row = {"airing_id": airing, "member_id": member_id, "at": at, "how": "tap", "length": length, "coins": 0}
        self.tables[Attendance].append(row)
        self._note(member_id, "attend", at)

    def _coupon(self, member_id: int) -> int | None:
        """A coupon of theirs; its id, if it was redeemed."""
        at = NOW - timedelta(days=self._draw.randint(1, DAYS))
        redeemed = self._draw.random() < 0.4  # two in five
        self.tables[Coupon].append(
            {
                "id": self._ids.coupon,
                "community_id": self._place.community_id,
                "campaign_id": self._plans.campaign,
                "member_id": member_id,
                "nth": 1,
                "code": f"FILL{self._ids.coupon:08d}",
                "state": "redeemed" if redeemed else "held",
                "claimed_at": at,
                "redeemed_at": at if redeemed else None,
                "redeemed_on": at.date() if redeemed else None,
            }
        )
        if redeemed:
            self._note(member_id, "redeem", at)
        self._ids.coupon += 1
        return self._ids.coupon - 1 if redeemed else None

    def _order(self, member_id: int, coupon: int | None) -> None:
        """An order, in which they used a coupon if they redeemed one."""
        at, known = NOW - timedelta(hours=self._draw.randint(1, DAYS * 24)), self._draw.random() < 0.6
        self.tables[Order].append(
            {
                "id": self._ids.order,
                "community_id": self._place.community_id,
                "ref": f"FILL-{self._ids.order}",
                "key": f"FILL{self._ids.order}",
                "member_id": member_id if known else None,
                "belongs": "shop_code" if known else "nobody",
                "value": self._draw.randint(5, 90) * 100,
                "currency": "USD",
                "day": at.date(),
                "at": at,
                "made_at": at,
            }
        )
        if known and coupon is not None:
            self.tables[OrderCoupon].append(
                {
                    "community_id": self._place.community_id,
                    "order_id": self._ids.order,
                    "campaign_id": self._plans.campaign,
                    "coupon_id": coupon,
                }
            )
        self._ids.order += 1


def airing_at(weeks: int) -> datetime:
    """When the stream of so many weeks ago began: the latest one three hours ago."""
    return NOW - timedelta(weeks=weeks, hours=3)


def _campaign(tx: Tx, place: Place) -> int:
    """A campaign for everybody's coupons."""
    table = metadata.tables["campaign"]
    values = {
        "community_id": place.community_id,
        "number": 1,
        "title": "Filled",
        "stock": 10_000_000,
        "price": 0,
        "per_fan": 1,
        "made_by": OWNER.user_id,
        "made_at": NOW - timedelta(days=DAYS),
    }
    given = {name: value for name, value in values.items() if name in table.c}
    return int(tx.execute(insert(table).values(given).returning(table.c.id)).scalar_one())


def _airings(tx: Tx, place: Place) -> list[int]:
    """A weekly stream with its past airings, the oldest first."""
    first = airing_at(STREAMS - 1)
    plan = {
        "community_id": place.community_id,
        "number": 1,
        "title": "Filled",
        "first_at": first,
        "repeat": "weekly",
        "length_minutes": 120,
        "remind": [],
        "made_by": OWNER.user_id,
        "made_at": first,
    }
    streams, airings = metadata.tables["stream"], metadata.tables["airing"]
    stream = tx.execute(insert(streams).values(plan).returning(streams.c.id)).scalar_one()
    made = []
    for weeks in range(STREAMS - 1, -1, -1):
        at = airing_at(weeks)
        one = {"community_id": place.community_id, "stream_id": stream, "state": "ended", "planned_at": at}
        times = {"starts_at": at, "on_air_at": at, "ends_at": at + timedelta(hours=2), "reported_at": NOW}
        times["closed_at"] = times["ends_at"]
        made.append(int(tx.execute(insert(airings).values(one | times).returning(airings.c.id)).scalar_one()))
    return made


def _sources(tx: Tx, place: Place) -> list[int]:
    table = metadata.tables["source"]
    at = NOW - timedelta(days=DAYS)
    made = []
    for nth in range(SOURCES):
        name = f"Source {nth}"
        row = {"community_id": place.community_id, "name": name, "name_key": name, "token": f"filled{nth}"}
        row |= {"made_by": OWNER.user_id, "made_at": at, "cost": 100}
        made.append(int(tx.execute(insert(table).values(row).returning(table.c.id)).scalar_one()))
    return made


def _insert(tx: Tx, rows: _Rows) -> None:
    for table, listed in rows.tables.items():
        for some in _chunks(listed):
            tx.execute(insert(table), some)


def _chunks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), 10_000):
        yield rows[start : start + 10_000]


def _number_anew(tx: Tx) -> None:
    """Let PostgreSQL's sequences go on after the ids that were given."""
    if tx.get_bind().dialect.name != "postgresql":
        return
    tables: Iterable[str] = ("member", "account", "coupon", "shop_order")
    for table in tables:
        tx.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))  # noqa: S608
