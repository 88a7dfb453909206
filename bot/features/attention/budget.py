"""The attention budget at work: each message that nobody asked for is decided when it is about to leave.

The decision is made in the transaction that takes the row for sending. So what a room had, what the owner paused and
whether a fan still says yes is as it is then, and a kill leaves either both or nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlmodel import col

from bot.features.attention.consent import tell_contact_missing
from bot.features.attention.facts import Due, Round, read_due, read_round
from bot.rules.attention.budget import AttentionPolicy, Decision, Sent, decide
from bot.rules.calendar import day_of
from bot.rules.shown import ShownClass, is_listed
from bot.rules.verdicts import Reason, Ruling
from bot.rules.wears import POST
from bot.store.engine.sessions import Tx
from bot.store.messages import departures
from bot.store.messages.departures import Departure
from bot.store.places import place_of
from bot.store.slots import plan_again
from bot.store.tables import Outbox
from bot.store.tables.attention import Verdict
from bot.store.tables.messages import OutboxState
from bot.store.verdicts import Unasked, add_verdict, is_unasked, kind_in, reader_in

Decided = tuple[Due, Decision]
TYPED_BEFORE = frozenset({"drop", "packet", "raffle", "streams.DelayNotice", "streams.CancelNotice"})
"""What only staff opened or told in versions without verdicts."""
UNKNOWN = ("post", None)
"""The kind of a message that doesn't name its own: only posts don't."""


class Budget:
    """Decides what leaves."""

    def __init__(self, policy: AttentionPolicy) -> None:
        self._policy = policy

    def take(self, tx: Tx, rows: Sequence[Departure], sender: str, now: datetime) -> dict[int, int | None]:
        """Mark those of a round *sending* that may leave now; what they are, with their verdicts.

        The others are held, folded or dropped. What needs no verdict is taken as it is.
        """
        verdicts = {row.id: row.verdict_id or _catch_up(tx, row, now) for row in rows}
        staying = self._settle(tx, [row for row in rows if verdicts[row.id] is not None], now)
        leaving = [row.id for row in rows if row.id not in staying]
        taken = departures.take(tx, leaving, sender) if leaving else set()
        return {row_id: verdicts[row_id] for row_id in taken}

    def hold_back(self, tx: Tx, rows: Sequence[Departure], now: datetime) -> set[int]:
        """Let those wait, or end, that may not leave now; which. Nothing else is decided: that is done when they leave.

        The sender asks before it gives messages their turns, so that one that stays takes no turn from another.
        """
        return self._settle(tx, [row for row in rows if row.verdict_id is not None], now, only_staying=True)

    def _settle(self, tx: Tx, rows: Sequence[Departure], now: datetime, *, only_staying: bool = False) -> set[int]:
        """Decide these rows in their order, and write down what becomes of them; which stay."""
        if not rows:
            return set()
        dues = read_due(tx, [row.id for row in rows])
        facts = read_round(tx, dues.values(), now, self._policy)
        decided = [(dues[row.id], self._decide(dues[row.id], facts, now)) for row in rows if row.id in dues]
        staying = [(due, decision) for due, decision in decided if decision.ruling is not Ruling.SEND]
        _write_down(tx, staying if only_staying else decided, now)
        _let_stay(tx, staying)
        for community_id in {due.community_id for due, decision in staying if due.kind == POST and not decision.until}:
            plan_again(tx, community_id, now)  # it was counted as sent
        for community_id in {due.community_id for due, decision in staying if decision.reason is Reason.NO_CONTACT}:
            tell_contact_missing(tx, place_of(tx, community_id), now)
        lost = {row.id: row for row in rows if row.id not in dues}
        if lost:
            _write_verdicts_anew(tx, lost, now)
        return {due.row_id for due, _ in staying}.union(lost)

    def _decide(self, due: Due, facts: Round, now: datetime) -> Decision:
        decision = decide(facts.facts_of(due, now, self._policy), now, self._policy)
        if decision.ruling is Ruling.SEND:
            if decision.counts:
                facts.sent[due.reader].append(Sent(now, due.shown_class is ShownClass.PROMOTION))
            if due.airing_id is not None and due.bounded:
                facts.stream_told_at[due.reader] = now
        return decision


def _catch_up(tx: Tx, row: Departure, now: datetime) -> int | None:
    """Give a message of an older version, which was promised without one, its verdict.

    What has no class can't be rendered either: the sender sets it aside.
    """
    kind = kind_in(tx, row.payload)
    if kind is None or not is_listed(kind[0]) or not is_unasked(kind[0]):
        return None
    return _write_verdict(tx, row, kind, now, by_staff=kind[0] in TYPED_BEFORE)


def _write_verdicts_anew(tx: Tx, lost: Mapping[int, Departure], now: datetime) -> None:
    """Of rows that another round took nothing is to do. Those whose verdict was deleted get one for their next turn."""
    its = select(col(Verdict.id)).where(col(Verdict.id) == col(Outbox.verdict_id))
    undecided = (col(Outbox.id).in_(lost), col(Outbox.state) == OutboxState.WAITING, ~its.exists())
    for row_id in tx.execute(select(col(Outbox.id)).where(*undecided)).scalars().all():
        if row_id is not None:
            _write_verdict(tx, lost[row_id], kind_in(tx, lost[row_id].payload) or UNKNOWN, now)


def _write_verdict(
    tx: Tx, row: Departure, kind: tuple[str, int | None], now: datetime, *, by_staff: bool = False
) -> int:
    reader = reader_in(row.chat_id, row.payload)
    message = Unasked(chat_id=reader, kind=kind[0], subject_id=kind[1], by_staff=by_staff)
    verdict_id = add_verdict(tx, row.community_id, message, now)
    tx.execute(update(Outbox).where(col(Outbox.id) == row.id).values(verdict_id=verdict_id))
    return verdict_id


def _write_down(tx: Tx, decided: Sequence[Decided], now: datetime) -> None:
    """One statement for all that were decided alike."""
    alike: dict[tuple[Decision, date], list[int]] = defaultdict(list)
    for due, decision in decided:
        alike[decision, day_of(now, due.timezone)].append(due.verdict_id)
    for (decision, day), verdict_ids in alike.items():
        tx.execute(
            update(Verdict)
            .where(col(Verdict.id).in_(verdict_ids))
            .values(
                ruling=decision.ruling,
                reason=decision.reason,
                until=decision.until,
                counts=decision.counts,
                decided_at=now,
                day=day,
            )
        )


def _let_stay(tx: Tx, staying: Sequence[Decided]) -> None:
    """Held rows fall due again when they may leave; the others expire. Their keys stay, so nothing is promised anew."""
    held: dict[datetime, list[int]] = defaultdict(list)
    ended: dict[Reason, list[int]] = defaultdict(list)
    for due, decision in staying:
        if decision.until is not None:
            held[decision.until].append(due.row_id)
        else:
            ended[decision.reason].append(due.row_id)
    for until, row_ids in held.items():
        tx.execute(update(Outbox).where(col(Outbox.id).in_(row_ids)).values(due_at=until))
    for reason, row_ids in ended.items():
        gone = {"state": OutboxState.EXPIRED, "problem": f"{departures.BUDGET}{reason}"}
        tx.execute(update(Outbox).where(col(Outbox.id).in_(row_ids)).values(**gone))
