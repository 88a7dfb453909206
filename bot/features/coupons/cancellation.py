"""Staff cancel a campaign of coupons: what is held is void, and its coins go back."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from bot.features.coupons.campaign_rows import by_number, count_staged, lock_subject, running_with_code
from bot.rules.act import Act
from bot.rules.coupon_states import CampaignState, CouponState
from bot.rules.coupons.campaigns import AlreadyCancelled, CampaignCancelled, CampaignUnknown
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.coupons.campaigns import CARD
from bot.store.coupons.hand_out import give_back_claim
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import touch_cards
from bot.store.on_air import update_cards_on_air
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Campaign, Coupon
from bot.store.tables.base import id_of

CANCELLED = "campaign.cancelled"

CHUNK = 500
"""Coupons refunded in one transaction: no write holds the writer longer than 50 ms."""

CancelOutcome = CampaignCancelled | AlreadyCancelled | CampaignUnknown


def cancel(tx: Tx, act: Act, number: int) -> CancelOutcome:
    """Close the campaign for good; its held coupons are refunded right after, in chunks."""
    before = first_answer(tx, act, CampaignCancelled)
    if before is not None:
        return before
    campaign = by_number(tx, act.community_id, number, lock=True)
    if campaign is None:
        return CampaignUnknown(number)
    if campaign.state == CampaignState.CANCELLED:
        return AlreadyCancelled(number, campaign.title)
    return close_campaign(tx, act, campaign)


def close_campaign(tx: Tx, act: Act, campaign: Campaign, undoes_id: int | None = None) -> CampaignCancelled:
    """Mark it cancelled, count what is to be refunded, write the act down, show it on the cards."""
    campaign.state = CampaignState.CANCELLED
    tx.flush()
    held = tx.execute(
        select(func.count().label("coupons"), func.coalesce(func.sum(Coupon.paid), 0).label("coins")).where(
            col(Coupon.campaign_id) == campaign.id, col(Coupon.state) == CouponState.HELD
        )
    ).one()
    coupons, coins = int(held.coupons), int(held.coins)
    entry = record_act(
        tx,
        act,
        CANCELLED,
        f"#{campaign.number} {campaign.title}",
        subject_id=campaign.id,
        before={"state": CampaignState.OPEN, "taken": campaign.taken},
        after={"state": CampaignState.CANCELLED, "voided": coupons, "refunded": coins},
        undoes_id=undoes_id,
    )
    outcome = CampaignCancelled(
        number=campaign.number,
        title=campaign.title,
        coupons=coupons,
        refunded=coins,
        audit_id=id_of(entry),
        undoable=campaign.taken == 0,
    )
    entry.answer = causes.to_json(outcome)
    touch_cards(tx, act.community_id, CARD, id_of(campaign), act.at)
    update_cards_on_air(tx, act.community_id, act.at)
    return outcome


def refund_some(tx: Tx, at: datetime) -> bool:
    """Void up to 500 held coupons of cancelled campaigns and give their coins back; False if there were none."""
    held = (
        tx.execute(
            select(Coupon)
            .where(
                col(Coupon.campaign_id).in_(
                    select(col(Campaign.id)).where(col(Campaign.state) == CampaignState.CANCELLED)
                ),
                col(Coupon.state) == CouponState.HELD,
            )
            .order_by(col(Coupon.campaign_id), col(Coupon.id))
            .limit(CHUNK)
            .with_for_update(of=Coupon, skip_locked=True)
        )
        .scalars()
        .all()
    )
    for coupon in held:
        coupon.state = CouponState.CANCELLED
        if coupon.paid:
            give_back_claim(tx, coupon.community_id, id_of(coupon), at)
    return bool(held)


def undo_cancel(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Open a cancelled campaign again; False if coupons were voided by it or its code is in use by now."""
    campaign = lock_subject(tx, entry)
    if campaign is None or campaign.taken > 0:
        return False
    if campaign.batch_id is not None and count_staged(tx, campaign.batch_id) != campaign.stock:
        return False  # its codes came again with another file
    if campaign.shared_code is not None:
        lock_shop(tx, act.community_id)
        if running_with_code(tx, act.community_id, campaign.shared_code, act.at) is not None:
            return False
    campaign.state = CampaignState.OPEN
    tx.flush()
    touch_cards(tx, act.community_id, CARD, id_of(campaign), act.at)
    update_cards_on_air(tx, act.community_id, act.at)
    return True
