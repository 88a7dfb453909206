"""When a kind rests: facts of its messages and of the room, and what can be told."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.attention.wear_out import Heard, WearPolicy, WearState, judge

NOW = datetime(2026, 11, 30, tzinfo=UTC)
POLICY = WearPolicy()


def row(*answers: int, reach: int = 200, days: int = 2, newest: timedelta = timedelta(days=1)) -> list[Heard]:
    """Messages with so many answers each, the newest last, some days apart."""
    last = len(answers) - 1
    return [Heard(NOW - newest - (last - nth) * timedelta(days=days), reach, one) for nth, one in enumerate(answers)]


def state(messages: list[Heard], fans: int = 200, rested_until: datetime | None = None) -> WearState:
    """What can be told of these messages."""
    return judge(messages, fans, NOW, rested_until, POLICY).state


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((40, 40, 40, 40, 40, 40), WearState.USUAL),
        ((40, 40, 40, 40, 30, 30, 30), WearState.USUAL),  # less, but not below 60 per cent
        ((40, 40, 40, 40, 40, 40, 10, 8, 6), WearState.RESTS),
        ((40, 40, 40, 40, 40, 40, 0, 0, 0), WearState.RESTS),
        ((40, 40, 40, 40, 40, 40, 6, 6, 40), WearState.USUAL),  # the last three count together
        ((5, 4, 6, 5, 5, 4, 2, 1, 2), WearState.USUAL),  # 40 per cent, but so few answers prove nothing
        ((6, 6, 6), WearState.USUAL),  # its own mean from the start
        ((6, 6), WearState.FEW_MESSAGES),
        ((), WearState.FEW_MESSAGES),
        ((0, 0, 0, 0), WearState.UNANSWERED),
        ((200, 200, 200, 200), WearState.USUAL),  # everybody, always
        ((900, 900, 900, 900), WearState.USUAL),  # more answers than reach: all who were reached
    ],
)
def test_what_the_last_three_tell(answers: tuple[int, ...], expected: WearState) -> None:
    """The last three, pooled, against 60 per cent of the kind's own mean."""
    assert state(row(*answers)) is expected


@pytest.mark.parametrize(
    ("fans", "expected"), [(0, WearState.FEW_FANS), (79, WearState.FEW_FANS), (80, WearState.RESTS)]
)
def test_too_few_to_tell(fans: int, expected: WearState) -> None:
    """Under 80 active fans nothing rests, whatever the numbers are."""
    assert state(row(40, 40, 40, 40, 40, 40, 0, 0, 0), fans) is expected


def test_what_is_younger_than_a_day_doesnt_count() -> None:
    """It can still be answered: a drop of this evening has no bad rate at midnight."""
    fresh = Heard(NOW - timedelta(hours=23, minutes=59), 200, 0)
    good = row(40, 40, 40, 40, 40, 40, 0, newest=timedelta(days=2))
    assert state([*good, fresh]) is WearState.USUAL
    assert state([*good, Heard(NOW - timedelta(hours=24), 200, 0)]) is WearState.RESTS
    assert judge([*good, fresh], 200, NOW, None, POLICY).messages == 7


def test_only_56_days_are_usual() -> None:
    """Older messages are forgotten, so that a kind that was loved in spring isn't compared with that."""
    old = [Heard(NOW - timedelta(days=56), 200, 190)] * 20
    assert state([*old, *row(20, 20, 20, 20)]) is WearState.USUAL
    assert judge([*old, *row(20, 20, 20, 20)], 200, NOW, None, POLICY).usual_answers == 80


def test_after_a_rest_three_new_ones_decide() -> None:
    """What made a kind rest doesn't make it rest again. It still counts for what is usual."""
    worn = row(40, 40, 40, 40, 40, 40, 2, 2, 2, newest=timedelta(days=9))
    woke = NOW - timedelta(days=5)
    assert state(worn, rested_until=woke) is WearState.FEW_MESSAGES
    assert state([*worn, *row(2, 2)], rested_until=woke) is WearState.FEW_MESSAGES
    assert state([*worn, *row(2, 2, 2, days=1)], rested_until=woke) is WearState.RESTS
    assert state([*worn, *row(30, 30, 30, days=1)], rested_until=woke) is WearState.USUAL


def test_the_numbers_are_told() -> None:
    """What the page shows: the last three against the usual in per cent, and what was lost."""
    messages = [*row(40, 40, 40), Heard(NOW - timedelta(days=10), 100, 10, lost=2)]
    told = judge(messages, 200, NOW, None, POLICY)
    assert (told.messages, told.usual_answers, told.usual_reach) == (4, 130, 700)
    assert (told.answers, told.reach, told.lost) == (120, 600, 2)
    assert told.percent == 108
    assert judge(row(0, 0, 0), 200, NOW, None, POLICY).percent is None
