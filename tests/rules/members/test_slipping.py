"""Who is slipping away, as a table of visits and what follows from them."""

from datetime import date, timedelta

import pytest

from bot.rules.members.slipping import Rhythm, SlippingPolicy, rhythm

POLICY = SlippingPolicy()
START = date(2026, 1, 1)


def on(*numbers: int) -> list[date]:
    """Days, so many days after the first of January."""
    return [START + timedelta(days=number) for number in numbers]


@pytest.mark.parametrize(
    ("visits", "every", "slips_after"),
    [
        pytest.param((0, 1, 2, 3), 1, 4, id="daily: the fourth day away"),
        pytest.param((0, 7, 14, 21), 7, 22, id="weekly: three weeks and a day"),
        pytest.param((0, 1, 2, 30), 1, 4, id="one long gap is no habit"),
        pytest.param((0, 2, 5, 9, 14), 4, 11, id="an even number of gaps: half of the two middles"),
        pytest.param((0, 1, 3, 6, 10), 3, 8, id="two and a half days: more than seven and a half"),
        pytest.param((0, 0, 7, 7, 14, 21), 7, 22, id="a day counts once"),
        pytest.param((0, 30, 60, 90), 30, 91, id="monthly"),
    ],
)
def test_when_a_fan_slips_away(visits: tuple[int, ...], every: int, slips_after: int) -> None:
    """The first day on which the gap is over three times the median of their own gaps."""
    found = rhythm(on(*visits), POLICY)
    last = on(max(visits))[0]
    gone_on = last + POLICY.window + timedelta(days=1)
    assert found == Rhythm(last, every, last + timedelta(days=slips_after), gone_on)


@pytest.mark.parametrize(
    "visits",
    [
        pytest.param((), id="never"),
        pytest.param((0, 1, 2), id="three visits"),
        pytest.param((0, 200, 201, 202), id="the first is too long ago"),
        pytest.param((0, 59, 119, 179), id="three of these gaps would be more than the window"),
    ],
)
def test_of_whom_nothing_is_known(visits: tuple[int, ...]) -> None:
    """With fewer than four visits in the window, or too long gaps, nobody is said to slip away."""
    assert rhythm(on(*visits), POLICY) is None


def test_the_gap_is_over_three_times_the_median() -> None:
    """Just three times isn't over it: the day after is the first."""
    found = rhythm(on(0, 5, 10, 15), POLICY)
    assert found is not None
    assert (found.slips_on - found.last_on).days == 3 * 5 + 1
