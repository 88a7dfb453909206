"""Messages promised in the same commit as what they tell of."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, delete, func, select, update
from sqlmodel import col

from bot.rules.retention import CAUSES_KEPT
from bot.store.engine.db import PROMISED, Tx
from bot.store.engine.hot import Hot
from bot.store.tables import Outbox
from bot.store.tables.messages import Lane, OutboxState

TELL = "tell"
"""The act that tells one person something."""
SAY = "say"
"""The act that tells a group something, in the community's language."""
FILE = "file"
"""The act that sends a group a file, made when it is sent."""
DELETE = "delete"
"""The act that takes a message away."""
LEAVE = "leave"
"""The act that leaves a chat about which the owner was asked and didn't answer."""
DONE_KEPT = timedelta(days=30)
"""How long it can be looked up what became of a promise."""
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


def promise(
    tx: Tx,
    *,
    key: str | None,
    community_id: int,
    chat_id: int,
    lane: Lane,
    act: str,
    facts: dict[str, Any],
    due_at: datetime,
    now: datetime,
    not_after: datetime | None = None,
    fold_key: str | None = None,
) -> bool:
    """Promise one message; False if the same key, or a waiting one to fold into, is there already.

    What folds carries references, not states (a card's id): the sender renders what is true when it sends, so the
    newest wins without rewriting a row.
    """
    made = tx.rows(
        _PROMISE,
        key=key,
        fold_key=fold_key,
        community_id=community_id,
        chat_id=chat_id,
        lane=lane.value,
        act=act,
        facts=facts,
        due_at=due_at,
        not_after=not_after,
        state=OutboxState.WAITING.value,
        attempts=0,
        made_at=now,
    )
    if made:
        tx.info[PROMISED] = True
    return bool(made)


def forget_told(tx: Tx, now: datetime) -> None:
    """Drop what was to be told to people and wasn't: it names them, and nobody reads it any more."""
    tx.execute(
        delete(Outbox).where(
            col(Outbox.act) == TELL,
            col(Outbox.state).in_((OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.UNKNOWN)),
            col(Outbox.made_at) < now - CAUSES_KEPT,
        )
    )


def forget_done(tx: Tx, now: datetime) -> bool:
    """Drop a chunk of what left, or never will, long ago; whether there may be more.

    Its keys have done their work by then: nothing is promised so late a second time.
    """
    old = (
        select(col(Outbox.id))
        .where(
            col(Outbox.state).not_in((OutboxState.WAITING, OutboxState.SENDING)),
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
        row.facts = row.facts | {"reply_to": None, "thread_id": None}
    tx.flush()
    tx.execute(update(Outbox).where(*waiting).values(chat_id=new_chat_id))


def take_away_later(
    tx: Tx, community_id: int, chat_id: int, message_id: int, *, due_at: datetime, now: datetime
) -> None:
    """Promise that a message of ours is deleted."""
    promise(
        tx,
        key=f"delete:{chat_id}:{message_id}",
        community_id=community_id,
        chat_id=chat_id,
        lane=Lane.BULK,
        act=DELETE,
        facts={"message_id": message_id},
        due_at=due_at,
        now=now,
    )
