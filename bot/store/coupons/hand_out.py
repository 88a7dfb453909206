"""Handing coupons out: the one way by which a campaign's coupon becomes a fan's, whoever asks for it.

The group's button, the coin shop, gifts and heart goals all end here, so that stock, limits and codes are counted once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select, true, update
from sqlalchemy.sql import ClauseElement
from sqlmodel import col

from bot.rules.act import Act, Occasion, Origin
from bot.rules.calendar import day_of
from bot.rules.coupon_states import CampaignState, CouponState, KeptFor
from bot.rules.coupons.campaigns import CampaignFacts, CouponPolicy
from bot.rules.coupons.claims import (
    AlreadyClaimed,
    Cancelled,
    Claimant,
    Claimed,
    ClaimOutcome,
    ClaimRefusal,
    NoSuchCoupon,
    SoldOut,
    asks_for_tier,
    may_claim,
)
from bot.rules.coupons.codes import new_code
from bot.rules.coupons.held_coupons import fate_of
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.rules.tiers import Tier, TierPolicy
from bot.store import causes, ledger
from bot.store.coupons.campaigns import CARD, find_campaign
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Rx, Tx
from bot.store.for_whom import is_for
from bot.store.members import Standing
from bot.store.messages.cards import CardSubject, hang_cards, touch_cards
from bot.store.messages.outbox import Terms
from bot.store.notes import note
from bot.store.on_air import update_cards_on_air
from bot.store.tables import Campaign, CampaignCode, Coupon
from bot.store.tables.base import Id
from bot.store.tiers import tier_of

Choice = Callable[[str], str]
"""Picks one character of a string: `secrets.choice`."""


@dataclass(frozen=True, slots=True)
class ClaimTools:
    """What a claim is decided by, and what its code is drawn with."""

    policy: CouponPolicy
    tiers: TierPolicy
    choice: Choice

    @classmethod
    def of(cls, policies: Policies, choice: Choice) -> Self:
        """With the policies of coupons and of tiers; `choice` picks the characters of a code."""
        return cls(policies[CouponPolicy], policies[TierPolicy], choice)


@dataclass(frozen=True, slots=True)
class Claim:
    """One coupon of a campaign that a fan is to get."""

    place: Place
    campaign_id: int
    at: datetime
    cause: str
    """The update that asks for it, or a key of the domain's own. The same cause gets the same coupon again."""
    way: KeptFor | None = None
    """By what it is handed out. A campaign that is kept for something is handed out by that way only, one that hangs
    in the group by any."""
    price: int | None = None
    """In place of the campaign's own price. It is charged here, so that a cancelled campaign gives it back. 0 charges
    nothing."""
    was_set_aside: bool = False
    """Whether `set_aside` took it from the stock before."""
    origin: Origin | None = None
    """The message through which the fan asked for it."""


class _Theirs(NamedTuple):
    """A coupon of the campaign that the fan has already: the columns of `_HELD`."""

    nth: int
    code: str | None
    state: str
    cause: str | None
    answer: str | None
    claimed_at: datetime


_HELD = Hot(
    select(
        col(Coupon.nth),
        col(Coupon.code),
        col(Coupon.state),
        col(Coupon.cause),
        col(Coupon.answer),
        col(Coupon.claimed_at),
    )
    .where(
        and_(
            col(Coupon.campaign_id) == bindparam("campaign_id", type_=Id),
            col(Coupon.member_id) == bindparam("member_id", type_=Id),
        )
    )
    .order_by(col(Coupon.nth))
)
_TAKE = Hot(
    update(Campaign)
    .where(
        and_(
            col(Campaign.id) == bindparam("campaign_id", type_=Id),
            col(Campaign.community_id) == bindparam("community_id", type_=Id),
            col(Campaign.taken) < col(Campaign.stock),
            col(Campaign.state) == CampaignState.OPEN.value,
        )
    )
    .values(taken=col(Campaign.taken) + 1)
    .returning(col(Campaign.taken))
)
_CLAIM = Hot.upsert(
    lambda insert_: (
        insert_(Coupon)
        .values(
            community_id=bindparam("community_id"),
            campaign_id=bindparam("campaign_id"),
            member_id=bindparam("member_id"),
            nth=bindparam("nth"),
            code=bindparam("code"),
            paid=bindparam("paid"),
            state=bindparam("state"),
            claimed_at=bindparam("claimed_at"),
            cause=bindparam("cause"),
            answer=bindparam("answer"),
        )
        .on_conflict_do_nothing(index_elements=[col(Coupon.community_id), col(Coupon.code)])
        .returning(col(Coupon.id))
    )
)
_FREE = select(col(CampaignCode.id)).where(
    and_(col(CampaignCode.batch_id) == bindparam("batch_id", type_=Id), col(CampaignCode.taken).is_(False))
)
_FREE = _FREE.order_by(col(CampaignCode.id)).limit(1)


def _take_code(free: Select[Any]) -> ClauseElement:
    return (
        update(CampaignCode)
        .where(col(CampaignCode.id) == free.scalar_subquery())
        .values(taken=true())
        .returning(col(CampaignCode.code))
    )


_NEXT_CODE = Hot({"sqlite": _take_code(_FREE), "postgresql": _take_code(_FREE.with_for_update(skip_locked=True))})
_PUT_BACK = Hot(
    update(Campaign)
    .where(
        and_(
            col(Campaign.id) == bindparam("campaign_id", type_=Id),
            col(Campaign.community_id) == bindparam("community_id", type_=Id),
            col(Campaign.taken) > 0,
        )
    )
    .values(taken=col(Campaign.taken) - 1)
)


def usable_at(now: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Coupons that the till honours at `now`, in a query that joins their campaigns (`may_redeem`)."""
    return and_(
        col(Coupon.state) == CouponState.HELD,
        col(Campaign.state) == CampaignState.OPEN,
        or_(col(Campaign.closes).is_(None), col(Campaign.closes) > now),
    )


_COUNT_USABLE = Hot(
    select(func.count())
    .select_from(Coupon)
    .join(Campaign, col(Campaign.id) == col(Coupon.campaign_id))
    .where(col(Coupon.member_id) == bindparam("member_id", type_=Id), usable_at(bindparam("now")))
)


def count_usable(session: Rx | Tx, member_id: int, now: datetime) -> int:
    """How many coupons a member can use at `now`."""
    row = session.row(_COUNT_USABLE, member_id=member_id, now=now)
    return int(row[0]) if row is not None else 0


def hang(tx: Tx, act: Act, campaign_id: int, opens: datetime | None, closes: datetime | None) -> list[int]:
    """Promise a campaign's card in each group, from its opening on; their chats."""
    terms = Terms(now=act.at, due_at=opens, by_staff=act.typed, airing_id=act.airing_id)
    return hang_cards(tx, CardSubject(act.community_id, CARD, campaign_id), terms, turns_at=closes)


def unlock(tx: Tx, act: Act, campaign_id: int) -> CampaignFacts | None:
    """Hang the cards of a campaign that was kept for a heart goal: from now on it is a drop like any other.

    None if it isn't kept for one any more, was cancelled, or is over; nothing is changed then.
    """
    place, at = act.place, act.at
    campaign = find_campaign(tx, place.community_id, campaign_id)
    if campaign is None or (campaign.closes is not None and campaign.closes <= at):
        return None
    opens = campaign.opens if campaign.opens is not None and campaign.opens > at else at
    unlocked = tx.execute(
        update(Campaign)
        .where(
            col(Campaign.id) == campaign_id,
            col(Campaign.community_id) == place.community_id,
            col(Campaign.kept_for) == KeptFor.HEARTS,
            col(Campaign.state) == CampaignState.OPEN,
        )
        .values(kept_for=None, opens=opens)
        .returning(col(Campaign.id))
    ).all()
    if not unlocked:
        return None
    hang(tx, act, campaign_id, opens, campaign.closes)
    update_cards_on_air(tx, place.community_id, at)
    return find_campaign(tx, place.community_id, campaign_id)


def set_aside(tx: Tx, place: Place, campaign_id: int, at: datetime, policy: CouponPolicy) -> bool:
    """Take one from the stock for somebody who isn't known yet; False if none is left or it was cancelled.

    It ends by `hand_out` with a claim that `was_set_aside`, or by `put_back`.
    """
    if tx.row(_TAKE, campaign_id=campaign_id, community_id=place.community_id) is None:
        return False
    touch_cards(tx, place.community_id, CARD, campaign_id, at, every=policy.card_every)
    return True


def put_back(tx: Tx, place: Place, campaign_id: int, at: datetime, policy: CouponPolicy) -> None:
    """Give what was set aside back to the stock."""
    tx.touch(_PUT_BACK, campaign_id=campaign_id, community_id=place.community_id)
    touch_cards(tx, place.community_id, CARD, campaign_id, at, every=policy.card_every)


def hand_out(tx: Tx, member: Standing, claim: Claim, tools: ClaimTools) -> ClaimOutcome:
    """Decide, take one from the stock, charge, hand out the code. The member is locked (`standing`).

    A cause that claimed of this campaign before hears its first outcome.
    """
    campaign = find_campaign(tx, claim.place.community_id, claim.campaign_id)
    if campaign is None or (campaign.kept_for is not None and campaign.kept_for is not claim.way):
        return NoSuchCoupon()
    if claim.price is not None:
        campaign = replace(campaign, price=claim.price)
    theirs = [_Theirs(*row) for row in tx.rows(_HELD, campaign_id=campaign.id, member_id=member.member_id)]
    for one in theirs:
        if one.cause == claim.cause and one.answer is not None and claim.at - one.claimed_at < causes.KEPT:
            return causes.from_json(Claimed, one.answer)
    refusal = _refusal(tx, member, campaign, theirs, claim, tools)
    if refusal is not None:
        return refusal
    taken = campaign.taken if claim.was_set_aside else _take_one(tx, claim)
    if taken is None:
        now = find_campaign(tx, claim.place.community_id, campaign.id)
        gone = now is not None and now.state is CampaignState.CANCELLED
        return Cancelled(campaign.title) if gone else SoldOut(campaign.title)
    outcome = _write_down(tx, member, campaign, len(theirs) + 1, claim, tools)
    occasion = Occasion(claim.at, day_of(claim.at, claim.place.timezone), claim.origin)
    note(tx, member.member_id, Did.CLAIM, occasion, About(Thing.DROP, campaign.id))
    touch_cards(tx, claim.place.community_id, CARD, campaign.id, claim.at, every=tools.policy.card_every)
    if taken >= campaign.stock and campaign.kept_for is None:
        update_cards_on_air(tx, claim.place.community_id, claim.at)
    return outcome


def _refusal(
    tx: Tx, member: Standing, campaign: CampaignFacts, theirs: list[_Theirs], claim: Claim, tools: ClaimTools
) -> AlreadyClaimed | ClaimRefusal | None:
    """Why the fan gets no other coupon of this campaign, or None."""
    # What was taken back from a fan counts no more, unless the whole campaign was.
    held = [one for one in theirs if one.state != CouponState.CANCELLED or campaign.state is CampaignState.CANCELLED]
    at = claim.at
    if len(held) >= campaign.limit and campaign.state is CampaignState.OPEN and not _ran_out(campaign, held[-1], at):
        return _already(campaign, held[-1])
    tier = Tier.NEW
    if asks_for_tier(campaign, at):
        tier = tier_of(tx, claim.place, member.member_id, at, tools.tiers)
    is_meant = is_for(tx, claim.place, campaign.segment, member.member_id, at)
    claimant = Claimant(member.balance, tier, member.back_since, claim.was_set_aside, is_meant)
    refusal = may_claim(campaign, claimant, at, tools.policy.early)
    # Who holds one is told of theirs. The stock doesn't matter to them any more.
    return _already(campaign, held[-1]) if held and isinstance(refusal, SoldOut) else refusal


def _take_one(tx: Tx, claim: Claim) -> int | None:
    """How many are taken with this one; None if there is none left."""
    taken = tx.row(_TAKE, campaign_id=claim.campaign_id, community_id=claim.place.community_id)
    return taken[0] if taken is not None else None


def take_away(tx: Tx, place: Place, coupon_id: int, at: datetime) -> int | None:
    """Void a coupon that is still held and give its coins back; how many, or None if it was used or void already.

    The stock doesn't get it back: its code was shown.
    """
    paid = tx.execute(
        update(Coupon)
        .where(
            col(Coupon.id) == coupon_id,
            col(Coupon.community_id) == place.community_id,
            col(Coupon.state) == CouponState.HELD,
        )
        .values(state=CouponState.CANCELLED)
        .returning(col(Coupon.paid))
    ).scalar_one_or_none()
    if paid:
        give_back_claim(tx, place.community_id, coupon_id, at)
    return paid


def give_back_claim(tx: Tx, community_id: int, coupon_id: int, at: datetime) -> None:
    """Reverse what a claim was charged."""
    ledger.give_back(
        tx, ledger.TransferHeader(community_id, f"refund:{coupon_id}", "refund", at), charged_key=f"claim:{coupon_id}"
    )


def _ran_out(campaign: CampaignFacts, theirs: _Theirs, at: datetime) -> bool:
    """Whether a coupon wasn't used in time: its fan is told that the drop is over, not that they have it."""
    return fate_of(CouponState(theirs.state), campaign.state, campaign.closes, at) == "over"


def _already(campaign: CampaignFacts, theirs: _Theirs) -> AlreadyClaimed:
    code = theirs.code or campaign.shared_code or ""
    return AlreadyClaimed(campaign.title, code, campaign.closes, redeemed=theirs.state == CouponState.REDEEMED)


def _code(tx: Tx, campaign: CampaignFacts, choice: Choice) -> str:
    """A fresh code, or the next of the campaign's file: it has as many as there is stock."""
    if campaign.batch_id is None:
        return new_code(choice)
    row = tx.row(_NEXT_CODE, batch_id=campaign.batch_id)
    if row is None:
        raise RuntimeError(f"campaign {campaign.id} has stock left but no code")
    return str(row[0])


def _write_down(
    tx: Tx, member: Standing, campaign: CampaignFacts, nth: int, claim: Claim, tools: ClaimTools
) -> Claimed:
    for _ in range(tools.policy.retry_codes):
        code = None if campaign.shared_code else _code(tx, campaign, tools.choice)
        outcome = Claimed(
            title=campaign.title,
            code=code or campaign.shared_code or "",
            price=campaign.price,
            balance=member.balance - campaign.price,
            closes=campaign.closes,
        )
        made = tx.row(
            _CLAIM,
            community_id=claim.place.community_id,
            campaign_id=campaign.id,
            member_id=member.member_id,
            nth=nth,
            code=code,
            paid=campaign.price,
            state=CouponState.HELD.value,
            claimed_at=claim.at,
            cause=claim.cause,
            answer=causes.to_json(outcome),
        )
        if made is not None:
            if campaign.price:
                _charge(tx, member, made[0], campaign.price, claim)
            return outcome
    raise RuntimeError(f"{tools.policy.retry_codes} fresh codes were all taken: the random source is broken")


def _charge(tx: Tx, member: Standing, coupon_id: int, price: int, claim: Claim) -> None:
    ledger.charge(
        tx,
        ledger.TransferHeader(claim.place.community_id, f"claim:{coupon_id}", "claim", claim.at),
        member_account=member.account_id,
        shop=claim.place.shop_account,
        amount=price,
    )
