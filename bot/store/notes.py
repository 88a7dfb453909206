"""Notes of what members did. The same function counts an act into its day's sum, so that notes and sums can't part.

Sums (`Activity`) stay for good. Tiers and figures are computed from them. Notes are deleted after 90 days.
"""

from datetime import date, datetime

from sqlalchemy import Date, Integer, bindparam, delete, insert, select, update
from sqlmodel import col

from bot.rules.act import Occasion
from bot.rules.notes import About, Did
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.pending_tiers import deeds_changed
from bot.store.tables import Activity, Note

CHUNK = 250
"""Old notes that one transaction deletes."""

_ADD_NOTE = Hot(
    insert(Note).values(
        member_id=bindparam("member_id"),
        at=bindparam("at"),
        day=bindparam("day"),
        act=bindparam("act"),
        times=bindparam("times"),
        room_id=bindparam("room_id"),
        message_id=bindparam("message_id"),
        thing=bindparam("thing"),
        thing_id=bindparam("thing_id"),
    )
)
_COUNT = Hot.upsert(
    lambda insert_: (
        insert_(Activity)
        .values(
            member_id=bindparam("member_id"),
            day=bindparam("day", type_=Date),
            kind=bindparam("kind"),
            times=bindparam("times", type_=Integer),
        )
        .on_conflict_do_update(
            index_elements=[col(Activity.member_id), col(Activity.day), col(Activity.kind)],
            set_={"times": col(Activity.times) + bindparam("times", type_=Integer)},
        )
    )
)


def note(tx: Tx, member_id: int, did: Did, occasion: Occasion, about: About | None = None, times: int = 1) -> None:
    """Write down what a member did, in the transaction of the act, and add `times` to the day's sum of this kind."""
    origin, day = occasion.origin, occasion.day
    tx.touch(
        _ADD_NOTE,
        member_id=member_id,
        at=occasion.at,
        day=day,
        act=did.value,
        times=times,
        room_id=origin.room_id if origin is not None else None,
        message_id=origin.message_id if origin is not None else None,
        thing=about.thing.value if about is not None else None,
        thing_id=about.id if about is not None else None,
    )
    tx.touch(_COUNT, member_id=member_id, day=day, kind=did.value, times=times)
    deeds_changed(tx, member_id, day, did.value)


def take_back(tx: Tx, member_id: int, did: Did, day: date, about: About, times: int = 1) -> None:
    """Take an act back that was refunded or undone: its note goes, and so much of the day's sum.

    A note that stands for more than `times` keeps the rest. The sum is corrected also if the note is deleted already.
    A sum that would become zero or less is deleted.
    """
    _take_from_note(tx, member_id, did, about, times)
    counted = (col(Activity.member_id) == member_id, col(Activity.day) == day, col(Activity.kind) == did.value)
    fewer = update(Activity).where(*counted, col(Activity.times) > times).values(times=col(Activity.times) - times)
    if not tx.execute(fewer.returning(col(Activity.times))).all():
        tx.execute(delete(Activity).where(*counted))
    deeds_changed(tx, member_id, day, did.value, fewer=True)


def _take_from_note(tx: Tx, member_id: int, did: Did, about: About, times: int) -> None:
    newest = (
        select(col(Note.id))
        .where(
            col(Note.member_id) == member_id,
            col(Note.act) == did.value,
            col(Note.thing) == about.thing.value,
            col(Note.thing_id) == about.id,
        )
        .order_by(col(Note.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    fewer = update(Note).where(col(Note.id) == newest, col(Note.times) > times).values(times=col(Note.times) - times)
    if not tx.execute(fewer.returning(col(Note.id))).all():
        tx.execute(delete(Note).where(col(Note.id) == newest))


def forget_notes(tx: Tx, member_id: int) -> None:
    """Delete all notes of a member who has their data deleted."""
    tx.execute(delete(Note).where(col(Note.member_id) == member_id))


def drop_notes(tx: Tx, before: datetime) -> int:
    """Delete a chunk of notes of acts before this instant; how many.

    They are found at the low end of the ids, as notes are numbered in the order in which they are written. A note that
    was written later than its act (an order from a file) waits until the notes before it are deleted.
    """
    oldest = select(col(Note.id), col(Note.at)).order_by(col(Note.id)).limit(CHUNK)
    old = [note_id for note_id, at in tx.execute(oldest) if at < before]
    if old:
        tx.execute(delete(Note).where(col(Note.id).in_(old)))
    return len(old)
