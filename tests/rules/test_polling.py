"""Of two processes with one token: who ends, and who warns and stays."""

import pytest

from bot.rules.polling import ENDS_AFTER, STEADY_AFTER, WARNS_EACH, Polling


def lived(polls: list[tuple[float, bool]]) -> Polling:
    """A process that began at 0 and whose polls were answered or refused at these instants."""
    polling = Polling(0.0)
    for at, answered in polls:
        polling = polling.answered(at) if answered else polling.refused(at)
    return polling


REFUSED = [(float(at), False) for at in range(1, 40)]
IN_TURN = [(float(at), at % 3 == 0) for at in range(1, 40)]
QUIET = [(STEADY_AFTER, True)]
LATER = [(STEADY_AFTER + at, answered) for at, answered in REFUSED]
BY_TURNS_LATER = [(STEADY_AFTER + at, answered) for at, answered in IN_TURN]


@pytest.mark.parametrize(
    ("polls", "ends"),
    [
        (REFUSED, True),
        (IN_TURN, True),
        ([(20.0, True), *((20.0 + at, False) for at, _ in REFUSED)], True),
        (REFUSED[:20], False),
        ([*REFUSED[:20], (20.0 + STEADY_AFTER, True)], False),
        ([*QUIET, *LATER], False),
        ([*QUIET, *BY_TURNS_LATER], False),
    ],
)
def test_who_ends(polls: list[tuple[float, bool]], *, ends: bool) -> None:
    """Whose refusals began with its start ends after 30 s of them, answers in between or not; a steady one stays."""
    polling = lived(polls)
    assert (polling.lasts(polls[-1][0]) and not polling.steady) is ends


def test_the_one_that_stays_warns_once_a_minute() -> None:
    """After 30 s of refusals it warns, then once a minute; after a quiet minute it starts counting anew."""
    polling = lived([*QUIET, *LATER])
    began = STEADY_AFTER + 1
    assert not polling.warns(began + ENDS_AFTER - 1)
    assert polling.warns(began + ENDS_AFTER)
    polling = polling.warned(began + ENDS_AFTER)
    assert not polling.warns(began + ENDS_AFTER + WARNS_EACH - 1)
    assert polling.warns(began + ENDS_AFTER + WARNS_EACH)
    calm = polling.answered(polling.quiet_since + STEADY_AFTER)
    assert calm.steady
    assert not calm.warns(10_000.0)
