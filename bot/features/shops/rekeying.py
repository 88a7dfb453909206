"""A group became a supergroup: its row, and what names its old chat, get the new chat's id."""

from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import col

from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import rekey
from bot.store.rooms import forget_leaving
from bot.store.tables import AuditEntry, FanGroup


def rekey_group(tx: Tx, old_chat_id: int, new_chat_id: int, at: datetime) -> int | None:
    """Re-key a group that became a supergroup; its community, or None if it isn't one of ours (any more)."""
    group = tx.execute(
        select(FanGroup).where(col(FanGroup.chat_id) == old_chat_id).with_for_update()
    ).scalar_one_or_none()
    if group is None:
        return None
    twin = tx.execute(select(FanGroup).where(col(FanGroup.chat_id) == new_chat_id)).scalar_one_or_none()
    if twin is not None:
        group.left_at = at  # the new id came first, as a group of its own
        if group.is_home and twin.community_id == group.community_id:
            group.is_home = False
            tx.flush()
            twin.is_home = True
    else:
        group.chat_id = new_chat_id
        # Topics are known by their first messages, whose ids are void now.
        group.topic_id = group.topic_name = group.topic_closed_at = None
    tx.flush()
    forget_leaving(tx, new_chat_id)
    rekey(tx, old_chat_id, new_chat_id)
    # Anonymous administrators are known by the group's id: what they did, and gave away, stays theirs.
    tx.execute(
        update(AuditEntry)
        .where(col(AuditEntry.community_id) == group.community_id, col(AuditEntry.actor_id) == old_chat_id)
        .values(actor_id=new_chat_id)
    )
    return group.community_id
