"""What an operator may give away, and what an offer of gifts can cost."""

import pytest

from bot.rules.giveaways import GiveawayTooMuch, check_giveaway, cost_of_gifts, left_of


@pytest.mark.parametrize(
    ("coins", "given", "a_day", "left"),
    [
        (2_000, 0, 2_000, None),
        (2_001, 0, 2_000, 2_000),
        (1, 1_999, 2_000, None),
        (2, 1_999, 2_000, 1),
        (1, 2_000, 2_000, 0),
        (1, 2_500, 2_000, 0),  # the owner has lowered the limit meanwhile
        (1, 0, 0, 0),
    ],
)
def test_the_limit(coins: int, given: int, a_day: int, left: int | None) -> None:
    """Up to the limit all is well; beyond it the refusal says what is left, and never less than nothing."""
    assert check_giveaway(coins, given, a_day) == (None if left is None else GiveawayTooMuch(coins, left, a_day))
    assert left_of(given, a_day) == max(0, a_day - given)


@pytest.mark.parametrize(
    ("stock", "taken", "may_grow", "cost"),
    [
        (50, 0, True, 1_000),
        (50, 7, True, 1_000),
        (50, 7, False, 140),
        (50, 0, False, 0),
        (None, 7, True, 140),
    ],
)
def test_what_gifts_cost(stock: int | None, taken: int, *, may_grow: bool, cost: int) -> None:
    """All of the stock while more of it can be taken, else what was taken."""
    assert cost_of_gifts(20, stock, taken, may_grow=may_grow) == cost
