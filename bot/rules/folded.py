"""Lines of the next morning card: what couldn't be told in time is named there."""

from dataclasses import dataclass

FOLDED = frozenset({"drop", "packet", "raffle", "post"})
"""Kinds that become a line of the next morning card when they miss their time."""
MOST_FOLDED = 3
"""Lines on one morning card. What is older is not told at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """A thing of the shop in a few words."""

    title: str
    """As staff named it; empty if it has no title, like a red packet."""
    open: bool
    """Whether fans can still take part."""
    coins: int = 0
    """The coins of a thing that is known by them."""


@dataclass(frozen=True, slots=True)
class FoldedLine:
    """What a morning card says of a message that wasn't sent."""

    kind: str
    """A kind of `rules/shown.py`."""
    subject_id: int
    title: str = ""
    """Empty until its domain has told it, and for what has no title."""
    open: bool = False
    """Whether fans can still take part."""
    coins: int = 0
