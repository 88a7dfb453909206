"""The audit log: who did what, and what it was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, TypeVar, Unpack

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Act
from bot.store.causes import from_json
from bot.store.engine.sessions import Tx
from bot.store.tables import AuditEntry, Community

T = TypeVar("T")

OR_SAID = "or_said"
"""In what was before an act: the command that it may have meant instead. A button says that one."""
MACHINE = 0
"""The actor of acts on the command line. No Telegram user has this id."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did something, where, when, and by which update: for the log, where no `Act` of a person tells it."""

    community_id: int
    actor_id: int
    at: datetime
    cause: str | None = None
    """The update that brought it; None for what may be written down twice."""


class Details(TypedDict, total=False):
    """The columns of an entry that not every act has."""

    subject_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    undoes_id: int | None
    by_owner: bool
    """Whether the owner did it. Without it the stored owner decides: the door has asked Telegram just now who that is,
    and wrote it down."""


def record_act(tx: Tx, act: Act, name: str, subject: str, **details: Unpack[Details]) -> AuditEntry:
    """Write down what an act did, under its stored name (`campaign.made`); it has its id when this returns."""
    if act.or_said is not None:
        details["before"] = {**(details.get("before") or {}), OR_SAID: act.or_said}
    return record_deed(tx, Deed(act.community_id, act.actor_id, act.at, act.cause), name, subject, **details)


def record_deed(tx: Tx, deed: Deed, name: str, subject: str, **details: Unpack[Details]) -> AuditEntry:
    """Write down what was done, under its stored name (`room.came`); it has its id when this returns."""
    if "by_owner" not in details:
        details["by_owner"] = tx.execute(
            select(col(Community.owner_id) == deed.actor_id).where(col(Community.id) == deed.community_id)
        ).scalar_one()
    entry = AuditEntry(
        community_id=deed.community_id,
        at=deed.at,
        actor_id=deed.actor_id,
        act=name,
        subject=subject,
        cause=deed.cause,
        **details,
    )
    tx.add(entry)
    tx.flush()
    return entry


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
