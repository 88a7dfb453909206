"""What staff type goes at once. Where it breaks a bound it waits ten seconds, in which they can let it wait longer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.bounded import Bounded
from bot.features.attention.about import about_of, subject_of
from bot.features.attention.bounds import read_bounds
from bot.features.attention.facts import Due, read_due, read_round
from bot.rules.act import Act
from bot.rules.airings import LIVE_PHASES, phase_of
from bot.rules.attention.budget import AttentionPolicy, Decision, decide
from bot.rules.attention.warnings import LeftAlready, StaffWarned, WaitsNow, WarningPolicy, broken_bound
from bot.rules.calendar import day_of
from bot.rules.place import Place
from bot.rules.verdicts import Reason, Ruling
from bot.store import causes
from bot.store.airings import open_airings
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import PROMISED, Tx
from bot.store.folded import LineOf
from bot.store.tables import AuditEntry, Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.base import id_of
from bot.store.tables.messages import OPEN, OutboxState

HELD = "typed.held"
"""The audit log's name for holding what was typed."""
REMEMBERED = 1_000
"""Acts of whose warnings this process knows."""
SOON = timedelta(minutes=1)
"""What staff type for later isn't warned of: the budget's bounds are others by then."""


class Waiting(NamedTuple):
    """A promise of staff that breaks a bound and hasn't left."""

    verdict_id: int
    reason: Reason
    until: datetime
    due_at: datetime
    not_after: datetime | None


class StaffWarnings:
    """Looks at what staff's acts promise, warns, and holds."""

    def __init__(
        self,
        db: Database,
        budget: AttentionPolicy,
        policy: WarningPolicy,
        now: Callable[[], datetime],
        lines: Mapping[str, LineOf],
    ) -> None:
        """`lines` are what domains registered, by kind."""
        self._db = db
        self._lines = lines
        self._budget = budget
        self._policy = policy
        self._now = now
        self._flagged: Bounded[str, bool] = Bounded(REMEMBERED)
        """Causes of acts that break a bound: only for these a warning is looked up."""

    @property
    def grace(self) -> timedelta:
        """How long what breaks a bound waits."""
        return self._policy.grace

    def look(self, tx: Tx, row_ids: Sequence[int], args: tuple[Any, ...]) -> None:
        """Let those of an act's promises wait a moment that break a bound. It is called in the act's transaction."""
        act = next((one for one in args if isinstance(one, Act)), None)
        if act is None or not self.grace:
            return
        now = self._now()
        if mark_broken(tx, act, row_ids, (now, self.grace), self._budget):
            self._flagged[act.cause] = True

    async def warning(self, place: Place, cause: str) -> StaffWarned | None:
        """What is to be said of an act that breaks a bound; None if it breaks none, or went out."""
        if cause not in self._flagged:
            return None
        return await self._db.read(find_warning, place, cause, self._now(), self._budget)

    async def hold(self, act: Act, verdict_id: int) -> WaitsNow | LeftAlready:
        """Let wait what an act promised."""
        return await self._db.write(hold, act, verdict_id, self._lines)


def mark_broken(
    tx: Tx, act: Act, row_ids: Sequence[int], wait: tuple[datetime, timedelta], budget: AttentionPolicy
) -> bool:
    """Write down which of these promises break a bound, and let them wait from now on; whether any does.

    `wait` is (now, how long). While a stream of the shop is on, nobody is warned: staff are at the microphone.
    """
    now, grace = wait
    dues = [due for due in _due_soon(tx, row_ids, now) if due.by_staff and due.bounded and not due.private]
    if not dues or any(phase_of(one, now) in LIVE_PHASES for one in open_airings(tx, act.community_id)):
        return False
    facts = read_round(tx, dues, now, budget)
    broken: list[tuple[Due, Decision]] = []
    for due in dues:
        as_the_clock = replace(facts.facts_of(due, now, budget), by_staff=False, not_after=None)
        decision = decide(as_the_clock, now, budget)
        if decision.ruling is Ruling.HOLD and decision.reason is not Reason.PAUSED:
            broken.append((due, decision))
    for due, decision in broken:
        said = {"cause": act.cause, "reason": decision.reason, "until": decision.until}
        tx.execute(update(Verdict).where(col(Verdict.id) == due.verdict_id).values(**said))
    rows = [due.row_id for due, _ in broken]
    tx.execute(update(Outbox).where(col(Outbox.id).in_(rows)).values(due_at=now + grace))
    return bool(broken)


def _due_soon(tx: Tx, row_ids: Sequence[int], now: datetime) -> list[Due]:
    soon = tx.execute(select(col(Outbox.id)).where(col(Outbox.id).in_(row_ids), col(Outbox.due_at) <= now + SOON))
    return list(read_due(tx, [one for one in soon.scalars() if one is not None]).values())


def find_warning(
    session: Session, place: Place, cause: str, now: datetime, budget: AttentionPolicy
) -> StaffWarned | None:
    """The warning about an act, while what it promised hasn't left."""
    waiting = _waiting(session, place.community_id, cause)
    if not waiting:
        return None
    first = waiting[0]
    until = max(one.until for one in waiting)
    over = any(one.not_after is not None and one.not_after <= until for one in waiting)
    seconds = max(0, round((max(one.due_at for one in waiting) - now).total_seconds()))
    bounds = read_bounds(session, place.community_id, budget)
    broken = broken_bound(first.reason, bounds)
    return StaffWarned(place.community_id, first.verdict_id, broken, len(waiting), seconds, None if over else until)


def hold(tx: Tx, act: Act, verdict_id: int, lines: Mapping[str, LineOf]) -> WaitsNow | LeftAlready:
    """Let all wait that an act of staff promised and that hasn't left, until the last of its rooms may be told."""
    answer = first_answer(tx, act, WaitsNow)
    if answer is not None:
        return answer
    named = tx.get(Verdict, verdict_id)
    if named is None or named.community_id != act.community_id or named.cause is None:
        return LeftAlready()
    waiting = _waiting(tx, act.community_id, named.cause, lock=True)
    if not waiting:
        return LeftAlready()
    ids, until = [one.verdict_id for one in waiting], max(one.until for one in waiting)
    _let_wait(tx, act, ids, until)
    entry = record_act(
        tx, act, HELD, subject_of(about_of(tx, named, act.at, lines)), subject_id=verdict_id, after={"verdicts": ids}
    )
    outcome = WaitsNow(until, len(waiting), id_of(entry))
    entry.answer = causes.to_json(outcome)
    tx.flush()
    return outcome


def undo_hold(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Let it go out now; False if it did, or won't."""
    ids = (entry.after or {}).get("verdicts", [])
    gone = tx.execute(
        update(Outbox)
        .where(
            col(Outbox.community_id) == act.community_id,
            OPEN,
            col(Outbox.state) == OutboxState.WAITING,
            col(Outbox.verdict_id).in_(ids),
        )
        .values(due_at=act.at)
        .returning(col(Outbox.id))
    ).all()
    tx.info[PROMISED] = True
    return bool(gone)


def _let_wait(tx: Tx, act: Act, verdict_ids: list[int], until: datetime) -> None:
    of_them = (col(Outbox.community_id) == act.community_id, OPEN, col(Outbox.verdict_id).in_(verdict_ids))
    tx.execute(update(Outbox).where(*of_them).values(due_at=until))
    held = {"ruling": Ruling.HOLD, "until": until, "decided_at": act.at, "day": day_of(act.at, act.place.timezone)}
    tx.execute(update(Verdict).where(col(Verdict.id).in_(verdict_ids)).values(**held))
    tx.info[PROMISED] = True


def _waiting(session: Session, community_id: int, cause: str, *, lock: bool = False) -> list[Waiting]:
    query = (
        select(col(Verdict.id), col(Verdict.reason), col(Verdict.until), col(Outbox.due_at), col(Outbox.not_after))
        .join(Outbox, col(Outbox.verdict_id) == col(Verdict.id))
        .where(
            col(Verdict.cause) == cause,
            col(Verdict.community_id) == community_id,
            col(Verdict.ruling) == Ruling.WAITING,
            col(Outbox.community_id) == community_id,
            OPEN,
            col(Outbox.state) == OutboxState.WAITING,
        )
        .order_by(col(Outbox.id))
    )
    if lock:  # whoever waits here sees below what was decided meanwhile
        session.execute(query.with_for_update(of=Outbox)).all()
    rows = session.execute(query).all()
    return [
        Waiting(verdict_id, Reason(reason), until, due_at, not_after)
        for verdict_id, reason, until, due_at, not_after in rows
        if verdict_id is not None and reason is not None and until is not None
    ]
