"""Reminders: which round is due, which ones are left out, by tables of facts."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.streams.reminders import Round, Start, due_round, plan_rounds, rounds_of
from bot.rules.streams.streams import StreamPolicy

POLICY = StreamPolicy()
EIGHT = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
ALL = (1440, 60, 10)
DAY = 1440


def at(minutes: float) -> datetime:
    """So many minutes after the start; before it with a minus."""
    return EIGHT + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("remind", "fans", "due"),
    [
        pytest.param(ALL, 0, {1440: -1440.0, 60: -60, 10: -10}, id="nobody: on the minute"),
        pytest.param(ALL, 25, {1440: -1440 - 1 / 60, 60: -60 - 1 / 60, 10: -10 - 1 / 60}, id="25 take a second"),
        pytest.param(ALL, 30_000, {1440: -1460.0, 60: -80, 10: -30}, id="30,000 take twenty minutes"),
        pytest.param((10, 60), 0, {60: -60.0, 10: -10}, id="the earliest comes first"),
        pytest.param((), 500, {}, id="none"),
    ],
)
def test_a_large_round_begins_early(remind: tuple[int, ...], fans: int, due: dict[int, float]) -> None:
    """Each round begins as much earlier as it takes to tell everyone, so that the last one hears it in time."""
    rounds = rounds_of(Start(EIGHT, remind, fans), POLICY)
    assert [one.minutes for one in rounds] == list(due)
    for one in rounds:
        assert abs(one.due_at - at(due[one.minutes])) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("starts", "due"),
    [
        pytest.param([(0, 30_000), (0, 15_000)], [-20, -40], id="two shops at once: one after the other"),
        pytest.param([(0, 15_000), (5, 30_000)], [-25, -35], id="a later one that needs the time before it"),
        pytest.param([(0, 15_000), (60, 15_000)], [-20, 40], id="far apart: neither knows the other"),
        pytest.param([(0, 0), (0, 30_000), (0, 0)], None, id="a round without fans takes no time"),
    ],
)
def test_rounds_of_several_shops_share_the_rate(starts: list[tuple[int, int]], due: list[float] | None) -> None:
    """Each round ends in time although all shops' messages leave by one bot."""
    planned = plan_rounds([Start(at(minutes), (10,), fans) for minutes, fans in starts], POLICY)
    begins = [one.due_at for (one,) in planned]
    if due is not None:
        assert sorted(begins) == sorted(at(minutes) for minutes in due)
    queue = sorted(zip(begins, starts, strict=True))
    free = queue[0][0]
    for begun, (minutes, fans) in queue:
        free = max(free, begun) + timedelta(seconds=fans / POLICY.private_per_second)
        assert free <= at(minutes - 10)


@pytest.mark.parametrize(
    ("now", "made", "moved", "sent", "left_out"),
    [
        pytest.param(-1441, -9000, None, None, (), id="not yet"),
        pytest.param(-1440, -9000, None, 1440, (), id="a day before"),
        pytest.param(-60, -9000, None, 60, (1440,), id="an hour before; the day's is done or too late"),
        pytest.param(-10, -9000, None, 10, (1440, 60), id="ten minutes before"),
        pytest.param(-30, -9000, None, 60, (1440,), id="down over both: the later one, half an hour late"),
        pytest.param(0, -9000, None, None, ALL, id="none once the start is there"),
        pytest.param(300, -9000, None, None, ALL, id="none long after"),
        pytest.param(-600, -600, None, None, (1440,), id="planned ten hours before: no reminder of a day"),
        pytest.param(-50, -50, None, None, (1440, 60), id="planned fifty minutes before"),
        pytest.param(-10, -50, None, 10, (1440, 60), id="planned fifty minutes before: the last round comes"),
        pytest.param(-60, -60, None, 60, (1440,), id="planned at the very minute"),
        pytest.param(-59, -9000, -62, None, (1440, 60), id="moved just before the round: the move told it"),
        pytest.param(-59, -9000, -64.9, None, (1440, 60), id="four minutes and fifty-four seconds before it"),
        pytest.param(-59, -9000, -65, 60, (1440,), id="moved five minutes before the round"),
        pytest.param(-50, -9000, -55, None, (1440, 60), id="moved so that a round lies in the past"),
        pytest.param(-10, -9000, -55, 10, (1440, 60), id="the next round after a move comes"),
    ],
)
def test_the_round_that_is_due(
    now: float, made: float, moved: float | None, sent: int | None, left_out: tuple[int, ...]
) -> None:
    """After outages, late plans and moves: at most one round, and only if it isn't known already."""
    rounds = rounds_of(Start(EIGHT, ALL, 0), POLICY)
    latest, rest = due_round(rounds, EIGHT, at(made), at(moved) if moved is not None else None, at(now), POLICY)
    assert (latest.minutes if latest else None) == sent
    assert tuple(one.minutes for one in rest) == left_out


def test_no_rounds_no_reminder() -> None:
    """A stream without reminders has none that is due."""
    assert due_round((), EIGHT, at(-9000), None, at(-5), POLICY) == (None, ())


def test_a_large_round_that_is_due_is_the_one_that_began() -> None:
    """With a crowd the last round begins early, and is due then."""
    rounds = rounds_of(Start(EIGHT, ALL, 7_500), POLICY)
    latest, _ = due_round(rounds, EIGHT, at(-9000), None, at(-15), POLICY)
    assert latest == Round(10, at(-15))
