"""Heart goals: what staff type, and how far it is."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.goal_board import bar
from bot.rules.hearts.hearts import (
    Give,
    GiveUnread,
    GoalsNotRising,
    GoalWrong,
    HeartPolicy,
    StepsDontMatch,
    growth,
    read_goal,
)


def number(parts: Sequence[str]) -> Give | None:
    """A prize that has a number."""
    return Give("coupon", number=int(parts[0])) if len(parts) == 1 and parts[0].isdecimal() else None


def title(parts: Sequence[str]) -> Give | None:
    """A prize that has a title."""
    return Give("raffle", title=parts[0]) if parts[0] else None


def read(goals: str, gives: str) -> tuple[tuple[int, Give], ...] | GoalWrong:
    """What is read where these two prizes are known."""
    return read_goal(goals, gives, HeartPolicy(), {"coupon": number, "raffle": title})


def test_goals_and_prizes_stand_side_by_side() -> None:
    """A title may have commas, as what follows a comma must be another prize; letters' size doesn't matter."""
    assert read("100, 500", "Coupon: 12 , raffle:silk, pure, soft") == (
        (100, Give("coupon", number=12)),
        (500, Give("raffle", title="silk, pure, soft")),
    )


def test_a_prize_that_isnt_there_is_not_read() -> None:
    """What no domain has plugged in is told as unreadable."""
    assert read("100", "packet:500/20") == GiveUnread("packet:500/20")


@pytest.mark.parametrize(
    ("goals", "gives", "wrong"),
    [
        ("500,100", "coupon:1,coupon:2", GoalsNotRising),
        ("100,100", "coupon:1,coupon:2", GoalsNotRising),
        ("0", "coupon:1", GoalsNotRising),
        ("-5", "coupon:1", GoalsNotRising),
        ("many", "coupon:1", GoalsNotRising),
        ("", "coupon:1", GoalsNotRising),
        ("1000001", "coupon:1", GoalsNotRising),
        ("100", "coupon:1,coupon:2", StepsDontMatch),
        ("100,200", "coupon:1", StepsDontMatch),
        ("1,2,3,4,5,6", ",".join(f"coupon:{n}" for n in range(1, 7)), StepsDontMatch),
        ("100", "a scarf", GiveUnread),
    ],
)
def test_mistakes_are_told_apart(goals: str, gives: str, wrong: type) -> None:
    """Numbers that don't rise, counts that don't match, a thing that can't be read."""
    assert isinstance(read(goals, gives), wrong)


@given(st.text(max_size=40), st.text(max_size=60))
def test_nothing_that_is_typed_breaks_it(goals: str, gives: str) -> None:
    """Whatever is typed becomes steps or a kind sentence."""
    assert isinstance(read(goals, gives), (tuple, GoalsNotRising, GiveUnread, StepsDontMatch))


@given(st.integers(0, 2_000), st.lists(st.integers(1, 2_000), unique=True).map(sorted))
def test_the_bar_is_ten_signs(hearts: int, goals: list[int]) -> None:
    """However far it is, the bar has ten signs, and is full only when every step is reached."""
    shown = bar(hearts, goals)
    assert len(shown) == 10
    assert ("▱" not in shown) is (not goals or hearts >= goals[-1])


@given(st.lists(st.integers(0, 500)))
def test_unnamed_hearts_only_grow(counts: list[int]) -> None:
    """However a channel's count goes up and down, what was added in all is the highest that was seen."""
    most = added = 0
    for count in counts:
        more = growth(count, most)
        most, added = most + more, added + more
    assert added == max(counts, default=0)
