"""Giveaways: coins that the shop owes because an operator promised them. Each operator has a limit for a local day.

Coins count on the day on which they were promised. Coins that come back (taken back, closed, not opened) don't count
any more. The owner has no limit.
"""

from dataclasses import dataclass

from bot.rules.outcome import Outcome

A_DAY_AT_FIRST = 2_000
"""Coins that each operator may promise in a local day, until the owner sets another limit in the set-up."""


@dataclass(frozen=True, slots=True)
class GiveawayTooMuch(Outcome, name="giveaways.GiveawayTooMuch"):
    """An operator wanted to promise more coins than they may on that day."""

    coins: int
    """Coins that it would have cost the shop."""
    left: int
    """Coins that they can still promise on that day."""
    a_day: int


@dataclass(frozen=True, slots=True)
class GiftNeedsStock(Outcome, name="giveaways.GiftNeedsStock"):
    """An operator offered gifts of coins without a stock, so that nobody knows what they can cost."""

    coins: int
    """Coins that one gift pays."""
    left: int
    a_day: int


def left_of(given: int, a_day: int) -> int:
    """Coins that may still be promised that day; 0 if the owner has set the limit below what was given."""
    return max(0, a_day - given)


def check_giveaway(coins: int, given: int, a_day: int) -> GiveawayTooMuch | None:
    """Refuse `coins` that exceed the limit together with what was `given` that day; None if they don't."""
    left = left_of(given, a_day)
    return GiveawayTooMuch(coins, left, a_day) if coins > left else None


def cost_of_gifts(coins: int, stock: int | None, taken: int, *, may_grow: bool) -> int:
    """The coins that an offer of gifts can cost: `coins` for each gift of the stock, or for each gift that is taken.

    `may_grow`: whether more gifts can still be taken, because the offer is open or cards for many friends are out.
    """
    return coins * (stock if may_grow and stock is not None else taken)
