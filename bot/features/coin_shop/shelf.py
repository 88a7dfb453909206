"""The coin shop, the fans' side: the shelf, the question before anything is spent, and what a purchase writes down.

What a purchase gives is other features' matter: `flows/buy.py` puts the two together.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coin_shop.shelf import (
    AskOutcome,
    Bought,
    BoughtAlready,
    BuyAsked,
    Buyer,
    BuyOutcome,
    ItemFacts,
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
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store import causes
from bot.store.engine.db import Database, Tx
from bot.store.items import charge_key, find_item, items_of, lock_item
from bot.store.members import Standing
from bot.store.tables import Account, Item, Member, Purchase
from bot.store.tiers import tier_of


class Shop:
    """What fans look at before they buy."""

    def __init__(self, db: Database, policy: ShopPolicy) -> None:
        self._db = db
        self._policy = policy

    async def shelf(self, place: Place, user_id: int, page: int, at: datetime) -> Shelf:
        """What the shop sells, as this fan sees it."""
        return await self._db.read(shelf, place, user_id, page, at, self._policy)

    async def ask(self, place: Place, user_id: int, item_id: int, at: datetime) -> AskOutcome:
        """The price once more, or why it can't be bought."""
        return await self._db.read(ask, place, user_id, item_id, at)


@dataclass(frozen=True, slots=True)
class Pick:
    """An item that a fan may have, locked until the commit."""

    item: ItemFacts
    row: Item
    serial: int
    period: str
    nth: int

    def key(self, member: Standing) -> str:
        """The ledger's key of its charge."""
        return charge_key(self.item.id, member.member_id, self.serial)


@dataclass(frozen=True, slots=True)
class _Fan:
    """A fan with what they bought: (item, period) → (purchases, those that a limit counts)."""

    balance: int = 0
    tier: Tier = Tier.NEW
    back_since: datetime | None = None
    bought: tuple[tuple[int, str, int, int], ...] = ()

    def as_buyer(self, item: ItemFacts, now: datetime, timezone: str) -> Buyer:
        period = period_of(now, timezone, item.per)
        counted = sum(counts for item_id, when, _, counts in self.bought if (item_id, when) == (item.id, period))
        return Buyer(self.balance, self.tier, counted, self.back_since)

    def serial(self, item_id: int) -> int:
        """The number of their next purchase of an item."""
        return 1 + sum(times for known, _, times, _ in self.bought if known == item_id)


def shelf(session: Session, place: Place, user_id: int, page: int, now: datetime, policy: ShopPolicy) -> Shelf:
    """One page of what is sold; a page that isn't there is the nearest one that is."""
    fan = _fan(session, place, user_id, now)
    items = items_of(session, place.community_id, now, col(Item.state) == ItemState.OPEN)
    seen = (shelf_line(item, fan.as_buyer(item, now, place.timezone), now, place.timezone) for item in items)
    lines = [line for line in seen if line is not None]
    pages = max(1, -(-len(lines) // policy.page))
    page = min(max(page, 1), pages)
    return Shelf(fan.balance, tuple(lines[(page - 1) * policy.page : page * policy.page]), page, pages)


def ask(session: Session, place: Place, user_id: int, item_id: int, now: datetime) -> AskOutcome:
    """Show the price before anything is spent."""
    item = find_item(session, place.community_id, item_id, now)
    if item is None:
        return NoSuchItem()
    fan = _fan(session, place, user_id, now)
    refusal = may_buy(item, fan.as_buyer(item, now, place.timezone), now, place.timezone)
    return refusal if refusal is not None else _question(item, fan)


def told(tx: Tx, member: Standing, cause: str, at: datetime) -> Bought | None:
    """What this update bought, if it comes again."""
    row = tx.execute(
        select(col(Purchase.answer), col(Purchase.bought_at)).where(
            col(Purchase.member_id) == member.member_id, col(Purchase.cause) == cause
        )
    ).one_or_none()
    if row is None or row[0] is None or at - row[1] >= causes.KEPT:
        return None
    return causes.from_json(Bought, row[0])


def pick(tx: Tx, place: Place, member: Standing, yes: Yes, at: datetime) -> Pick | BuyOutcome:
    """Decide with the member and the item locked; nothing is changed yet."""
    row = lock_item(tx, place.community_id, yes.item_id)
    item = find_item(tx, place.community_id, yes.item_id, at) if row is not None else None
    if row is None or item is None:
        return NoSuchItem()
    fan = _Fan(
        member.balance,
        tier_of(tx, place, member.member_id, at),
        member.back_since,
        _bought(tx, member.member_id),
    )
    serial = fan.serial(item.id)
    if 0 < yes.serial < serial:
        return BoughtAlready(item.title)
    buyer = fan.as_buyer(item, at, place.timezone)
    refusal = may_buy(item, buyer, at, place.timezone)
    if refusal is not None:
        return refusal
    if (yes.price, yes.serial) != (item.price, serial):
        return _question(item, fan)  # not the price that they saw
    period = period_of(at, place.timezone, item.per)
    return Pick(item, row, serial, period, _free_place(tx, member.member_id, item.id, period))


def write_down(
    tx: Tx,
    place: Place,
    member: Standing,
    picked: Pick,
    outcome: Bought,
    state: PurchaseState,
    at: datetime,
    cause: str,
    *,
    subject_id: int | None = None,
) -> int:
    """Take one from the stock and note who has it; the purchase's id. The coins were charged by who gave it."""
    picked.row.sold += 1
    purchase = Purchase(
        community_id=place.community_id,
        item_id=picked.item.id,
        member_id=member.member_id,
        serial=picked.serial,
        period=picked.period,
        nth=picked.nth,
        kind=picked.item.kind,
        paid=picked.item.price,
        subject_id=subject_id,
        state=state,
        bought_at=at,
        cause=cause,
        answer=causes.to_json(outcome),
    )
    tx.add(purchase)
    tx.flush()
    if purchase.id is None:
        raise LookupError("the row has no id before it is flushed")
    return purchase.id


def _question(item: ItemFacts, fan: _Fan) -> BuyAsked:
    return BuyAsked(item.id, item.title, item.kind, item.price, fan.balance, fan.serial(item.id))


def _fan(session: Session, place: Place, user_id: int, now: datetime) -> _Fan:
    row: Any = session.execute(
        select(col(Member.id), col(Account.balance), col(Member.back_since))
        .join(Account, col(Account.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    ).one_or_none()
    if row is None:
        return _Fan()
    member_id, balance, back_since = row
    return _Fan(balance, tier_of(session, place, member_id, now), back_since, _bought(session, member_id))


def _bought(session: Session, member_id: int) -> tuple[tuple[int, str, int, int], ...]:
    rows = session.execute(
        select(col(Purchase.item_id), col(Purchase.period), func.count(), func.count(col(Purchase.nth)))
        .where(col(Purchase.member_id) == member_id)
        .group_by(col(Purchase.item_id), col(Purchase.period))
    ).all()
    return tuple((item_id, period, times, counts) for item_id, period, times, counts in rows)


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
