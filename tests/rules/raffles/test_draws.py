"""How far ahead a round is named, and the pauses between two tries."""

from datetime import timedelta

import pytest

from bot.rules.beacons import NAMED_AHEAD, QUICKNET
from bot.rules.raffles.draws import next_round, pause_before_asking, pause_before_naming
from bot.rules.raffles.facts import RafflePolicy
from tests.features.scene import NOON

POLICY = RafflePolicy()


@pytest.mark.parametrize(("late", "ahead"), [(0, 150), (1, 300), (2, 600), (4, 2400), (5, 3600), (500, 3600)])
def test_each_naming_that_was_late_doubles_the_way(late: int, ahead: int) -> None:
    """Each late naming doubles the way ahead, from 150 s to an hour; the round is the first after that."""
    comes = QUICKNET.time_of(next_round(QUICKNET, NOON, late, POLICY)) - NOON
    assert timedelta(seconds=ahead) < comes <= timedelta(seconds=ahead) + QUICKNET.period


def test_a_round_counts_from_sixty_seconds_on() -> None:
    """Exactly a minute is enough, a second less isn't."""
    number = next_round(QUICKNET, NOON, 0, POLICY)
    latest = QUICKNET.time_of(number) - NAMED_AHEAD
    assert QUICKNET.named_in_time(number, latest)
    assert not QUICKNET.named_in_time(number, latest + timedelta(seconds=1))


@pytest.mark.parametrize(("lost", "seconds"), [(1, 15), (2, 30), (4, 120), (7, 600), (900, 600)])
def test_rests_double(lost: int, seconds: int) -> None:
    """The pause doubles from 15 s to ten minutes."""
    assert pause_before_naming(lost, POLICY) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("overdue", "seconds"), [(0, 15), (59, 15), (120, 30), (2400, 600), (864_000, 600)])
def test_an_overdue_round_is_asked_for_less_and_less(overdue: int, seconds: int) -> None:
    """The beacon is asked every 15 s at first, and every ten minutes after 40 minutes."""
    assert pause_before_asking(timedelta(seconds=overdue), POLICY) == timedelta(seconds=seconds)
