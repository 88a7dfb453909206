"""What staff do with gifts: offer, look at, close, and take that back."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.giveaway import CLOSED, MADE, check_offer
from bot.features.gifts.stock import offered_at
from bot.rules.act import Act
from bot.rules.coupon_states import CampaignState, KeptFor
from bot.rules.for_whom import Aimed
from bot.rules.gift_states import GiftKind, OfferState, Opens, RewardState, Stage, Who
from bot.rules.gifts.offers import (
    SHOWN,
    NewGift,
    NoSuchCampaign,
    OfferClosed,
    OfferClosedBefore,
    OfferClosesPast,
    OfferLine,
    OfferList,
    OfferMade,
    OfferShown,
    OfferUnknown,
)
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.segments import BadSegment
from bot.rules.tiers import Tier
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.for_whom import aim
from bot.store.giveaways import Giveaways
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Campaign, Gift, GiftOffer, GiftReward, Invitation
from bot.store.tables.base import id_of

MakeOutcome = OfferMade | OfferClosesPast | NoSuchCampaign | GiveawayTooMuch | GiftNeedsStock | BadSegment
CloseOutcome = OfferClosed | OfferClosedBefore | OfferUnknown


class GiftOffers:
    """Staff's use cases of gifts."""

    def __init__(self, db: Database, policy: GiftPolicy, giveaways: Giveaways) -> None:
        self._db = db
        self._policy = policy
        self._giveaways = giveaways

    async def make(self, act: Act, wish: NewGift) -> MakeOutcome:
        """Let fans send a gift on from now. An operator has a limit of coins a day."""
        aimed = await self._db.read(aim, act.place, wish.segment, act.at) if wish.segment else None
        return await self._db.write(make, act, wish, self._policy, self._giveaways, aimed)

    async def close(self, act: Act, number: int) -> CloseOutcome:
        """Let no new cards be made of it; those on their way go on."""
        return await self._db.write(close, act, number)

    async def list_offers(self, place: Place, at: datetime) -> OfferList:
        """All offers, and what cards have brought."""
        return await self._db.read(list_offers, place, at)

    async def describe(self, place: Place, number: int, at: datetime) -> OfferShown | OfferUnknown:
        """How one stands."""
        return await self._db.read(describe, place, number, at)


def make(  # one return for each refusal
    tx: Tx,
    act: Act,
    wish: NewGift,
    policy: GiftPolicy,
    giveaways: Giveaways,
    aimed: Aimed | BadSegment | None = None,
) -> MakeOutcome:
    """Number it and write it down. `aimed` is its segment, looked at beforehand."""
    place, at = act.place, act.at
    first = first_answer(tx, act, OfferMade)
    if first is not None:
        return first
    if isinstance(aimed, BadSegment):
        return aimed
    if wish.closes is not None and wish.closes <= at:
        return OfferClosesPast(wish.closes)
    lock_shop(tx, act.community_id)
    campaign = _campaign(tx, place, wish.campaign, at) if wish.campaign is not None else None
    if wish.campaign is not None and campaign is None:
        return NoSuchCampaign(wish.campaign)
    coins = wish.coins or policy.grows_by if wish.kind is GiftKind.RELAY else wish.coins
    if act.role is not Role.OWNER:
        refused = check_offer(tx, act, wish, coins, giveaways)
        if refused is not None:
            return refused
    offer = _new_offer(tx, act, wish, coins, campaign.id if campaign is not None else None)
    entry = record_act(
        tx,
        act,
        MADE,
        f"#{offer.number} {wish.title}",
        subject_id=offer.id,
        after=causes.to_facts(wish),
        by_owner=act.role is Role.OWNER,
    )
    giveaways.tell_of(tx, place, entry, coins * (wish.stock or 0))
    outcome = OfferMade(
        number=offer.number,
        title=wish.title,
        kind=str(wish.kind),
        coins=offer.coins,
        coupon=campaign.title if campaign is not None else None,
        opens=str(offer.opens),
        stock=wish.stock,
        closes=wish.closes,
        audit_id=id_of(entry),
        aimed=aimed,
    )
    entry.answer = causes.to_json(outcome)
    return outcome


def _new_offer(tx: Tx, act: Act, wish: NewGift, coins: int, campaign_id: int | None) -> GiftOffer:
    """The offer's row, with the next number of the shop."""
    number: int = tx.execute(
        select(func.coalesce(func.max(col(GiftOffer.number)), 0) + 1).where(
            col(GiftOffer.community_id) == act.community_id
        )
    ).scalar_one()
    # A relay lives by being opened by many; the others are for one unless staff say otherwise.
    opens = Opens.MANY if wish.kind is GiftKind.RELAY else wish.opens or Opens.SINGLE
    offer = GiftOffer(
        community_id=act.community_id,
        number=number,
        title=wish.title,
        kind=wish.kind,
        coins=coins,
        campaign_id=campaign_id,
        opens=opens,
        stock=wish.stock,
        segment=wish.segment,
        closes=wish.closes,
        made_by=act.actor_id,
        made_at=act.at,
    )
    tx.add(offer)
    tx.flush()
    return offer


def _campaign(tx: Tx, place: Place, number: int, at: datetime) -> Campaign | None:
    """A campaign whose coupons may travel: the group's, or one that is kept for gifts."""
    return tx.execute(
        select(Campaign).where(
            col(Campaign.community_id) == place.community_id,
            col(Campaign.number) == number,
            col(Campaign.state) == CampaignState.OPEN,
            (col(Campaign.kept_for).is_(None)) | (col(Campaign.kept_for) == KeptFor.GIFT),
            (col(Campaign.closes).is_(None)) | (col(Campaign.closes) > at),
            # A friend who has only just come must be able to hold it.
            (col(Campaign.opens).is_(None)) | (col(Campaign.opens) <= at),
            col(Campaign.tier) == Tier.NEW,
            col(Campaign.segment) == "",
        )
    ).scalar_one_or_none()


def close(tx: Tx, act: Act, number: int) -> CloseOutcome:
    """Mark it closed and write the act down."""
    first = first_answer(tx, act, OfferClosed)
    if first is not None:
        return first
    offer = _by_number(tx, act.place, number, lock=True)
    if offer is None:
        return OfferUnknown(number)
    if offer.state == OfferState.CLOSED:
        return OfferClosedBefore(number, offer.title)
    return _close(tx, act, offer)


def _close(tx: Tx, act: Act, offer: GiftOffer, undoes_id: int | None = None) -> OfferClosed:
    offer.state = OfferState.CLOSED
    tx.flush()
    cards: int = tx.execute(select(func.count()).select_from(Gift).where(col(Gift.offer_id) == offer.id)).scalar_one()
    entry = record_act(
        tx,
        act,
        CLOSED,
        f"#{offer.number} {offer.title}",
        subject_id=offer.id,
        before={"state": OfferState.OPEN},
        after={"state": OfferState.CLOSED},
        undoes_id=undoes_id,
    )
    outcome = OfferClosed(offer.number, offer.title, cards, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_make(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a fresh offer back; False once somebody has made a card of it."""
    offer = _locked(tx, act, entry)
    if offer is None or offer.state != OfferState.OPEN or _has_cards(tx, offer):
        return False
    _close(tx, act, offer, undoes_id=entry.id)
    return True


def undo_close(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Open it again."""
    offer = _locked(tx, act, entry)
    if offer is None or offer.state != OfferState.CLOSED:
        return False
    offer.state = OfferState.OPEN
    tx.flush()
    return True


def _has_cards(tx: Tx, offer: GiftOffer) -> bool:
    return tx.execute(select(col(Gift.id)).where(col(Gift.offer_id) == offer.id).limit(1)).first() is not None


def _by_number(session: Session, place: Place, number: int, *, lock: bool = False) -> GiftOffer | None:
    query = select(GiftOffer).where(col(GiftOffer.community_id) == place.community_id, col(GiftOffer.number) == number)
    return session.execute(query.with_for_update() if lock else query).scalar_one_or_none()


def _locked(tx: Tx, act: Act, entry: AuditEntry) -> GiftOffer | None:
    return tx.execute(
        select(GiftOffer)
        .where(col(GiftOffer.community_id) == act.community_id, col(GiftOffer.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()


def list_offers(session: Session, place: Place, at: datetime) -> OfferList:
    """Newest first, with cards and friends of each; the plain invitation counts in the sums only."""
    offers = (
        session.execute(
            select(GiftOffer)
            .where(col(GiftOffer.community_id) == place.community_id)
            .order_by(col(GiftOffer.id).desc())
        )
        .scalars()
        .all()
    )
    lines = tuple(_line(session, offer, at) for offer in offers[:SHOWN])
    cards = _count(session, select(func.count()).select_from(Gift).where(col(Gift.community_id) == place.community_id))
    mine = col(Invitation.community_id) == place.community_id
    joined = _count(session, select(func.count()).select_from(Invitation).where(mine))
    return OfferList(
        lines,
        cards=cards,
        joined=joined,
        stayed=_count(session, _stayed().where(mine)),
        held=_count(
            session,
            select(func.count(func.distinct(col(GiftReward.invitation_id)))).where(
                col(GiftReward.community_id) == place.community_id, col(GiftReward.state) == RewardState.HELD
            ),
        ),
        more=max(0, len(offers) - SHOWN),
    )


def _line(session: Session, offer: GiftOffer, at: datetime) -> OfferLine:
    cards = _count(session, select(func.count()).select_from(Gift).where(col(Gift.offer_id) == offer.id))
    joined = _joined(session, offer)
    return OfferLine(offer.number, offer.title, offer.kind, offer.coins, _state(session, offer, at), cards, joined)


def _state(session: Session, offer: GiftOffer, at: datetime) -> str:
    """As staff see it: `over` when nobody can make a card though nobody closed it."""
    gone = offer.stock is not None and offer.taken >= offer.stock
    offered = select(col(GiftOffer.id)).where(col(GiftOffer.id) == offer.id, offered_at(at))
    late = session.execute(offered).first() is None
    return "over" if offer.state == OfferState.OPEN and (gone or late) else offer.state


def _joined(session: Session, offer: GiftOffer) -> int:
    return _count(
        session,
        select(func.count())
        .select_from(Invitation)
        .join(Gift, col(Gift.id) == col(Invitation.gift_id))
        .where(col(Gift.offer_id) == offer.id),
    )


def _stayed() -> Any:
    """Friends for whom the second stage was paid."""
    return (
        select(func.count())
        .select_from(GiftReward)
        .join(Invitation, col(Invitation.id) == col(GiftReward.invitation_id))
        .where(
            col(GiftReward.stage) == Stage.STAYED,
            col(GiftReward.who) == Who.FRIEND,
            col(GiftReward.state) == RewardState.PAID,
        )
    )


def describe(session: Session, place: Place, number: int, at: datetime) -> OfferShown | OfferUnknown:
    """An offer's figures for staff."""
    offer = _by_number(session, place, number)
    if offer is None:
        return OfferUnknown(number)
    cards, shared, opened = session.execute(
        select(func.count(), func.count(col(Gift.shared_at)), func.coalesce(func.sum(Gift.opened), 0)).where(
            col(Gift.offer_id) == offer.id
        )
    ).one()
    campaign = session.get(Campaign, offer.campaign_id) if offer.campaign_id is not None else None
    of_offer = _stayed().join(Gift, col(Gift.id) == col(Invitation.gift_id)).where(col(Gift.offer_id) == offer.id)
    return OfferShown(
        number=number,
        title=offer.title,
        kind=offer.kind,
        coins=offer.coins,
        coupon=campaign.title if campaign is not None else None,
        opens=offer.opens,
        stock=offer.stock,
        left=offer.stock - offer.taken if offer.stock is not None else None,
        closes=offer.closes,
        state=_state(session, offer, at),
        cards=cards,
        shared=shared,
        opened=int(opened),
        joined=_joined(session, offer),
        stayed=_count(session, of_offer),
        segment=offer.segment,
    )


def _count(session: Session, query: Any) -> int:
    counted: int = session.execute(query).scalar_one()
    return counted
