"""Staff make campaigns of coupons and look at them. How one is cancelled stands in `cancellation.py`."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.coupons.campaign_rows import by_number, count_staged, lock_subject, running_with_code
from bot.features.coupons.cancellation import CancelOutcome, cancel, close_campaign, refund_some
from bot.rules.act import Act
from bot.rules.coupon_states import CampaignState, CouponState, KeptFor
from bot.rules.coupons.campaigns import (
    CampaignMade,
    CampaignShown,
    CampaignUnknown,
    CouponPolicy,
    NewCampaign,
    SharedCodeTaken,
)
from bot.rules.coupons.claims import opens_for
from bot.rules.for_whom import Aimed
from bot.rules.place import Place
from bot.rules.segments import BadSegment
from bot.rules.tiers import Tier
from bot.rules.windows import WindowPast, WindowUpsideDown, check_window
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.coupons.campaigns import CARD, card_of
from bot.store.coupons.hand_out import hang
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.for_whom import aim
from bot.store.messages.cards import CardSubject, hang_card, take_down
from bot.store.messages.outbox import Terms
from bot.store.messages.refused import heard_in, untold_card
from bot.store.on_air import update_cards_on_air
from bot.store.orders import count_orders_with_shared_code
from bot.store.oversight import tell_of
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Campaign, Coupon
from bot.store.tables.base import id_of

MADE = "campaign.made"

MakeOutcome = CampaignMade | SharedCodeTaken | WindowPast | WindowUpsideDown | BadSegment


class Campaigns:
    """Staff's use cases of coupon campaigns."""

    def __init__(self, db: Database, policy: CouponPolicy) -> None:
        self._db = db
        self._policy = policy

    async def make(self, act: Act, wish: NewCampaign) -> MakeOutcome:
        """Make a campaign and promise its card."""
        return await self._db.write(make, act, wish, self._policy, await self.aim(act, wish.segment))

    async def aim(self, act: Act, segment: str) -> Aimed | BadSegment | None:
        """Whom a segment reaches; None for all fans."""
        return await self._db.read(aim, act.place, segment, act.at) if segment else None

    async def cancel(self, act: Act, number: int) -> CancelOutcome:
        """Take a campaign back: void what is held, give the coins back."""
        outcome = await self._db.write(cancel, act, number)
        await self.finish_refunds(act.at)
        return outcome

    async def finish_refunds(self, at: datetime) -> None:
        """Void in chunks what cancelled campaigns still hold. That includes what a crash interrupted."""
        await finish_refunds(self._db, at)

    async def show(self, place: Place, number: int, at: datetime) -> CampaignShown | CampaignUnknown:
        """How a campaign stands."""
        return await self._db.read(campaign_shown, place, number, at)


async def finish_refunds(db: Database, at: datetime) -> None:
    """Void what cancelled campaigns still hold, one chunk a transaction."""
    while await db.write(refund_some, at):
        pass


def make(
    tx: Tx, act: Act, wish: NewCampaign, policy: CouponPolicy, aimed: Aimed | BadSegment | None = None
) -> MakeOutcome:
    """Number a campaign, write it down, hang its cards. `aimed` is its segment, looked at beforehand."""
    shop = lock_shop(tx, act.community_id)
    before = first_answer(tx, act, CampaignMade)
    if before is not None:
        return before
    if isinstance(aimed, BadSegment):
        return aimed
    wrong = check_window(wish.opens, wish.closes, act.at)
    if wrong is not None:
        return wrong
    if wish.opens is not None and wish.opens <= act.at:
        wish = replace(wish, opens=None)  # it is open already
    if wish.shared_code is not None:
        taken = running_with_code(tx, act.community_id, wish.shared_code, act.at)
        if taken is not None:
            return SharedCodeTaken(wish.shared_code, taken.number)
    if wish.file is not None:
        wish = replace(wish, stock=count_staged(tx, wish.file.batch_id))
    shop.campaigns_made += 1
    campaign = _new_row(act, wish, shop.campaigns_made)
    tx.add(campaign)
    tx.flush()
    chats = hang(tx, act, id_of(campaign), wish.opens, wish.closes) if not wish.kept_for else []
    groups, untold = heard_in(tx, act.community_id, chats)
    if not wish.kept_for:
        update_cards_on_air(tx, act.community_id, act.at)
    entry = record_act(
        tx,
        act,
        MADE,
        f"#{campaign.number} {wish.title}",
        subject_id=campaign.id,
        after=causes.to_facts(wish),
    )
    tell_of(tx, act.place, entry)
    outcome = replace(_made(campaign, wish, policy), groups=groups, untold=untold, audit_id=id_of(entry), aimed=aimed)
    entry.answer = causes.to_json(outcome)
    return outcome


def _new_row(act: Act, wish: NewCampaign, number: int) -> Campaign:
    return Campaign(
        community_id=act.community_id,
        number=number,
        title=wish.title,
        stock=wish.stock,
        price=wish.price,
        per_fan=wish.limit,
        tier=wish.tier,
        segment=wish.segment,
        opens=wish.opens,
        closes=wish.closes,
        shared_code=wish.shared_code,
        kept_for=wish.kept_for,
        batch_id=wish.file.batch_id if wish.file is not None else None,
        made_by=act.actor_id,
        made_at=act.at,
    )


def _made(campaign: Campaign, wish: NewCampaign, policy: CouponPolicy) -> CampaignMade:
    """What staff hear, but for the groups that get the card and the act's number."""
    return CampaignMade(
        number=campaign.number,
        title=wish.title,
        stock=wish.stock,
        price=wish.price,
        limit=wish.limit,
        tier=wish.tier,
        opens=wish.opens,
        closes=wish.closes,
        shared_code=wish.shared_code,
        groups=0,
        audit_id=0,
        kept_for=wish.kept_for,
        core_from=_comes_first(Tier.CORE, wish, policy),
        loyal_from=_comes_first(Tier.LOYAL, wish, policy),
        first_code=wish.file.first if wish.file is not None else None,
        last_code=wish.file.last if wish.file is not None else None,
    )


def _comes_first(tier: Tier, wish: NewCampaign, policy: CouponPolicy) -> datetime | None:
    """When a tier may claim a drop of the group before the others, if it may."""
    if wish.opens is None or wish.kept_for is not None or not tier.at_least(wish.tier):
        return None
    return opens_for(tier, wish.opens, policy.early)


def undo_make(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a fresh campaign back; False once somebody has claimed from it."""
    campaign = lock_subject(tx, entry)
    if campaign is None or campaign.taken > 0 or campaign.state != CampaignState.OPEN:
        return False
    close_campaign(tx, act, campaign, undoes_id=entry.id)
    return True


def campaign_shown(session: Session, place: Place, number: int, at: datetime) -> CampaignShown | CampaignUnknown:
    """A campaign's figures for staff."""
    campaign = by_number(session, place.community_id, number)
    if campaign is None:
        return CampaignUnknown(number)
    redeemed = session.execute(
        select(func.count()).where(col(Coupon.campaign_id) == campaign.id, col(Coupon.state) == CouponState.REDEEMED)
    ).scalar_one()
    card = card_of(session, place.community_id, id_of(campaign), at)
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
        untold=untold_card(session, place.community_id, CARD, id_of(campaign)) if alive else (),
        orders=count_orders_with_shared_code(session, id_of(campaign)) if campaign.shared_code is not None else None,
        segment=campaign.segment,
    )


def rehang(tx: Tx, community_id: int, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
    """Hang the cards of campaigns that still run into the chat that took another's place."""
    for campaign_id in take_down(tx, CARD, old_chat_id, new_chat_id):
        campaign = tx.get_one(Campaign, campaign_id)
        runs = campaign.state == CampaignState.OPEN and (campaign.closes is None or campaign.closes > at)
        if runs:
            subject = CardSubject(community_id, CARD, campaign_id)
            hang_card(tx, subject, new_chat_id, Terms(now=at, instead=True), turns_at=campaign.closes)
