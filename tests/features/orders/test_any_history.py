"""Whatever is told of orders, claimed, decided and undone, in any order: money and points are what stands."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.features.orders.claims import Claims
from bot.features.orders.orders import Orders
from bot.rules.general import Undone
from bot.rules.naming import Named
from bot.rules.orders.claims import ClaimConfirmed, ClaimDeclined, OrderGiven
from bot.rules.orders.orders import OrderRefunded
from bot.rules.orders.told import OrderPolicy, OrderState, OrderTold
from bot.rules.place import Place
from bot.rules.tiers import order_share
from bot.store.engine.db import Database
from tests.conftest import fresh_sqlite
from tests.features.orders.test_claims import ANA, BEN, code_of
from tests.features.orders.test_orders import held, take
from tests.features.scene import NOON, OWNER, TIERS, Causes, act_by, act_of, query, shop, undo

STAFF = OWNER.user_id
FANS = (ANA, BEN)
VALUES = (39_000, 12_345, 0)
"""What each of three orders is worth."""
PARTS = (0, 1_000, 5_000, 50_000)

refs = st.integers(0, 2)
acts = st.lists(
    st.one_of(
        st.tuples(
            st.just("tell"),
            refs,
            st.sampled_from([OrderState.PAID, OrderState.PAID, OrderState.REFUNDED, OrderState.CANCELLED]),
            st.integers(0, 3),
            st.integers(0, 3),
            st.sampled_from(PARTS),
        ),
        st.tuples(st.just("claim"), refs, st.integers(0, 1)),
        st.tuples(st.just("confirm"), st.integers(1, 6)),
        st.tuples(st.just("decline"), st.integers(1, 6)),
        st.tuples(st.just("give"), refs, st.integers(0, 1)),
        st.tuples(st.just("refund"), refs),
        st.tuples(st.just("undo"), st.integers(1, 4)),
    ),
    max_size=25,
)


@dataclass
class Sum:
    """One order as a bookkeeper has it."""

    value: int
    back: int
    paid: bool = True

    def pay_back(self, part: int, *, whole: bool) -> None:
        """So much was paid back so far."""
        if not self.paid:
            return
        if whole or part >= self.value > 0:
            self.back, self.paid = self.value, False
        else:
            self.back = max(self.back, part)


@dataclass
class Shop:
    """A shop whose orders are told, claimed and decided, and the bookkeeper beside it."""

    db: Database
    place: Place
    causes: Causes
    coupons: list[str] = field(default_factory=list)
    notes: list[str | None] = field(default_factory=list)
    books: dict[int, Sum] = field(default_factory=dict)
    done: list[tuple[int, int | None, int]] = field(default_factory=list)
    """Acts that can be undone: the entry; for a refund the order and what was paid back before."""

    async def tell(self, which: int, state: OrderState, code: int, note: int, part: int) -> None:
        """The platform tells of an order."""
        value = VALUES[which]
        part = min(part, value)
        codes = ((), (self.coupons[0],), (self.coupons[1], "FREESHIP"), tuple(self.coupons))[code]
        told = OrderTold(f"A-{which}", value, "KRW", NOON, codes, state, part, note=self.notes[note])
        await take(self.db, self.place, told)
        whole = state is OrderState.CANCELLED or (state is OrderState.REFUNDED and not 0 < part < value)
        if which not in self.books:
            self.books[which] = Sum(value, 0)
            self.books[which].pay_back(part, whole=state is not OrderState.PAID)
        else:
            self.books[which].pay_back(part, whole=whole)

    async def refund(self, which: int) -> None:
        """Staff take an order back."""
        done = await Orders(self.db).refund(act_by(self.place, STAFF, NOON, self.causes.next()), f"a{which}")
        if isinstance(done, OrderRefunded):
            self.done.append((done.audit_id, which, self.books[which].back))
            self.books[which].pay_back(0, whole=True)

    async def decide(self, what: str, first: int, second: int = 0) -> None:
        """A fan claims, or staff decide whose an order is."""
        claims, act = Claims(self.db, OrderPolicy()), act_by(self.place, STAFF, NOON, self.causes.next())
        if what == "claim":
            await claims.claim(act_of(self.place, FANS[second], NOON, self.causes.next()), f"#a{first}")
            return
        outcome: Any
        if what == "give":
            outcome = await claims.give(act, f"A-{first}", Named(FANS[second].user_id, "fan"))
        else:
            outcome = await (claims.confirm if what == "confirm" else claims.decline)(act, first)
        if isinstance(outcome, ClaimConfirmed | ClaimDeclined | OrderGiven):
            self.done.append((outcome.audit_id, None, 0))

    async def undo(self, nth: int) -> None:
        """Staff take one of their last acts back, if it isn't too late."""
        if len(self.done) < nth:
            return
        entry, which, back = self.done[-nth]
        outcome = await undo(self.db, self.place, STAFF, NOON, self.causes.next(), entry)
        if isinstance(outcome, Undone) and which is not None:
            self.books[which] = Sum(VALUES[which], back)


@given(acts)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_money_and_points_are_what_stands(
    sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory, history: list[tuple[Any, ...]]
) -> None:
    """Revenue is the sum of standing orders, tiers count what their rows say, and each thing is somebody's once."""
    url = fresh_sqlite(sqlite_template, tmp_path_factory.mktemp("orders"))
    asyncio.run(_play(url, history))


async def _play(url: str, history: list[tuple[Any, ...]]) -> None:
    async with Database.open(url) as db:
        here = Shop(db, await shop(db), Causes())
        here.coupons = [await held(db, here.place, here.causes, number) for number in (1, 2)]
        ana, ben = [await code_of(db, here.place, one, seed) for seed, one in enumerate(FANS)]
        here.notes = [None, ana, ben, f"{ana} {ben}"]
        for what, *values in history:
            if what in ("tell", "refund", "undo"):
                await getattr(here, what)(*values)
            else:
                await here.decide(what, *values)
            await _stands(db, here)


async def _stands(db: Database, here: Shop) -> None:
    rows = await query(db, "SELECT ref, value, refunded, state, member_id, day, share, currency FROM shop_order")
    assert {ref: (value, back, state == "paid") for ref, value, back, state, *_ in rows} == {
        f"A-{which}": (one.value, one.back, one.paid) for which, one in here.books.items()
    }
    counted: Counter[tuple[int, str, str]] = Counter()
    for _, value, back, state, member_id, day, share, currency in rows:
        assert share == (order_share(value - back, currency, TIERS) if state == "paid" else 0)
        if member_id is not None and share:
            counted[member_id, "order", str(day)] += share
    for member_id, day in await query(db, "SELECT member_id, redeemed_on FROM coupon WHERE redeemed_on IS NOT NULL"):
        counted[member_id, "redeem", str(day)] += 1
    told = await query(db, "SELECT member_id, kind, day, times FROM activity WHERE kind IN ('order', 'redeem')")
    assert {(member_id, kind, str(day)): times for member_id, kind, day, times in told} == counted
    loose = await query(
        db,
        "SELECT u.id FROM order_coupon u JOIN shop_order o ON o.id = u.order_id JOIN coupon c ON c.id = u.coupon_id"
        " WHERE u.stands <> (o.state = 'paid') OR (u.stands AND c.redeemed_on IS NULL)",
    )
    assert loose == [], "a coupon stands with its order"
    apart = await query(
        db,
        "SELECT c.id FROM order_claim c LEFT JOIN shop_order o ON o.id = c.order_id"
        " WHERE (c.state = 'confirmed') <> (o.id IS NOT NULL) OR o.member_id <> c.member_id",
    )
    assert apart == [], "a confirmed claim's order is its fan's"
