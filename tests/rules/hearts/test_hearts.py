"""Heart goals: what staff type, and how far it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.hearts.hearts import (
    Give,
    GiveUnread,
    GoalsNotRising,
    StepsDontMatch,
    Unlocks,
    bar,
    growth,
    read_give,
    read_goal,
)


def test_a_goal_is_read_as_it_is_typed() -> None:
    """Numbers and things side by side; a prize may have commas; spaces and letters' size don't matter."""
    assert read_goal("100, 500,900", "coupon:12, Packet: 500/20/rush , raffle:silk, pure/3/30") == (
        (100, Give(Unlocks.COUPON, number=12)),
        (500, Give(Unlocks.PACKET, coins=500, shares=20, rush=True)),
        (900, Give(Unlocks.RAFFLE, title="silk, pure", winners=3, minutes=30)),
    )


@pytest.mark.parametrize(
    ("text", "give"),
    [
        ("coupon:#3", Give(Unlocks.COUPON, number=3)),
        ("packet:500/20", Give(Unlocks.PACKET, coins=500, shares=20)),
        ("raffle:실크 스카프", Give(Unlocks.RAFFLE, title="실크 스카프", winners=1, minutes=10)),
        ("raffle:丝巾/2/5m", Give(Unlocks.RAFFLE, title="丝巾", winners=2, minutes=5)),
    ],
)
def test_what_a_step_can_open(text: str, give: Give) -> None:
    """A kept coupon, a packet, a raffle with ten minutes if nothing else is said."""
    assert read_give(text) == give


@pytest.mark.parametrize(
    "text",
    [
        *("", "coupon", "coupon:", "coupon:0", "coupon:x", "coupon:1/2", "coupon:99999999999"),
        *("packet:500", "packet:5/20", "packet:500/0", "packet:500/20/fast", "packet:100001/2", "packet:9999/2001"),
        *("raffle:", "raffle:/3", "raffle:silk/0", "raffle:silk/201", "raffle:silk/3/0", "raffle:silk/3/30/9"),
        *("raffle:" + "w" * 121, "ticket:3", "５:5", "packet:５００/20"),
    ],
)
def test_what_no_step_can_open(text: str) -> None:
    """Anything else is told, not guessed."""
    assert read_give(text) is None


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
    assert isinstance(read_goal(goals, gives), wrong)


@given(st.text(max_size=40), st.text(max_size=60))
def test_nothing_that_is_typed_breaks_it(goals: str, gives: str) -> None:
    """Whatever is typed becomes steps or a kind sentence."""
    read = read_goal(goals, gives)
    assert isinstance(read, (tuple, GoalsNotRising, GiveUnread, StepsDontMatch))


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
