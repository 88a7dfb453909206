"""The check-ins of a made-up history, and make-ups of missed days; against a model of streaks."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from bot.flows.check_in import CheckIns
from bot.rules.checkins.checkins import AlreadyCheckedIn, CheckedIn, MadeUp, TooFewCoins
from bot.rules.shops.setup import Setup
from bot.rules.tiers import Tier
from tests.features.machine import DAY, Streak, fans, shops
from tests.features.scene import POLICIES, act_of, desk, fan
from tests.features.stream_rules import StreamRules

PERCENT = {Tier.NEW: 100, Tier.FAN: 110, Tier.LOYAL: 125, Tier.CORE: 150}
LADDER = (5, 6, 8, 10, 12, 15, 20)
MILESTONES = (7, 30, 100)
PRICES = (20, 40, 80)
ZONES = ("Asia/Seoul", "America/New_York", "Europe/Berlin", "UTC", "Pacific/Auckland", "Pacific/Pago_Pago")


class StreakRules(StreamRules):
    """What happens to streaks. The model knows which days each fan has covered, and by what."""

    def __init__(self, template: Path) -> None:
        super().__init__(template)
        self.checkins = CheckIns(self.db, POLICIES)

    @rule(shop=shops, who=fans, days=st.sampled_from([1, 1, 1, 3, 8]))
    def check_in(self, shop: int, who: int, days: int) -> None:
        """One check-in, or one a day for some days."""
        for later in range(days):
            self.now += DAY if later else timedelta(0)
            place, at, streak, today = self.places[shop], self.now, self.streaks[shop, who], self.today(shop)
            last = max(streak.covered, default=None)
            outcome = self.deliver(
                lambda cause, place=place, at=at: self.checkins.check_in(act_of(place, fan(who), at, cause))  # type: ignore[misc]
            )
            if last is not None and today <= last:
                assert isinstance(outcome, AlreadyCheckedIn)
                assert (outcome.length, outcome.balance) == (streak.length(last), streak.coins)
            else:
                assert isinstance(outcome, CheckedIn)
                self._checked_in(streak, outcome, today, last)

    def _checked_in(self, streak: Streak, outcome: CheckedIn, today: date, last: date | None) -> None:
        if outcome.frozen is not None:
            assert last is not None
            assert outcome.frozen == last + DAY < today
            assert (today - outcome.frozen).days - 1 <= len(PRICES) + len(streak.free_make_ups(self.now))
            streak.covered[outcome.frozen] = "f"
        elif last is not None and today - last == 2 * DAY:
            missed = last + DAY
            frozen = {(day.year, day.month) for day, cover in streak.covered.items() if cover == "f"}
            assert (missed.year, missed.month) in frozen, "a single missed day is frozen, if the month's freeze is left"
        streak.covered[today] = "x"
        length, paid = streak.length(today), streak.paid_milestone(today)
        due = [milestone for milestone in MILESTONES if paid < milestone <= length]
        streak.milestones[today] = max(due, default=0)
        percent = PERCENT[outcome.tier]
        streak.coins += (LADDER[min(length, 7) - 1] * percent + 50) // 100 + 50 * len(due)
        assert (outcome.day, outcome.length, outcome.balance) == (today, length, streak.coins)
        assert (outcome.coins, outcome.bonus) == ((LADDER[min(length, 7) - 1] * percent + 50) // 100, 50 * len(due))

    @rule(shop=shops, who=fans)
    def make_up(self, shop: int, who: int) -> None:
        """Make up whatever day is the next one."""
        place, at, streak = self.places[shop], self.now, self.streaks[shop, who]
        outcome = self.deliver(lambda cause: self.checkins.make_up(act_of(place, fan(who), at, cause)))
        month = at.astimezone(ZoneInfo(place.timezone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        paid = sum(made_at >= month for made_at in streak.make_ups)
        free = streak.free_make_ups(at)
        if isinstance(outcome, TooFewCoins):
            assert not free
            assert outcome == TooFewCoins(PRICES[paid], streak.coins)
            assert outcome.balance < outcome.price
        if isinstance(outcome, MadeUp):
            last = max(streak.covered)
            assert outcome.day not in streak.covered
            assert timedelta(0) < last - outcome.day <= 7 * DAY
            assert outcome.day - DAY in streak.covered, "a make-up leads back to a streak"
            assert outcome.price == (0 if free else PRICES[paid]), "an attended stream, else three a month, ever dearer"
            streak.covered[outcome.day] = "m"
            if free:
                streak.mends.remove(free[0])
            else:
                streak.make_ups.append(at)
            streak.coins -= outcome.price
            assert (outcome.balance, outcome.length) == (streak.coins, streak.length(last))

    @rule(shop=shops, who=fans, run=st.integers(1, 8), gap=st.integers(1, 5), make_ups=st.integers(1, 4))
    def come_back(self, shop: int, who: int, run: int, gap: int, make_ups: int) -> None:
        """A run of days, a gap, and the way back."""
        self.check_in(shop, who, run)
        self.now += (gap + 1) * DAY
        self.check_in(shop, who, 1)
        for _ in range(make_ups):
            self.make_up(shop, who)

    @rule(shop=shops, who=fans, run=st.integers(1, 4), gap=st.integers(1, 4))
    def come_back_to_a_stream(self, shop: int, who: int, run: int, gap: int) -> None:
        """A run of days, a gap, and streams that make up days of it."""
        self.come_back(shop, who, run, gap, 0)
        self.run_airings(shop, timedelta(minutes=5), weekly=False, act="silence", crowd=[who, who], times=2)
        self.make_up(shop, who)

    @rule(shop=shops, timezone=st.sampled_from(ZONES))
    def change_time_zone(self, shop: int, timezone: str) -> None:
        """Move the shop around the world."""
        place, at = self.places[shop], self.now
        self.deliver(lambda cause: desk(self.db).change(act_of(place, at=at, cause=cause), Setup(timezone=timezone)))
        self._look_again(shop)
        assert self.places[shop].timezone == timezone

    def _look_again(self, shop: int) -> None:
        group = self.wait(self.communities.group((-1001, -1002)[shop]))
        assert group is not None
        self.places[shop] = group.place
        self.communities.forget()

    @invariant()
    def every_day_is_accounted_for(self) -> None:
        """Days are those of the model, with lengths counted anew; a month has one freeze."""
        rows = self.look(
            "SELECT m.community_id, m.user_id, c.day, c.cover, c.length FROM check_in c "
            "JOIN member m ON m.id = c.member_id"
        )
        stored: defaultdict[tuple[int, int], dict[date, tuple[str, int]]] = defaultdict(dict)
        for community_id, user_id, day, cover, length in rows:
            stored[self.shop_of(community_id), user_id - 100][date.fromisoformat(day)] = (cover, length)
        marks = {"x": "checked", "m": "made_up", "f": "frozen"}
        for key, streak in self.streaks.items():
            expected = {day: (marks[mark], streak.length(day)) for day, mark in streak.covered.items()}
            assert stored[key] == expected
            freezes = Counter((day.year, day.month) for day, mark in streak.covered.items() if mark == "f")
            assert all(count == 1 for count in freezes.values())
