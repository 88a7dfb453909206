"""Sources: named ways in, how many members came by each, and the doors that a source's link opens."""

from dataclasses import dataclass

from bot.rules.fans import Door
from bot.rules.outcome import Outcome

START = "src"
"""The prefix of a source's `start` payload: `src_` and its token."""
MAX_NAME = 32
"""The most characters of a source's name. It is Telegram's limit for the name of an invite link."""
MAX_COST = 1_000_000_000
SHOWN = 30
"""The most sources that one list shows."""


@dataclass(frozen=True, slots=True)
class SourceShown(Outcome, name="sources.SourceShown"):
    """A source with its link. Its QR code is sent with it."""

    name: str
    link: str
    cost: int | None
    came: int
    """Members whose first touch it is."""
    stayed: int
    """How many of them are still here."""
    fresh: bool
    """Whether the source was made just now."""
    closed: tuple[str, ...] = ()
    """Groups into which the bot may not invite. Only a public address can lead there."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source in the list."""

    name: str
    came: int
    stayed: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class SourceList(Outcome, name="sources.SourceList"):
    """All sources, those with most members first, and how many members came by no known source."""

    lines: tuple[SourceLine, ...]
    unknown: int
    more: int = 0


@dataclass(frozen=True, slots=True)
class NoSourceYet(Outcome, name="sources.NoSourceYet"):
    """`/source` was written without a name, and there is no source yet."""


@dataclass(frozen=True, slots=True)
class WayIn(Outcome, name="sources.WayIn"):
    """A person opened a source's link: they get the door to each group."""

    name: str
    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class InsideAlready(Outcome, name="sources.InsideAlready"):
    """A member opened a source's link."""

    name: str


@dataclass(frozen=True, slots=True)
class NoWayIn(Outcome, name="sources.NoWayIn"):
    """No group has an open door now: the bot may not invite, and no group has a public address."""

    name: str


@dataclass(frozen=True, slots=True)
class DoorsClosed(Outcome, name="sources.DoorsClosed"):
    """To the owner: a person opened a source's link, and these groups have no open door."""

    groups: tuple[str, ...]
