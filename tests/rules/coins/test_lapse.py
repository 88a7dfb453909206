"""Coins that lapse: dates and cut-offs as tables, sums against purses in which every coin is told apart."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.calendar import DAY
from bot.rules.coins.lapse import (
    LapsePolicy,
    cut_off,
    end_of,
    ended_month,
    lapsing,
    month_after,
    months_ahead,
    notice_at,
    upcoming,
)
from bot.rules.lots import Lapse

POLICY = LapsePolicy()
SEOUL = "Asia/Seoul"
NEW_YORK = "America/New_York"
NOVEMBER = date(2027, 11, 1)
quick = settings(max_examples=300, deadline=None, derandomize=True, database=None)
TICK = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "end", "since"),
    [
        (SEOUL, "2027-11-30T15:00", "2026-11-30T15:00"),
        ("UTC", "2027-12-01T00:00", "2026-12-01T00:00"),
        (NEW_YORK, "2027-12-01T05:00", "2026-12-01T05:00"),
    ],
)
def test_a_month_ends_in_the_communitys_zone(timezone: str, end: str, since: str) -> None:
    """What was earned in November lapses as the next year's November ends there, daylight saving or not."""
    assert end_of(NOVEMBER, timezone) == utc(end)
    assert cut_off(NOVEMBER, timezone) == utc(since)
    assert ended_month(utc(end), timezone) == NOVEMBER
    assert ended_month(utc(end) - TICK, timezone) == date(2027, 10, 1)


def test_months_go_over_years_and_leap_days() -> None:
    """The months ahead are this one and a whole year; February of a leap year ends on its 29th."""
    ahead = months_ahead(utc("2026-11-15T00:00"), SEOUL)
    assert (ahead[0], ahead[1], ahead[2], ahead[-1]) == (
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        date(2027, 11, 1),
    )
    assert len(ahead) == 13
    assert month_after(date(2028, 2, 1)) - DAY == date(2028, 2, 29)


def test_what_lapses_when() -> None:
    """Each date names what goes on it, not what went before; what was spent is taken from the oldest."""
    months = [date(2027, month, 1) for month in (1, 2, 3, 4)]
    earned_since = list(zip(months, (90, 60, 60, 0), strict=True))
    assert upcoming(100, earned_since, 2) == (Lapse(date(2027, 1, 31), 10), Lapse(date(2027, 2, 28), 30))
    assert upcoming(70, earned_since, 2) == (Lapse(date(2027, 2, 28), 10), Lapse(date(2027, 4, 30), 60))
    assert upcoming(0, earned_since, 2) == ()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2027-10-31T15:00", "2027-11-01T01:00"),  # midnight: ten in the morning
        ("2027-11-01T01:00", "2027-11-01T01:00"),
        ("2027-11-05T10:59", "2027-11-05T10:59"),  # late, by day
        ("2027-11-05T11:00", "2027-11-06T01:00"),  # late, in the evening: the next morning
        ("2027-11-23T15:00", None),  # a week before the end there's no month to warn of
    ],
)
def test_the_notice_comes_by_day(now: str, expected: str | None) -> None:
    """It leaves on the month's first morning; late, as soon as it is day; a week before the end, no more."""
    assert notice_at(NOVEMBER, SEOUL, utc(now), POLICY) == (utc(expected) if expected else None)


@dataclass
class Coin:
    """One coin of a purse."""

    earned: datetime
    alive: bool = True


@dataclass
class Purse:
    """The slow truth: each coin by itself, the oldest one is spent first, what is given back lives again."""

    coins: list[Coin] = field(default_factory=list)

    @property
    def balance(self) -> int:
        """Coins that are there."""
        return sum(coin.alive for coin in self.coins)

    def earn(self, amount: int, at: datetime) -> None:
        """New coins."""
        self.coins += [Coin(at) for _ in range(amount)]

    def spend(self, amount: int) -> None:
        """The oldest go first."""
        for coin in [coin for coin in self.coins if coin.alive][:amount]:
            coin.alive = False

    def give_back(self, amount: int) -> None:
        """Spending is undone from its latest coin backwards."""
        for coin in [coin for coin in reversed(self.coins) if not coin.alive][:amount]:
            coin.alive = True

    def lapse(self, since: datetime) -> int:
        """Coins earned before are gone; how many."""
        gone = [coin for coin in self.coins if coin.alive and coin.earned < since]
        for coin in gone:
            coin.alive = False
        return len(gone)

    def earned_since(self, since: datetime) -> int:
        """What the ledger knows."""
        return sum(coin.earned >= since for coin in self.coins)


ACTS = st.lists(
    st.tuples(st.sampled_from(("earn", "spend", "back", "clock")), st.integers(1, 9), st.integers(0, 120)), max_size=60
)


@quick
@given(ACTS, st.sampled_from((SEOUL, NEW_YORK, "UTC")))
def test_sums_agree_with_every_single_coin(acts: list[tuple[str, int, int]], timezone: str) -> None:
    """Whatever is earned, spent and given back, and however late the clock comes, the sum loses the same coins."""
    now = utc("2026-01-15T12:00")
    purse, spent, lapsed_until = Purse(), 0, ended_month(utc("2026-01-15T12:00"), timezone)
    for act, amount, days in acts:
        now += timedelta(days=days)
        if act == "earn":
            purse.earn(amount, now)
        elif act == "spend":
            cost = min(amount, purse.balance)
            purse.spend(cost)
            spent += cost
        elif act == "back":
            returned = min(amount, spent)
            purse.give_back(returned)
            spent -= returned
        elif ended_month(now, timezone) > lapsed_until:  # once a month's end, however many have passed
            lapsed_until = ended_month(now, timezone)
            since = cut_off(lapsed_until, timezone)
            expected = lapsing(purse.balance, purse.earned_since(since))
            assert purse.lapse(since) == expected


@quick
@given(ACTS)
def test_dates_come_true(acts: list[tuple[str, int, int]]) -> None:
    """What a card says lapses on a date is what lapses on it, if nothing happens until then."""
    now, purse = utc("2026-01-15T12:00"), Purse()
    for act, amount, days in acts:
        now += timedelta(days=days)
        if act == "earn":
            purse.earn(amount, now)
        elif act == "spend":
            purse.spend(amount)
    months = months_ahead(now, SEOUL)
    told = upcoming(purse.balance, [(one, purse.earned_since(cut_off(one, SEOUL))) for one in months], 99)
    true = [Lapse(month_after(one) - DAY, purse.lapse(cut_off(one, SEOUL))) for one in months]
    assert told == tuple(one for one in true if one.coins)
    assert purse.balance == 0
