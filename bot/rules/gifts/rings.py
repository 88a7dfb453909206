"""Rings: invitations that only feed themselves."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.gifts.policy import GiftPolicy


class Quirk(StrEnum):
    """Why an invitation looks like one that only feeds itself."""

    PAIR = "pair"
    """The two have opened each other's cards."""
    RING = "ring"
    """Cards go round in a circle of three or more."""
    CHAIN = "chain"
    """A friend of a friend of a friend, none of whom does anything but check in and claim."""
    QUIET_FRIENDS = "quiet_friends"
    """All friends of one inviter do nothing but check in and claim, and they are many."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Who opened whose card, and who does only what is easy: what a ring is known by. Members by their ids."""

    inviter: int
    friend: int
    opened: frozenset[tuple[int, int]]
    """(giver, who opened it), the invitations among them."""
    quiet: frozenset[int]
    """Those who did nothing in the shop but check in and claim."""
    friends: frozenset[int] = frozenset()
    """All who came by this inviter's cards."""
    brought_by: int | None = None
    """Who brought the inviter, if a card did."""


def quirks_of(circle: Circle, policy: GiftPolicy) -> tuple[Quirk, ...]:
    """Why the owner should look at this invitation first; empty for one like any other.

    Nobody is refused by it: two friends who opened each other's cards are a pair by this measure, and people.
    """
    found = []
    if (circle.friend, circle.inviter) in circle.opened:
        found.append(Quirk.PAIR)
    elif _leads(circle.opened, circle.friend, circle.inviter):
        found.append(Quirk.RING)
    if circle.brought_by is not None and {circle.brought_by, circle.inviter, circle.friend} <= circle.quiet:
        found.append(Quirk.CHAIN)
    if len(circle.friends) >= policy.quiet_friends and circle.friends <= circle.quiet:
        found.append(Quirk.QUIET_FRIENDS)
    return tuple(found)


def ring_size(circle: Circle, quirks: tuple[Quirk, ...]) -> int:
    """How many accounts such a circle has, at least."""
    sizes = {Quirk.PAIR: 2, Quirk.RING: 3, Quirk.CHAIN: 3, Quirk.QUIET_FRIENDS: 1 + len(circle.friends)}
    return max((sizes[quirk] for quirk in quirks), default=0)


def _leads(opened: frozenset[tuple[int, int]], start: int, goal: int) -> bool:
    """Whether cards went on from `start` until they came to `goal`."""
    seen, edge = {start}, {start}
    while edge:
        edge = {opener for giver, opener in opened if giver in edge} - seen
        if goal in edge:
            return True
        seen |= edge
    return False
