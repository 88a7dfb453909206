"""Decide which of two processes ends when both poll Telegram with the same token.

Telegram answers only the newest poll and refuses the other, so both are refused in turn. A process that was refused
right from its start is the second one: it ends. The first one had worked before: it stays, and warns.
"""

from dataclasses import dataclass

STEADY_AFTER = 60.0
"""After this many seconds without a refusal a process counts as the first one."""
ENDS_AFTER = 30.0
"""After this many seconds of refusals the second process ends. A move to another machine overlaps for less."""
WARNS_EACH = 60.0
"""Seconds between two warnings of the process that stays."""


@dataclass(frozen=True, slots=True)
class Polling:
    """How the polls of this process went. Instants are seconds of the monotonic clock."""

    quiet_since: float
    """The instant of the start, or of the last refusal."""
    steady: bool = False
    """Whether it polled for `STEADY_AFTER` without a refusal: then it is the first process."""
    refused_since: float | None = None
    """The first refusal since it was steady; None if there was none."""
    warned_at: float | None = None
    """The last warning."""

    def answered(self, now: float) -> "Polling":
        """The state after an answered poll. Answers between two refusals change nothing."""
        return self if now - self.quiet_since < STEADY_AFTER else Polling(self.quiet_since, steady=True)

    def refused(self, now: float) -> "Polling":
        """The state after a poll that was refused because another process polls."""
        since = now if self.refused_since is None else self.refused_since
        return Polling(now, self.steady, since, self.warned_at)

    def warned(self, now: float) -> "Polling":
        """The state after a warning."""
        return Polling(self.quiet_since, self.steady, self.refused_since, now)

    def lasts(self, now: float) -> bool:
        """Whether the refusals have lasted so long that they won't pass by themselves."""
        return self.refused_since is not None and now - self.refused_since >= ENDS_AFTER

    def warns(self, now: float) -> bool:
        """Whether a warning is due."""
        return self.lasts(now) and (self.warned_at is None or now - self.warned_at >= WARNS_EACH)
