"""The airings of a made-up history: planned, on, attended, ended or not; against a model of who was there."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bot.features.streams.airings import Airings
from bot.features.streams.clock import StreamClock
from bot.features.streams.plans import StreamPlans
from bot.features.streams.reminders import Reminders
from bot.flows.attend import Attending
from bot.rules.airings import How, Repeat
from bot.rules.streams.airings import CallOff, Move, OnAir
from bot.rules.streams.attendance import AlreadyHere, Attended, NoSuchStream, NotOnYet, StreamOver
from bot.rules.streams.streams import NewStream, StreamPolicy
from tests.features.calendars import calendar_clock
from tests.features.machine import DAY, Machine, fans, picks, shops
from tests.features.scene import POLICIES, act_of, fan
from tests.features.studio import morning_slot

ATTENDING = (10, 15, 20, 30)
POLICY = StreamPolicy()
waits = st.sampled_from([timedelta(minutes=5), timedelta(hours=1), timedelta(hours=5), 2 * DAY])
crowds = st.lists(fans, max_size=4)
acts = st.sampled_from(["golive", "golive", "golive", "silence", "silence", "delay", "cancel", "series", "end", "end"])


@dataclass
class ModelAiring:
    """An airing as the file has it."""

    id: int
    shop: int
    begins: datetime
    ends: datetime
    state: str
    on_air: bool

    def is_over(self, now: datetime) -> bool:
        """Whether nobody can be there any more."""
        return self.state in {"ended", "cancelled"} or now >= self.ends


class StreamRules(Machine):
    """What happens to streams. The model knows who came to what, and what that made of their streaks."""

    def __init__(self, template: Path) -> None:
        super().__init__(template)
        self.plans = StreamPlans(self.db, POLICY)
        self.airings = Airings(self.db, POLICY)
        self.clock = (
            StreamClock(self.db, POLICY),
            Reminders(self.db, POLICY),
            calendar_clock(self.db),
        )
        self.came: dict[tuple[int, int], int] = {}
        """(airing, fan) → streams in a row, that one included."""
        for place in self.places:
            self.wait(morning_slot(self.db, place))

    # What staff and the clock do.

    @rule(shop=shops, wait=waits, weekly=st.booleans(), act=acts, crowd=crowds, times=st.sampled_from([1, 1, 4]))
    def run_airings(self, shop: int, wait: timedelta, weekly: bool, act: str, crowd: list[int], times: int) -> None:
        """Streams are planned, their time comes, staff say something or nothing, and some fans are there."""
        for _ in range(times):
            airing_id = self._plan(shop, wait, weekly)
            self.now += wait
            self._tick()
            self._speak(shop, act)
            for who in crowd:
                self._attend(who, next(one for one in self._airings() if one.id == airing_id), 0)
                self.now += timedelta(minutes=1)

    def _plan(self, shop: int, wait: timedelta, weekly: bool) -> int:
        place, at = self.places[shop], self.now
        wish = NewStream("Silk night", at + wait, repeat=Repeat.WEEKLY if weekly else Repeat.ONCE)
        self.deliver(lambda cause: self.plans.plan(act_of(place, at=at, cause=cause), wish))
        ((stream_id, airing_id),) = self.look("SELECT stream_id, max(id) FROM airing")
        self.wait(Reminders(self.db, POLICY).ask(act_of(place, fan(1), at), stream_id))
        return int(airing_id)

    def _speak(self, shop: int, act: str) -> None:
        place, at = self.places[shop], self.now
        match act:
            case "golive":
                self.deliver(lambda cause: self.airings.go_live(act_of(place, at=at, cause=cause), OnAir()))
            case "delay":
                later = Move(by=timedelta(hours=1))
                self.deliver(lambda cause: self.airings.delay(act_of(place, at=at, cause=cause), later))
            case "cancel" | "series":
                wish = CallOff(series=act == "series")
                self.deliver(lambda cause: self.airings.cancel(act_of(place, at=at, cause=cause), wish))
            case "end":
                self.deliver(lambda cause: self.airings.end(act_of(place, at=at, cause=cause), None, None))

    @rule(shop=shops, act=acts)
    def staff_speak(self, shop: int, act: str) -> None:
        """Staff say something of the nearest airing."""
        self._speak(shop, act)

    @rule()
    def tick(self) -> None:
        """The clock comes by; coming by again changes nothing."""
        self._tick()
        before = self._plans()
        self._tick()
        assert self._plans() == before

    def _tick(self) -> None:
        for one in self.clock:
            self.wait(one.run_due(self.now))

    def _plans(self) -> list[Any]:
        return [self.look(f"SELECT * FROM {table}") for table in ("airing", "reminder_round", "posting", "outbox")]  # noqa: S608

    # What fans do.

    @precondition(lambda self: self._airings())
    @rule(who=fans, pick=picks, astray=st.sampled_from([0, 0, 0, 0, 1]))
    def attend(self, who: int, pick: int, astray: int) -> None:
        """Tap on a card, of this shop or (by a forged press) of the other one."""
        airings = self._airings()
        self._attend(who, airings[-1 - pick % len(airings)], astray)

    def _attend(self, who: int, airing: ModelAiring, astray: int) -> None:
        shop = (airing.shop + astray) % 2
        place, at, attending = self.places[shop], self.now, Attending(self.db, POLICIES)
        outcome = self.deliver(lambda cause: attending.attend(act_of(place, fan(who), at, cause), airing.id, How.TAP))
        if astray:
            assert outcome == NoSuchStream()
        elif (airing.id, who) in self.came:
            assert outcome == AlreadyHere(outcome.title, self.came[airing.id, who])  # type: ignore[union-attr]
        elif airing.is_over(at):
            assert isinstance(outcome, StreamOver)
        elif at < airing.begins and not airing.on_air:
            assert isinstance(outcome, NotOnYet)
        else:
            assert isinstance(outcome, Attended)
            self._paid(shop, who, airing, outcome)

    def _paid(self, shop: int, who: int, airing: ModelAiring, outcome: Attended) -> None:
        before = [
            one
            for one in self._airings()
            if one.shop == shop
            and (one.begins, one.id) < (airing.begins, airing.id)
            and one.state != "cancelled"
            and (one.on_air or any((one.id, other) in self.came for other in (1, 2, 3)))
        ]
        length = self.came.get((before[-1].id, who), 0) + 1 if before else 1
        streak = self.streaks[shop, who]
        streak.coins += ATTENDING[min(length, 4) - 1]
        assert (outcome.length, outcome.balance) == (length, streak.coins)
        assert outcome.coins == ATTENDING[min(length, 4) - 1]
        self.came[airing.id, who] = length
        self._mended(shop, who, outcome)

    def _mended(self, shop: int, who: int, outcome: Attended) -> None:
        """A free mend closes the oldest day of the newest gap; without one the stream keeps it."""
        streak, today = self.streaks[shop, who], self.today(shop)
        last = max(streak.covered, default=date.min)
        missed = [last - n * DAY for n in range(1, 8) if last - n * DAY not in streak.covered] if streak.covered else []
        alone = last >= today and bool(missed) and missed[0] - DAY in streak.covered
        if outcome.mended is None:
            assert not alone, "a single missed day of the week is mended"
            streak.mends.append(self.now)
            return
        assert last >= today, "a day is mended after the day's check-in"
        assert outcome.mended in missed
        assert outcome.mended - DAY in streak.covered
        assert not alone or outcome.mended == missed[0]
        streak.covered[outcome.mended] = "m"
        assert outcome.days == streak.length(last)

    def _airings(self) -> list[ModelAiring]:
        rows = self.look(
            "SELECT id, community_id, starts_at, ends_at, state, on_air_at IS NOT NULL FROM airing "
            "ORDER BY starts_at, id"
        )
        return [
            ModelAiring(row[0], self.shop_of(row[1]), _instant(row[2]), _instant(row[3]), row[4], bool(row[5]))
            for row in rows
        ]

    # What always holds.

    @invariant()
    def every_airing_is_accounted_for(self) -> None:
        """Who came is who was paid, by the streak; what is over promises nothing; a weekly plan has a next airing."""
        rows = self.look(
            "SELECT a.airing_id, m.user_id - 100, a.length, a.coins FROM attendance a "
            "JOIN member m ON m.id = a.member_id"
        )
        assert {(airing, who): length for airing, who, length, _ in rows} == self.came
        assert all(coins == ATTENDING[min(length, 4) - 1] for _, _, length, coins in rows)
        paid = self.look("SELECT key, amount FROM transfer WHERE reason = 'attend'")
        assert Counter(amount for _, amount in paid) == Counter(coins for *_, coins in rows)
        promised = self.look(
            "SELECT c.subject_id FROM outbox o JOIN card c ON o.key LIKE 'card:' || c.id || ':%' "
            "JOIN airing a ON a.id = c.subject_id WHERE c.kind = 'stream' AND o.act = 'post_card' "
            "AND o.state = 'waiting' AND a.state IN ('ended', 'cancelled')"
        )
        assert promised == []
        idle = self.look(
            "SELECT s.id FROM stream s WHERE s.weekly IS NOT NULL AND s.state = 'open' AND NOT EXISTS "
            "(SELECT 1 FROM airing a WHERE a.stream_id = s.id AND a.state IN ('planned', 'live'))"
        )
        assert idle == []


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
