"""A room is left, linked to a channel, or joins another shop: then the old shop's cards and promises there go."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import take_away_later
from bot.store.messages.payloads import LEAVE
from bot.store.tables import Card, FanGroup, Member, Outbox, Presence, RefusedRoom, SourceLink
from bot.store.tables.messages import OutboxState


def leave_room(tx: Tx, chat_id: int, at: datetime) -> None:
    """Mark a room as left."""
    tx.execute(
        update(FanGroup)
        .where(col(FanGroup.chat_id) == chat_id, col(FanGroup.left_at).is_(None))
        .values(left_at=at, is_admin=False)
    )
    forget_leaving(tx, chat_id)


def forget_leaving(tx: Tx, chat_id: int) -> None:
    """Drop the promise to leave the chat: the owner has answered, or the bot is gone already."""
    tx.execute(
        delete(Outbox).where(
            col(Outbox.chat_id) == chat_id, col(Outbox.act) == LEAVE, col(Outbox.state) == OutboxState.WAITING
        )
    )


def note_link(tx: Tx, channel_id: int, group_id: int | None) -> None:
    """Write down on both rows which group is a channel's discussion group; None: none is."""
    linked = col(FanGroup.linked_chat_id)
    tx.execute(update(FanGroup).where(col(FanGroup.chat_id) == channel_id).values(linked_chat_id=group_id))
    tx.execute(
        update(FanGroup).where(linked == channel_id, col(FanGroup.chat_id) != group_id).values(linked_chat_id=None)
        if group_id is not None
        else update(FanGroup).where(linked == channel_id).values(linked_chat_id=None)
    )
    if group_id is not None:
        tx.execute(update(FanGroup).where(col(FanGroup.chat_id) == group_id).values(linked_chat_id=channel_id))


def clear_room(tx: Tx, old_id: int, new_id: int, chat_id: int, at: datetime) -> None:
    """Take down what hangs in a chat that goes from one community to another; what was promised there isn't sent."""
    # Sent promises go too: SQLite may give a deleted card's id to a card of the new shop, and their keys would collide.
    tx.execute(
        delete(Outbox).where(
            col(Outbox.community_id) == old_id,
            col(Outbox.chat_id) == chat_id,
            col(Outbox.state) != OutboxState.SENDING,
        )
    )
    cards = tx.execute(select(Card).where(col(Card.community_id) == old_id, col(Card.chat_id) == chat_id)).scalars()
    for card in cards.all():
        if card.message_id is not None:
            take_away_later(tx, new_id, chat_id, card.message_id, due_at=at, now=at)
        tx.delete(card)
    members = select(col(Member.id)).where(col(Member.community_id) == old_id)
    tx.execute(
        update(Presence)
        .where(col(Presence.chat_id) == chat_id, col(Presence.member_id).in_(members), col(Presence.left_at).is_(None))
        .values(left_at=at)
    )
    tx.execute(delete(SourceLink).where(col(SourceLink.chat_id) == chat_id))
    tx.execute(
        update(RefusedRoom)
        .where(col(RefusedRoom.chat_id) == chat_id, col(RefusedRoom.over_at).is_(None))
        .values(over_at=at)
    )
    tx.flush()
