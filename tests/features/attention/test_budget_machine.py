"""Whatever posts, switches, consents, pauses and clocks: nothing leaves that the budget forbids.

Hypothesis makes up histories on real tables. What left is held against the product's rules, written down here anew by
the wall clock, without the bot's own rule.
"""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import delete, update
from sqlmodel import col

from bot.rules.shown import ShownClass, class_of
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages import departures
from bot.store.messages.departures import Departure, Mark
from bot.store.tables import Airing
from bot.store.tables.attention import AttentionBounds
from bot.store.tables.messages import OutboxState
from bot.store.tables.posts import Week
from tests.features.attention.gate import Gate, gate
from tests.features.scene import fan, query
from tests.postgres import Postgres

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
BEGINS = datetime(2026, 10, 23, 10, 0, tzinfo=UTC)
"""Two days before London's clocks go back."""
SHOPS = (("ko", "Asia/Seoul"), ("ko", "America/New_York"), ("en", "Europe/London"), ("en", "Asia/Seoul"))
QUIET = (("21:00", "09:00"), ("22:30", "07:15"), ("01:30", "06:00"), ("12:00", "12:00"))
ENDED = (
    Mark(OutboxState.SENT),
    Mark(OutboxState.SENT),
    Mark(OutboxState.SENT),
    Mark(OutboxState.FAILED, "refused:text"),
    Mark(OutboxState.EXPIRED, "nothing to show"),
)
fans = st.sampled_from([1, 2, 3])
lasting = st.sampled_from([None, None, timedelta(minutes=40), timedelta(hours=5), timedelta(days=3)])
jumps = st.one_of(
    st.integers(1, 10).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(20, 100).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(2, 14).map(lambda hours: timedelta(hours=hours)),
)
some = st.integers(1, 4)
"""How many messages are promised at once: most of the time more than may leave."""
_databases = itertools.count(1)


@dataclass(frozen=True)
class Left:
    """A message that left."""

    at: datetime
    kind: str
    reader: int
    reason: str
    by_staff: bool

    @property
    def promotes(self) -> bool:
        """Whether it is promotion."""
        return class_of(self.kind) is ShownClass.PROMOTION

    @property
    def counts(self) -> bool:
        """Whether it counts in its room or with its fan."""
        return self.reason in {"within", "staff"}


class History(RuleBasedStateMachine):
    """One shop with a room, three fans, a stream, and a clock that jumps."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.now = BEGINS
        self.left: list[Left] = []
        self.language, self.zone = SHOPS[0]
        self.contact = True
        self.yes = dict.fromkeys((1, 2, 3), True)
        self.quiet, self.most, self.most_promotional, self.gap = QUIET[0], 6, 3, 90
        self.paused_until: datetime | None = None
        self.promotions_paused_until: datetime | None = None
        self.airing: tuple[int, datetime, datetime] | None = None
        self.db = Database.open(url)
        self.door: Gate = self.wait(gate(self.db))
        for who in (1, 2, 3):
            self.wait(self.door.member(who))

    def teardown(self) -> None:
        """Close everything."""
        self.wait(self._books())
        self.wait(self.db.close())
        self.loop.close()

    def wait(self, work: Awaitable[T]) -> T:
        """Run one thing to its end."""
        return self.loop.run_until_complete(work)

    async def _books(self) -> None:
        """Each message that nobody asked for has one verdict, and no verdict two messages."""
        rows = await query(self.db, "SELECT id, verdict_id FROM outbox")
        verdicts = [verdict_id for _, verdict_id in rows]
        assert None not in verdicts
        assert len(verdicts) == len(set(verdicts))
        sent = "SELECT count(*) FROM outbox o JOIN verdict v ON v.id = o.verdict_id WHERE o.state = 'sent'"
        kept = await query(self.db, f"{sent} AND v.ruling <> 'send'")
        assert kept == [(0,)]

    # What is promised.

    @rule(
        kind=st.sampled_from(["drop", "packet", "post", "morning"]),
        lasts=lasting,
        later=jumps,
        by_staff=st.sampled_from([False, False, False, True]),
        many=some,
    )
    def promotes(self, kind: str, lasts: timedelta | None, later: timedelta, by_staff: bool, many: int) -> None:
        """Staff or the clock promote something in the room, now or later."""
        for nth in range(many):
            due = self.now + nth * later
            until = due + lasts if lasts is not None else None
            self.wait(self.door.drop(self.now, due_at=due, not_after=until, by_staff=by_staff, kind=kind))

    @rule(by_staff=st.booleans(), many=some)
    def tells(self, by_staff: bool, many: int) -> None:
        """The room is told something that offers nothing."""
        for _ in range(many):
            self.wait(self.door.notice(self.now, by_staff=by_staff))

    @rule(minutes=st.integers(10, 300), by_staff=st.sampled_from([False, False, True]), many=some)
    def streams(self, minutes: int, by_staff: bool, many: int) -> None:
        """A stream begins, the one before is over, and this one has something to tell."""
        length = timedelta(minutes=minutes)
        if self.airing is not None:
            self.wait(self.db.write(_end, self.airing[0], self.now))
        self.airing = (self.wait(self.door.airing(self.now, length)), self.now, self.now + length)
        for nth in range(many):
            add = self.door.notice if nth % 2 else self.door.drop
            last = nth == many - 1
            due = self.now + length + 20 * MINUTE if last else self.now
            self.wait(add(self.now, due_at=due, by_staff=by_staff, airing_id=self.airing[0]))

    @rule(lasts=lasting, by_staff=st.booleans(), many=some)
    def writes_to_all(self, lasts: timedelta | None, by_staff: bool, many: int) -> None:
        """Promotion in private, on some days in a row."""
        for nth in range(many):
            due = self.now + nth * DAY
            until = due + lasts if lasts is not None else None
            for who in (1, 2, 3):
                self.wait(self.door.coupon_ends(who, self.now, due_at=due, not_after=until, by_staff=by_staff))

    @rule(who=fans)
    def notes(self, who: int) -> None:
        """Something of the fan's own."""
        self.wait(self.door.note(who, self.now))

    # What changes.

    @rule(who=fans, yes=st.booleans(), here=st.sampled_from([True, True, True, False]))
    def says(self, who: int, yes: bool, here: bool) -> None:
        """A fan says yes or no to promotion, or leaves."""
        self.wait(self.door.member(who, self.now if yes else None, None if here else self.now))
        self.yes[who] = yes and here

    @rule(which=st.sampled_from(SHOPS), contact=st.booleans())
    def moves(self, which: tuple[str, str], contact: bool) -> None:
        """The shop changes its language, its zone and its contact."""
        self.language, self.zone = which
        self.contact = contact
        change = {"language": self.language, "timezone": self.zone, "contact": "mail@shop" if contact else None}
        self.wait(self.door.set(**change))

    @rule(
        quiet=st.sampled_from(QUIET),
        most=st.integers(1, 6),
        promotional=st.integers(0, 3),
        gap=st.sampled_from([30, 90, 360]),
    )
    def bounds(self, quiet: tuple[str, str], most: int, promotional: int, gap: int) -> None:
        """The owner sets other bounds."""
        self.quiet, self.most, self.most_promotional, self.gap = quiet, most, promotional, gap
        row = AttentionBounds(
            community_id=self.door.place.community_id,
            quiet_from=quiet[0],
            quiet_until=quiet[1],
            most=most,
            most_promotional=promotional,
            gap_minutes=gap,
        )
        self.wait(self.db.write(_replace, AttentionBounds, row))

    @rule(hours=st.integers(0, 30), promotions=st.integers(0, 30))
    def pauses(self, hours: int, promotions: int) -> None:
        """The owner pauses posts and promotion, or goes on."""
        self.paused_until = self.now + hours * 60 * MINUTE if hours else None
        self.promotions_paused_until = self.now + promotions * 60 * MINUTE if promotions else None
        week = Week(
            community_id=self.door.place.community_id,
            seed=1,
            paused_at=self.now if hours else None,
            paused_until=self.paused_until,
            promotions_paused_until=self.promotions_paused_until,
        )
        self.wait(self.db.write(_replace, Week, week))

    # What leaves.

    @rule(passing=st.lists(jumps, min_size=3, max_size=12), sift=st.booleans(), mark=st.sampled_from(ENDED))
    def time_passes(self, passing: list[timedelta], sift: bool, mark: Mark) -> None:
        """The clock jumps again and again. At each jump the sender makes a round; the first message may fail."""
        for jump in passing:
            self.now += jump
            for nth, row in enumerate(self.wait(self._take(sift=sift))):
                came = ENDED[0] if nth else mark
                self._check(self.wait(self._left(row)))
                self.wait(self.db.write(departures.write_mark, row.id, came, self.now))
                if came.state is not OutboxState.SENT:
                    self.left.pop()

    @rule(kept=st.integers(0, 2))
    def is_killed(self, kept: int) -> None:
        """A kill between the decision and Telegram: some left before it, the others wait again."""
        self.now += MINUTE
        taken = self.wait(self._take(sift=True))
        for row in taken[:kept]:
            self._check(self.wait(self._left(row)))
            self.wait(self.db.write(departures.write_mark, row.id, ENDED[0], self.now))
        self.wait(self.db.write(departures.after_crash, "after"))

    async def _take(self, *, sift: bool) -> list[Departure]:
        seen = await self.db.read(departures.look, self.now)
        if seen.late:
            await self.db.write(departures.expire, self.now)
        held = await self.db.write(self.door.budget.hold_back, seen.due, self.now) if sift else set()
        due = [row for row in seen.due if row.id not in held]
        taken = await self.db.write(self.door.budget.take, due, "before", self.now)
        return [row for row in due if row.id in taken]

    async def _left(self, row: Departure) -> Left:
        verdict = await self.door.verdict(row.id)
        assert verdict.ruling == "send"
        assert verdict.reason is not None
        left = Left(self.now, verdict.kind, verdict.chat_id, verdict.reason, verdict.by_staff)
        assert verdict.counts is left.counts
        return left

    # What the product says of it.

    def _check(self, left: Left) -> None:
        before = [one for one in self.left if one.reader == left.reader]
        self.left.append(left)
        if left.reader > 0:
            if left.promotes:
                self._check_private(left, before)
            return
        if left.reason == "stream":
            self._check_stream(left, before)
        elif not left.by_staff:
            self._check_room(left, [one for one in before if one.counts])

    def _check_private(self, left: Left, before: list[Left]) -> None:
        who = next(who for who in (1, 2, 3) if fan(who).user_id == left.reader)
        assert self.yes[who], "no consent"
        korean = self.language == "ko" or self.zone == "Asia/Seoul"
        if korean:
            assert self.contact, "no contact"
            assert time(8) <= self._clock() < time(21), "in Korea's night"
        ours = [self._day(one.at) for one in before if one.promotes]
        today = self._day(left.at)
        assert today not in ours, "twice a day"
        assert sum(today - day < 7 * DAY for day in ours) < 3, "four times in seven days"
        assert left.by_staff or not self._paused(self.promotions_paused_until), "while promotion is paused"

    def _check_stream(self, left: Left, before: list[Left]) -> None:
        assert self.airing is not None
        _, starts_at, ends_at = self.airing
        assert starts_at <= left.at <= ends_at + 10 * MINUTE, "not on"
        if not left.by_staff:
            own = [one.at for one in before if one.reason == "stream"]
            assert all(left.at - at >= 5 * MINUTE for at in own), "twice in five minutes"

    def _check_room(self, left: Left, before: list[Left]) -> None:
        begins, ends = (time.fromisoformat(one) for one in self.quiet)
        clock = self._clock()
        quiet = begins <= clock < ends if begins < ends else begins != ends and (clock >= begins or clock < ends)
        assert not quiet, "in quiet hours"
        today = [one for one in before if self._day(one.at) == self._day(left.at)]
        assert len(today) < self.most, "more than the room takes"
        if left.promotes:
            assert sum(one.promotes for one in today) < self.most_promotional, "more promotion than the room takes"
            near = timedelta(minutes=self.gap)
            assert all(left.at - one.at >= near for one in before if one.promotes), "too near"
            paused = self._paused(self.paused_until) or self._paused(self.promotions_paused_until)
            assert not paused, "while paused"

    def _paused(self, until: datetime | None) -> bool:
        return until is not None and self.now < until

    def _clock(self) -> time:
        return self.now.astimezone(ZoneInfo(self.zone)).time()

    def _day(self, at: datetime) -> Any:
        return at.astimezone(ZoneInfo(self.zone)).date()


def _replace(tx: Tx, table: Any, row: Any) -> None:
    tx.execute(delete(table).where(table.community_id == row.community_id))
    tx.add(row)
    tx.flush()


def _end(tx: Tx, airing_id: int, at: datetime) -> None:
    tx.execute(update(Airing).where(col(Airing.id) == airing_id).values(closed_at=at - timedelta(hours=1)))


def _settings(examples: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=examples, stateful_step_count=60, deadline=None, suppress_health_check=slow)


def test_nothing_leaves_that_the_budget_forbids(sqlite_template: Path) -> None:
    """Histories on SQLite: consent, night, caps, gaps, pauses and one verdict each, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="encore-budget-") as folder:

        def history() -> Any:
            path = Path(folder) / f"{next(_databases)}.db"
            shutil.copyfile(sqlite_template, path)
            return History(f"sqlite:///{path}")

        machine: Any = history
        run_state_machine_as_test(machine, settings=_settings(25))


@pytest.mark.usefixtures("postgres_template")
def test_nothing_leaves_that_the_budget_forbids_on_postgres(postgres: Postgres, postgres_template: str) -> None:
    """The same on PostgreSQL, with fewer histories."""

    def history() -> Any:
        return History(postgres.create(f"budget_{next(_databases)}", postgres_template))

    machine: Any = history
    run_state_machine_as_test(machine, settings=_settings(4))
