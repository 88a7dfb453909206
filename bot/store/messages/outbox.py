"""Messages promised in the same commit as what they tell of."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, delete, func, select, update
from sqlmodel import col

from bot.rules.retention import CAUSES_KEPT
from bot.store.chunks import delete_some
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PROMISED, Tx
from bot.store.messages.payloads import DELETE, TELL, DamagedError, DeleteMessage, Payload, Tell
from bot.store.tables import Outbox
from bot.store.tables.messages import DONE, UNTOLD, Lane, OutboxState

DONE_KEPT = timedelta(days=32)
"""How long it can be looked up what became of a promise. It is longer than a month: see `Terms.once`."""
ONCE = ":once"
"""How the keys of messages end that are told once, even after they were delivered."""
CHUNK = 500
"""Rows that one write drops: none holds the writer for long."""

_PROMISE = Hot.upsert(
    lambda insert_: (
        insert_(Outbox)
        .values(
            key=bindparam("key"),
            fold_key=bindparam("fold_key"),
            community_id=bindparam("community_id"),
            chat_id=bindparam("chat_id"),
            lane=bindparam("lane"),
            act=bindparam("act"),
            facts=bindparam("facts"),
            due_at=bindparam("due_at"),
            not_after=bindparam("not_after"),
            state=bindparam("state", type_=String),
            attempts=bindparam("attempts"),
            made_at=bindparam("made_at"),
        )
        .on_conflict_do_nothing()
        .returning(col(Outbox.id))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a promised message: when it may leave, ahead of which others, and what makes it one and the same."""

    now: datetime
    """When it is promised."""
    key: str | None = None
    """No message is promised twice under one key while its row is there; None where folding guards that.

    The row of a delivered message to one person is dropped, and its key with it.
    """
    once: bool = False
    """Whether a message to one person keeps its key for `DONE_KEPT` after it was delivered.

    For what is told once a day or a month, or once for a thing, where no other row says that it was told.
    """
    due_at: datetime | None = None
    """When it may leave; None for at once."""
    not_after: datetime | None = None
    """After this it isn't sent any more."""
    lane: Lane = Lane.LIVE
    fold_key: str | None = None
    """Of waiting messages with the same one there is only one."""
    kind: str | None = None
    """A kind of `rules/shown.py`, where the payload doesn't tell it."""
    subject_id: int | None = None
    """What it is about: the id of a card's subject, or of a sending."""
    by_staff: bool = False
    """Whether staff sent it themselves, so that it goes at once."""


def promise(tx: Tx, community_id: int, chat_id: int, payload: Payload, terms: Terms) -> bool:
    """Promise one message; False if the same key, or a waiting one to fold into, is there already.

    What folds carries references, not states (a card's id): the sender renders what is true when it sends, so the
    newest wins without rewriting a row.
    """
    made = tx.rows(
        _PROMISE,
        key=f"{terms.key}{ONCE}" if terms.once and terms.key is not None else terms.key,
        fold_key=terms.fold_key,
        community_id=community_id,
        chat_id=chat_id,
        lane=terms.lane.value,
        act=payload.act,
        facts=payload.to_facts(),
        due_at=terms.due_at or terms.now,
        not_after=terms.not_after,
        state=OutboxState.WAITING.value,
        attempts=0,
        made_at=terms.now,
    )
    if made:
        tx.info[PROMISED] = True
    return bool(made)


def promise_many(tx: Tx, community_id: int, payloads: Sequence[tuple[int, Payload]], terms: Terms) -> int:
    """Promise one message in each of many chats; how many are new. The chat is added to the key."""
    return sum(
        promise(tx, community_id, chat_id, payload, replace(terms, key=f"{terms.key}:{chat_id}"))
        for chat_id, payload in payloads
    )


def forget_told(tx: Tx, now: datetime) -> bool:
    """Drop a chunk of what was to be told to people and wasn't: it names them. Whether there may be more."""
    return delete_some(tx, Outbox, col(Outbox.act) == TELL, UNTOLD, col(Outbox.made_at) < now - CAUSES_KEPT)


def forget_done(tx: Tx, now: datetime) -> bool:
    """Drop a chunk of what left, or never will, long ago; whether there may be more.

    Its keys have done their work by then: nothing is promised so late a second time.
    """
    old = (
        select(col(Outbox.id))
        .where(
            DONE,
            col(Outbox.due_at) < now - DONE_KEPT,  # nothing leaves before it is due, and this has an index
            func.coalesce(col(Outbox.sent_at), col(Outbox.due_at)) < now - DONE_KEPT,
        )
        .limit(CHUNK)
    )
    gone = tx.execute(delete(Outbox).where(col(Outbox.id).in_(old)).returning(col(Outbox.id))).all()
    return len(gone) == CHUNK


def rekey(tx: Tx, old_chat_id: int, new_chat_id: int) -> None:
    """Send what waits for a chat to the chat that took its place, where the old message ids mean other messages."""
    waiting = (col(Outbox.chat_id) == old_chat_id, col(Outbox.state) == OutboxState.WAITING)
    tx.execute(delete(Outbox).where(*waiting, col(Outbox.act) == DELETE))
    for row in tx.execute(select(Outbox).where(*waiting, col(Outbox.act) == TELL)).scalars():
        with suppress(DamagedError):  # the sender sets it aside, as it stands
            told = Tell.from_facts(row.facts)
            row.facts = replace(told, reply_to=None, asked=True, thread_id=None).to_facts()
    tx.flush()
    tx.execute(update(Outbox).where(*waiting).values(chat_id=new_chat_id))


def take_away_later(
    tx: Tx, community_id: int, chat_id: int, message_id: int, *, due_at: datetime, now: datetime
) -> None:
    """Promise that a message of ours is deleted."""
    terms = Terms(now=now, key=f"delete:{chat_id}:{message_id}", due_at=due_at, lane=Lane.BULK)
    promise(tx, community_id, chat_id, DeleteMessage(message_id), terms)
