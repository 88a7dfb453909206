"""Being there: when it counts, and what it pays, by tables of facts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.airings import AiringFacts
from bot.rules.streams.attendance import AttendancePolicy, NotOnYet, StreamOver, may_attend, pay_of
from bot.rules.words import plain_word
from tests.rules.streams.test_streams import BEGUN, CANCELLED, DELAYED, EARLY, EIGHT, ENDED, ON, PLANNED, at

NOT_YET = NotOnYet("Silk night", EIGHT)
OVER = StreamOver("Silk night")


@pytest.mark.parametrize(
    ("airing", "minutes", "refusal"),
    [
        pytest.param(PLANNED, -1, NOT_YET, id="before the start"),
        pytest.param(PLANNED, 0, None, id="at the start, before the clock came by"),
        pytest.param(BEGUN, 1, None, id="begun, nobody said so"),
        pytest.param(ON, 100, None, id="on air"),
        pytest.param(EARLY, -19, None, id="on before the plan"),
        pytest.param(ON, 179.9, None, id="the last seconds"),
        pytest.param(ON, 180, OVER, id="over by its length"),
        pytest.param(ENDED, 61, OVER, id="ended by staff"),
        pytest.param(CANCELLED, 1, OVER, id="cancelled"),
        pytest.param(DELAYED, 1, replace(NOT_YET, at=at(30)), id="put off, past the old start"),
        pytest.param(DELAYED, 30, None, id="put off, and there"),
    ],
)
def test_when_being_there_counts(airing: AiringFacts, minutes: float, refusal: object) -> None:
    """Only between start and end; else the fan hears when it starts, or that it is over."""
    assert may_attend(airing, at(minutes)) == refusal


@pytest.mark.parametrize(("length", "coins"), [(1, 10), (2, 15), (3, 20), (4, 30), (5, 30), (100, 30)])
def test_the_ladder(length: int, coins: int) -> None:
    """Streams in a row pay 10 15 20, and 30 beyond the third."""
    assert pay_of(length, AttendancePolicy()) == coins


def test_a_community_can_change_the_ladder() -> None:
    """What being there pays is a policy."""
    policy = AttendancePolicy(ladder=(1, 2), card_every=timedelta(seconds=1))
    assert [pay_of(length, policy) for length in (1, 2, 3)] == [1, 2, 2]


@pytest.mark.parametrize(
    "typed", ["Silk Moon", "silkmoon", " SILK  MOON ", "silk moon!", "Silk Moon \uff01", "silkmoon…"]
)
def test_a_spoken_word_as_it_is_typed(typed: str) -> None:
    """Case, spaces and a trailing mark don't matter, to the fans and to the staff who set it."""
    assert plain_word(typed) == "silkmoon"
