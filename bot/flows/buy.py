"""Buying in the coin shop: paying the price and getting the item are one transaction.

Everything is decided before anything is written, so that a refusal takes no stock and no coins.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from sqlalchemy import select
from sqlmodel import col

from bot.features.coin_shop import shelf, wishes
from bot.features.coin_shop.shelf import Pick
from bot.features.raffles.entries import enter
from bot.rules.act import Act
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
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.claims import (
    AlreadyClaimed,
    Cancelled,
    Claimed,
    ClaimRefusal,
    NoSuchCoupon,
    OfferedBefore,
    PriceTooHigh,
    SoldOut,
    TooEarly,
    TooLate,
)
from bot.rules.coupons.claims import TierTooLow as NotForTier
from bot.rules.for_whom import NotForYou, Offered
from bot.rules.policies import Policies
from bot.rules.raffles.entries import AlreadyEntered, Entered, EntryRefusal, Paid
from bot.rules.sealing import SALT_BYTES
from bot.rules.tiers import TierPolicy
from bot.store import ledger
from bot.store.coupons.hand_out import Choice, Claim, ClaimTools, hand_out
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.raffle_tickets import entry_of
from bot.store.tables import Coupon


class Buying:
    """Use cases of buying in the coin shop."""

    def __init__(self, db: Database, policies: Policies, choice: Choice, random_bytes: Callable[[int], bytes]) -> None:
        """`choice` draws the codes of coupons, `random_bytes` the salts of entries in raffles."""
        self._db = db
        self._claims = ClaimTools.of(policies, choice)
        self._policies = policies
        self._random_bytes = random_bytes

    async def buy(self, act: Act, yes: Yes) -> BuyOutcome | EntryRefusal:
        """Buy the item to which the sender said yes."""
        return await self._db.write(self._buy, act, yes, self._random_bytes(SALT_BYTES))

    def _buy(self, tx: Tx, act: Act, yes: Yes, salt: bytes) -> BuyOutcome | EntryRefusal:
        member = standing(tx, act.community_id, act.sender, act.at)
        before = shelf.bought_before(tx, member, act.cause, act.at)
        if before is not None:
            return before
        picked = shelf.pick(tx, act, member, yes, self._policies[TierPolicy])
        if not isinstance(picked, Pick):
            return picked
        match picked.item.kind:
            case ItemKind.COUPON:
                return self._buy_coupon(tx, act, picked)
            case ItemKind.RAFFLE:
                return self._buy_ticket(tx, act, picked, salt)
            case ItemKind.MAKE_UP:
                _charge(tx, act, picked)
                outcome = picked.bought()
                shelf.write_down(tx, act, picked, outcome, PurchaseState.DONE)
                return outcome
            case ItemKind.FAVOUR:
                return _buy_favour(tx, act, picked)
            case _:
                assert_never(picked.item.kind)

    def _buy_coupon(self, tx: Tx, act: Act, picked: Pick) -> BuyOutcome:
        """The claim of the coupon takes the price, so that a cancelled campaign gives these coins back too."""
        item, campaign_id = picked.item, picked.row.subject_id
        if campaign_id is None:
            return ItemGone(item.title)
        wanted = Claim(act.place, campaign_id, act.at, act.cause, way=KeptFor.SHOP, price=item.price, origin=act.origin)
        claimed = hand_out(tx, picked.member, wanted, self._claims)
        if not isinstance(claimed, Claimed):
            return _refusal(item.title, claimed)
        outcome = Bought(item.title, item.kind, item.price, claimed.balance, claimed.code, claimed.closes)
        coupon_id = tx.execute(
            select(col(Coupon.id)).where(
                col(Coupon.member_id) == picked.member.member_id, col(Coupon.cause) == act.cause
            )
        ).scalar_one()
        shelf.write_down(tx, act, picked, outcome, PurchaseState.DONE, coupon_id)
        return outcome

    def _buy_ticket(self, tx: Tx, act: Act, picked: Pick, salt: bytes) -> BuyOutcome | EntryRefusal:
        """Buy an entry with the same weight as a free one. A cancelled raffle gives its coins back."""
        item, raffle_id = picked.item, picked.row.subject_id
        if raffle_id is None:
            return ItemGone(item.title)
        paid = Paid(picked.key, item.price)
        entered = enter(tx, act, raffle_id, salt, self._policies, ticket=paid)
        if isinstance(entered, AlreadyEntered):
            return InAlready(item.title)
        if not isinstance(entered, Entered):
            return entered
        _charge(tx, act, picked)
        outcome = replace(picked.bought(), entry=entered.number)
        entry_id = entry_of(tx, raffle_id, picked.member.member_id)
        shelf.write_down(tx, act, picked, outcome, PurchaseState.DONE, entry_id)
        return outcome


def _buy_favour(tx: Tx, act: Act, picked: Pick) -> Bought:
    """Buy a favour: it waits for staff, and the owner is told who bought it. Its buyer can say what they wish."""
    _charge(tx, act, picked)
    outcome = picked.bought()
    purchase_id = shelf.write_down(tx, act, picked, outcome, PurchaseState.WAITING)
    wishes.tell_of_purchase(tx, act, purchase_id)
    return replace(outcome, purchase_id=purchase_id)


def _charge(tx: Tx, act: Act, picked: Pick) -> None:
    ledger.charge(
        tx,
        ledger.TransferHeader(act.community_id, picked.key, "shop", act.at),
        member_account=picked.member.account_id,
        shop=act.place.shop_account,
        amount=picked.item.price,
    )


def _refusal(title: str, outcome: AlreadyClaimed | ClaimRefusal) -> BuyOutcome:  # noqa: PLR0911  # one return for each refusal
    """The coin shop's outcome for a campaign's refusal. A reached limit stays a limit: it doesn't look like an end."""
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
        case NotForYou(whom=whom):
            return NotForYou(Offered.ITEM, title, whom)
        case TooLate() | Cancelled() | NoSuchCoupon():
            return ItemGone(title)
