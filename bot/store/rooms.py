"""Changes of rooms: the bot leaves one, a channel gets a discussion group, a room moves to another shop."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.rules.verdicts import Reason
from bot.store.active_days import forget_room
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import take_away_later
from bot.store.messages.payloads import LEAVE
from bot.store.tables import Card, FanGroup, Member, Outbox, Presence, RefusedRoom, SourceLink
from bot.store.tables.messages import OutboxState
from bot.store.verdicts import call_off


def leave_room(tx: Tx, chat_id: int, at: datetime) -> None:
    """Store that the bot has left a room."""
    tx.execute(
        update(FanGroup)
        .where(col(FanGroup.chat_id) == chat_id, col(FanGroup.left_at).is_(None))
        .values(left_at=at, is_admin=False)
    )
    forget_leaving(tx, chat_id)


def forget_leaving(tx: Tx, chat_id: int) -> None:
    """Withdraw the promise to leave a chat: the owner has answered, or the bot has left already."""
    tx.execute(
        delete(Outbox).where(
            col(Outbox.chat_id) == chat_id, col(Outbox.act) == LEAVE, col(Outbox.state) == OutboxState.WAITING
        )
    )


def note_link(tx: Tx, channel_id: int, group_id: int | None) -> None:
    """Store on both rows which group is a channel's discussion group. `group_id` None: the channel has none."""
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
    """A chat moves from one community to another: delete the old one's cards and promised messages there.

    The messages of the cards are deleted by the outbox of the new community.
    """
    # Messages that were sent are deleted too. SQLite may give a deleted card's id to a card of the new shop, whose
    # promise would then have the same key.
    gone = tx.execute(
        delete(Outbox)
        .where(
            col(Outbox.community_id) == old_id,
            col(Outbox.chat_id) == chat_id,
            col(Outbox.state) != OutboxState.SENDING,
        )
        .returning(col(Outbox.state), col(Outbox.verdict_id))
    ).all()
    call_off(tx, (one for state, one in gone if state == OutboxState.WAITING), Reason.CANCELLED, at)
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
    forget_room(tx, chat_id)
    tx.execute(
        update(RefusedRoom)
        .where(col(RefusedRoom.chat_id) == chat_id, col(RefusedRoom.over_at).is_(None))
        .values(over_at=at)
    )
    tx.flush()
