"""Two processes that poll Telegram with one token: which of them ends.

Telegram answers only the newest poll and refuses the others, so both are refused in turn. Whose refusals began with its
own start came second: it ends. The one that had worked before stays, and warns.
"""

from dataclasses import dataclass

STEADY_AFTER = 60.0
"""Seconds without a refusal after which a process counts as the one that was there before."""
ENDS_AFTER = 30.0
"""Seconds of refusals after which the one that came second ends: what overlaps at a move to another machine is over."""
WARNS_EACH = 60.0
"""Seconds between two warnings of the one that stays."""


@dataclass(frozen=True, slots=True)
class Polling:
    """How a process's polls went. Instants are seconds of the monotonic clock."""

    quiet_since: float
    """Its start, or the last refusal."""
    steady: bool = False
    refused_since: float | None = None
    warned_at: float | None = None

    def answered(self, now: float) -> "Polling":
        """After a poll that was answered: between two refusals that happens too, and ends nothing."""
        return self if now - self.quiet_since < STEADY_AFTER else Polling(self.quiet_since, steady=True)

    def refused(self, now: float) -> "Polling":
        """After a poll that was refused because another process polls."""
        since = now if self.refused_since is None else self.refused_since
        return Polling(now, self.steady, since, self.warned_at)

    def warned(self, now: float) -> "Polling":
        """After a warning."""
        return Polling(self.quiet_since, self.steady, self.refused_since, now)

    def lasts(self, now: float) -> bool:
        """Whether the refusals don't pass by themselves."""
        return self.refused_since is not None and now - self.refused_since >= ENDS_AFTER

    def warns(self, now: float) -> bool:
        """Whether it is time to warn."""
        return self.lasts(now) and (self.warned_at is None or now - self.warned_at >= WARNS_EACH)
