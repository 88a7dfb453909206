"""What operators give away: coins that the shop owes because one of them said so, at most so many a local day each.

It counts on the day on which it was promised. What comes back (taken back, closed, not opened) counts no more.
The owner has no limit.
"""

from dataclasses import dataclass

from bot.rules.outcome import Outcome

A_DAY_AT_FIRST = 2_000
"""Coins that each operator may promise a local day, until the owner says otherwise."""


@dataclass(frozen=True, slots=True)
class GiveawayTooMuch(Outcome, name="giveaways.GiveawayTooMuch"):
    """An operator promised more than they may on that day."""

    coins: int
    """What it would have cost the shop."""
    left: int
    """What they can still promise on that day."""
    a_day: int


@dataclass(frozen=True, slots=True)
class GiftNeedsStock(Outcome, name="giveaways.GiftNeedsStock"):
    """An operator offered a gift of coins without saying how many: nobody could tell what it costs."""

    coins: int
    """What one of them pays."""
    left: int
    a_day: int


def left_of(given: int, a_day: int) -> int:
    """Coins that may still be promised; never negative, though the owner may have lowered the limit meanwhile."""
    return max(0, a_day - given)


def may_give(coins: int, given: int, a_day: int) -> GiveawayTooMuch | None:
    """Whether so many coins may be promised on top of what was given that day; None if they may."""
    left = left_of(given, a_day)
    return GiveawayTooMuch(coins, left, a_day) if coins > left else None


def gift_promises(coins: int, stock: int | None, taken: int, *, may_grow: bool) -> int:
    """What an offer of gifts can cost: `coins` each, for all of its stock, or for those that are taken.

    `may_grow`: more of it can still be taken, as it is on offer, or cards for many are on their way.
    """
    return coins * (stock if may_grow and stock is not None else taken)
