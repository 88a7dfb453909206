"""How a packet is split, and who may tap it."""

import random
import statistics
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.packets.packets import (
    OwnPacket,
    PacketBefore,
    PacketDrawing,
    PacketExpired,
    PacketFacts,
    PacketGone,
    PacketState,
    PacketTakenBack,
)
from bot.rules.packets.packets import may_tap as may
from bot.rules.packets.shares import places, split
from bot.rules.sealing import ListLine, key_of, line_of, list_hash, order_of

NOW = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
FAIR = PacketFacts(
    id=1,
    state=PacketState.GATHERING,
    coins=100,
    shares=10,
    taken=0,
    takers=0,
    opened_at=NOW,
    draws_at=NOW + timedelta(seconds=60),
    expires_at=NOW + timedelta(hours=24),
    fresh=None,
    giver=None,
    escrow=9,
)


@given(
    seed=st.binary(min_size=32, max_size=32),
    shares=st.integers(1, 2_000),
    beyond=st.one_of(st.integers(0, 50), st.integers(0, 98_000)),
)
@settings(max_examples=60, deadline=None)
def test_every_split_is_exact(seed: bytes, shares: int, beyond: int) -> None:
    """Whatever the seed, each share holds at least one coin, none more than all that is left, together all."""
    parts = split(seed, shares + beyond, shares)
    assert len(parts) == shares
    assert min(parts) >= 1
    assert sum(parts) == shares + beyond
    assert parts == split(seed, shares + beyond, shares)


@pytest.mark.parametrize(("coins", "shares"), [(0, 0), (5, 0), (4, 5), (-1, 1)])
def test_what_cant_be_split(coins: int, shares: int) -> None:
    """A share without a coin is no share."""
    with pytest.raises(ValueError, match="can't be"):
        split(b"s" * 32, coins, shares)


@pytest.mark.parametrize(("coins", "shares"), [(100, 10), (13, 10), (1_000, 7)])
def test_no_place_is_favoured(coins: int, shares: int) -> None:
    """Over many seeds the first share is worth as much as the last: each mean lies within five standard errors."""
    dice = random.Random(7)
    runs = [split(dice.randbytes(32), coins, shares) for _ in range(1_500)]
    for place in range(shares):
        worth = [run[place] for run in runs]
        error = statistics.stdev(worth) / len(runs) ** 0.5
        assert abs(statistics.mean(worth) - coins / shares) < 5 * error, place


def test_a_split_is_a_surprise() -> None:
    """Shares differ, none is ever above twice the mean of what was left, and another seed gives other ones."""
    parts = split(b"a" * 32, 1_000, 20)
    assert len(set(parts)) > 5
    left, coins = 20, 1_000
    for part in parts[:-1]:
        assert part - 1 <= 2 * (coins - left) / left + 1
        left, coins = left - 1, coins - part
    assert parts != split(b"b" * 32, 1_000, 20)


def test_places_go_by_the_order() -> None:
    """The first drawn gets the first share; who comes after the last share gets none."""
    assert places([7, 3, 9], 2) == {7: 1, 3: 2}
    assert places([7, 3], 5) == {7: 1, 3: 2}


SOON, AT_THE_END, LATER = (NOW + timedelta(seconds=s) for s in (59, 60, 86_400))
RUSH = replace(FAIR, state=PacketState.OPEN, draws_at=None)
DRAWN = replace(FAIR, state=PacketState.OPEN)


@pytest.mark.parametrize(
    ("packet", "member", "now", "outcome"),
    [
        (FAIR, 1, NOW, None),
        (FAIR, 1, SOON, None),
        (FAIR, 1, AT_THE_END, PacketDrawing()),
        (replace(FAIR, state=PacketState.DRAWING), 1, AT_THE_END, PacketDrawing()),
        (DRAWN, 1, AT_THE_END, None),
        (RUSH, 1, NOW, None),
        (RUSH, 1, LATER, PacketExpired()),
        (FAIR, 1, LATER, PacketExpired()),
        (replace(RUSH, state=PacketState.EXPIRED), 1, NOW, PacketExpired()),
        (replace(RUSH, state=PacketState.OVER), 1, NOW, PacketGone(10)),
        (replace(RUSH, state=PacketState.OVER), 1, LATER, PacketGone(10)),
        (replace(RUSH, state=PacketState.CANCELLED), 1, NOW, PacketTakenBack()),
        (replace(RUSH, giver=1), 1, NOW, OwnPacket()),
        (replace(RUSH, giver=2), 1, NOW, None),
    ],
)
def test_who_may_tap(packet: PacketFacts, member: int, now: datetime, outcome: object) -> None:
    """Each state and instant has its answer."""
    assert may(packet, member, now) == outcome


def test_who_came_back_after_a_deletion() -> None:
    """A packet from before it can't be told apart from one that was had; a later one can."""
    assert may(RUSH, 1, NOW, NOW) == PacketBefore()
    assert may(RUSH, 1, NOW, NOW - timedelta(seconds=1)) is None


def test_the_documents_lines_say_the_same() -> None:
    """What `docs/verify-a-packet.md` gives to strangers computes the same shares and the same order."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "verify-a-packet.md").read_text(encoding="utf-8")
    lines: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], lines)  # noqa: S102  # the page's own lines
    dice = random.Random(3)
    for coins, shares, takers in ((1_000, 20, 50), (7, 7, 3), (50_000, 1_999, 400), (13, 10, 1)):
        seed = dice.randbytes(32)
        assert lines["split"](seed, coins, shares) == split(seed, coins, shares)
        crowd = [ListLine(number, 1, line_of(dice.randbytes(16), number)) for number in range(1, takers + 1)]
        frozen = list_hash(crowd)
        assert lines["order"](seed, frozen, takers) == order_of(key_of(seed, frozen), crowd)
