"""Cards are sent into a chat: which ones a giver may send now, and that one was."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.living_card import show_progress
from bot.rules.act import Occasion
from bot.rules.calendar import day_of
from bot.rules.gift_states import GiftState
from bot.rules.gifts.cards import (
    START,
    GiftMessage,
)
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import Tx
from bot.store.notes import note
from bot.store.places import place_of
from bot.store.tables import Gift, GiftSending, Member, Person
from bot.store.tables.base import id_of

SENDABLE = 5
"""Cards that one inline answer lists."""


@dataclass(frozen=True, slots=True)
class Sendable:
    """A card that its giver may share now."""

    gift_id: int
    place: Place
    message: GiftMessage


def list_sendable(
    session: Session, user_id: int, gift_id: int | None, at: datetime, policy: GiftPolicy
) -> list[Sendable]:
    """Cards of this person in the shop that they used last, or the one asked for, if the day's sendings allow."""
    query = (
        select(Gift, col(Person.name))
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
            found.append(Sendable(id_of(gift), place, message))
    return found


def _sent_on(session: Session, member_id: int, day: date) -> int:
    sent: int = session.execute(
        select(func.count())
        .select_from(GiftSending)
        .where(col(GiftSending.giver_id) == member_id, col(GiftSending.day) == day)
    ).scalar_one()
    return sent


def note_shared(tx: Tx, user_id: int, gift_id: int, at: datetime, cause: str, policy: GiftPolicy) -> None:
    """Count the sending once, and show on the card that it went off."""
    found = tx.execute(
        select(Gift)
        .join(Member, col(Member.id) == col(Gift.giver_id))
        .where(col(Gift.id) == gift_id, col(Member.user_id) == user_id)
        .with_for_update(of=Gift)
    ).scalar_one_or_none()
    if found is None:
        return
    place = place_of(tx, found.community_id)
    counted = tx.execute(
        insert_into(tx, GiftSending)
        .values(gift_id=gift_id, giver_id=found.giver_id, day=day_of(at, place.timezone), cause=cause)
        .on_conflict_do_nothing()
        .returning(col(GiftSending.id))
    ).first()
    if counted is None:
        return
    occasion = Occasion(at, day_of(at, place.timezone))
    note(tx, found.giver_id, Did.SEND_GIFT, occasion, About(Thing.GIFT, gift_id))
    if found.shared_at is None:
        found.shared_at = at
        tx.flush()
    show_progress(tx, gift_id, at, policy)
