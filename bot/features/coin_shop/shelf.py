"""The coin shop, the fans' side: the shelf, the question before anything is spent, and what a purchase writes down.

What a purchase gives belongs to other domains: `flows/buy.py` puts the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.coin_shop.shelf import (
    AskOutcome,
    Bought,
    BoughtAlready,
    BuyAsked,
    Buyer,
    BuyOutcome,
    ItemFacts,
    ItemKind,
    ItemState,
    NoSuchItem,
    PurchaseState,
    Shelf,
    ShopPolicy,
    Yes,
    may_buy,
    period_of,
    shelf_line,
)
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.tiers import Tier, TierPolicy
from bot.store import causes
from bot.store.engine.db import Database
from bot.store.engine.sessions import Rx, Tx
from bot.store.for_whom import is_for
from bot.store.items import charge_key, find_item, items_of, lock_item
from bot.store.members import Standing
from bot.store.notes import note
from bot.store.tables import Account, Item, Member, Purchase
from bot.store.tables.base import id_of
from bot.store.tiers import tier_of


class Storefront:
    """What fans look at before they buy."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policies = policies

    async def shelf(self, place: Place, user_id: int, page: int, at: datetime) -> Shelf:
        """What the shop sells, as this fan sees it."""
        return await self._db.read(shelf_page, place, user_id, page, at, self._policies)

    async def ask(self, place: Place, user_id: int, item_id: int, at: datetime) -> AskOutcome:
        """The price once more, or why it can't be bought."""
        return await self._db.read(ask_price, place, user_id, item_id, at, self._policies[TierPolicy])


@dataclass(frozen=True, slots=True)
class Pick:
    """An item that a fan may have, locked until the commit."""

    member: Standing
    item: ItemFacts
    row: Item
    serial: int
    """The number of this purchase among the fan's purchases of the item, from 1."""
    period: str
    nth: int
    """The place that the purchase takes within the limit of the period."""

    @property
    def key(self) -> str:
        """The ledger's key of its charge."""
        return charge_key(self.item.id, self.member.member_id, self.serial)

    def bought(self) -> Bought:
        """What the fan hears, once they paid the item's price."""
        return Bought(self.item.title, self.item.kind, self.item.price, self.member.balance - self.item.price)


class _BoughtOf(NamedTuple):
    """What a fan bought of one item in one period."""

    item_id: int
    period: str
    purchases: int
    counted: int
    """Those that a limit counts: what was refunded isn't."""


@dataclass(frozen=True, slots=True)
class _Fan:
    """A fan with what they bought."""

    balance: int = 0
    tier: Tier = Tier.NEW
    back_since: datetime | None = None
    bought: tuple[_BoughtOf, ...] = ()
    meets: frozenset[str] = frozenset()
    """The segments of items that they meet."""

    def as_buyer(self, item: ItemFacts, now: datetime, timezone: str) -> Buyer:
        period = period_of(now, timezone, item.per)
        counted = sum(one.counted for one in self.bought if (one.item_id, one.period) == (item.id, period))
        is_meant = self.meets.issuperset(item.segments)
        return Buyer(self.balance, self.tier, counted, self.back_since, is_meant)

    def serial(self, item_id: int) -> int:
        """The number of their next purchase of an item."""
        return 1 + sum(one.purchases for one in self.bought if one.item_id == item_id)


def shelf_page(session: Rx | Tx, place: Place, user_id: int, page: int, now: datetime, policies: Policies) -> Shelf:
    """One page of what is sold. Instead of a page that isn't there the nearest one is shown."""
    policy = policies[ShopPolicy]
    items = items_of(session, place.community_id, now, col(Item.state) == ItemState.OPEN)
    fan = _fan(session, place, user_id, (now, items), policies[TierPolicy])
    seen = (shelf_line(item, fan.as_buyer(item, now, place.timezone), now, place.timezone) for item in items)
    lines = [line for line in seen if line is not None]
    pages = max(1, -(-len(lines) // policy.page))
    page = min(max(page, 1), pages)
    return Shelf(fan.balance, tuple(lines[(page - 1) * policy.page : page * policy.page]), page, pages)


def ask_price(
    session: Rx | Tx, place: Place, user_id: int, item_id: int, now: datetime, tiers: TierPolicy
) -> AskOutcome:
    """Show the price before anything is spent."""
    item = find_item(session, place.community_id, item_id, now)
    if item is None:
        return NoSuchItem()
    fan = _fan(session, place, user_id, (now, [item]), tiers)
    refusal = may_buy(item, fan.as_buyer(item, now, place.timezone), now, place.timezone)
    return refusal if refusal is not None else _question(item, fan)


def bought_before(tx: Tx, member: Standing, cause: str, at: datetime) -> Bought | None:
    """What this update bought, if it comes again."""
    row: Any = tx.execute(
        select(col(Purchase.id), col(Purchase.kind), col(Purchase.answer), col(Purchase.bought_at)).where(
            col(Purchase.member_id) == member.member_id, col(Purchase.cause) == cause
        )
    ).one_or_none()
    if row is None or row.answer is None or at - row.bought_at >= causes.KEPT:
        return None
    bought = causes.from_json(Bought, row.answer)
    return replace(bought, purchase_id=row.id) if row.kind == ItemKind.FAVOUR else bought


def pick(tx: Tx, act: Act, member: Standing, yes: Yes, tiers: TierPolicy) -> Pick | BuyOutcome:
    """Decide with the member and the item locked; nothing is changed yet."""
    place, at = act.place, act.at
    row = lock_item(tx, act.community_id, yes.item_id)
    item = find_item(tx, act.community_id, yes.item_id, at) if row is not None else None
    if row is None or item is None:
        return NoSuchItem()
    tier = tier_of(tx, place, member.member_id, at, tiers)
    bought, met = _bought(tx, member.member_id), _met(tx, place, member.member_id, [item], at)
    fan = _Fan(member.balance, tier, member.back_since, bought, met)
    serial = fan.serial(item.id)
    if 0 < yes.serial < serial:
        return BoughtAlready(item.title)
    refusal = may_buy(item, fan.as_buyer(item, at, place.timezone), at, place.timezone)
    if refusal is not None:
        return refusal
    if (yes.price, yes.serial) != (item.price, serial):
        return _question(item, fan)  # not the price that they saw
    period = period_of(at, place.timezone, item.per)
    return Pick(member, item, row, serial, period, _free_place(tx, member.member_id, item.id, period))


def write_down(
    tx: Tx, act: Act, picked: Pick, outcome: Bought, state: PurchaseState, subject_id: int | None = None
) -> int:
    """Take one from the stock and note who has it; the purchase's id. The coins are charged elsewhere.

    `subject_id` is the row id of what was bought: a coupon, or a raffle's entry.
    """
    picked.row.sold += 1
    purchase = Purchase(
        community_id=act.community_id,
        item_id=picked.item.id,
        member_id=picked.member.member_id,
        serial=picked.serial,
        period=picked.period,
        nth=picked.nth,
        kind=picked.item.kind,
        paid=picked.item.price,
        subject_id=subject_id,
        state=state,
        bought_at=act.at,
        cause=act.cause,
        answer=causes.to_json(outcome),
    )
    tx.add(purchase)
    tx.flush()
    note(tx, picked.member.member_id, Did.BUY, act.occasion, About(Thing.ITEM, picked.item.id))
    return id_of(purchase)


def _question(item: ItemFacts, fan: _Fan) -> BuyAsked:
    return BuyAsked(item.id, item.title, item.kind, item.price, fan.balance, fan.serial(item.id))


def _fan(
    session: Rx | Tx, place: Place, user_id: int, look: tuple[datetime, Sequence[ItemFacts]], tiers: TierPolicy
) -> _Fan:
    """A fan who looks at some items at an instant."""
    now, items = look
    row: Any = session.execute(
        select(col(Member.id), col(Account.balance), col(Member.back_since))
        .join(Account, col(Account.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    ).one_or_none()
    if row is None:
        return _Fan()
    tier = tier_of(session, place, row.id, now, tiers)
    met = _met(session, place, row.id, items, now)
    return _Fan(row.balance, tier, row.back_since, _bought(session, row.id), met)


def _met(session: Session, place: Place, member_id: int, items: Sequence[ItemFacts], now: datetime) -> frozenset[str]:
    """The segments of these items that a member meets."""
    segments = {text for item in items for text in item.segments}
    return frozenset(text for text in segments if is_for(session, place, text, member_id, now))


def _bought(session: Session, member_id: int) -> tuple[_BoughtOf, ...]:
    rows = session.execute(
        select(col(Purchase.item_id), col(Purchase.period), func.count(), func.count(col(Purchase.nth)))
        .where(col(Purchase.member_id) == member_id)
        .group_by(col(Purchase.item_id), col(Purchase.period))
    ).all()
    return tuple(_BoughtOf(*row) for row in rows)


def _free_place(tx: Tx, member_id: int, item_id: int, period: str) -> int:
    """The lowest place that none of the member's purchases in the period holds: a refund leaves its place free."""
    held = set(
        tx.execute(
            select(col(Purchase.nth)).where(
                col(Purchase.member_id) == member_id,
                col(Purchase.item_id) == item_id,
                col(Purchase.period) == period,
            )
        ).scalars()
    )
    return next(nth for nth in range(1, len(held) + 2) if nth not in held)
