"""The coin shop, the staff's side: list an item, look, close. What was bought is `purchases.py`'s matter."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import raffle_numbered
from bot.rules.coin_shop.items import (
    CampaignNotForSale,
    ItemClosed,
    ItemLine,
    ItemList,
    ItemMade,
    ItemOpened,
    ItemShown,
    ItemUnchanged,
    ItemUnknown,
    MakeOutcome,
    NewItem,
    RaffleNotForSale,
    WaitingLine,
)
from bot.rules.coin_shop.shelf import ItemFacts, ItemKind, ItemState, PurchaseState
from bot.rules.coupons.coupons import CampaignState, CampaignUnknown, KeptFor, check_window
from bot.rules.place import Place
from bot.rules.raffles.facts import RaffleState
from bot.store import causes
from bot.store.audit import caused_by
from bot.store.coupons.campaigns import campaign_numbered
from bot.store.engine.db import Database, Tx
from bot.store.items import item_numbered, items_of, record_act
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Item, Member, Person, Purchase

MADE = "item.made"
CLOSED = "item.closed"
OPENED = "item.opened"

SHOWN = 20
"""Items that the list names."""
SHOWN_WAITING = 8
"""Purchases that wait for staff, each with a button."""

ShutOutcome = ItemClosed | ItemOpened | ItemUnchanged | ItemUnknown


class Items:
    """Staff's use cases of the coin shop."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def make(self, place: Place, actor_id: int, wish: NewItem, at: datetime, cause: str) -> MakeOutcome:
        """Put an item on the shelf."""
        return await self._db.write(make, place, actor_id, wish, at, cause)

    async def set_open(
        self, place: Place, actor_id: int, number: int, at: datetime, cause: str, *, on_shelf: bool
    ) -> ShutOutcome:
        """Take it off the shelf, or put it there again."""
        return await self._db.write(set_open, place, actor_id, number, at, cause, on_shelf=on_shelf)

    async def show(self, place: Place, number: int, at: datetime) -> ItemShown | ItemUnknown:
        """How an item stands."""
        return await self._db.read(show, place, number, at)

    async def listed(self, place: Place, at: datetime) -> ItemList:
        """All items, and what waits for staff."""
        return await self._db.read(listed, place, at)


def make(tx: Tx, place: Place, actor_id: int, wish: NewItem, at: datetime, cause: str) -> MakeOutcome:
    """Number it and write it down."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(ItemMade, done.answer)
    wrong = check_window(wish.opens, wish.closes, at)
    if wrong is not None:
        return wrong
    if wish.opens is not None and wish.opens <= at:
        wish = replace(wish, opens=None)  # it is open already
    subject = _subject(tx, place, wish, at)
    if not isinstance(subject, int | None):
        return subject
    shop = lock_shop(tx, place.community_id)
    shop.items_made += 1
    item = Item(
        community_id=place.community_id,
        number=shop.items_made,
        title=wish.title,
        kind=wish.kind,
        subject_id=subject,
        price=wish.price,
        stock=wish.stock,
        per_fan=wish.limit,
        per=wish.per,
        tier=wish.tier,
        opens=wish.opens,
        closes=wish.closes,
        made_by=actor_id,
        made_at=at,
    )
    tx.add(item)
    tx.flush()
    entry = record_act(tx, place, actor_id, MADE, item, at, cause, after=causes.to_facts(wish))
    outcome = ItemMade(
        number=item.number,
        title=wish.title,
        kind=wish.kind,
        price=wish.price,
        stock=wish.stock,
        limit=wish.limit,
        per=wish.per,
        tier=wish.tier,
        opens=wish.opens,
        closes=wish.closes,
        audit_id=_id(entry.id),
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def _subject(
    tx: Tx, place: Place, wish: NewItem, at: datetime
) -> int | CampaignUnknown | CampaignNotForSale | RaffleNotForSale | None:
    """The campaign or raffle that it is of, if it can be sold."""
    if wish.kind is ItemKind.RAFFLE:
        raffle = raffle_numbered(tx, place.community_id, wish.subject or 0)
        runs = raffle is not None and raffle.state == RaffleState.OPEN and raffle.closes > at
        return raffle.id if raffle is not None and runs else RaffleNotForSale(wish.subject or 0)
    if wish.kind is not ItemKind.COUPON or wish.subject is None:
        return None
    campaign = campaign_numbered(tx, place.community_id, wish.subject)
    if campaign is None:
        return CampaignUnknown(wish.subject)
    over = campaign.state is not CampaignState.OPEN or (campaign.closes is not None and campaign.closes <= at)
    if over or campaign.kept_for not in {None, KeptFor.SHOP}:
        return CampaignNotForSale(campaign.number, campaign.title)
    return campaign.id


def set_open(
    tx: Tx, place: Place, actor_id: int, number: int, at: datetime, cause: str, *, on_shelf: bool
) -> ShutOutcome:
    """Change what staff decide of it; what was bought stays."""
    kind: type[ItemOpened | ItemClosed] = ItemOpened if on_shelf else ItemClosed
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(kind, done.answer)
    item = item_numbered(tx, place.community_id, number, lock=True)
    if item is None or item.state == ItemState.WITHDRAWN:
        return ItemUnknown(number)
    wanted = ItemState.OPEN if on_shelf else ItemState.CLOSED
    if item.state == wanted:
        return ItemUnchanged(number, item.title, open=on_shelf)
    before = {"state": item.state}
    item.state = wanted
    entry = record_act(
        tx, place, actor_id, OPENED if on_shelf else CLOSED, item, at, cause, before=before, after={"state": wanted}
    )
    outcome = kind(number, item.title, _id(entry.id))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_make(tx: Tx, place: Place, entry: AuditEntry) -> bool:
    """Take a fresh item back; False once somebody has bought it."""
    item = _locked(tx, place, entry.subject_id)
    bought = tx.execute(select(col(Purchase.id)).where(col(Purchase.item_id) == entry.subject_id)).first()
    if item is None or bought is not None or item.state == ItemState.WITHDRAWN:
        return False
    item.state = ItemState.WITHDRAWN
    tx.flush()
    return True


def undo_shut(tx: Tx, place: Place, entry: AuditEntry) -> bool:
    """Open what was closed, close what was opened; False if it was changed since."""
    item = _locked(tx, place, entry.subject_id)
    if item is None or entry.before is None or entry.after is None or item.state != entry.after["state"]:
        return False
    item.state = entry.before["state"]
    tx.flush()
    return True


def show(session: Session, place: Place, number: int, at: datetime) -> ItemShown | ItemUnknown:
    """An item's figures."""
    found = items_of(session, place.community_id, at, col(Item.number) == number)
    if not found:
        return ItemUnknown(number)
    item = found[0]
    states = dict(
        session.execute(
            select(col(Purchase.state), func.count()).where(col(Purchase.item_id) == item.id).group_by(Purchase.state)
        ).all()
    )
    return ItemShown(
        number=number,
        title=item.title,
        kind=item.kind,
        price=item.price,
        stock=item.stock,
        sold=sum(states.values()) - states.get(PurchaseState.REFUNDED, 0),
        waiting=states.get(PurchaseState.WAITING, 0),
        refunded=states.get(PurchaseState.REFUNDED, 0),
        limit=item.limit,
        per=item.per,
        tier=item.tier,
        state=_state(item, at),
        opens=item.opens,
        closes=item.closes,
    )


def listed(session: Session, place: Place, at: datetime) -> ItemList:
    """The newest items and the oldest of what waits."""
    items = items_of(session, place.community_id, at, col(Item.state) != ItemState.WITHDRAWN)
    waiting: Any = (
        select(col(Purchase.id), col(Item.number), col(Item.title), col(Person.name), col(Purchase.bought_at))
        .join(Item, col(Item.id) == col(Purchase.item_id))
        .join(Member, col(Member.id) == col(Purchase.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Purchase.community_id) == place.community_id, col(Purchase.state) == PurchaseState.WAITING)
        .order_by(col(Purchase.id))
    )
    rows = session.execute(waiting).all()
    return ItemList(
        items=tuple(
            ItemLine(item.number, item.title, item.price, item.stock, item.sold, _state(item, at))
            for item in items[: -SHOWN - 1 : -1]
        ),
        waiting=tuple(WaitingLine(*row) for row in rows[:SHOWN_WAITING]),
        more=max(0, len(items) - SHOWN),
        more_waiting=max(0, len(rows) - SHOWN_WAITING),
    )


def _state(item: ItemFacts, at: datetime) -> str:
    """How staff see it: `open`, `soon`, `sold_out`, `closed` or `withdrawn`."""
    if item.state is not ItemState.OPEN:
        return item.state
    if item.over or (item.closes is not None and at >= item.closes):
        return "closed"
    if item.opens is not None and at < item.opens:
        return "soon"
    return "sold_out" if item.left == 0 else "open"


def _locked(tx: Tx, place: Place, item_id: int | None) -> Item | None:
    return tx.execute(
        select(Item)
        .where(col(Item.community_id) == place.community_id, col(Item.id) == item_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _id(value: int | None) -> int:
    if value is None:
        raise LookupError("the row has no id before it is flushed")
    return value
