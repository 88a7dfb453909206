"""What steps of a goal can open, as staff type it."""

import pytest

from bot.features.hearts.prizes import readers_of
from bot.flows.heart_prizes import PRIZES
from bot.rules.hearts.hearts import Give, HeartPolicy, read_give, read_goal
from tests.features.scene import POLICIES

READERS = readers_of(PRIZES, POLICIES)


def test_a_goal_is_read_as_it_is_typed() -> None:
    """Numbers and things side by side; a prize may have commas; spaces and letters' size don't matter."""
    assert read_goal(
        "100, 500,900", "coupon:12, Packet: 500/20/rush , raffle:silk, pure/3/30", HeartPolicy(), READERS
    ) == (
        (100, Give("coupon", number=12)),
        (500, Give("packet", coins=500, shares=20, rush=True)),
        (900, Give("raffle", title="silk, pure", winners=3, minutes=30)),
    )


@pytest.mark.parametrize(
    ("text", "give"),
    [
        ("coupon:#3", Give("coupon", number=3)),
        ("packet:500/20", Give("packet", coins=500, shares=20)),
        ("raffle:실크 스카프", Give("raffle", title="실크 스카프", winners=1, minutes=10)),
        ("raffle:丝巾/2/5m", Give("raffle", title="丝巾", winners=2, minutes=5)),
    ],
)
def test_what_a_step_can_open(text: str, give: Give) -> None:
    """A kept coupon, a packet, a raffle with ten minutes if nothing else is said."""
    assert read_give(text, READERS) == give


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
    assert read_give(text, READERS) is None
