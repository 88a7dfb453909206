"""Cards that nobody opened in time go back."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.living_card import note_terms, show_progress, tell_member
from bot.features.gifts.stock import give_back
from bot.rules.gift_states import GiftState
from bot.rules.gifts.cards import (
    GiftReturned,
)
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.policies import Policies
from bot.store.engine.sessions import Tx
from bot.store.places import place_of
from bot.store.tables import Gift
from bot.store.tables.base import id_of

CHUNK = 50
"""Cards returned in one transaction: no write holds the writer longer than 50 ms."""


def return_unopened(tx: Tx, now: datetime, policies: Policies) -> bool:
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
            give_back(tx, gift, now, policies)
        if missed:
            place = place_of(tx, gift.community_id)
            tell_member(tx, place, gift.giver_id, GiftReturned(gift.title), note_terms(f"gift:returned:{gift.id}", now))
        show_progress(tx, id_of(gift), now, policies[GiftPolicy])
    return len(over) == CHUNK


def next_due(session: Session) -> datetime | None:
    """When the next card's time is over."""
    at: datetime | None = session.execute(
        select(func.min(col(Gift.expires_at))).where(col(Gift.state) == GiftState.OPEN)
    ).scalar_one()
    return at
