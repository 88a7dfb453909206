"""Cards: chosen and made by givers."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.living_card import card_of
from bot.features.gifts.stock import keep, offered_at
from bot.rules.act import Act
from bot.rules.calendar import day_of
from bot.rules.for_whom import NotForYou, Offered
from bot.rules.gift_states import GiftKind, GiftState, OfferState, Opens
from bot.rules.gifts.cards import (
    EnoughForToday,
    GiftCard,
    GiftChoice,
    GiftOption,
    OfferGone,
)
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.for_whom import is_for, refuse
from bot.store.members import standing
from bot.store.notes import note
from bot.store.tables import Gift, GiftOffer, Member
from bot.store.tables.base import id_of

NewToken = Callable[[], str]
"""Gives a fresh token of `[A-Za-z0-9_-]` with 128 bits that nobody can guess."""
OFFERED = 7
"""Offers from which a fan chooses: the newest."""
MakeOutcome = GiftCard | EnoughForToday | OfferGone | NotForYou


def choice(session: Session, act: Act, policy: GiftPolicy) -> GiftChoice:
    """The plain invitation, and what staff offer."""
    place, user_id, at = act.place, act.sender.user_id, act.at
    offers = (
        session.execute(
            select(GiftOffer)
            .where(
                col(GiftOffer.community_id) == place.community_id,
                offered_at(at),
                (col(GiftOffer.stock).is_(None)) | (col(GiftOffer.taken) < col(GiftOffer.stock)),
            )
            .order_by(col(GiftOffer.id).desc())
            .limit(OFFERED)
        )
        .scalars()
        .all()
    )
    member_id = session.execute(
        select(col(Member.id)).where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    ).scalar_one_or_none()
    sent = _made_on(session, member_id, day_of(at, place.timezone)) if member_id is not None else 0
    theirs = [
        offer
        for offer in offers
        if not offer.segment or (member_id is not None and is_for(session, place, offer.segment, member_id, at))
    ]
    options = [GiftOption(id_of(offer), offer.title, offer.kind, offer.coins) for offer in theirs]
    plain = GiftOption(0, "", GiftKind.INVITATION, 0)
    return GiftChoice((*options, plain), max(0, policy.cards_a_day - sent))


def make(  # noqa: PLR0911  # one return for each refusal
    tx: Tx, act: Act, offer_id: int, policies: Policies, token: NewToken
) -> MakeOutcome:
    """Find the card that waits, or number a new one and keep one of the offer's stock for it."""
    place, at, policy = act.place, act.at, policies[GiftPolicy]
    member = standing(tx, act.community_id, act.sender, at)
    made_before = tx.execute(
        select(col(Gift.id)).where(col(Gift.giver_id) == member.member_id, col(Gift.cause) == act.cause)
    ).scalar_one_or_none()
    if made_before is not None:
        return _render(tx, place, made_before, at, policy)
    offer = _open_offer(tx, place, offer_id, at)
    if offer_id and offer is None:
        return OfferGone()
    waits = _waiting(tx, member.member_id, offer, at)
    if waits is not None:
        if not waits.opened:
            waits.expires_at = at + policy.unopened
            tx.flush()
        return _render(tx, place, id_of(waits), at, policy)
    if offer is not None:
        not_meant = refuse(tx, place, offer.segment, member.member_id, at, (Offered.GIFT, offer.title))
        if not_meant is not None:
            return not_meant
    made = _made_on(tx, member.member_id, day_of(at, place.timezone))
    if made >= policy.cards_a_day:
        return EnoughForToday(policy.cards_a_day)
    single = offer is not None and offer.opens == Opens.SINGLE
    if offer is not None and not (keep(tx, place, offer, at, policies) if single else _still_open(tx, offer)):
        return OfferGone()
    gift = _new_card(act, member.member_id, made + 1, offer, token())
    gift.expires_at = at + policy.unopened
    tx.add(gift)
    tx.flush()
    note(tx, member.member_id, Did.MAKE_GIFT, act.occasion, About(Thing.GIFT, id_of(gift)))
    tx.info[PLANNED] = True
    return _render(tx, place, id_of(gift), at, policy)


def _new_card(act: Act, giver_id: int, nth: int, offer: GiftOffer | None, token: str) -> Gift:
    """The giver's `nth` card of the day."""
    return Gift(
        community_id=act.community_id,
        offer_id=offer.id if offer is not None else None,
        giver_id=giver_id,
        token=token,
        title=offer.title if offer is not None else "",
        kind=offer.kind if offer is not None else GiftKind.INVITATION,
        coins=offer.coins if offer is not None else 0,
        campaign_id=offer.campaign_id if offer is not None else None,
        opens=offer.opens if offer is not None else Opens.MANY,
        reserved=offer is not None and offer.opens == Opens.SINGLE,
        made_at=act.at,
        day=day_of(act.at, act.place.timezone),
        nth=nth,
        expires_at=act.at,
        cause=act.cause,
    )


def _render(tx: Tx, place: Place, gift_id: int, at: datetime, policy: GiftPolicy) -> GiftCard:
    shown = card_of(tx, place.community_id, gift_id, at, policy)
    if shown is None:
        raise LookupError("a card that was just made is gone")
    return shown


def _open_offer(tx: Tx, place: Place, offer_id: int, at: datetime) -> GiftOffer | None:
    """An offer of this shop that is open now."""
    if not offer_id:
        return None
    return tx.execute(
        select(GiftOffer).where(
            col(GiftOffer.community_id) == place.community_id,
            col(GiftOffer.id) == offer_id,
            offered_at(at),
        )
    ).scalar_one_or_none()


def _still_open(tx: Tx, offer: GiftOffer) -> bool:
    """Whether a gift for many is on offer, which it stays until the card is made.

    Closing it gives its coins back to the day of the operator who made it, unless a card for many is on its way.
    """
    found = tx.execute(
        select(col(GiftOffer.id))
        .where(col(GiftOffer.id) == offer.id, col(GiftOffer.state) == OfferState.OPEN)
        .with_for_update(read=True)
    )
    return found.first() is not None


def _waiting(tx: Tx, member_id: int, offer: GiftOffer | None, at: datetime) -> Gift | None:
    """A card that needn't be made anew: for one friend, if it wasn't sent yet; for many, as long as it lives."""
    query = (
        select(Gift)
        .where(
            col(Gift.giver_id) == member_id,
            col(Gift.state) == GiftState.OPEN,
            col(Gift.expires_at) > at,
            col(Gift.offer_id).is_(None) if offer is None else col(Gift.offer_id) == offer.id,
        )
        .order_by(col(Gift.id).desc())
        .limit(1)
    )
    if offer is not None and offer.opens == Opens.SINGLE:
        query = query.where(col(Gift.shared_at).is_(None), col(Gift.opened) == 0)
    return tx.execute(query).scalar_one_or_none()


def _made_on(session: Session, member_id: int, day: date) -> int:
    made: int = session.execute(
        select(func.count()).select_from(Gift).where(col(Gift.giver_id) == member_id, col(Gift.day) == day)
    ).scalar_one()
    return made
