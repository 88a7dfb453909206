"""Sources: named ways in, what is known of who came by them, and the door that a link opens."""

from dataclasses import dataclass

from bot.rules.fans import Door
from bot.rules.outcome import Outcome

START = "src"
"""The prefix of a source's `start` payload: `src_` and its token."""
MAX_NAME = 32
"""Telegram's limit for an invite link's name, which is the source's."""
MAX_COST = 1_000_000_000
SHOWN = 30
"""Sources that one list holds."""


@dataclass(frozen=True, slots=True)
class SourceShown(Outcome, name="sources.SourceShown"):
    """A source with its link; its QR code goes with it."""

    name: str
    link: str
    cost: int | None
    came: int
    """Members who came by it first."""
    stayed: int
    """Those of them who are here now."""
    fresh: bool
    """Whether it was made just now."""
    closed: tuple[str, ...] = ()
    """Groups into which the bot may not invite: there the way goes through their public name or nowhere."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source in the list."""

    name: str
    came: int
    stayed: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class SourceList(Outcome, name="sources.SourceList"):
    """All sources, those that brought most first, and who came by none that is known."""

    lines: tuple[SourceLine, ...]
    unknown: int
    more: int = 0


@dataclass(frozen=True, slots=True)
class NoSourceYet(Outcome, name="sources.NoSourceYet"):
    """`/source` alone, before there is one."""


@dataclass(frozen=True, slots=True)
class WayIn(Outcome, name="sources.WayIn"):
    """Someone opened a source's link: here is the door to each group."""

    name: str
    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class InsideAlready(Outcome, name="sources.InsideAlready"):
    """Someone who is a member opened a source's link."""

    name: str


@dataclass(frozen=True, slots=True)
class NoWayIn(Outcome, name="sources.NoWayIn"):
    """No group can be opened just now: the bot may not invite and there is no public name."""

    name: str


@dataclass(frozen=True, slots=True)
class DoorsClosed(Outcome, name="sources.DoorsClosed"):
    """To the owner: someone stood before a closed door."""

    groups: tuple[str, ...]
