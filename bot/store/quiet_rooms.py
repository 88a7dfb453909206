"""What is known of rooms in which a slot is about to be filled: when somebody was heard, and what stands there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.quiet_room import PlainCopy, RoomFacts
from bot.rules.wears import ACTIVITIES, STREAM
from bot.store.engine.sessions import Tx
from bot.store.tables import FanGroup, Shown
from bot.store.tables.attention import Verdict
from bot.store.tables.posts import PostCopy, Sending

LOOKS_BACK = timedelta(days=56)
"""What was planned longer ago doesn't matter any more: the room is taken as one that nothing was planned for."""
COPIES = 40
"""Newest posts of a room that are read: more than two weeks of the busiest plan."""
REPLACED = "replaced"
"""`PostCopy.problem` of a post whose message shows the next one now."""
MORNING = "morning"


def room_facts(session: Session, community_id: int, now: datetime) -> list[RoomFacts]:
    """What is known of each room of a shop that the bot is in, its channel among them; see `rules/quiet_room.py`.

    Signs of life are written down once a minute. Call `Ear.write_down` before, or the last minute is missing.
    """
    rows: Any = session.execute(
        select(
            col(FanGroup.id),
            col(FanGroup.chat_id),
            col(FanGroup.is_admin),
            col(FanGroup.is_channel),
            col(FanGroup.heard_at),
        )
        .where(col(FanGroup.community_id) == community_id, col(FanGroup.left_at).is_(None))
        .order_by(col(FanGroup.id))
    ).all()
    found = []
    for room_id, chat_id, is_admin, is_channel, heard_at in rows:
        copies = _planned_copies(session, community_id, chat_id, now)
        planned = [copy.sent_at for copy, _ in copies if copy.sent_at is not None]
        planned.extend(_planned_cards(session, community_id, chat_id, now))
        found.append(
            RoomFacts(
                room_id=room_id,
                chat_id=chat_id,
                can_hear=bool(is_admin) and not is_channel,
                heard_at=heard_at,
                planned_at=max(planned, default=None),
                last_plain=_last_plain(copies),
            )
        )
    return found


def replace_copy(tx: Tx, copy_id: int, sending_id: int, now: datetime) -> PostCopy | None:
    """Let a message that stands in a room become a newer sending's: the new copy, whose edit is yet to be promised.

    None if the message was taken back or replaced meanwhile: then the newer one is posted as a message of its own.
    """
    old = tx.execute(
        select(PostCopy).where(col(PostCopy.id) == copy_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if old is None or old.gone_at is not None or old.message_id is None:
        return None
    new = PostCopy(
        community_id=old.community_id,
        sending_id=sending_id,
        chat_id=old.chat_id,
        topic_id=old.topic_id,
        message_id=old.message_id,
        sent_at=now,
    )
    old.gone_at, old.problem = now, REPLACED
    tx.add(new)
    tx.flush()
    return new


def _planned_copies(
    session: Session, community_id: int, chat_id: int, now: datetime
) -> Sequence[tuple[PostCopy, dict[str, Any]]]:
    """The newest posts of the plan in a room, the newest message first, each with what it says."""
    rows = session.execute(
        select(PostCopy, col(Sending.content))
        .join(Sending, col(Sending.id) == col(PostCopy.sending_id))
        .where(col(PostCopy.chat_id) == chat_id, col(PostCopy.message_id).is_not(None))
        .where(
            col(PostCopy.community_id) == community_id,
            col(PostCopy.sent_at) > now - LOOKS_BACK,
            col(Sending.posting_id).is_not(None),
        )
        .order_by(col(PostCopy.message_id).desc(), col(PostCopy.id).desc())
        .limit(COPIES)
    ).all()
    return [(copy, content) for copy, content in rows]


def _planned_cards(session: Session, community_id: int, chat_id: int, now: datetime) -> list[datetime]:
    """When the last card came there that the plan brought: a morning card, or an activity that the clock opened."""
    at = col(Shown.at)
    opened = col(Shown.kind).in_(sorted(ACTIVITIES - {MORNING, STREAM})) & col(Verdict.by_staff).is_(False)
    found = session.execute(
        select(at)
        .outerjoin(Verdict, col(Verdict.id) == col(Shown.verdict_id))
        .where(col(Shown.chat_id) == chat_id, at > now - LOOKS_BACK, col(Shown.community_id) == community_id)
        .where(or_(col(Shown.kind) == MORNING, opened))
        .order_by(at.desc())
        .limit(1)
    )
    return list(found.scalars())


def _last_plain(copies: Sequence[tuple[PostCopy, dict[str, Any]]]) -> PlainCopy | None:
    """The newest plain text post; None if there is none."""
    for copy, content in copies:
        if copy.problem == REPLACED or content.get("media") or content.get("poll"):
            continue
        if copy.id is not None and copy.message_id is not None:
            running = sum(1 for other, _ in copies if other.message_id == copy.message_id) - 1
            return PlainCopy(copy.id, copy.message_id, running, gone=copy.gone_at is not None)
    return None
