"""Lots: coins by the month in which they were earned. Which lots a purse holds, and how a packet's shares divide them.

Coins that a fan gives away in a packet stay as old as they are: each share knows when its coins were earned.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.calendar import day_of


@dataclass(frozen=True, slots=True)
class Lot:
    """Coins that were earned in one month. They lapse together."""

    earned_at: datetime
    """The earliest instant at which one of them was earned (aware), so that no coin looks newer than it is."""
    coins: int


def lots_in_purse(balance: int, dated: Iterable[tuple[datetime, int]], timezone: str) -> tuple[Lot, ...]:
    """The lots of a purse of `balance` coins, the oldest first. The oldest coins are spent first.

    `dated` are pairs of the instant (aware) at which coins were earned, and the coins. Coins that a packet took away
    are negative.

    Raises:
        ValueError: fewer coins were earned than the purse holds.
    """
    months: defaultdict[date, list[tuple[datetime, int]]] = defaultdict(list)
    for earned_at, coins in dated:
        months[day_of(earned_at, timezone).replace(day=1)].append((earned_at, coins))
    held: list[Lot] = []
    left = balance
    for _, earned in sorted(months.items(), reverse=True):
        coins = min(left, sum(coins for _, coins in earned))
        if coins > 0:
            held.append(Lot(min(earned_at for earned_at, _ in earned), coins))
            left -= coins
    if left:
        raise ValueError(f"{balance} coins, and {left} of them were never earned")
    return tuple(reversed(held))


def divide(lots: Sequence[Lot], parts: Iterable[int]) -> list[tuple[Lot, ...]]:
    """The lots of each part, in order. The first part gets the oldest coins. Coins that are left over are in no part.

    Raises:
        ValueError: the lots hold fewer coins than the parts need.
    """
    rest = list(reversed(lots))
    divided: list[tuple[Lot, ...]] = []
    for part in parts:
        mine: list[Lot] = []
        missing = part
        while missing:
            if not rest:
                raise ValueError(f"{missing} coins are missing for a part of {part}")
            lot = rest.pop()
            taken = min(missing, lot.coins)
            mine.append(Lot(lot.earned_at, taken))
            missing -= taken
            if taken < lot.coins:
                rest.append(Lot(lot.earned_at, lot.coins - taken))
        divided.append(tuple(mine))
    return divided


def merge(lots: Iterable[Lot]) -> tuple[Lot, ...]:
    """The same coins as one lot for each instant, the oldest first."""
    coins: defaultdict[datetime, int] = defaultdict(int)
    for lot in lots:
        coins[lot.earned_at] += lot.coins
    return tuple(Lot(earned_at, coins[earned_at]) for earned_at in sorted(coins))


@dataclass(frozen=True, slots=True)
class Lapse:
    """Coins that lapse unless they are spent."""

    day: date
    """The last day on which the coins are good."""
    coins: int
