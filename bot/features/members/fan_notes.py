"""Notes of staff on fans."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.members.of_fan import NOTE_GONE, NOTED, lock_fan, name_of
from bot.rules.act import Act
from bot.rules.members.care import CarePolicy, FanNoted, FanNoteGone, NotesFull
from bot.rules.members.fan_page import FanNotes, FanNoteShown, NoteLine
from bot.rules.members.lists import FansClosed, NoFanHere
from bot.rules.place import Place
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.fan_notes import count_notes, notes_about
from bot.store.tables import AuditEntry
from bot.store.tables.base import id_of
from bot.store.tables.fans import FanNote

ACTED_BY = (col(FanNote.by),)
"""Columns that say who of the staff did something."""
CHUNK = 250
"""Deleted notes that one transaction drops."""


class FanNoting:
    """Use cases of notes."""

    def __init__(self, db: Database, policy: CarePolicy) -> None:
        self._db = db
        self._policy = policy

    async def add(self, act: Act, member_id: int, text: str) -> FanNoted | NotesFull | NoFanHere:
        """Write a note down. The text was read by `read_note`."""
        return await self._db.write(add_note, act, member_id, text, self._policy)

    async def remove(self, act: Act, member_id: int, note_id: int) -> FanNoteGone | FansClosed:
        """Delete a note. For some days that can be undone."""
        return await self._db.write(remove_note, act, member_id, note_id, self._policy)

    async def page(self, place: Place, member_id: int) -> FanNotes | None:
        """All notes on a fan; None if there is no such fan."""
        return await self._db.read(notes_page, place, member_id)

    async def one(self, place: Place, member_id: int, note_id: int) -> FanNoteShown | None:
        """One note; None if it isn't there (any more)."""
        return await self._db.read(show_note, place, member_id, note_id)


def add_note(tx: Tx, act: Act, member_id: int, text: str, policy: CarePolicy) -> FanNoted | NotesFull | NoFanHere:
    """Write a note down, unless there are too many already."""
    before = first_answer(tx, act, FanNoted)
    if before is not None:
        return before
    fan = lock_fan(tx, act.community_id, member_id)
    if fan is None:
        return NoFanHere("")
    if count_notes(tx, member_id) >= policy.most_notes:
        return NotesFull(fan.name, policy.most_notes)
    note = FanNote(community_id=act.community_id, member_id=member_id, text=text, by=act.actor_id, at=act.at)
    tx.add(note)
    tx.flush()
    entry = record_act(tx, act, NOTED, fan.name, subject_id=member_id, after={"note": id_of(note)})
    outcome = FanNoted(act.community_id, member_id, fan.name, id_of(entry))
    entry.answer = causes.to_json(outcome)
    return outcome


def remove_note(tx: Tx, act: Act, member_id: int, note_id: int, policy: CarePolicy) -> FanNoteGone | FansClosed:
    """Mark a note as deleted."""
    before = first_answer(tx, act, FanNoteGone)
    if before is not None:
        return before
    fan = lock_fan(tx, act.community_id, member_id)
    note = _note(tx, act.community_id, member_id, note_id) if fan is not None else None
    if fan is None or note is None or note.gone_at is not None:
        return FansClosed()
    note.gone_at = act.at
    entry = record_act(tx, act, NOTE_GONE, fan.name, subject_id=member_id, before={"note": note_id})
    outcome = FanNoteGone(act.community_id, member_id, fan.name, id_of(entry), policy.gone_kept.days)
    entry.answer = causes.to_json(outcome)
    return outcome


def undo_add(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Delete the note again. False if it is deleted already."""
    note = _of_entry(tx, act, entry, (entry.after or {}).get("note"))
    if note is None or note.gone_at is not None:
        return False
    note.gone_at = act.at
    return True


def undo_remove(tx: Tx, act: Act, entry: AuditEntry, policy: CarePolicy) -> bool:
    """Bring a note back. False if it is gone for good, or if there are too many others by now."""
    note = _of_entry(tx, act, entry, (entry.before or {}).get("note"))
    if note is None or note.gone_at is None or count_notes(tx, note.member_id) >= policy.most_notes:
        return False
    note.gone_at = None
    return True


def notes_page(session: Session, place: Place, member_id: int) -> FanNotes | None:
    """All notes that stand."""
    name = name_of(session, place.community_id, member_id)
    if name is None:
        return None
    notes = tuple(NoteLine(one.note_id, one.text, one.by, one.at) for one in notes_about(session, member_id))
    return FanNotes(place.community_id, member_id, name, notes)


def show_note(session: Session, place: Place, member_id: int, note_id: int) -> FanNoteShown | None:
    """One of the notes that stand."""
    page = notes_page(session, place, member_id)
    found = next((one for one in page.notes if one.note_id == note_id), None) if page is not None else None
    if page is None or found is None:
        return None
    return FanNoteShown(place.community_id, member_id, page.name, found)


def drop_gone(tx: Tx, now: datetime, policy: CarePolicy) -> bool:
    """Drop a chunk of notes that were deleted some days ago; whether there may be more."""
    old = select(col(FanNote.id)).where(col(FanNote.gone_at) < now - policy.gone_kept)
    ids = list(tx.execute(old.order_by(col(FanNote.gone_at)).limit(CHUNK)).scalars())
    if ids:
        tx.execute(delete(FanNote).where(col(FanNote.id).in_(ids)))
    return len(ids) == CHUNK


def _of_entry(tx: Tx, act: Act, entry: AuditEntry, note_id: int | None) -> FanNote | None:
    """The note of an act, once its fan is locked."""
    if entry.subject_id is None or note_id is None or lock_fan(tx, act.community_id, entry.subject_id) is None:
        return None
    return _note(tx, act.community_id, entry.subject_id, note_id)


def _note(tx: Tx, community_id: int, member_id: int, note_id: int) -> FanNote | None:
    return tx.execute(
        select(FanNote)
        .where(
            col(FanNote.id) == note_id,
            col(FanNote.community_id) == community_id,
            col(FanNote.member_id) == member_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
