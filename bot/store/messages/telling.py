"""Promises in words: an outcome for a group, or for one person in private, as an outbox row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from bot.rules.place import Place
from bot.rules.words import Language, reader_language
from bot.store import causes
from bot.store.engine.db import Tx
from bot.store.messages.cards import chats_of, groups_of
from bot.store.messages.outbox import FILE, SAY, TELL, promise
from bot.store.tables import Outbox, Person
from bot.store.tables.messages import Lane, OutboxState


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for a group, with the outcome that is told under it."""

    name: str
    content: bytes
    caption: Any
    alone: Any
    """The outcome that is told where the room takes no files."""


def say(
    tx: Tx,
    community_id: int,
    outcome: Any,
    *,
    key: str,
    now: datetime,
    not_after: datetime,
    lane: Lane = Lane.LIVE,
    chats: Iterable[int] | None = None,
) -> int:
    """Promise one message in each group and the channel (or in `chats`); how many."""
    told = list(chats_of(tx, community_id) if chats is None else chats)
    for chat_id in told:
        promise(
            tx,
            key=f"{key}:{chat_id}",
            community_id=community_id,
            chat_id=chat_id,
            lane=lane,
            act=SAY,
            facts=packed(outcome),
            due_at=now,
            now=now,
            not_after=not_after,
        )
    return len(told)


def tell_witnessed(
    tx: Tx,
    community_id: int,
    chat_id: int,
    outcome: Any,
    witness: tuple[str, int],
    *,
    key: str,
    now: datetime,
    not_after: datetime,
) -> bool:
    """Promise one message in one group, ahead of others; which message it became is written down with its mark.

    `witness` is who writes it down, and the id of what it is about (`Sender`'s witnesses).
    """
    kind, subject_id = witness
    return promise(
        tx,
        key=key,
        community_id=community_id,
        chat_id=chat_id,
        lane=Lane.LIVE,
        act=SAY,
        facts={**packed(outcome), "witness": {"kind": kind, "subject_id": subject_id}},
        due_at=now,
        now=now,
        not_after=not_after,
    )


def attach(
    tx: Tx,
    community_id: int,
    kind: str,
    subject_id: int,
    *,
    key: str,
    now: datetime,
    not_after: datetime,
    chats: Iterable[int] | None = None,
) -> int:
    """Promise each group (or `chats`) a file of this kind about this subject, made when it is sent; how many."""
    told = [group.chat_id for group in groups_of(tx, community_id)] if chats is None else list(chats)
    for chat_id in told:
        promise(
            tx,
            key=f"{key}:{chat_id}",
            community_id=community_id,
            chat_id=chat_id,
            lane=Lane.LIVE,
            act=FILE,
            facts={"file": kind, "subject_id": subject_id},
            due_at=now,
            now=now,
            not_after=not_after,
        )
    return len(told)


def tell_in_private(
    tx: Tx,
    community_id: int,
    user_id: int,
    language: Language,
    outcome: dict[str, Any],
    *,
    key: str,
    now: datetime,
    not_after: datetime,
    lane: Lane = Lane.REMINDER,
) -> bool:
    """Promise one private message. `outcome` holds its name and facts, as `packed` makes them."""
    return promise(
        tx,
        key=key,
        community_id=community_id,
        chat_id=user_id,
        lane=lane,
        act=TELL,
        facts={
            **outcome,
            "language": language.value,
            "user_id": user_id,
            "whisper": False,
            "can_write": True,
            "reply_to": None,
        },
        due_at=now,
        now=now,
        not_after=not_after,
    )


def tell_here(
    tx: Tx,
    community_id: int,
    chat_id: int,
    user_id: int,
    language: Language,
    outcome: Any,
    *,
    key: str,
    now: datetime,
    due_at: datetime,
    not_after: datetime,
    whisper: bool = False,
    can_write: bool = False,
    aloud: bool = False,
    lane: Lane = Lane.POST,
    instead: int | None = None,
) -> bool:
    """Promise one person in a group a whisper or a private message; `aloud`, a short-lived message there instead.

    Without `aloud` nothing is said where nothing quiet works: what nobody asked for doesn't fill the group. `instead`
    is the group in which they are whispered to if the private message is refused.
    """
    return promise(
        tx,
        key=key,
        community_id=community_id,
        chat_id=chat_id,
        lane=lane,
        act=TELL,
        facts={
            **packed(outcome),
            "language": language.value,
            "user_id": user_id,
            "whisper": whisper,
            "can_write": can_write,
            "aloud": aloud,
            "reply_to": None,
            "instead": instead,
        },
        due_at=due_at,
        now=now,
        not_after=not_after,
    )


def tell_owner(tx: Tx, place: Place, outcome: Any, *, key: str, now: datetime, not_after: datetime) -> bool:
    """Promise a message to the owner; see `tell_person`."""
    return tell_person(tx, place, place.owner_id, outcome, key=key, now=now, not_after=not_after)


def tell_person(
    tx: Tx, place: Place, user_id: int, outcome: Any, *, key: str, now: datetime, not_after: datetime
) -> bool:
    """Promise a message to somebody of the shop: in private, else as a whisper in the home group, never for all to see.

    False if neither can be.
    """
    person = tx.get(Person, user_id)
    can_write = person is not None and person.can_write
    groups = [group for group in groups_of(tx, place.community_id) if group.is_admin]
    group = min(groups, key=lambda one: not one.is_home, default=None)
    if not can_write and group is None:
        return False
    chosen, telegram = (person.language, person.telegram_language) if person is not None else (None, None)
    return tell_here(
        tx,
        place.community_id,
        user_id if can_write or group is None else group.chat_id,
        user_id,
        reader_language(chosen, telegram, place.language),
        outcome,
        key=key,
        now=now,
        due_at=now,
        not_after=not_after,
        whisper=not can_write,
        can_write=can_write,
        lane=Lane.LIVE,
        instead=group.chat_id if can_write and group is not None else None,
    )


def packed(outcome: Any) -> dict[str, Any]:
    """An outcome as a promise keeps it."""
    return {"outcome": outcome.stored_name, "facts": causes.to_facts(outcome)}


def unsay(tx: Tx, community_id: int, key: str) -> int:
    """Take back what was promised under keys that begin with `key` and isn't on its way yet; how many."""
    gone = tx.execute(
        delete(Outbox)
        .where(
            col(Outbox.community_id) == community_id,
            col(Outbox.state) == OutboxState.WAITING,
            col(Outbox.key).like(f"{key}:%"),
        )
        .returning(col(Outbox.id))
    ).all()
    return len(gone)
