"""Messages promised in the same commit as what they tell of."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.retention import CAUSES_KEPT
from bot.rules.verdicts import Ruling
from bot.store.chunks import delete_some
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PROMISED, TYPED, Tx
from bot.store.messages.payloads import DELETE, TELL, DamagedError, DeleteMessage, Payload, Tell
from bot.store.tables import Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.base import Id
from bot.store.tables.messages import DONE, OPEN, UNTOLD, Lane, OutboxState
from bot.store.verdicts import (
    Unasked,
    add_verdict,
    add_verdicts,
    is_unasked,
    kind_in,
    reader_in,
    take_verdict_back,
    take_verdicts_back,
)

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
            verdict_id=bindparam("verdict_id", type_=Id),
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
    by_staff: bool = False
    """Whether staff typed just now what it tells of: then it leaves at once. The clock's messages wait for the budget.

    In a use case it is `act.typed`.
    """
    airing_id: int | None = None
    """The airing to whose stream it belongs. While that is on, it passes the bounds of its rooms."""
    instead: bool = False
    """Whether it takes the place of a message that is gone, as an edit would: at any hour, and it counts nothing."""
    kind: str | None = None
    """The kind of what a card or a post shows (`rules/shown.py`). Payloads that name theirs need none."""
    subject_id: int | None = None
    """The id of what it shows."""


def promise(tx: Tx, community_id: int, chat_id: int, payload: Payload, terms: Terms) -> bool:
    """Promise one message; False if the same key, or a waiting one to fold into, is there already.

    What folds carries references, not states (a card's id): the sender renders what is true when it sends, so the
    newest wins without rewriting a row. A message that nobody asked for gets its verdict here; it is decided when the
    message is about to leave (`features/attention/budget.py`).
    """
    unasked = _unasked(tx, chat_id, payload, terms)
    verdict_id = add_verdict(tx, community_id, unasked, terms.now) if unasked is not None else None
    made = tx.rows(_PROMISE, **_row(community_id, chat_id, payload, terms, verdict_id))
    if made:
        tx.info[PROMISED] = True
        if terms.by_staff and verdict_id is not None:
            tx.info.setdefault(TYPED, []).append(made[0][0])
    elif verdict_id is not None:
        take_verdict_back(tx, verdict_id)
    return bool(made)


def promise_many(tx: Tx, community_id: int, payloads: Sequence[tuple[int, Payload]], terms: Terms) -> int:
    """Promise many messages of one kind, each as (chat, payload), in a few statements; how many are new.

    The chat is added to the key of `terms`. A chunk has at most `CHUNK` of them.
    """
    if not payloads:
        return 0
    each = [replace(terms, key=f"{terms.key}:{chat_id}") if terms.key else terms for chat_id, _ in payloads]
    unasked = [_unasked(tx, chat_id, payload, terms) for chat_id, payload in payloads]
    some = [one for one in unasked if one is not None]
    ids = iter(add_verdicts(tx, community_id, some, terms.now) if some else ())
    rows = [
        _row(community_id, chat_id, payload, one, next(ids) if asked is not None else None)
        for (chat_id, payload), one, asked in zip(payloads, each, unasked, strict=True)
    ]
    insert_ = sqlite.insert if tx.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = tx.execute(
        insert_(Outbox).on_conflict_do_nothing().returning(col(Outbox.id), col(Outbox.verdict_id)), rows
    ).all()
    kept = {verdict_id for _, verdict_id in made}
    take_verdicts_back(tx, [row["verdict_id"] for row in rows if row["verdict_id"] not in {*kept, None}])
    if made:
        tx.info[PROMISED] = True
    return len(made)


def _unasked(tx: Tx, chat_id: int, payload: Payload, terms: Terms) -> Unasked | None:
    """The message as the budget knows it; None for edits, deletions, answers, and what its reader asked for."""
    named = (terms.kind, terms.subject_id) if terms.kind is not None else kind_in(tx, payload)
    if named is None or not is_unasked(named[0]):
        return None
    return Unasked(
        chat_id=reader_in(chat_id, payload),
        kind=named[0],
        subject_id=named[1],
        by_staff=terms.by_staff,
        airing_id=terms.airing_id,
        instead=terms.instead,
    )


def _row(community_id: int, chat_id: int, payload: Payload, terms: Terms, verdict_id: int | None) -> dict[str, Any]:
    return {
        "key": f"{terms.key}{ONCE}" if terms.once and terms.key is not None else terms.key,
        "fold_key": terms.fold_key,
        "community_id": community_id,
        "chat_id": chat_id,
        "lane": terms.lane.value,
        "act": payload.act,
        "facts": payload.to_facts(),
        "due_at": terms.due_at or terms.now,
        "not_after": terms.not_after,
        "state": OutboxState.WAITING.value,
        "attempts": 0,
        "made_at": terms.now,
        "verdict_id": verdict_id,
    }


def ask_budget_again(tx: Tx, community_id: int, now: datetime) -> int:
    """Let the budget decide again at once what it holds for a shop, as a pause or the bounds changed; how many.

    What staff hold themselves waits on.
    """
    held = select(col(Verdict.id)).where(
        col(Verdict.id) == col(Outbox.verdict_id), col(Verdict.ruling) == Ruling.HOLD, ~col(Verdict.by_staff)
    )
    hastened = tx.execute(
        update(Outbox)
        .where(
            col(Outbox.community_id) == community_id,
            OPEN,
            col(Outbox.state) == OutboxState.WAITING,
            col(Outbox.due_at) > now,
            held.exists(),
        )
        .values(due_at=now)
        .returning(col(Outbox.id))
    ).all()
    if hastened:
        tx.info[PROMISED] = True
    return len(hastened)


def open_under(session: Session, community_id: int, key: str) -> list[Any]:
    """The conditions that a promise of a shop is still to be kept, and that its key begins with `key`."""
    if session.get_bind().dialect.name == "sqlite":
        # By the index of keys. The sum keeps SQLite from walking over all that the shop has promised.
        return [
            col(Outbox.key) > f"{key}:",
            col(Outbox.key) < f"{key};",
            col(Outbox.community_id) + 0 == community_id,
            OPEN,
        ]
    # PostgreSQL may order texts otherwise.
    return [col(Outbox.community_id) == community_id, OPEN, col(Outbox.key).startswith(f"{key}:", autoescape=True)]


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
