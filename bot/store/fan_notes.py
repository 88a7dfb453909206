"""Notes of staff on fans: read and counted. `features/members/fan_notes.py` writes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.tables import Person
from bot.store.tables.fans import FanNote


@dataclass(frozen=True, slots=True)
class NoteFound:
    """A note of staff on a fan."""

    note_id: int
    text: str
    by: str | None
    """The name of who wrote it; None for an anonymous administrator, and for who had their data deleted."""
    at: datetime


def notes_about(session: Session, member_id: int, limit: int | None = None) -> Sequence[NoteFound]:
    """The notes on a member that stand, the newest first."""
    rows = session.execute(
        select(col(FanNote.id), col(FanNote.text), col(Person.name), col(FanNote.at))
        .outerjoin(Person, col(Person.user_id) == col(FanNote.by))
        .where(col(FanNote.member_id) == member_id, col(FanNote.gone_at).is_(None))
        .order_by(col(FanNote.id).desc())
        .limit(limit)
    )
    return [NoteFound(note_id or 0, text, name or None, at) for note_id, text, name, at in rows]


def count_notes(session: Session, member_id: int) -> int:
    """How many notes on a member stand."""
    counted: int = session.execute(
        select(func.count())
        .select_from(FanNote)
        .where(col(FanNote.member_id) == member_id, col(FanNote.gone_at).is_(None))
    ).scalar_one()
    return counted
