"""Streams: what an airing is at an instant, and when the clock has work with it, by tables of facts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.airings import AiringFacts, AiringState, Phase, Repeat, phase_of
from bot.rules.streams.airings import due_times, must_ask
from bot.rules.streams.notices import LiveCard
from bot.rules.streams.streams import StreamPolicy

POLICY = StreamPolicy()
EIGHT = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
"""Eight in the airing, Seoul."""


def at(minutes: float) -> datetime:
    """So many minutes after the planned start."""
    return EIGHT + timedelta(minutes=minutes)


PLANNED = AiringFacts(
    id=7,
    stream_id=3,
    number=1,
    title="Silk night",
    repeat=Repeat.ONCE,
    planned_at=at(0),
    starts_at=at(0),
    ends_at=at(180),
    state=AiringState.PLANNED,
)
DELAYED = replace(PLANNED, starts_at=at(30), ends_at=at(210))
BEGUN = replace(PLANNED, state=AiringState.LIVE, posted=True)
ON = replace(BEGUN, on_air_at=at(2))
EARLY = replace(PLANNED, state=AiringState.LIVE, starts_at=at(-20), ends_at=at(160), on_air_at=at(-20))
ASKED = replace(BEGUN, asked_at=at(10))
ENDED = replace(ON, state=AiringState.ENDED, closed_at=at(60))
CANCELLED = replace(PLANNED, state=AiringState.CANCELLED, closed_at=at(-60))
SHORT = replace(BEGUN, ends_at=at(8))


@pytest.mark.parametrize(
    ("airing", "minutes", "phase"),
    [
        pytest.param(PLANNED, -1, Phase.COMING, id="a minute before"),
        pytest.param(PLANNED, 0, Phase.STARTING, id="at the instant, before the clock came by"),
        pytest.param(BEGUN, 0, Phase.STARTING, id="at the instant"),
        pytest.param(BEGUN, 179.9, Phase.STARTING, id="nobody said a word all evening"),
        pytest.param(BEGUN, 180, Phase.ENDED, id="over by its length, before the clock came by"),
        pytest.param(PLANNED, 5000, Phase.ENDED, id="slept through"),
        pytest.param(ON, 2, Phase.ON_AIR, id="staff said so"),
        pytest.param(ON, 180, Phase.ENDED, id="on, and over by its length"),
        pytest.param(EARLY, -20, Phase.ON_AIR, id="on before the plan"),
        pytest.param(DELAYED, -60, Phase.DELAYED, id="moved"),
        pytest.param(DELAYED, 29, Phase.DELAYED, id="moved, past the old start"),
        pytest.param(DELAYED, 30, Phase.STARTING, id="moved, and there"),
        pytest.param(replace(DELAYED, starts_at=at(-30)), -31, Phase.DELAYED, id="moved to be earlier"),
        pytest.param(ENDED, 70, Phase.ENDED, id="ended by staff"),
        pytest.param(CANCELLED, -70, Phase.CANCELLED, id="cancelled"),
        pytest.param(CANCELLED, 500, Phase.CANCELLED, id="cancelled stays so past the end"),
    ],
)
def test_what_an_airing_is(airing: AiringFacts, minutes: float, phase: Phase) -> None:
    """The phase follows from what is written down and the instant, whether or not the clock's work was done."""
    assert phase_of(airing, at(minutes)) is phase


@pytest.mark.parametrize(
    ("airing", "minutes"),
    [
        pytest.param(PLANNED, {0, 10, 180}, id="start, question, end"),
        pytest.param(BEGUN, {10, 180}, id="question, end"),
        pytest.param(ASKED, {180}, id="the owner was asked"),
        pytest.param(ON, {180}, id="on air: nothing to ask"),
        pytest.param(DELAYED, {30, 40, 210}, id="all of it later"),
    ],
)
def test_when_the_clock_has_work(airing: AiringFacts, minutes: set[float]) -> None:
    """The clock wakes for the start, for the question while nobody has spoken, and for the end."""
    assert set(due_times(airing, POLICY)) == {at(minute) for minute in minutes}


@pytest.mark.parametrize(
    ("airing", "minutes", "asked"),
    [
        pytest.param(BEGUN, 9.9, False, id="not yet"),
        pytest.param(BEGUN, 10, True, id="ten minutes of silence"),
        pytest.param(PLANNED, 12, True, id="the start and the question in one round"),
        pytest.param(BEGUN, 59, True, id="after an outage, while an answer still helps"),
        pytest.param(BEGUN, 60, False, id="too late to be told of"),
        pytest.param(SHORT, 10, False, id="it was over before"),
        pytest.param(ON, 10, False, id="staff have spoken"),
        pytest.param(ASKED, 11, False, id="once"),
        pytest.param(DELAYED, 10, False, id="it was put off"),
        pytest.param(DELAYED, 40, True, id="it was put off, and silent again"),
    ],
)
def test_when_the_owner_is_asked(airing: AiringFacts, minutes: float, asked: bool) -> None:
    """Once, ten minutes into the silence, while an answer can still help."""
    assert must_ask(airing, at(minutes), POLICY) is asked


@pytest.mark.parametrize("phase", list(Phase))
def test_a_card_hangs_only_while_it_is_true(phase: Phase) -> None:
    """A start announcement of what isn't on would be a lie."""
    card = LiveCard(7, "Silk night", phase.value, EIGHT, None, None, came=0, word=False, benefit=None)
    assert card.over is (phase not in {Phase.STARTING, Phase.ON_AIR})


def test_a_community_can_change_the_numbers() -> None:
    """When the owner is asked, and for how long a start is told, are a policy."""
    policy = StreamPolicy(ask_after=timedelta(minutes=2), late=timedelta(minutes=5))
    assert must_ask(BEGUN, at(2), policy)
    assert not must_ask(BEGUN, at(5), policy)
    assert at(2) in due_times(BEGUN, policy)
