"""The topic of a forum group in which its cards and announcements come."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from bot.rules.act import Act
from bot.rules.topics import LONGEST_NAME, Lost, TopicChosen, TopicLost
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.places import place_of
from bot.store.tables import AuditEntry, FanGroup

CHOSEN = "room.topic"
"""The audit log's name for choosing a topic."""
TOLD_WITHIN = timedelta(days=1)
"""After that the owner needn't hear any more that a topic was closed."""


class Topics:
    """Use cases of topics."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def choose(self, act: Act, chat_id: int, thread_id: int | None, name: str) -> TopicChosen | None:
        """Let a room's cards and announcements come to a topic, None for General. None if it isn't the shop's room."""
        return await self._db.write(choose, act, chat_id, thread_id, name)

    async def rename(self, chat_id: int, thread_id: int, name: str) -> None:
        """A topic has another name now."""
        await self._db.write(rename, chat_id, thread_id, name)

    async def reopen(self, chat_id: int, thread_id: int) -> None:
        """A topic takes messages again."""
        await self._db.write(reopen, chat_id, thread_id)

    async def lose(self, chat_id: int, thread_id: int, lost: Lost, at: datetime) -> None:
        """Telegram refused a message to a topic: if it is the one that was chosen, the owner hears of it once."""
        await self._db.write(lose, chat_id, thread_id, lost, at)

    async def forget(self, chat_id: int) -> None:
        """The group is no forum any more."""
        await self._db.write(forget, chat_id)


def choose(tx: Tx, act: Act, chat_id: int, thread_id: int | None, name: str) -> TopicChosen | None:
    """Write down which topic, with what it was before."""
    room = _lock_room(tx, act.community_id, chat_id)
    if room is None:
        return None
    answer = first_answer(tx, act, TopicChosen)
    if answer is not None:
        return answer
    name = name[:LONGEST_NAME]
    before = _snapshot(room)
    if room.topic_id == thread_id:
        name = name or room.topic_name or ""
    room.topic_id, room.topic_name, room.topic_closed_at = thread_id, None if thread_id is None else name, None
    after = _snapshot(room)
    chosen = TopicChosen(room.title, room.topic_name, None)
    tx.flush()
    if before["thread_id"] == thread_id:
        return chosen
    entry = record_act(tx, act, CHOSEN, room.title, before=before, after=after)
    outcome = TopicChosen(room.title, room.topic_name, entry.id)
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_choice(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Put back which topic it was; False if another was chosen since, or the chosen one is gone."""
    before, after = entry.before or {}, entry.after or {}
    room = _lock_room(tx, act.community_id, after["chat_id"])
    if room is None or room.topic_id != after["thread_id"]:
        return False
    room.topic_id, room.topic_name, room.topic_closed_at = before["thread_id"], before["name"], None
    tx.flush()
    return True


def rename(tx: Tx, chat_id: int, thread_id: int, name: str) -> None:
    """Keep a chosen topic's new name."""
    tx.execute(update(FanGroup).where(_is_chosen(chat_id, thread_id)).values(topic_name=name[:LONGEST_NAME]))


def reopen(tx: Tx, chat_id: int, thread_id: int) -> None:
    """A chosen topic takes messages again."""
    tx.execute(update(FanGroup).where(_is_chosen(chat_id, thread_id)).values(topic_closed_at=None))


def lose(tx: Tx, chat_id: int, thread_id: int, lost: Lost, at: datetime) -> None:
    """A closed topic stays chosen, as it may be reopened; one that is gone is forgotten. The owner hears of each once.

    Many messages may be refused at once. The first refusal changes the row and tells the owner, the others do nothing.
    """
    gone = lost is Lost.GONE
    changed = {"topic_id": None, "topic_name": None} if gone else {}
    name = tx.execute(select(col(FanGroup.topic_name)).where(_is_chosen(chat_id, thread_id))).scalar_one_or_none()
    row = tx.execute(
        update(FanGroup)
        .where(_is_chosen(chat_id, thread_id), col(FanGroup.topic_closed_at).is_(None) | gone)
        .values(topic_closed_at=None if gone else at, **changed)
        .returning(col(FanGroup.community_id), col(FanGroup.title))
    ).one_or_none()
    if row is None:
        return
    tell_owner(
        tx,
        place_of(tx, row.community_id),
        TopicLost(row.title, name or "", lost),
        Terms(now=at, key=f"topic:{chat_id}:{thread_id}:{lost}:{at.timestamp():.0f}", not_after=at + TOLD_WITHIN),
    )


def forget(tx: Tx, chat_id: int) -> None:
    """A group without topics has none that is chosen."""
    tx.execute(
        update(FanGroup)
        .where(col(FanGroup.chat_id) == chat_id)
        .values(topic_id=None, topic_name=None, topic_closed_at=None)
    )


def _is_chosen(chat_id: int, thread_id: int) -> Any:
    return (col(FanGroup.chat_id) == chat_id) & (col(FanGroup.topic_id) == thread_id)


def _lock_room(tx: Tx, community_id: int, chat_id: int) -> FanGroup | None:
    return tx.execute(
        select(FanGroup)
        .where(
            col(FanGroup.chat_id) == chat_id,
            col(FanGroup.community_id) == community_id,
            col(FanGroup.left_at).is_(None),
            col(FanGroup.is_channel).is_(False),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _snapshot(room: FanGroup) -> dict[str, Any]:
    return {"chat_id": room.chat_id, "thread_id": room.topic_id, "name": room.topic_name}
