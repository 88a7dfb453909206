"""What can be used too often: kinds of what a shop shows, of which fewer and fewer fans make something.

A kind is a pillar of posts (`pillar:tips`) or an activity (`drop`). Rows keep these names, so they never change.
"""

from collections.abc import Mapping

PILLAR = "pillar:"
"""How the kind of a pillar begins; the pillar's name follows."""
POST = "post"
"""The kind of a post without a pillar."""
STREAM = "stream"
"""A stream's start. How it is received is shown, but it never rests: who has a stream says so."""
ACTIVITIES = frozenset({"drop", "packet", "raffle", "morning", STREAM})
"""Cards of activities. Hearts have no message of their own: they are given under the stream's card."""


OPENED_BY: Mapping[str, str] = {"newcoupon": "drop", "redpacket": "packet", "newraffle": "raffle"}
"""The kind of an activity by the command that opens it. A heart goal has none."""


def wears_of(kind: str, pillar: str | None = None) -> str | None:
    """As what a message of this kind (`rules/shown.py`) wears out; None if it doesn't."""
    if kind == POST:
        return f"{PILLAR}{pillar}" if pillar else POST
    return kind if kind in ACTIVITIES else None


def wears_of_line(line: str) -> str | None:
    """As what the activity wears out that a line opens (`/redpacket 100 5`); None if it doesn't."""
    return OPENED_BY.get(line.removeprefix("/").partition(" ")[0])


def pillar_of(wears: str) -> str | None:
    """The pillar's name in a kind; None if it is no pillar."""
    return wears.removeprefix(PILLAR) if wears.startswith(PILLAR) else None
