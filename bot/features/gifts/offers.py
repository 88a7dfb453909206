"""What staff do with gifts: offer, look at, close, and take that back."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.coupon_states import CampaignState, KeptFor
from bot.rules.gifts.gifts import (
    SHOWN,
    GiftKind,
    GiftPolicy,
    NewGift,
    NoSuchCampaign,
    OfferClosed,
    OfferClosedBefore,
    OfferClosesPast,
    OfferLine,
    OfferList,
    OfferMade,
    OfferShown,
    OfferState,
    OfferUnknown,
    Opens,
    RewardState,
    Stage,
    Who,
)
from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.tiers import Tier
from bot.store import causes, giveaways
from bot.store.audit import caused_by, record
from bot.store.engine.db import Database, Tx
from bot.store.invitations import offered_at
from bot.store.oversight import tell_of
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry, Campaign, Gift, GiftOffer, GiftReward, Invitation

MADE = giveaways.GIFT_MADE
CLOSED = giveaways.GIFT_CLOSED

MakeOutcome = OfferMade | OfferClosesPast | NoSuchCampaign | GiveawayTooMuch | GiftNeedsStock
CloseOutcome = OfferClosed | OfferClosedBefore | OfferUnknown


class GiftOffers:
    """Staff's use cases of gifts."""

    def __init__(self, db: Database, policy: GiftPolicy) -> None:
        self._db = db
        self._policy = policy

    async def make(
        self, place: Place, actor_id: int, wish: NewGift, at: datetime, cause: str, role: Role = Role.OPERATOR
    ) -> MakeOutcome:
        """Let fans send a gift on from now. An operator has a limit of coins a day."""
        return await self._db.write(make, place, actor_id, wish, at, cause, self._policy, role)

    async def close(self, place: Place, actor_id: int, number: int, at: datetime, cause: str) -> CloseOutcome:
        """Let no new cards be made of it; those on their way go on."""
        return await self._db.write(close, place, actor_id, number, at, cause)

    async def listed(self, place: Place, at: datetime) -> OfferList:
        """All offers, and what cards have brought."""
        return await self._db.read(listed, place, at)

    async def show(self, place: Place, number: int, at: datetime) -> OfferShown | OfferUnknown:
        """How one stands."""
        return await self._db.read(show, place, number, at)


def make(
    tx: Tx,
    place: Place,
    actor_id: int,
    wish: NewGift,
    at: datetime,
    cause: str,
    policy: GiftPolicy,
    role: Role = Role.OPERATOR,
) -> MakeOutcome:
    """Number it and write it down."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(OfferMade, done.answer)
    if wish.closes is not None and wish.closes <= at:
        return OfferClosesPast(wish.closes)
    lock_shop(tx, place.community_id)
    campaign = _campaign(tx, place, wish.campaign, at) if wish.campaign is not None else None
    if wish.campaign is not None and campaign is None:
        return NoSuchCampaign(wish.campaign)
    relay = wish.kind is GiftKind.RELAY
    # A relay lives by being opened by many; the others are for one unless staff say otherwise.
    opens = Opens.MANY if relay else wish.opens or Opens.SINGLE
    coins = wish.coins or policy.grows_by if relay else wish.coins
    if role is not Role.OWNER:
        refused = giveaways.check_gift(tx, place, actor_id, wish.kind, coins, wish.stock, at)
        if refused is not None:
            return refused
    number: int = tx.execute(
        select(func.coalesce(func.max(col(GiftOffer.number)), 0) + 1).where(
            col(GiftOffer.community_id) == place.community_id
        )
    ).scalar_one()
    offer = GiftOffer(
        community_id=place.community_id,
        number=number,
        title=wish.title,
        kind=wish.kind,
        coins=coins,
        campaign_id=campaign.id if campaign is not None else None,
        opens=opens,
        stock=wish.stock,
        closes=wish.closes,
        made_by=actor_id,
        made_at=at,
    )
    tx.add(offer)
    tx.flush()
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=MADE,
        subject_id=offer.id,
        subject=f"#{number} {wish.title}",
        at=at,
        cause=cause,
        after=causes.to_facts(wish),
        by_owner=role is Role.OWNER,
    )
    tell_of(tx, place, entry, coins * (wish.stock or 0))
    outcome = OfferMade(
        number=number,
        title=wish.title,
        kind=str(wish.kind),
        coins=offer.coins,
        coupon=campaign.title if campaign is not None else None,
        opens=str(opens),
        stock=wish.stock,
        closes=wish.closes,
        audit_id=entry.id or 0,
    )
    entry.answer = causes.to_json(outcome)
    return outcome


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
        )
    ).scalar_one_or_none()


def close(tx: Tx, place: Place, actor_id: int, number: int, at: datetime, cause: str) -> CloseOutcome:
    """Mark it closed and write the act down."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(OfferClosed, done.answer)
    offer = _by_number(tx, place, number, lock=True)
    if offer is None:
        return OfferUnknown(number)
    if offer.state == OfferState.CLOSED:
        return OfferClosedBefore(number, offer.title)
    return _close(tx, place, actor_id, offer, at, cause)


def _close(
    tx: Tx, place: Place, actor_id: int, offer: GiftOffer, at: datetime, cause: str, undoes_id: int | None = None
) -> OfferClosed:
    offer.state = OfferState.CLOSED
    tx.flush()
    cards: int = tx.execute(select(func.count()).select_from(Gift).where(col(Gift.offer_id) == offer.id)).scalar_one()
    entry = record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=CLOSED,
        subject_id=offer.id,
        subject=f"#{offer.number} {offer.title}",
        at=at,
        cause=cause,
        before={"state": OfferState.OPEN},
        after={"state": OfferState.CLOSED},
        undoes_id=undoes_id,
    )
    outcome = OfferClosed(offer.number, offer.title, cards, entry.id or 0)
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_make(tx: Tx, place: Place, actor_id: int, entry: AuditEntry, at: datetime, cause: str) -> bool:
    """Take a fresh offer back; False once somebody has made a card of it."""
    offer = _locked(tx, place, entry)
    if offer is None or offer.state != OfferState.OPEN or _cards(tx, offer):
        return False
    _close(tx, place, actor_id, offer, at, cause, undoes_id=entry.id)
    return True


def undo_close(tx: Tx, place: Place, entry: AuditEntry) -> bool:
    """Open it again."""
    offer = _locked(tx, place, entry)
    if offer is None or offer.state != OfferState.CLOSED:
        return False
    offer.state = OfferState.OPEN
    tx.flush()
    return True


def _cards(tx: Tx, offer: GiftOffer) -> bool:
    return tx.execute(select(col(Gift.id)).where(col(Gift.offer_id) == offer.id).limit(1)).first() is not None


def _by_number(session: Session, place: Place, number: int, *, lock: bool = False) -> GiftOffer | None:
    query = select(GiftOffer).where(col(GiftOffer.community_id) == place.community_id, col(GiftOffer.number) == number)
    return session.execute(query.with_for_update() if lock else query).scalar_one_or_none()


def _locked(tx: Tx, place: Place, entry: AuditEntry) -> GiftOffer | None:
    return tx.execute(
        select(GiftOffer)
        .where(col(GiftOffer.community_id) == place.community_id, col(GiftOffer.id) == entry.subject_id)
        .with_for_update()
    ).scalar_one_or_none()


def listed(session: Session, place: Place, at: datetime) -> OfferList:
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


def show(session: Session, place: Place, number: int, at: datetime) -> OfferShown | OfferUnknown:
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
    )


def _count(session: Session, query: Any) -> int:
    counted: int = session.execute(query).scalar_one()
    return counted
