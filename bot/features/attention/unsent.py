"""What was held or not sent: counted by day, told in words, and what is held sent now or taken back."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.attention.about import about_of, describe, subject_of
from bot.rules.act import Act
from bot.rules.attention.unsent import (
    MOST_HELD,
    ON_A_PAGE,
    HeldNoMore,
    HeldSentNow,
    HeldStopped,
    ReasonCount,
    UnsentCount,
    UnsentDay,
    UnsentLine,
    UnsentPolicy,
    UnsentWeek,
)
from bot.rules.calendar import DAY, day_of
from bot.rules.place import Place
from bot.rules.verdicts import Reason, Ruling
from bot.store import causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import PROMISED, Tx
from bot.store.folded import LineOf
from bot.store.tables import AuditEntry, Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.base import id_of
from bot.store.tables.messages import OPEN, OutboxState
from bot.store.verdicts import call_off

SENT_NOW = "held.sent_now"
"""The audit log's name for sending what is held."""
STOPPED = "held.stopped"
"""The audit log's name for taking back what is held."""
STOPPED_BY_STAFF = "staff took it back"
"""The problem of a promise that staff took back."""
_NOT_SENT = (Ruling.FOLD, Ruling.DROP)


class Unsent:
    """Use cases of the owner's log."""

    def __init__(self, db: Database, lines: Mapping[str, LineOf], policy: UnsentPolicy) -> None:
        """`lines` are what domains registered, by kind."""
        self._db = db
        self._reader = _Reader(lines, policy)

    async def week(self, place: Place, now: datetime) -> UnsentWeek:
        """What is held, and counts of the last days."""
        return await self._db.read(self._reader.week, place, now)

    async def day(self, place: Place, day: date, page: int, now: datetime) -> UnsentDay:
        """One day in words."""
        return await self._db.read(self._reader.day, place, day, page, now)

    async def send_now(self, act: Act, verdict_id: int) -> HeldSentNow | HeldNoMore:
        """Send at once what is held in rooms."""
        return await self._db.write(send_now, act, verdict_id, self._reader)

    async def stop(self, act: Act, verdict_id: int) -> HeldStopped | HeldNoMore:
        """Don't send what is held in rooms."""
        return await self._db.write(stop, act, verdict_id, self._reader)


@dataclass(frozen=True, slots=True)
class _Reader:
    lines: Mapping[str, LineOf]
    policy: UnsentPolicy

    def week(self, session: Session, place: Place, now: datetime) -> UnsentWeek:
        """What is held, the soonest first, and counts by day."""
        held = self._lines(session, place, self._grouped(session, place, now, col(Verdict.ruling) == Ruling.HOLD), now)
        held.sort(key=lambda line: (line.until or now, line.verdict_id))
        first = day_of(now, place.timezone) - (self.policy.days - 1) * DAY
        rows = session.execute(
            select(col(Verdict.day), col(Verdict.reason), func.count())
            .where(*self._lately(place, now), col(Verdict.ruling).in_(_NOT_SENT), col(Verdict.day) >= first)
            .group_by(col(Verdict.day), col(Verdict.reason))
        ).all()
        days: dict[date, Counter[Reason]] = defaultdict(Counter)
        for day, reason, number in rows:
            if day is not None and reason is not None:
                days[day][Reason(reason)] += number
        counts = (
            UnsentCount(day, found.total(), tuple(ReasonCount(*one) for one in found.most_common()))
            for day, found in sorted(days.items(), reverse=True)
        )
        return UnsentWeek(place.community_id, tuple(held[:MOST_HELD]), max(0, len(held) - MOST_HELD), tuple(counts))

    def day(self, session: Session, place: Place, day: date, page: int, now: datetime) -> UnsentDay:
        """One page of a day's things, the newest first."""
        which = (col(Verdict.ruling).in_(_NOT_SENT), col(Verdict.day) == day)
        found = self._grouped(session, place, now, *which)
        pages = max(1, -(-len(found) // ON_A_PAGE))
        shown = min(max(page, 1), pages)
        lines = self._lines(session, place, found[(shown - 1) * ON_A_PAGE : shown * ON_A_PAGE], now)
        return UnsentDay(place.community_id, day, shown, pages, tuple(lines))

    def _lately(self, place: Place, now: datetime) -> tuple[Any, ...]:
        since = now - self.policy.reach
        return col(Verdict.community_id) == place.community_id, col(Verdict.decided_at) >= since

    def _grouped(self, session: Session, place: Place, now: datetime, *which: Any) -> list[Any]:
        """Messages about one thing that have one reason are one line. The newest first."""
        alike = (col(Verdict.kind), col(Verdict.subject_id), col(Verdict.ruling), col(Verdict.reason))
        rows: Any = session.execute(
            select(
                *alike,
                func.sum(case((col(Verdict.chat_id) < 0, 1), else_=0)),
                func.sum(case((col(Verdict.chat_id) > 0, 1), else_=0)),
                func.min(col(Verdict.until), type_=Verdict.__table__.c.until.type),  # type: ignore[attr-defined]
                func.max(col(Verdict.id)),
            )
            .where(*self._lately(place, now), *which)
            .group_by(*alike)
            .order_by(func.max(col(Verdict.id)).desc())
        ).all()
        return list(rows)

    def _lines(self, session: Session, place: Place, found: list[Any], now: datetime) -> list[UnsentLine]:
        return [
            UnsentLine(
                describe(session, place.community_id, (kind, subject_id), now, self.lines),
                Ruling(ruling),
                Reason(reason),
                int(rooms),
                int(fans),
                until,
                verdict_id,
            )
            for kind, subject_id, ruling, reason, rooms, fans, until, verdict_id in found
            if reason is not None
        ]


def send_now(tx: Tx, act: Act, verdict_id: int, reader: _Reader) -> HeldSentNow | HeldNoMore:
    """Let what is held leave as if staff had typed it: in all rooms in which the same thing is held."""
    answer = first_answer(tx, act, HeldSentNow)
    if answer is not None:
        return answer
    verdict, ids = _held(tx, act, verdict_id, reader)
    if verdict is None:
        return HeldNoMore(act.community_id)
    tx.execute(update(Verdict).where(col(Verdict.id).in_(ids)).values(by_staff=True))
    sent = _change_waiting(tx, act, ids, due_at=act.at)
    tx.info[PROMISED] = True
    outcome = HeldSentNow(act.community_id, about_of(tx, verdict, act.at, reader.lines), len(sent))
    entry = record_act(tx, act, SENT_NOW, subject_of(outcome.about), subject_id=verdict_id)
    entry.answer = causes.to_json(outcome)
    tx.flush()
    return outcome


def stop(tx: Tx, act: Act, verdict_id: int, reader: _Reader) -> HeldStopped | HeldNoMore:
    """Take back what is held, in all rooms in which the same thing is held."""
    answer = first_answer(tx, act, HeldStopped)
    if answer is not None:
        return answer
    verdict, ids = _held(tx, act, verdict_id, reader)
    if verdict is None:
        return HeldNoMore(act.community_id)
    about = about_of(tx, verdict, act.at, reader.lines)
    gone = _change_waiting(tx, act, ids, state=OutboxState.EXPIRED, problem=STOPPED_BY_STAFF)
    call_off(tx, gone, Reason.CANCELLED, act.at)
    entry = record_act(tx, act, STOPPED, subject_of(about), subject_id=verdict_id, after={"verdicts": sorted(gone)})
    outcome = HeldStopped(act.community_id, about, len(gone), id_of(entry))
    entry.answer = causes.to_json(outcome)
    tx.flush()
    return outcome


def undo_stop(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Let it wait again: the budget decides at once. False if its time is over."""
    ids = (entry.after or {}).get("verdicts", [])
    back = tx.execute(
        update(Outbox)
        .where(
            col(Outbox.community_id) == act.community_id,
            col(Outbox.chat_id).in_(select(col(Verdict.chat_id)).where(col(Verdict.id).in_(ids))),
            col(Outbox.verdict_id).in_(ids),
            col(Outbox.state) == OutboxState.EXPIRED,
            col(Outbox.problem) == STOPPED_BY_STAFF,
            col(Outbox.not_after).is_(None) | (col(Outbox.not_after) > act.at),
        )
        .values(state=OutboxState.WAITING, problem=None, due_at=act.at)
        .returning(col(Outbox.verdict_id))
    ).scalars()
    waiting = [one for one in back.all() if one is not None]
    again = {"ruling": Ruling.WAITING, "reason": None, "decided_at": None, "day": None}
    tx.execute(update(Verdict).where(col(Verdict.id).in_(waiting)).values(**again))
    tx.info[PROMISED] = True
    return bool(waiting)


def _held(tx: Tx, act: Act, verdict_id: int, reader: _Reader) -> tuple[Verdict | None, list[int]]:
    """The held message that a button names, and all that are held about the same thing in rooms; locked."""
    named = tx.get(Verdict, verdict_id)
    if named is None or named.community_id != act.community_id or named.chat_id > 0 or named.decided_at is None:
        return None, []
    # The promises are locked first, as the sender does it.
    rows = tx.execute(
        select(col(Verdict.id))
        .join(Outbox, col(Outbox.verdict_id) == col(Verdict.id))
        .where(
            col(Verdict.community_id) == act.community_id,
            col(Verdict.decided_at) >= named.decided_at - reader.policy.reach,
            col(Verdict.kind) == named.kind,
            col(Verdict.subject_id) == named.subject_id,
            col(Verdict.ruling) == Ruling.HOLD,
            col(Verdict.chat_id) < 0,
            col(Outbox.community_id) == act.community_id,
            OPEN,
            col(Outbox.state) == OutboxState.WAITING,
        )
        .order_by(col(Outbox.id))
        .with_for_update(of=Outbox)
    ).scalars()
    ids = [one for one in rows if one is not None]
    return (named, ids) if verdict_id in ids else (None, [])


def _change_waiting(tx: Tx, act: Act, verdict_ids: Sequence[int], **values: Any) -> list[int]:
    """Change the promises of these verdicts that still wait; the verdicts."""
    changed = tx.execute(
        update(Outbox)
        .where(
            col(Outbox.community_id) == act.community_id,
            OPEN,
            col(Outbox.state) == OutboxState.WAITING,
            col(Outbox.verdict_id).in_(verdict_ids),
        )
        .values(**values)
        .returning(col(Outbox.verdict_id))
    ).scalars()
    return [one for one in changed.all() if one is not None]
