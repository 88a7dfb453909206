"""Buying in the coin shop: the price, and what it buys, in one transaction.

Everything is decided before anything is written, so a refusal, whoever gives it, burns nothing and charges nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from bot.features.coin_shop import shelf as shop
from bot.features.coin_shop.shelf import Pick
from bot.features.raffles import raffles
from bot.rules.act import Sender
from bot.rules.coin_shop.items import FavourWaiting
from bot.rules.coin_shop.shelf import (
    Bought,
    BuyOutcome,
    InAlready,
    ItemGone,
    ItemKind,
    ItemNotYet,
    ItemSoldOut,
    LimitReached,
    PurchaseState,
    SoldBefore,
    TierTooLow,
    TooDear,
    Yes,
)
from bot.rules.coupons.coupons import (
    AlreadyClaimed,
    Cancelled,
    Claimed,
    ClaimRefusal,
    CouponPolicy,
    KeptFor,
    NoSuchCoupon,
    OfferedBefore,
    PriceTooHigh,
    SoldOut,
    TooEarly,
    TooLate,
)
from bot.rules.coupons.coupons import TierTooLow as NotForTier
from bot.rules.place import Place
from bot.rules.raffles.raffles import AlreadyEntered, Entered, EntryRefusal, Paid, RafflePolicy
from bot.rules.sealing import SALT_BYTES
from bot.store import ledger
from bot.store.coupons.hand_out import Choice, hand_out
from bot.store.engine.db import Database, Tx
from bot.store.members import Standing, standing
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.tables import Coupon, RaffleEntry

OWNER_TOLD_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chances:
    """What a purchase draws from: codes of coupons, salts of raffles' entries."""

    coupons: CouponPolicy
    choice: Choice
    random_bytes: Callable[[int], bytes]


async def buy(
    db: Database,
    place: Place,
    sender: Sender,
    yes: Yes,
    at: datetime,
    cause: str,
    chances: Chances,
) -> BuyOutcome | EntryRefusal:
    """Buy what the sender said yes to."""
    salt = chances.random_bytes(SALT_BYTES)
    return await db.write(_buy, place, sender, yes, at, cause, chances, salt)


def _buy(
    tx: Tx,
    place: Place,
    sender: Sender,
    yes: Yes,
    at: datetime,
    cause: str,
    chances: Chances,
    salt: bytes,
) -> BuyOutcome | EntryRefusal:
    member = standing(tx, place.community_id, sender, at)
    before = shop.told(tx, member, cause, at)
    if before is not None:
        return before
    picked = shop.pick(tx, place, member, yes, at)
    if not isinstance(picked, Pick):
        return picked
    match picked.item.kind:
        case ItemKind.COUPON:
            return _coupon(tx, place, member, picked, at, cause, chances)
        case ItemKind.RAFFLE:
            return _ticket(tx, place, member, sender, picked, at, cause, salt)
        case ItemKind.MAKE_UP:
            _charge(tx, place, member, picked, at)
            outcome = _bought(member, picked)
            shop.write_down(tx, place, member, picked, outcome, PurchaseState.DONE, at, cause)
            return outcome
        case _:
            return _favour(tx, place, member, picked, at, cause)


def _coupon(
    tx: Tx,
    place: Place,
    member: Standing,
    picked: Pick,
    at: datetime,
    cause: str,
    chances: Chances,
) -> BuyOutcome:
    """The coupon is charged with its claim, so that a cancelled campaign gives the coins back like any other."""
    item = picked.item
    claimed = hand_out(
        tx,
        place,
        member,
        picked.row.subject_id or 0,
        at,
        cause,
        chances.coupons,
        chances.choice,
        way=KeptFor.SHOP,
        price=item.price,
    )
    if not isinstance(claimed, Claimed):
        return _refusal(item.title, claimed)
    outcome = Bought(item.title, item.kind, item.price, claimed.balance, claimed.code, claimed.closes)
    coupon_id = tx.execute(
        select(col(Coupon.id)).where(col(Coupon.member_id) == member.member_id, col(Coupon.cause) == cause)
    ).scalar_one()
    shop.write_down(tx, place, member, picked, outcome, PurchaseState.DONE, at, cause, subject_id=coupon_id)
    return outcome


def _refusal(title: str, outcome: AlreadyClaimed | ClaimRefusal) -> BuyOutcome:  # noqa: PLR0911  # a table of refusals  # a table of refusals
    """A campaign's refusal in the shop's words: a limit is told as a limit, not as an end."""
    match outcome:
        case AlreadyClaimed():
            return LimitReached(title, None, None)
        case SoldOut():
            return ItemSoldOut(title)
        case TooEarly(opens=opens):
            return ItemNotYet(title, opens)
        case PriceTooHigh(price=price, balance=balance):
            return TooDear(title, price, balance)
        case NotForTier(tier=tier, yours=mine):
            return TierTooLow(title, tier, mine)
        case OfferedBefore():
            return SoldBefore(title)
        case TooLate() | Cancelled() | NoSuchCoupon():
            return ItemGone(title)


def _ticket(
    tx: Tx,
    place: Place,
    member: Standing,
    sender: Sender,
    picked: Pick,
    at: datetime,
    cause: str,
    salt: bytes,
) -> BuyOutcome | EntryRefusal:
    """An entry that weighs as much as a free one; a cancelled raffle gives its coins back."""
    item, raffle_id = picked.item, picked.row.subject_id or 0
    paid = Paid(picked.key(member), item.price)
    entered = raffles.enter(tx, place, sender, raffle_id, at, cause, salt, RafflePolicy(), paid=paid)
    if isinstance(entered, AlreadyEntered):
        return InAlready(item.title)
    if not isinstance(entered, Entered):
        return entered
    _charge(tx, place, member, picked, at)
    outcome = Bought(item.title, item.kind, item.price, member.balance - item.price, entry=entered.number)
    entry_id = tx.execute(
        select(col(RaffleEntry.id)).where(
            col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.member_id) == member.member_id
        )
    ).scalar_one()
    shop.write_down(tx, place, member, picked, outcome, PurchaseState.DONE, at, cause, subject_id=entry_id)
    return outcome


def _favour(tx: Tx, place: Place, member: Standing, picked: Pick, at: datetime, cause: str) -> Bought:
    """What staff do by hand waits for them, and the owner hears of it; who bought it stands in `/items`."""
    _charge(tx, place, member, picked, at)
    outcome = _bought(member, picked)
    purchase_id = shop.write_down(tx, place, member, picked, outcome, PurchaseState.WAITING, at, cause)
    tell_owner(
        tx,
        place,
        FavourWaiting(purchase_id, picked.item.number, picked.item.title),
        Terms(now=at, key=f"favour:{purchase_id}", not_after=at + OWNER_TOLD_WITHIN),
    )
    return outcome


def _bought(member: Standing, picked: Pick) -> Bought:
    item = picked.item
    return Bought(item.title, item.kind, item.price, member.balance - item.price)


def _charge(tx: Tx, place: Place, member: Standing, picked: Pick, at: datetime) -> None:
    ledger.charge(
        tx,
        community_id=place.community_id,
        key=picked.key(member),
        member_account=member.account_id,
        shop=place.shop_account,
        amount=picked.item.price,
        reason="shop",
        at=at,
    )
