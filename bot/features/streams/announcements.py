"""Announcements of a start: the live cards that are promised in groups and the channel."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import AiringState
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import CARD, airing_of
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.cards import CardSubject, announce, announce_missing, move_cards, post_anew, told_directly
from bot.store.messages.outbox import Terms
from bot.store.tables import Airing, Card, FanGroup
from bot.store.tables.base import id_of


def announce_start(tx: Tx, airing: Airing, policy: StreamPolicy) -> int:
    """Promise the live card in all chats for the start; how many. It isn't posted after `policy.late` or the end."""
    tx.info[PLANNED] = True
    terms = Terms(
        now=airing.starts_at,
        key=airing.moved_at.isoformat() if airing.moved_at is not None else "planned",
        not_after=min(airing.starts_at + policy.late, airing.ends_at),
    )
    return announce(tx, CardSubject(airing.community_id, CARD, id_of(airing)), terms)


def announce_where_missing(tx: Tx, airing: Airing, at: datetime, policy: StreamPolicy) -> list[int]:
    """Announce an airing that is on in the chats that never heard of it; those chats."""
    until = min(max(airing.starts_at, airing.on_air_at or airing.starts_at) + policy.late, airing.ends_at)
    terms = Terms(now=at, key=f"on:{at.isoformat()}", not_after=until)
    return announce_missing(tx, CardSubject(airing.community_id, CARD, id_of(airing)), terms)


def list_unannounced(session: Session) -> list[int]:
    """Ids of planned airings that aren't announced in some chat, as it joined the shop later."""
    its_card = and_(
        col(Card.kind) == CARD, col(Card.subject_id) == col(Airing.id), col(Card.chat_id) == col(FanGroup.chat_id)
    )
    found = session.execute(
        select(col(Airing.id))
        .join(FanGroup, col(FanGroup.community_id) == col(Airing.community_id))
        .outerjoin(Card, its_card)
        .where(
            col(Airing.state) == AiringState.PLANNED,
            col(FanGroup.left_at).is_(None),
            told_directly(),
            col(Card.id).is_(None),
        )
        .distinct()
    ).scalars()
    return [one for one in found if one is not None]


def follow_group(
    tx: Tx, community_id: int, old_chat_id: int, new_chat_id: int, now: datetime, policy: StreamPolicy
) -> None:
    """Move live cards to the chat that replaces the old one. Cards of airings that are on are posted there anew."""
    for card_id, airing_id in move_cards(tx, CARD, old_chat_id, new_chat_id):
        airing = airing_of(tx, community_id, airing_id)
        if airing is not None and airing.state is AiringState.LIVE:
            until = min(now + policy.late, airing.ends_at)
            terms = Terms(now=now, key="moved", not_after=until)
            post_anew(tx, community_id, card_id, new_chat_id, terms)
