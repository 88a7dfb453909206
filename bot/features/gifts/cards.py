"""Cards: made by givers, shared into a chat, opened by friends, returned when nobody opened them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.living_card import card_of, hung, show_progress, tell_member
from bot.rules.act import Sender
from bot.rules.calendar import day_of
from bot.rules.gift_states import GiftKind, GiftState, OfferState, Opens
from bot.rules.gifts.cards import (
    START,
    EnoughForToday,
    GiftCard,
    GiftChoice,
    GiftMessage,
    GiftOption,
    GiftReturned,
    OfferGone,
)
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.place import Place
from bot.rules.ways_in import SOURCE_OF_GIFTS
from bot.store import forgotten
from bot.store.engine.db import PLANNED, Database, Tx
from bot.store.invitations import give_back, keep, offered_at
from bot.store.members import standing
from bot.store.places import find_place, place_of
from bot.store.sources import own_source
from bot.store.tables import Gift, GiftOffer, GiftOpening, GiftSending, Member, Person, Presence

NewToken = Callable[[], str]
"""Gives a fresh token of `[A-Za-z0-9_-]` with 128 bits that nobody can guess."""

CHUNK = 50
"""Cards returned in one transaction: no write holds the writer longer than 50 ms."""
OFFERED = 7
"""Offers from which a fan chooses: the newest."""
SENDABLE = 5
"""Cards that one inline answer lists."""

MakeOutcome = GiftCard | EnoughForToday | OfferGone


@dataclass(frozen=True, slots=True)
class FoundGift:
    """A card that can be opened, as its token finds it."""

    gift_id: int
    place: Place
    giver: str
    giver_user_id: int
    title: str
    kind: str
    coins: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a card meant."""

    outsider: bool
    """Whether it can bring this person: they were never a member."""
    source_id: int
    """The source by which friends with a gift come."""


@dataclass(frozen=True, slots=True)
class Sendable:
    """A card that its giver may share now."""

    gift_id: int
    place: Place
    message: GiftMessage


class Gifts:
    """What fans do with gifts."""

    def __init__(self, db: Database, policy: GiftPolicy, token: NewToken) -> None:
        self._db = db
        self._policy = policy
        self._token = token

    @property
    def policy(self) -> GiftPolicy:
        """Rewards, times and caps."""
        return self._policy

    async def choice(self, place: Place, user_id: int, at: datetime) -> GiftChoice:
        """The gifts that can be sent on now."""
        return await self._db.read(choice, place, user_id, at, self._policy)

    async def make(self, place: Place, sender: Sender, offer_id: int, at: datetime, cause: str) -> MakeOutcome:
        """A card of an offer (0: the plain invitation): the one that still waits to be sent, else a new one."""
        return await self._db.write(make, place, sender, offer_id, at, cause, self._policy, self._token)

    async def hung(self, place: Place, gift_id: int, chat_id: int, message_id: int, now: datetime) -> None:
        """A card was shown in its giver's private chat."""
        await self._db.write(hung, place.community_id, gift_id, chat_id, message_id, now)

    async def sendable(self, user_id: int, gift_id: int | None, at: datetime) -> list[Sendable]:
        """A giver's cards that may be shared now, the newest first, or the one that is asked for."""
        return await self._db.read(sendable, user_id, gift_id, at, self._policy)

    async def shared(self, user_id: int, gift_id: int, at: datetime, cause: str) -> None:
        """Telegram tells that a giver's card went into some chat."""
        await self._db.write(shared, user_id, gift_id, at, cause, self._policy)

    async def find(self, token: str, at: datetime) -> FoundGift | None:
        """The card whose link was opened; None for one that there isn't, or isn't any more."""
        return await self._db.read(find, token, at)

    async def open(self, gift: FoundGift, sender: Sender, at: datetime, *, inside: bool) -> Opened:
        """Someone opened a card. `inside` is what Telegram says of their membership now."""
        return await self._db.write(open_gift, gift, sender, at, self._policy, self._token, inside=inside)

    async def run_due(self, now: datetime) -> datetime | None:
        """Return cards that nobody opened in time; when the next one is due."""
        while await self._db.write(return_unopened, now, self._policy):
            pass
        return await self._db.read(next_due)


def choice(session: Session, place: Place, user_id: int, at: datetime, policy: GiftPolicy) -> GiftChoice:
    """The plain invitation, and what staff offer."""
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
    options = [GiftOption(offer.id or 0, offer.title, offer.kind, offer.coins) for offer in offers]
    plain = GiftOption(0, "", GiftKind.INVITATION, 0)
    return GiftChoice((*options, plain), max(0, policy.cards_a_day - sent))


def make(
    tx: Tx,
    place: Place,
    sender: Sender,
    offer_id: int,
    at: datetime,
    cause: str,
    policy: GiftPolicy,
    token: NewToken,
) -> MakeOutcome:
    """Find the card that waits, or number a new one and keep one of the offer's stock for it."""
    member = standing(tx, place.community_id, sender, at)
    told = tx.execute(
        select(col(Gift.id)).where(col(Gift.giver_id) == member.member_id, col(Gift.cause) == cause)
    ).scalar_one_or_none()
    if told is not None:
        return _shown(tx, place, told, at, policy)
    offer = _offer(tx, place, offer_id, at)
    if offer_id and offer is None:
        return OfferGone()
    waits = _waiting(tx, member.member_id, offer, at)
    if waits is not None:
        if not waits.opened:
            waits.expires_at = at + policy.unopened
            tx.flush()
        return _shown(tx, place, waits.id or 0, at, policy)
    today = day_of(at, place.timezone)
    made = _made_on(tx, member.member_id, today)
    if made >= policy.cards_a_day:
        return EnoughForToday(policy.cards_a_day)
    single = offer is not None and offer.opens == Opens.SINGLE
    if offer is not None and not (keep(tx, place, offer, at) if single else _still_open(tx, offer)):
        return OfferGone()
    gift = Gift(
        community_id=place.community_id,
        offer_id=offer.id if offer is not None else None,
        giver_id=member.member_id,
        token=token(),
        title=offer.title if offer is not None else "",
        kind=offer.kind if offer is not None else GiftKind.INVITATION,
        coins=offer.coins if offer is not None else 0,
        campaign_id=offer.campaign_id if offer is not None else None,
        opens=offer.opens if offer is not None else Opens.MANY,
        reserved=single,
        made_at=at,
        day=today,
        nth=made + 1,
        expires_at=at + policy.unopened,
        cause=cause,
    )
    tx.add(gift)
    tx.flush()
    tx.info[PLANNED] = True
    return _shown(tx, place, gift.id or 0, at, policy)


def _shown(tx: Tx, place: Place, gift_id: int, at: datetime, policy: GiftPolicy) -> GiftCard:
    shown = card_of(tx, place.community_id, gift_id, at, policy)
    if shown is None:
        raise LookupError("a card that was just made is gone")
    return shown


def _offer(tx: Tx, place: Place, offer_id: int, at: datetime) -> GiftOffer | None:
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


def _made_on(session: Session, member_id: int, day: Any) -> int:
    made: int = session.execute(
        select(func.count()).select_from(Gift).where(col(Gift.giver_id) == member_id, col(Gift.day) == day)
    ).scalar_one()
    return made


def sendable(session: Session, user_id: int, gift_id: int | None, at: datetime, policy: GiftPolicy) -> list[Sendable]:
    """Cards of this person in the shop that they used last, or the one asked for, if the day's sendings allow."""
    query = (
        select(Gift, Person.name)  # type: ignore[call-overload]
        .join(Member, col(Member.id) == col(Gift.giver_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(Member.user_id) == user_id,
            col(Member.left_at).is_(None),
            col(Gift.state) == GiftState.OPEN,
            col(Gift.expires_at) > at,
        )
        .order_by(col(Gift.id).desc())
        .limit(SENDABLE)
    )
    query = (
        query.where(col(Gift.id) == gift_id)
        if gift_id
        else query.where(col(Person.community_id) == col(Gift.community_id))
    )
    found = []
    for gift, giver in session.execute(query).all():
        place = place_of(session, gift.community_id)
        if _sent_on(session, gift.giver_id, day_of(at, place.timezone)) < policy.cards_a_day:
            payload = f"{START}_{gift.token}"
            message = GiftMessage(giver, gift.title, gift.kind, gift.coins, payload, policy.friend_joined)
            found.append(Sendable(gift.id, place, message))
    return found


def _sent_on(session: Session, member_id: int, day: Any) -> int:
    sent: int = session.execute(
        select(func.count())
        .select_from(GiftSending)
        .where(col(GiftSending.giver_id) == member_id, col(GiftSending.day) == day)
    ).scalar_one()
    return sent


def shared(tx: Tx, user_id: int, gift_id: int, at: datetime, cause: str, policy: GiftPolicy) -> None:
    """Count the sending once, and show on the card that it went off."""
    found: Any = tx.execute(
        select(Gift)
        .join(Member, col(Member.id) == col(Gift.giver_id))
        .where(col(Gift.id) == gift_id, col(Member.user_id) == user_id)
        .with_for_update(of=Gift)
    ).scalar_one_or_none()
    if found is None:
        return
    place = place_of(tx, found.community_id)
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = tx.execute(
        insert(GiftSending)
        .values(gift_id=gift_id, giver_id=found.giver_id, day=day_of(at, place.timezone), cause=cause)
        .on_conflict_do_nothing()
        .returning(col(GiftSending.id))
    ).first()
    if counted is None:
        return
    if found.shared_at is None:
        found.shared_at = at
        tx.flush()
    show_progress(tx, gift_id, at, policy)


def find(session: Session, token: str, at: datetime) -> FoundGift | None:
    """A card by its token, whichever shop's it is. Unknown, used up, returned, void: all the same from outside."""
    row: Any = session.execute(
        select(Gift, Person.user_id, Person.name)  # type: ignore[call-overload]
        .join(Member, col(Member.id) == col(Gift.giver_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Gift.token) == token, col(Gift.state) == GiftState.OPEN, col(Gift.expires_at) > at)
    ).one_or_none()
    if row is None:
        return None
    gift, giver_user_id, giver = row
    place = find_place(session, gift.community_id)
    if place is None:
        return None
    return FoundGift(gift.id, place, giver, giver_user_id, gift.title, gift.kind, gift.coins)


def open_gift(
    tx: Tx, found: FoundGift, sender: Sender, at: datetime, policy: GiftPolicy, token: NewToken, *, inside: bool
) -> Opened:
    """Note who opened it, once each; an outsider's opening keeps it alive for as long as it can bring them."""
    source_id = own_source(tx, found.place, SOURCE_OF_GIFTS, at, token)
    outsider = not inside and _never_was_here(tx, found.place, sender.user_id, at)
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    noted = tx.execute(
        insert(GiftOpening)
        .values(
            community_id=found.place.community_id,
            gift_id=found.gift_id,
            user_id=sender.user_id,
            at=at,
            outsider=outsider,
        )
        .on_conflict_do_nothing(index_elements=[col(GiftOpening.gift_id), col(GiftOpening.user_id)])
        .returning(col(GiftOpening.id))
    ).first()
    if noted is not None and outsider:
        gift = tx.execute(select(Gift).where(col(Gift.id) == found.gift_id).with_for_update()).scalar_one()
        gift.opened += 1
        gift.opened_at = gift.opened_at or at
        gift.expires_at = max(gift.expires_at, at + policy.attribution)
        tx.flush()
        show_progress(tx, found.gift_id, at, policy)
    return Opened(outsider, source_id)


def _never_was_here(tx: Tx, place: Place, user_id: int, at: datetime) -> bool:
    """Not a member, nor one who left, nor one who had their data deleted lately.

    Who opened a card before they did anything here may have looked around in private since, and is still outside; who
    opened one while they were inside was here, though the bot may never have seen them come.
    """
    before = set(
        tx.execute(
            select(col(GiftOpening.outsider)).where(
                col(GiftOpening.community_id) == place.community_id, col(GiftOpening.user_id) == user_id
            )
        ).scalars()
    )
    if False in before:
        return False
    member_id = tx.execute(
        select(col(Member.id)).where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
    ).scalar_one_or_none()
    if member_id is None:
        return forgotten.deleted_at(tx, place.community_id, user_id, at) is None
    seen = tx.execute(select(col(Presence.chat_id)).where(col(Presence.member_id) == member_id).limit(1)).first()
    return seen is None and bool(before)


def return_unopened(tx: Tx, now: datetime, policy: GiftPolicy) -> bool:
    """Take back a chunk of cards whose time is over, with what was kept for them; whether there may be more."""
    over = (
        tx.execute(
            select(Gift)
            .where(col(Gift.state) == GiftState.OPEN, col(Gift.expires_at) <= now)
            .order_by(col(Gift.expires_at))
            .limit(CHUNK)
            .with_for_update(skip_locked=True)
        )
        .scalars()
        .all()
    )
    for gift in over:
        missed = not gift.opened and (gift.reserved or gift.shared_at is not None)
        gift.state = GiftState.RETURNED
        tx.flush()
        if gift.reserved:
            give_back(tx, gift, now)
        if missed:
            place = place_of(tx, gift.community_id)
            tell_member(tx, place, gift.giver_id, GiftReturned(gift.title), key=f"gift:returned:{gift.id}", now=now)
        show_progress(tx, gift.id or 0, now, policy)
    return len(over) == CHUNK


def next_due(session: Session) -> datetime | None:
    """When the next card's time is over."""
    at: datetime | None = session.execute(
        select(func.min(col(Gift.expires_at))).where(col(Gift.state) == GiftState.OPEN)
    ).scalar_one()
    return at


def expire_openings(tx: Tx, now: datetime) -> None:
    """Forget who opened a card so long ago that it can't bring them any more."""
    tx.execute(delete(GiftOpening).where(col(GiftOpening.at) < now - GiftPolicy().attribution))
