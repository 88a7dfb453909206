"""What staff do with coupon campaigns: make, look at, cancel, and take that back."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupons.coupons import (
    POLICY,
    AlreadyCancelled,
    CampaignCancelled,
    CampaignMade,
    CampaignShown,
    CampaignState,
    CampaignUnknown,
    CouponState,
    KeptFor,
    NewCampaign,
    SharedCodeTaken,
    WindowPast,
    WindowUpsideDown,
    check_window,
    opens_for,
)
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store import causes
from bot.store.audit import caused_by, record
from bot.store.coupons.campaigns import CARD, card_of
from bot.store.coupons.hand_out import give_back_claim, hang
from bot.store.engine.db import Database, Tx
from bot.store.messages.cards import CardSubject, hang_card, take_down, touch_cards
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import heard_in, untold_card
from bot.store.oversight import tell_of
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Campaign, CampaignCode, CodeBatch, Coupon

MADE = "campaign.made"
CANCELLED = "campaign.cancelled"

CHUNK = 500
"""Coupons refunded in one transaction: no write holds the writer longer than 50 ms."""

MakeOutcome = CampaignMade | SharedCodeTaken | WindowPast | WindowUpsideDown
CancelOutcome = CampaignCancelled | AlreadyCancelled | CampaignUnknown


class Campaigns:
    """Staff's use cases of coupon campaigns."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def make(self, place: Place, actor_id: int, wish: NewCampaign, at: datetime, cause: str) -> MakeOutcome:
        """Make a campaign and promise its card."""
        return await self._db.write(make, place, actor_id, wish, at, cause)

    async def cancel(self, place: Place, actor_id: int, number: int, at: datetime, cause: str) -> CancelOutcome:
        """Take a campaign back: void what is held, give the coins back."""
        outcome = await self._db.write(cancel, place, actor_id, number, at, cause)
        await self.finish_refunds(at)
        return outcome

    async def finish_refunds(self, at: datetime) -> None:
        """Refund in chunks whatever cancelled campaigns still hold; also what a crash interrupted."""
        while await self._db.write(refund_some, at):
            pass

    async def show(self, place: Place, number: int, at: datetime) -> CampaignShown | CampaignUnknown:
        """How a campaign stands."""
        return await self._db.read(show, place, number, at)


def make(tx: Tx, place: Place, actor_id: int, wish: NewCampaign, at: datetime, cause: str) -> MakeOutcome:
    """Number it, write it down, hang its cards."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(CampaignMade, done.answer)
    wrong = check_window(wish.opens, wish.closes, at)
    if wrong is not None:
        return wrong
    if wish.opens is not None and wish.opens <= at:
        wish = replace(wish, opens=None)  # it is open already
    shop = lock_shop(tx, place.community_id)
    if wish.shared_code is not None:
        taken = _running_with_code(tx, place, wish.shared_code, at)
        if taken is not None:
            return SharedCodeTaken(wish.shared_code, taken.number)
    if wish.file is not None:
        wish = replace(wish, stock=_staged(tx, wish.file.batch_id))
    shop.campaigns_made += 1
    number = shop.campaigns_made
    campaign = Campaign(
        community_id=place.community_id,
        number=number,
        title=wish.title,
        stock=wish.stock,
        price=wish.price,
        per_fan=wish.limit,
        tier=wish.tier,
        opens=wish.opens,
        closes=wish.closes,
        shared_code=wish.shared_code,
        kept_for=wish.kept_for,
        batch_id=wish.file.batch_id if wish.file is not None else None,
        made_by=actor_id,
        made_at=at,
    )
    tx.add(campaign)
    tx.flush()
    chats = hang(tx, place.community_id, _id(campaign.id), wish.opens, wish.closes, at) if not wish.kept_for else []
    groups, untold = heard_in(tx, place.community_id, chats)
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=MADE,
        subject_id=campaign.id,
        subject=f"#{number} {wish.title}",
        at=at,
        cause=cause,
        after=causes.to_facts(wish),
    )
    tell_of(tx, place, entry)
    outcome = CampaignMade(
        number=number,
        title=wish.title,
        stock=wish.stock,
        price=wish.price,
        limit=wish.limit,
        tier=wish.tier,
        opens=wish.opens,
        closes=wish.closes,
        shared_code=wish.shared_code,
        groups=groups,
        audit_id=_id(entry.id),
        kept_for=wish.kept_for,
        core_from=_comes_first(Tier.CORE, wish),
        loyal_from=_comes_first(Tier.LOYAL, wish),
        first_code=wish.file.first if wish.file is not None else None,
        last_code=wish.file.last if wish.file is not None else None,
        untold=untold,
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def cancel(tx: Tx, place: Place, actor_id: int, number: int, at: datetime, cause: str) -> CancelOutcome:
    """Close the campaign for good; its held coupons are refunded right after, in chunks."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(CampaignCancelled, done.answer)
    campaign = _by_number(tx, place, number, lock=True)
    if campaign is None:
        return CampaignUnknown(number)
    if campaign.state == CampaignState.CANCELLED:
        return AlreadyCancelled(number, campaign.title)
    return close_campaign(tx, place, actor_id, campaign, at, cause)


def close_campaign(
    tx: Tx,
    place: Place,
    actor_id: int,
    campaign: Campaign,
    at: datetime,
    cause: str,
    undoes_id: int | None = None,
) -> CampaignCancelled:
    """Mark it cancelled, count what is to be refunded, write the act down, show it on the cards."""
    campaign.state = CampaignState.CANCELLED
    tx.flush()
    coupons, coins = tx.execute(
        select(func.count(), func.coalesce(func.sum(Coupon.paid), 0)).where(
            col(Coupon.campaign_id) == campaign.id, col(Coupon.state) == CouponState.HELD
        )
    ).one()
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=CANCELLED,
        subject_id=campaign.id,
        subject=f"#{campaign.number} {campaign.title}",
        at=at,
        cause=cause,
        before={"state": CampaignState.OPEN, "taken": campaign.taken},
        after={"state": CampaignState.CANCELLED, "voided": coupons, "refunded": int(coins)},
        undoes_id=undoes_id,
    )
    outcome = CampaignCancelled(
        number=campaign.number,
        title=campaign.title,
        coupons=coupons,
        refunded=int(coins),
        audit_id=_id(entry.id),
        undoable=campaign.taken == 0,
    )
    entry.answer = causes.to_json(outcome)
    touch_cards(tx, place.community_id, CARD, _id(campaign.id), at)
    return outcome


def refund_some(tx: Tx, at: datetime) -> bool:
    """Void up to 500 held coupons of cancelled campaigns and give their coins back; False if there were none."""
    held = (
        tx.execute(
            select(Coupon)
            .join(Campaign, col(Campaign.id) == col(Coupon.campaign_id))
            .where(col(Campaign.state) == CampaignState.CANCELLED, col(Coupon.state) == CouponState.HELD)
            .order_by(col(Coupon.id))
            .limit(CHUNK)
            .with_for_update(of=Coupon, skip_locked=True)
        )
        .scalars()
        .all()
    )
    for coupon in held:
        coupon.state = CouponState.CANCELLED
        if coupon.paid:
            give_back_claim(tx, coupon.community_id, coupon.id, at)
    return bool(held)


def undo_make(tx: Tx, place: Place, actor_id: int, entry: AuditEntry, at: datetime, cause: str) -> bool:
    """Take a fresh campaign back; False once somebody has claimed from it."""
    campaign = _locked(tx, place, entry)
    if campaign is None or campaign.taken > 0 or campaign.state != CampaignState.OPEN:
        return False
    close_campaign(tx, place, actor_id, campaign, at, cause, undoes_id=entry.id)
    return True


def undo_cancel(tx: Tx, place: Place, entry: AuditEntry, at: datetime) -> bool:
    """Open a cancelled campaign again; False if coupons were voided by it or its code is in use by now."""
    campaign = _locked(tx, place, entry)
    if campaign is None or campaign.taken > 0:
        return False
    if campaign.batch_id is not None and _staged(tx, campaign.batch_id) != campaign.stock:
        return False  # its codes came again with another file
    if campaign.shared_code is not None:
        lock_shop(tx, place.community_id)
        if _running_with_code(tx, place, campaign.shared_code, at) is not None:
            return False
    campaign.state = CampaignState.OPEN
    tx.flush()
    touch_cards(tx, place.community_id, CARD, _id(campaign.id), at)
    return True


def show(session: Session, place: Place, number: int, at: datetime) -> CampaignShown | CampaignUnknown:
    """A campaign's figures for staff."""
    campaign = _by_number(session, place, number)
    if campaign is None:
        return CampaignUnknown(number)
    redeemed = session.execute(
        select(func.count()).where(col(Coupon.campaign_id) == campaign.id, col(Coupon.state) == CouponState.REDEEMED)
    ).scalar_one()
    card = card_of(session, place.community_id, _id(campaign.id), at)
    alive = card is not None and not card.over
    return CampaignShown(
        number=number,
        title=campaign.title,
        stock=campaign.stock,
        taken=campaign.taken,
        redeemed=redeemed,
        price=campaign.price,
        state=card.state if card is not None else campaign.state,
        opens=campaign.opens,
        closes=campaign.closes,
        shared_code=campaign.shared_code,
        kept_for=KeptFor(campaign.kept_for) if campaign.kept_for is not None else None,
        untold=untold_card(session, place.community_id, CARD, _id(campaign.id)) if alive else (),
    )


def rehang(tx: Tx, community_id: int, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
    """Hang the cards of campaigns that still run into the chat that took another's place."""
    for campaign_id in take_down(tx, CARD, old_chat_id, new_chat_id):
        campaign = tx.get_one(Campaign, campaign_id)
        runs = campaign.state == CampaignState.OPEN and (campaign.closes is None or campaign.closes > at)
        if runs:
            subject = CardSubject(community_id, CARD, campaign_id)
            hang_card(tx, subject, new_chat_id, Terms(now=at), turns_at=campaign.closes)


def _staged(tx: Tx, batch_id: int) -> int:
    """Codes of a file, which nobody clears away until we are done."""
    tx.execute(select(col(CodeBatch.id)).where(col(CodeBatch.id) == batch_id).with_for_update()).one()
    return tx.execute(select(func.count()).where(col(CampaignCode.batch_id) == batch_id)).scalar_one()


def _comes_first(tier: Tier, wish: NewCampaign) -> datetime | None:
    """When a tier may claim a drop of the group before the others, if it may."""
    if wish.opens is None or wish.kept_for is not None or not tier.at_least(wish.tier):
        return None
    return opens_for(tier, wish.opens, POLICY)


def _by_number(session: Session, place: Place, number: int, *, lock: bool = False) -> Campaign | None:
    query = select(Campaign).where(col(Campaign.community_id) == place.community_id, col(Campaign.number) == number)
    return session.execute(query.with_for_update() if lock else query).scalar_one_or_none()


def _locked(tx: Tx, place: Place, entry: AuditEntry) -> Campaign | None:
    return tx.execute(
        select(Campaign)
        .where(col(Campaign.community_id) == place.community_id, col(Campaign.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()


def _running_with_code(tx: Tx, place: Place, code: str, at: datetime) -> Campaign | None:
    """The campaign that uses this shared code now; one whose window is over lets go of it."""
    campaign = tx.execute(
        select(Campaign).where(
            col(Campaign.community_id) == place.community_id,
            col(Campaign.shared_code) == code,
            col(Campaign.state) == CampaignState.OPEN,
        )
    ).scalar_one_or_none()
    if campaign is not None and campaign.closes is not None and campaign.closes <= at:
        campaign.state = CampaignState.ENDED
        tx.flush()
        return None
    return campaign


def _id(value: int | None) -> int:
    if value is None:
        raise LookupError("the row has no id before it is flushed")
    return value
