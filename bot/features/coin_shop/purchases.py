"""What fans bought in the coin shop, the staff's side: hand it over, or refund it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.coin_shop.items import (
    HandedOver,
    HandOutcome,
    ItemUnknown,
    NothingBought,
    Refunded,
    RefundOutcome,
    SettledBefore,
    UsedAlready,
)
from bot.rules.coin_shop.shelf import ItemKind, PurchaseState, RefundTold
from bot.rules.coin_shop.wishes import FavourDone
from bot.rules.naming import Named
from bot.rules.place import Place
from bot.store import causes, ledger
from bot.store.audit import first_answer, record_act
from bot.store.coupons.hand_out import take_away
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.items import charge_key, item_numbered, subject_of
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import tell_in_private, withdraw_messages
from bot.store.private_messages import readers_among
from bot.store.raffle_tickets import take_ticket_back
from bot.store.tables import Account, AuditEntry, Item, Member, Person, Purchase
from bot.store.tables.base import id_of
from bot.store.tables.messages import Lane

HANDED_OVER = "item.handed_over"
REFUNDED = "item.refunded"

TOLD_WITHIN = timedelta(days=2)
"""How long the buyer's private message may be on its way."""


class Purchases:
    """Staff's use cases of what was bought."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def hand_over(self, act: Act, number: int, fan: Named) -> HandOutcome:
        """Staff have done what this fan bought."""
        return await self._db.write(hand_over, act, number, fan)

    async def hand_over_one(self, act: Act, purchase_id: int) -> HandOutcome | None:
        """The same for one purchase; None if it isn't this shop's."""
        return await self._db.write(hand_over_one, act, purchase_id)

    async def refund(self, act: Act, number: int, fan: Named) -> RefundOutcome:
        """Take the latest purchase of a fan back."""
        return await self._db.write(refund, act, number, fan)

    async def refund_one(self, act: Act, purchase_id: int) -> RefundOutcome | None:
        """Take one purchase back; None if it isn't this shop's."""
        return await self._db.write(refund_one, act, purchase_id)


def hand_over(tx: Tx, act: Act, number: int, fan: Named) -> HandOutcome:
    """Hand over the oldest purchase of an item that a fan waits for."""
    before = first_answer(tx, act, HandedOver)
    if before is not None:
        return before
    item = item_numbered(tx, act.community_id, number)
    if item is None:
        return ItemUnknown(number)
    found = _bought_by(tx, item, fan, PurchaseState.WAITING)
    if not found:
        return NothingBought(number, item.title, fan.shown)
    return _hand_over(tx, act, item, found[0])


def hand_over_one(tx: Tx, act: Act, purchase_id: int) -> HandOutcome | None:
    """Hand over one purchase, by the button beside it."""
    before = first_answer(tx, act, HandedOver)
    if before is not None:
        return before
    found = tx.get(Purchase, purchase_id)
    if found is None or found.community_id != act.community_id:
        return None
    return _hand_over(tx, act, tx.get_one(Item, found.item_id), purchase_id)


def _hand_over(tx: Tx, act: Act, item: Item, purchase_id: int) -> HandedOver | SettledBefore:
    purchase = _lock(tx, purchase_id)
    if purchase.state != PurchaseState.WAITING:
        return SettledBefore(item.title)
    purchase.state, purchase.settled_at, purchase.settled_by = PurchaseState.DONE, act.at, act.actor_id
    entry = record_act(
        tx,
        act,
        HANDED_OVER,
        subject_of(item),
        subject_id=purchase_id,
        before={"state": PurchaseState.WAITING},
        after={"state": PurchaseState.DONE},
    )
    told = _tell(tx, act.place, purchase, FavourDone(item.title), act.at)
    outcome = HandedOver(item.number, item.title, _name_of(tx, purchase), told, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def refund(tx: Tx, act: Act, number: int, fan: Named) -> RefundOutcome:
    """Void the latest purchase that the fan hasn't used, and give its coins back."""
    before = first_answer(tx, act, Refunded)
    if before is not None:
        return before
    item = item_numbered(tx, act.community_id, number)
    if item is None:
        return ItemUnknown(number)
    found = _bought_by(tx, item, fan, PurchaseState.WAITING, PurchaseState.DONE)
    if not found:
        return NothingBought(number, item.title, fan.shown)
    latest_first = found[::-1]
    return _refund_first(tx, act, item, latest_first) or UsedAlready(number, item.title, fan.shown)


def refund_one(tx: Tx, act: Act, purchase_id: int) -> RefundOutcome | None:
    """Refund one purchase, by the button that names its buyer."""
    before = first_answer(tx, act, Refunded)
    if before is not None:
        return before
    purchase = tx.get(Purchase, purchase_id)
    if purchase is None or purchase.community_id != act.community_id:
        return None
    item = tx.get_one(Item, purchase.item_id)
    refunded = _refund_first(tx, act, item, [purchase_id])
    return refunded or UsedAlready(item.number, item.title, _name_of(tx, purchase))


def _refund_first(tx: Tx, act: Act, item: Item, purchase_ids: list[int]) -> Refunded | None:
    """Refund the first of a fan's purchases that can be refunded, if any."""
    account = _lock_purse(tx, purchase_ids[0])
    for purchase_id in purchase_ids:
        purchase = _lock(tx, purchase_id)
        coins = _void(tx, act, item, purchase)
        if coins is not None:
            return _write_down_refund(tx, act, item, purchase, account, coins)
    return None


def _void(tx: Tx, act: Act, item: Item, purchase: Purchase) -> int | None:
    """Make what was bought worthless and reverse its charge; the coins, or None if it was used or refunded before.

    The stock gets it back. A coupon doesn't go back to the stock, as its code was shown. An entry into a raffle stays,
    as a free one is worth the same.
    """
    if purchase.state not in {PurchaseState.WAITING, PurchaseState.DONE}:
        return None
    if purchase.kind == ItemKind.COUPON:
        return take_away(tx, act.place, purchase.subject_id, act.at) if purchase.subject_id is not None else None
    if purchase.kind == ItemKind.RAFFLE and not take_ticket_back(tx, act.community_id, purchase.subject_id):
        return None
    favour_done = purchase.kind == ItemKind.FAVOUR and purchase.state == PurchaseState.DONE
    if favour_done or purchase.mended_day is not None:
        return None
    key = charge_key(purchase.item_id, purchase.member_id, purchase.serial)
    coins = ledger.give_back(
        tx, ledger.TransferHeader(act.community_id, f"refund:{key}", "refund", act.at), charged_key=key
    )
    tx.execute(update(Item).where(col(Item.id) == item.id).values(sold=col(Item.sold) - 1))
    return coins


def _write_down_refund(tx: Tx, act: Act, item: Item, purchase: Purchase, account: Account, coins: int) -> Refunded:
    before = {"state": purchase.state}
    purchase.state, purchase.nth = PurchaseState.REFUNDED, None
    purchase.settled_at, purchase.settled_by = act.at, act.actor_id
    tx.flush()
    entry = record_act(
        tx,
        act,
        REFUNDED,
        subject_of(item),
        subject_id=purchase.id,
        before=before,
        after={"state": PurchaseState.REFUNDED, "refunded": coins},
    )
    tx.refresh(account)
    told = _tell(tx, act.place, purchase, RefundTold(item.title, coins, account.balance or 0), act.at)
    outcome = Refunded(item.number, item.title, item.kind, _name_of(tx, purchase), coins, told)
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_hand_over(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """The purchase waits again. A message to the fan that hasn't left is withdrawn. False if it was changed since."""
    if entry.subject_id is None:
        return False
    purchase = _lock(tx, entry.subject_id)
    if purchase.community_id != act.community_id or purchase.state != PurchaseState.DONE:
        return False
    purchase.state, purchase.settled_at, purchase.settled_by = PurchaseState.WAITING, None, None
    tx.flush()
    withdraw_messages(tx, act.community_id, f"purchase:{purchase.id}")
    return True


def _lock_purse(tx: Tx, purchase_id: int) -> Account:
    """The buyer's account, locked before their purchases are, as buying and making up do."""
    return tx.execute(
        select(Account)
        .join(Purchase, col(Purchase.member_id) == col(Account.member_id))
        .where(col(Purchase.id) == purchase_id)
        .with_for_update(of=Account)
    ).scalar_one()


def _bought_by(tx: Tx, item: Item, fan: Named, *states: PurchaseState) -> list[int]:
    """A buyer's purchases of an item in these states, the oldest first."""
    rows: Any = tx.execute(
        select(col(Purchase.id))
        .join(Member, col(Member.id) == col(Purchase.member_id))
        .where(col(Purchase.item_id) == item.id, col(Purchase.state).in_(states), col(Member.user_id) == fan.user_id)
        .order_by(col(Purchase.id))
    ).scalars()
    return list(rows)


def _lock(tx: Tx, purchase_id: int) -> Purchase:
    """The purchase, locked."""
    return tx.execute(
        select(Purchase)
        .where(col(Purchase.id) == purchase_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def _tell(tx: Tx, place: Place, purchase: Purchase, outcome: Any, at: datetime) -> bool:
    """Promise the buyer a private message; False if they can't be written to, or wish not to be."""
    readers = readers_among(tx, [purchase.member_id], place.language, wanted=True, inside=False)
    if purchase.member_id not in readers:
        return False
    key = f"purchase:{purchase.id}:{purchase.state}:{at.isoformat()}"
    terms = Terms(now=at, key=key, not_after=at + TOLD_WITHIN, lane=Lane.REMINDER)
    return tell_in_private(tx, place.community_id, readers[purchase.member_id], pack(outcome), terms)


def _name_of(tx: Tx, purchase: Purchase) -> str:
    """The buyer's name, as staff see it."""
    return tx.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == purchase.member_id)
    ).scalar_one()
