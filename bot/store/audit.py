"""The audit log: who did what, and what it was before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.store.causes import from_json
from bot.store.engine.sessions import Tx
from bot.store.tables import AuditEntry, Community

T = TypeVar("T")

MACHINE = 0
"""The actor of acts on the command line. No Telegram user has this id."""


def record(
    tx: Tx,
    *,
    community_id: int,
    actor_id: int,
    act: str,
    subject: str,
    at: datetime,
    cause: str | None,
    subject_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    undoes_id: int | None = None,
    by_owner: bool | None = None,
) -> AuditEntry:
    """Write one act down; it has its id when this returns.

    `by_owner` says whether the owner did it. Without it the stored owner decides: the door has asked Telegram just now
    who that is, and wrote it down.
    """
    if by_owner is None:
        by_owner = tx.execute(
            select(col(Community.owner_id) == actor_id).where(col(Community.id) == community_id)
        ).scalar_one()
    entry = AuditEntry(
        community_id=community_id,
        at=at,
        actor_id=actor_id,
        by_owner=by_owner,
        act=act,
        subject_id=subject_id,
        subject=subject,
        before=before,
        after=after,
        undoes_id=undoes_id,
        cause=cause,
    )
    tx.add(entry)
    tx.flush()
    return entry


def record_act(
    tx: Tx,
    act: Act,
    name: str,
    subject: str,
    *,
    subject_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write down what an act did, under its stored name (`campaign.made`); it has its id when this returns."""
    return record(
        tx,
        community_id=act.community_id,
        actor_id=act.actor_id,
        act=name,
        subject=subject,
        at=act.at,
        cause=act.cause,
        subject_id=subject_id,
        before=before,
        after=after,
    )


def first_answer(session: Session, act: Act, kind: type[T], name: str | None = None) -> T | None:
    """The answer that this act's update got when it came first, or None if it didn't come before.

    With a `name` only the answer to that act counts, as one update may do several.
    """
    done = caused_by(session, act.community_id, act.cause)
    if done is None or done.answer is None or (name is not None and done.act != name):
        return None
    return from_json(kind, done.answer)


def forget_answers(tx: Tx, community_id: int, names: Sequence[str], subject_ids: Any) -> None:
    """Drop the stored answers of these acts to these subjects (a query of ids): they name a deleted person."""
    tx.execute(
        update(AuditEntry)
        .where(
            col(AuditEntry.community_id) == community_id,
            col(AuditEntry.act).in_(names),
            col(AuditEntry.subject_id).in_(subject_ids),
        )
        .values(answer=None)
    )


def caused_by(session: Session, community_id: int, cause: str) -> AuditEntry | None:
    """The act that this update already did, if it comes again."""
    return session.execute(
        select(AuditEntry).where(col(AuditEntry.community_id) == community_id, col(AuditEntry.cause) == cause)
    ).scalar_one_or_none()
