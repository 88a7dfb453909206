"""The coin shop, the staff's side: list an item, look, close. What was bought stands in `purchases.py`."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.coin_shop.items import (
    CampaignNotForSale,
    CampaignUnknown,
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
from bot.rules.coupon_states import CampaignState, KeptFor
from bot.rules.for_whom import Aimed
from bot.rules.place import Place
from bot.rules.segments import BadSegment
from bot.rules.windows import check_window
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.coupons.campaigns import campaign_numbered
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.for_whom import aim
from bot.store.items import item_numbered, items_of, subject_of
from bot.store.places import lock_shop
from bot.store.raffle_tickets import raffle_for_sale
from bot.store.tables import AuditEntry, Item, Member, Person, Purchase
from bot.store.tables.base import id_of

MADE = "item.made"
CLOSED = "item.closed"
OPENED = "item.opened"

SHOWN = 20
"""Items that the list names."""
SHOWN_WAITING = 8
"""Purchases that wait for staff, each with a button."""

SetOpenOutcome = ItemClosed | ItemOpened | ItemUnchanged | ItemUnknown


class Items:
    """Staff's use cases of the coin shop."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def make(self, act: Act, wish: NewItem) -> MakeOutcome:
        """Put an item on the shelf."""
        aimed = await self._db.read(aim, act.place, wish.segment, act.at) if wish.segment else None
        return await self._db.write(make, act, wish, aimed)

    async def set_open(self, act: Act, number: int, *, on_shelf: bool) -> SetOpenOutcome:
        """Take it off the shelf, or put it there again."""
        return await self._db.write(set_open, act, number, on_shelf=on_shelf)

    async def show(self, place: Place, number: int, at: datetime) -> ItemShown | ItemUnknown:
        """How an item stands."""
        return await self._db.read(item_shown, place, number, at)

    async def list_all(self, place: Place, at: datetime) -> ItemList:
        """All items, and what waits for staff."""
        return await self._db.read(list_items, place, at)


def make(tx: Tx, act: Act, wish: NewItem, aimed: Aimed | BadSegment | None = None) -> MakeOutcome:
    """Number an item and write it down. `aimed` is its segment, looked at beforehand."""
    before = first_answer(tx, act, ItemMade)
    if before is not None:
        return before
    if isinstance(aimed, BadSegment):
        return aimed
    wrong = check_window(wish.opens, wish.closes, act.at)
    if wrong is not None:
        return wrong
    if wish.opens is not None and wish.opens <= act.at:
        wish = replace(wish, opens=None)  # it is open already
    subject = _subject(tx, act, wish)
    if not isinstance(subject, int | None):
        return subject
    shop = lock_shop(tx, act.community_id)
    shop.items_made += 1
    item = _new_row(act, wish, shop.items_made, subject)
    tx.add(item)
    tx.flush()
    entry = record_act(tx, act, MADE, subject_of(item), subject_id=item.id, after=causes.to_facts(wish))
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
        audit_id=id_of(entry),
        aimed=aimed,
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def _new_row(act: Act, wish: NewItem, number: int, subject_id: int | None) -> Item:
    return Item(
        community_id=act.community_id,
        number=number,
        title=wish.title,
        kind=wish.kind,
        subject_id=subject_id,
        price=wish.price,
        stock=wish.stock,
        per_fan=wish.limit,
        per=wish.per,
        tier=wish.tier,
        segment=wish.segment,
        opens=wish.opens,
        closes=wish.closes,
        made_by=act.actor_id,
        made_at=act.at,
    )


def _subject(tx: Tx, act: Act, wish: NewItem) -> int | CampaignUnknown | CampaignNotForSale | RaffleNotForSale | None:
    """The row id of the campaign or raffle that is sold; None for a kind that has none."""
    number = wish.subject
    if wish.kind is ItemKind.RAFFLE:
        raffle_id = raffle_for_sale(tx, act.community_id, number, act.at) if number is not None else None
        return raffle_id or RaffleNotForSale(number or 0)
    if wish.kind is not ItemKind.COUPON or number is None:
        return None
    campaign = campaign_numbered(tx, act.community_id, number)
    if campaign is None:
        return CampaignUnknown(number)
    over = campaign.state is not CampaignState.OPEN or (campaign.closes is not None and campaign.closes <= act.at)
    if over or campaign.kept_for not in {None, KeptFor.SHOP}:
        return CampaignNotForSale(campaign.number, campaign.title)
    return campaign.id


def set_open(tx: Tx, act: Act, number: int, *, on_shelf: bool) -> SetOpenOutcome:
    """Close or open an item; what was bought stays."""
    kind: type[ItemOpened | ItemClosed] = ItemOpened if on_shelf else ItemClosed
    before = first_answer(tx, act, kind)
    if before is not None:
        return before
    item = item_numbered(tx, act.community_id, number, lock=True)
    if item is None or item.state == ItemState.WITHDRAWN:
        return ItemUnknown(number)
    wanted = ItemState.OPEN if on_shelf else ItemState.CLOSED
    if item.state == wanted:
        return ItemUnchanged(number, item.title, open=on_shelf)
    was, item.state = item.state, wanted
    entry = record_act(
        tx,
        act,
        OPENED if on_shelf else CLOSED,
        subject_of(item),
        subject_id=item.id,
        before={"state": was},
        after={"state": wanted},
    )
    outcome = kind(number, item.title, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_make(tx: Tx, _act: Act, entry: AuditEntry) -> bool:
    """Take a fresh item back; False once somebody has bought it."""
    item = _lock_subject(tx, entry)
    bought = tx.execute(select(col(Purchase.id)).where(col(Purchase.item_id) == entry.subject_id)).first()
    if item is None or bought is not None or item.state == ItemState.WITHDRAWN:
        return False
    item.state = ItemState.WITHDRAWN
    tx.flush()
    return True


def undo_set_open(tx: Tx, _act: Act, entry: AuditEntry) -> bool:
    """Open what was closed, close what was opened; False if it was changed since."""
    item = _lock_subject(tx, entry)
    if item is None or entry.before is None or entry.after is None or item.state != entry.after["state"]:
        return False
    item.state = entry.before["state"]
    tx.flush()
    return True


def item_shown(session: Session, place: Place, number: int, at: datetime) -> ItemShown | ItemUnknown:
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
        segments=item.segments,
    )


def list_items(session: Session, place: Place, at: datetime) -> ItemList:
    """The newest items and the oldest of what waits."""
    items = items_of(session, place.community_id, at, col(Item.state) != ItemState.WITHDRAWN)
    waiting: Any = (
        select(
            col(Purchase.id),
            col(Item.number),
            col(Item.title),
            col(Person.name),
            col(Purchase.bought_at),
            col(Purchase.wish),
            col(Person.user_id),
            col(Person.username),
        )
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
    """The state that staff see: `open`, `soon`, `sold_out`, `closed` or `withdrawn`."""
    if item.state is not ItemState.OPEN:
        return item.state
    if item.over or (item.closes is not None and at >= item.closes):
        return "closed"
    if item.opens is not None and at < item.opens:
        return "soon"
    return "sold_out" if item.left == 0 else "open"


def _lock_subject(tx: Tx, entry: AuditEntry) -> Item | None:
    return tx.execute(
        select(Item)
        .where(col(Item.community_id) == entry.community_id, col(Item.id) == entry.subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
