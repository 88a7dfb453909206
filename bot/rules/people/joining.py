"""People come, leave and come back: who is welcomed, and how."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.outcome import Outcome
from bot.rules.people.welcome import AskedNow


@dataclass(frozen=True, slots=True)
class WelcomePolicy:
    """When a person who comes is welcomed."""

    long_away: timedelta = timedelta(days=7)
    """A person who comes back sooner than this gets no welcome, because they know everything."""
    fresh: timedelta = timedelta(hours=1)
    """No welcome is sent later than this, because it would only surprise."""
    burst: timedelta = timedelta(minutes=1)
    """Where the bot can't whisper, people who come within this time share one message in the group."""


@dataclass(frozen=True, slots=True)
class ComingFacts:
    """What is known of a person who enters a group of the community."""

    first: bool
    """Whether they enter one of its groups for the first time."""
    inside: bool
    """Whether they are in another of its groups."""
    away_since: datetime | None
    """When they left the last group; None if they didn't leave."""


@dataclass(frozen=True, slots=True)
class Welcome(Outcome, name="joining.Welcome"):
    """To a newcomer: what they can do here, and why to stay."""

    name: str
    first_coins: int
    """Coins of today's check-in."""
    most_coins: int
    """Coins of a day's check-in once the streak is long."""
    question: AskedNow | None = None
    """The first of the shop's questions; None: it asks none."""


@dataclass(frozen=True, slots=True)
class WelcomeBack(Outcome, name="joining.WelcomeBack"):
    """To a person who comes back after a long time: everything is still there."""

    name: str
    balance: int


@dataclass(frozen=True, slots=True)
class WelcomeAll(Outcome, name="joining.WelcomeAll"):
    """One message in the group for all who came lately, where the bot can't whisper. It is deleted soon."""


def greeting(facts: ComingFacts, at: datetime, policy: WelcomePolicy) -> type[Welcome] | type[WelcomeBack] | None:
    """The kind of welcome for a person who comes at `at`; None if they need no welcome."""
    if facts.first:
        return Welcome
    if facts.inside or facts.away_since is None or at - facts.away_since < policy.long_away:
        return None
    return WelcomeBack
