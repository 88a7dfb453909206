"""Counters of the running bot. They are plain numbers, so counting costs almost nothing.

`bot/web/` reads them when somebody asks. Each number is changed by one thread only: the loop's or the writer's.
"""

import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.rules.webhook import Failure

Seconds = float

BUCKETS: tuple[Seconds, ...] = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Phase(StrEnum):
    """The phase of the process."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class Beat(StrEnum):
    """A round of work that must repeat. If one stays out, the bot isn't healthy."""

    POLL = "poll"
    """Telegram answered a `getUpdates`, or the first call of the start."""
    WEBHOOK = "webhook"
    """Telegram told that our webhook is set, or the first call of the start was answered. It takes the polls' place."""
    SENDER = "sender"
    """The sender read which messages are due."""
    JOBS = "jobs"
    """The alarm clock ran the due work of every feature."""


@dataclass(slots=True)
class Histogram:
    """Counts durations by the upper bounds of `BUCKETS`. The last count is of longer ones."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    sum: Seconds = 0.0

    def observe(self, seconds: Seconds) -> None:
        """Count one duration."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.sum += seconds


@dataclass(frozen=True, slots=True)
class BooksChecked:
    """The result of the last check of the ledger."""

    sound: bool
    at: datetime


@dataclass(slots=True)
class Meters:
    """All counters of one process."""

    phase: Phase = Phase.STARTING
    beats: dict[Beat, Seconds] = field(default_factory=dict)
    """When each round last took place, by the monotonic clock."""
    taken: Counter[str] = field(default_factory=Counter)
    """Updates stored in the inbox, by kind."""
    handled: Counter[str] = field(default_factory=Counter)
    """Updates that are finished, failed ones included."""
    failed: Counter[str] = field(default_factory=Counter)
    """Updates whose handler raised an unexpected exception."""
    set_aside: int = 0
    """Updates that were set aside, because they couldn't be read, stored or handled."""
    postponed: Counter[str] = field(default_factory=Counter)
    """How often an update was postponed for a passing reason."""
    handling: Histogram = field(default_factory=Histogram)
    """Durations of handlers, their answers included."""
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Calls to Telegram, by kind (`answer`, `whisper`, `private`, `group`, `edit`, `manage`, `ask`, `poll`, `webhook`)
    and result: `ok`, `limited` (429), `refused` (another 4xx), `unreachable` (5xx, a cut or odd answer)."""
    trouble: str | None = None
    """Why the last poll or check of the webhook (or the first call of the start) failed; None if it succeeded."""
    taking: Beat = Beat.POLL
    """The round by which updates come: polls, or checks that the webhook is set."""
    follows: bool = False
    """Whether another process sends, and does what is due."""
    undelivered: Failure | None = None
    """The last delivery to the webhook that failed, as Telegram told; None if none is known."""
    waiting_at_telegram: int = 0
    """Updates that waited at Telegram at the last check of the webhook."""
    delivered_at: datetime | None = None
    """When the last delivery was stored."""
    deliveries: Counter[str] = field(default_factory=Counter)
    """Calls of the webhook, by result: `stored`, `busy`, `away` (the database), `stopping`, `strange`, `slow`."""
    whispers_refused: int = 0
    transactions: int = 0
    commits: int = 0
    """Commits. On SQLite up to 64 transactions share one."""
    writer_wait: Histogram = field(default_factory=Histogram)
    """Durations from the request of a transaction to its begin."""
    heard: int = 0
    """Days of activity that were written down: one for each member, room and day."""
    answers: int = 0
    """People who answered a message of ours, each once for each message."""
    forgotten: Counter[str] = field(default_factory=Counter)
    """Rows of memory that were deleted after their time, by table."""
    books: BooksChecked | None = None

    @property
    def rounds(self) -> tuple[Beat, ...]:
        """The rounds that must repeat in this process."""
        return (self.taking,) if self.follows else (self.taking, Beat.SENDER, Beat.JOBS)

    def beat(self, which: Beat) -> None:
        """Note that a round took place now."""
        self.beats[which] = time.monotonic()

    def since(self, which: Beat) -> Seconds | None:
        """Seconds since the last round; None if there was none yet."""
        at = self.beats.get(which)
        return None if at is None else time.monotonic() - at
