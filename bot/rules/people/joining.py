"""People come, go and come back: who is welcomed, and how."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class WelcomePolicy:
    """When a coming is worth a word."""

    long_away: timedelta = timedelta(days=7)
    """Somebody who comes back sooner than this hears nothing: they know it all."""
    fresh: timedelta = timedelta(hours=1)
    """A welcome that comes later than this would only surprise."""
    burst: timedelta = timedelta(minutes=1)
    """Where the bot can't whisper, newcomers of this long share one message in the group."""


@dataclass(frozen=True, slots=True)
class ComingFacts:
    """A person enters a group of the community."""

    first: bool
    """Whether they were never seen to come to any of its groups."""
    inside: bool
    """Whether they are in another of its groups."""
    away_since: datetime | None
    """When they left the last one, if they were here before."""


@dataclass(frozen=True, slots=True)
class Welcome(Outcome, name="joining.Welcome"):
    """To a newcomer: what there is here and why to stay."""

    name: str
    first_coins: int
    """What today's check-in pays."""
    most_coins: int
    """What a day pays once the streak is long enough."""


@dataclass(frozen=True, slots=True)
class WelcomeBack(Outcome, name="joining.WelcomeBack"):
    """To one who comes back after a long time: it is all still there."""

    name: str
    balance: int


@dataclass(frozen=True, slots=True)
class WelcomeAll(Outcome, name="joining.WelcomeAll"):
    """One short-lived message for all who came lately, where nobody can be whispered to."""


def greeting(facts: ComingFacts, at: datetime, policy: WelcomePolicy) -> type[Welcome] | type[WelcomeBack] | None:
    """Which word a coming is worth; None for one that needs none."""
    if facts.first:
        return Welcome
    if facts.inside or facts.away_since is None or at - facts.away_since < policy.long_away:
        return None
    return WelcomeBack
