"""Friends open cards."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.cards import NewToken
from bot.features.gifts.living_card import show_progress
from bot.rules.act import Act, Occasion
from bot.rules.calendar import day_of
from bot.rules.gift_states import GiftState
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.ways_in import SOURCE_OF_GIFTS
from bot.store import forgotten
from bot.store.chunks import delete_some
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.members import member_id_of
from bot.store.notes import note
from bot.store.places import find_place
from bot.store.sources import find_or_make_source, note_first_touch
from bot.store.tables import Gift, GiftOpening, Member, Person, Presence
from bot.store.tables.base import id_of


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


def find(session: Session, token: str, at: datetime) -> FoundGift | None:
    """A card by its token, whichever shop's it is. Unknown, used up, returned, void: all the same from outside."""
    row = session.execute(
        select(Gift, col(Person.user_id), col(Person.name))
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
    return FoundGift(id_of(gift), place, giver, giver_user_id, gift.title, gift.kind, gift.coins)


def open_gift(tx: Tx, found: FoundGift, act: Act, policy: GiftPolicy, token: NewToken, *, inside: bool) -> Opened:
    """Note who opened it, once each; an outsider's opening keeps it alive for as long as it can bring them.

    Who isn't inside has opened a link of the shop: that is their first touch, if they had none.
    """
    sender, at = act.sender, act.at
    source_id = find_or_make_source(tx, found.place, SOURCE_OF_GIFTS, at, token)
    outsider = not inside and _never_was_here(tx, found.place, sender.user_id, at)
    noted = tx.execute(
        insert_into(tx, GiftOpening)
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
    if noted is not None:
        _note_opening(tx, found, act)
    if noted is not None and outsider:
        gift = tx.execute(select(Gift).where(col(Gift.id) == found.gift_id).with_for_update()).scalar_one()
        gift.opened += 1
        gift.opened_at = gift.opened_at or at
        gift.expires_at = max(gift.expires_at, at + policy.attribution)
        tx.flush()
        show_progress(tx, found.gift_id, at, policy)
    if not inside:
        note_first_touch(tx, found.place.community_id, source_id, sender, at)
    return Opened(outsider, source_id)


def _note_opening(tx: Tx, found: FoundGift, act: Act) -> None:
    """Remember it of a member. Of a stranger only the opening itself is kept."""
    member_id = member_id_of(tx, found.place.community_id, act.sender.user_id)
    if member_id is not None:
        occasion = Occasion(act.at, day_of(act.at, found.place.timezone), act.origin)
        note(tx, member_id, Did.OPEN_GIFT, occasion, About(Thing.GIFT, found.gift_id))


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


def expire_openings(tx: Tx, now: datetime, policy: GiftPolicy) -> bool:
    """Forget some who opened a card so long ago that it can't bring them any more; whether there may be more."""
    return delete_some(tx, GiftOpening, col(GiftOpening.at) < now - policy.attribution)
