"""What is counted while the bot works: plain numbers, so that counting costs next to nothing.

`bot/web/` reads them when somebody asks; with nobody asking they are a few dictionaries. Each number has one thread
that changes it: the loop, or the writer's thread.
"""

import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Seconds = float

BUCKETS: tuple[Seconds, ...] = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Phase(StrEnum):
    """How far the process is."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Beat(StrEnum):
    """A round that must come again and again."""

    POLL = "poll"
    """Telegram answered a `getUpdates`, or the hello before the first."""
    SENDER = "sender"
    """The sender looked at what is due."""
    JOBS = "jobs"
    """The alarm clock let every feature do what is due."""


@dataclass(slots=True)
class Histogram:
    """How long things took, by the upper bounds of `BUCKETS`; the last count is of what took longer."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    sum: Seconds = 0.0

    def observe(self, seconds: Seconds) -> None:
        """Count one."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.sum += seconds


@dataclass(frozen=True, slots=True)
class BooksChecked:
    """What the last look at the ledger showed."""

    sound: bool
    at: datetime


@dataclass(slots=True)
class Meters:
    """All counters of one process."""

    phase: Phase = Phase.STARTING
    beats: dict[Beat, Seconds] = field(default_factory=dict)
    """When each round last came, by the monotonic clock."""
    taken: Counter[str] = field(default_factory=Counter)
    """Updates stored in the inbox, by kind."""
    handled: Counter[str] = field(default_factory=Counter)
    """Updates that are done, those that failed for good included."""
    failed: Counter[str] = field(default_factory=Counter)
    """Updates that met a bug."""
    set_aside: int = 0
    """Updates that couldn't be read or stored."""
    postponed: Counter[str] = field(default_factory=Counter)
    """Times that an update was put off for a passing reason."""
    handling: Histogram = field(default_factory=Histogram)
    """From a handler's start to its end, its answer included."""
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Calls to Telegram, by kind (`answer`, `whisper`, `private`, `group`, `edit`, `ask`, `poll`) and what came of
    them: `ok`, `limited` (429), `refused` (another 4xx), `unreachable` (5xx, a cut line, no clear answer)."""
    trouble: str | None = None
    """Why the last poll, or the hello before the first, failed; None if it didn't."""
    whispers_refused: int = 0
    transactions: int = 0
    commits: int = 0
    """On SQLite up to 64 transactions share one."""
    writer_wait: Histogram = field(default_factory=Histogram)
    """From asking for a transaction to its beginning."""
    books: BooksChecked | None = None

    def beat(self, which: Beat) -> None:
        """A round came."""
        self.beats[which] = time.monotonic()

    def since(self, which: Beat) -> Seconds | None:
        """How long ago a round came; None if it never has."""
        at = self.beats.get(which)
        return None if at is None else time.monotonic() - at
