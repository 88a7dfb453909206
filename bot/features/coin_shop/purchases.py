"""What fans bought in the coin shop, the staff's side: hand it over, or refund it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

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
from bot.rules.coin_shop.shelf import FavourDone, ItemKind, PurchaseState, RefundTold
from bot.rules.naming import Named
from bot.rules.place import Place
from bot.rules.raffles.raffles import RaffleState
from bot.store import causes, ledger
from bot.store.audit import caused_by
from bot.store.coupons.hand_out import take_away
from bot.store.engine.db import Database, Tx
from bot.store.items import charge_key, item_numbered, record_act
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import tell_in_private, withdraw_messages
from bot.store.private_messages import readers_among
from bot.store.tables import Account, AuditEntry, Item, Member, Person, Purchase, Raffle, RaffleEntry
from bot.store.tables.messages import Lane

HANDED_OVER = "item.handed_over"
REFUNDED = "item.refunded"

TOLD_WITHIN = timedelta(days=2)


class Purchases:
    """Staff's use cases of what was bought."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def hand_over(
        self, place: Place, actor_id: int, number: int, fan: Named, at: datetime, cause: str
    ) -> HandOutcome:
        """What this fan bought is done."""
        return await self._db.write(hand_over_to, place, actor_id, number, fan, at, cause)

    async def hand_over_one(
        self, place: Place, actor_id: int, purchase_id: int, at: datetime, cause: str
    ) -> HandOutcome | None:
        """The same for one purchase; None if it isn't this shop's."""
        return await self._db.write(hand_over_one, place, actor_id, purchase_id, at, cause)

    async def refund(
        self, place: Place, actor_id: int, number: int, fan: Named, at: datetime, cause: str
    ) -> RefundOutcome:
        """Take the latest purchase of a fan back."""
        return await self._db.write(refund, place, actor_id, number, fan, at, cause)

    async def refund_one(
        self, place: Place, actor_id: int, purchase_id: int, at: datetime, cause: str
    ) -> RefundOutcome | None:
        """Take one purchase back; None if it isn't this shop's."""
        return await self._db.write(refund_one, place, actor_id, purchase_id, at, cause)


def hand_over_to(tx: Tx, place: Place, actor_id: int, number: int, fan: Named, at: datetime, cause: str) -> HandOutcome:
    """The oldest of what a fan waits for."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(HandedOver, done.answer)
    item = item_numbered(tx, place.community_id, number)
    if item is None:
        return ItemUnknown(number)
    found = _bought_by(tx, item, fan, PurchaseState.WAITING)
    if not found:
        return NothingBought(number, item.title, fan.shown)
    return _hand_over(tx, place, actor_id, item, found[0], at, cause)


def hand_over_one(
    tx: Tx, place: Place, actor_id: int, purchase_id: int, at: datetime, cause: str
) -> HandOutcome | None:
    """One purchase, by the button beside it."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(HandedOver, done.answer)
    found = tx.get(Purchase, purchase_id)
    if found is None or found.community_id != place.community_id:
        return None
    return _hand_over(tx, place, actor_id, tx.get_one(Item, found.item_id), purchase_id, at, cause)


def _hand_over(
    tx: Tx, place: Place, actor_id: int, item: Item, purchase_id: int, at: datetime, cause: str
) -> HandedOver | SettledBefore:
    purchase = _lock(tx, purchase_id)
    if purchase.state != PurchaseState.WAITING:
        return SettledBefore(item.title)
    purchase.state, purchase.settled_at, purchase.settled_by = PurchaseState.DONE, at, actor_id
    entry = record_act(
        tx,
        place,
        actor_id,
        HANDED_OVER,
        item,
        at,
        cause,
        before={"state": PurchaseState.WAITING},
        after={"state": PurchaseState.DONE},
        subject_id=purchase_id,
    )
    told = _tell(tx, place, purchase, FavourDone(item.title), at)
    outcome = HandedOver(item.number, item.title, _name_of(tx, purchase), told, _id(entry.id))
    entry.answer = causes.to_json(outcome)
    return outcome


def refund(tx: Tx, place: Place, actor_id: int, number: int, fan: Named, at: datetime, cause: str) -> RefundOutcome:
    """The latest of what a fan bought and hasn't used: void it, give its coins back."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(Refunded, done.answer)
    item = item_numbered(tx, place.community_id, number)
    if item is None:
        return ItemUnknown(number)
    found = _bought_by(tx, item, fan, PurchaseState.WAITING, PurchaseState.DONE)
    if not found:
        return NothingBought(number, item.title, fan.shown)
    latest_first = found[::-1]
    return _refund_first(tx, place, actor_id, item, latest_first, at, cause) or UsedAlready(
        number, item.title, fan.shown
    )


def refund_one(tx: Tx, place: Place, actor_id: int, purchase_id: int, at: datetime, cause: str) -> RefundOutcome | None:
    """One purchase, by the button that names its buyer."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(Refunded, done.answer)
    purchase = tx.get(Purchase, purchase_id)
    if purchase is None or purchase.community_id != place.community_id:
        return None
    item = tx.get_one(Item, purchase.item_id)
    refunded = _refund_first(tx, place, actor_id, item, [purchase_id], at, cause)
    return refunded or UsedAlready(item.number, item.title, _name_of(tx, purchase))


def _refund_first(
    tx: Tx, place: Place, actor_id: int, item: Item, purchase_ids: list[int], at: datetime, cause: str
) -> Refunded | None:
    """Refund the first of a fan's purchases that can be refunded, if any."""
    account = _lock_purse(tx, purchase_ids[0])
    for purchase_id in purchase_ids:
        purchase = _lock(tx, purchase_id)
        coins = _void(tx, place, item, purchase, at)
        if coins is not None:
            return _refunded(tx, place, actor_id, item, purchase, account, coins, at, cause)
    return None


def _void(tx: Tx, place: Place, item: Item, purchase: Purchase, at: datetime) -> int | None:
    """Make what was bought worthless and reverse its charge; the coins, or None if it was used or refunded before.

    The stock gets it back, but for a coupon, whose code was shown. An entry into a raffle stays, as a free one is worth
    the same.
    """
    if purchase.state not in {PurchaseState.WAITING, PurchaseState.DONE}:
        return None
    if purchase.kind == ItemKind.COUPON:
        return take_away(tx, place, purchase.subject_id or 0, at)
    if purchase.kind == ItemKind.RAFFLE and not _ticket_back(tx, place, purchase):
        return None
    favour_done = purchase.kind == ItemKind.FAVOUR and purchase.state == PurchaseState.DONE
    if favour_done or purchase.mended_day is not None:
        return None
    key = charge_key(purchase.item_id, purchase.member_id, purchase.serial)
    coins = ledger.give_back(
        tx, community_id=place.community_id, charged_key=key, key=f"refund:{key}", reason="refund", at=at
    )
    tx.execute(update(Item).where(col(Item.id) == item.id).values(sold=col(Item.sold) - 1))
    return coins


def _ticket_back(tx: Tx, place: Place, purchase: Purchase) -> bool:
    """Note that an entry's ticket is given back, so that the raffle doesn't; False once it is closed, or was before."""
    running = select(col(Raffle.id)).where(
        col(Raffle.community_id) == place.community_id, col(Raffle.state) == RaffleState.OPEN
    )
    returned = tx.execute(
        update(RaffleEntry)
        .where(
            col(RaffleEntry.id) == purchase.subject_id,
            col(RaffleEntry.returned).is_(False),
            col(RaffleEntry.raffle_id).in_(running),
        )
        .values(returned=True)
        .returning(col(RaffleEntry.id))
    ).first()
    return returned is not None


def _refunded(
    tx: Tx,
    place: Place,
    actor_id: int,
    item: Item,
    purchase: Purchase,
    account: Account,
    coins: int,
    at: datetime,
    cause: str,
) -> Refunded:
    before = {"state": purchase.state}
    purchase.state, purchase.nth = PurchaseState.REFUNDED, None
    purchase.settled_at, purchase.settled_by = at, actor_id
    tx.flush()
    entry = record_act(
        tx,
        place,
        actor_id,
        REFUNDED,
        item,
        at,
        cause,
        before=before,
        after={"state": PurchaseState.REFUNDED, "refunded": coins},
        subject_id=purchase.id,
    )
    tx.refresh(account)
    told = _tell(tx, place, purchase, RefundTold(item.title, coins, account.balance or 0), at)
    outcome = Refunded(item.number, item.title, item.kind, _name_of(tx, purchase), coins, told)
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_hand_over(tx: Tx, place: Place, entry: AuditEntry) -> bool:
    """It waits again; the fan isn't told, if they weren't yet. False if it was changed since."""
    if entry.subject_id is None:
        return False
    purchase = _lock(tx, entry.subject_id)
    if purchase.community_id != place.community_id or purchase.state != PurchaseState.DONE:
        return False
    purchase.state, purchase.settled_at, purchase.settled_by = PurchaseState.WAITING, None, None
    tx.flush()
    withdraw_messages(tx, place.community_id, f"purchase:{purchase.id}")
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
    rows = tx.execute(
        select(col(Purchase.id))
        .join(Member, col(Member.id) == col(Purchase.member_id))
        .where(col(Purchase.item_id) == item.id, col(Purchase.state).in_(states), col(Member.user_id) == fan.user_id)
        .order_by(col(Purchase.id))
    ).scalars()
    return [_id(purchase_id) for purchase_id in rows]


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
    """What staff know them by."""
    return tx.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == purchase.member_id)
    ).scalar_one()


def _id(value: int | None) -> int:
    if value is None:
        raise LookupError("the row has no id before it is flushed")
    return value
