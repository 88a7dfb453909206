"""Coins by the month in which they were earned: what a purse holds, and how shares divide it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.lots import Lot, divide, lots_in_purse, merge

SEOUL = "Asia/Seoul"
JANUARY = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
LATER = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
FEBRUARY = datetime(2026, 1, 31, 20, 0, tzinfo=UTC)
"""Five in the morning of February 1 in Seoul."""
MARCH = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("balance", "dated", "expected"),
    [
        pytest.param(0, [], (), id="nothing"),
        pytest.param(0, [(JANUARY, 10)], (), id="all spent"),
        pytest.param(10, [(JANUARY, 10)], (Lot(JANUARY, 10),), id="one"),
        pytest.param(9, [(LATER, 4), (JANUARY, 5)], (Lot(JANUARY, 9),), id="a month is one lot, by its first instant"),
        pytest.param(
            12, [(JANUARY, 10), (FEBRUARY, 5)], (Lot(JANUARY, 7), Lot(FEBRUARY, 5)), id="the oldest were spent"
        ),
        pytest.param(4, [(JANUARY, 10), (FEBRUARY, 5)], (Lot(FEBRUARY, 4),), id="all of the oldest, some of the next"),
        pytest.param(5, [(JANUARY, 10), (FEBRUARY, 5), (JANUARY, -10)], (Lot(FEBRUARY, 5),), id="handed on"),
        pytest.param(
            15,
            [(JANUARY, 10), (FEBRUARY, 5), (FEBRUARY, -3), (JANUARY, 3)],
            (Lot(JANUARY, 13), Lot(FEBRUARY, 2)),
            id="young ones went, old ones came",
        ),
        pytest.param(
            5, [(JANUARY, -2), (FEBRUARY, 7)], (Lot(FEBRUARY, 5),), id="a zone that changed leaves a month short"
        ),
    ],
)
def test_what_a_purse_holds(balance: int, dated: list[tuple[datetime, int]], expected: tuple[Lot, ...]) -> None:
    """The oldest coins are spent first, months are those of the shop's zone, and what was handed on is gone."""
    assert lots_in_purse(balance, dated, SEOUL) == expected


def test_coins_that_were_never_earned() -> None:
    """A purse that holds more than was earned is a fault in the books, not a lot."""
    with pytest.raises(ValueError, match="never earned"):
        lots_in_purse(11, [(JANUARY, 10)], SEOUL)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([], [], id="no part"),
        pytest.param([4], [(Lot(JANUARY, 4),)], id="within one lot"),
        pytest.param([6, 4], [(Lot(JANUARY, 6),), (Lot(FEBRUARY, 4),)], id="a lot each"),
        pytest.param(
            [5, 4, 3],
            [(Lot(JANUARY, 5),), (Lot(JANUARY, 1), Lot(FEBRUARY, 3)), (Lot(FEBRUARY, 1), Lot(MARCH, 2))],
            id="over the edges",
        ),
        pytest.param([12], [(Lot(JANUARY, 6), Lot(FEBRUARY, 4), Lot(MARCH, 2))], id="all in one"),
    ],
)
def test_how_shares_divide_lots(parts: list[int], expected: list[tuple[Lot, ...]]) -> None:
    """The first share has the oldest coins; a share over an edge has coins of both sides."""
    assert divide([Lot(JANUARY, 6), Lot(FEBRUARY, 4), Lot(MARCH, 2)], parts) == expected


def test_a_share_without_coins_behind_it() -> None:
    """Lots that hold too little are a fault, not a smaller share."""
    with pytest.raises(ValueError, match="missing"):
        divide([Lot(JANUARY, 6)], [4, 3])


lots = st.lists(
    st.builds(lambda day, coins: Lot(JANUARY + timedelta(days=day), coins), st.integers(0, 400), st.integers(1, 50)),
    max_size=8,
)


@given(lots, st.data())
def test_no_coin_changes_its_month(held: list[Lot], data: st.DataObject) -> None:
    """However coins are divided, all parts together hold the same coins of each date."""
    left, parts = sum(lot.coins for lot in held), []
    while left:
        parts.append(data.draw(st.integers(1, left)))
        left -= parts[-1]
    divided = divide(held, parts)
    assert [sum(lot.coins for lot in mine) for mine in divided] == parts
    assert merge(lot for mine in divided for lot in mine) == merge(held)
