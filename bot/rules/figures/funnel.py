"""What became of the fans whom each source brought."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from bot.rules.figures.orders import Takings
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class FunnelLine:
    """Fans who came by one way in the period, and what they did since."""

    name: str | None
    """The source that staff made; None for the other ways."""
    invited: bool
    """Whether these are friends who came by a gift or an invitation."""
    came: int
    checked_in: int
    """Fans who checked in at least once."""
    claimed: int
    redeemed: int
    ordered: int
    """Fans with at least one order that stands."""
    stayed_week: int
    """Fans who are here, or left more than 7 days after they came."""
    old_week: int
    """Fans who came more than 7 days ago: of these the others stayed."""
    stayed_month: int
    old_month: int
    cost: int | None
    """What the source cost, in whole units of the shop's currency; None if nobody said it."""
    since: date | None
    """The day on which the source was made, if that is before the period: its cost is older than these fans."""
    takings: tuple[Takings, ...]
    """What their orders brought, the shop's own currency first."""
    by_bot: bool = False
    """Whether these wanted to play outside, and the bot showed them the way in."""


@dataclass(frozen=True, slots=True)
class SourceFunnel(Outcome, name="figures.SourceFunnel"):
    """The funnel of each source."""

    community_id: int
    days: int
    since: date
    lines: tuple[FunnelLine, ...]
    """Sources by how many fans came, then friends who were invited, who was shown the way in, unknown sources."""
    more: int
    """Sources that the list leaves out."""
    reward_coins: int
    """Coins that invitations of the period paid."""
    currency: str


class Way(NamedTuple):
    """How a fan came."""

    source_id: int | None
    """The source that staff made; None: it is another way."""
    invited: bool = False
    """Whether they are a friend who came by a gift or an invitation. Who came by a source isn't counted as invited."""
    by_bot: bool = False
    """Whether the bot showed them the way in."""


BY_FRIEND, BY_BOT, UNKNOWN = Way(None, invited=True), Way(None, by_bot=True), Way(None)
"""The ways that staff didn't make."""


@dataclass(frozen=True, slots=True)
class FanFact:
    """What the funnel needs of one fan, or of several who did the same."""

    way: Way
    joined_at: datetime
    left_at: datetime | None
    checked_in: bool
    claimed: bool
    redeemed: bool
    ordered: bool
    many: int = 1
    """How many fans these are. Of several, `joined_at` is any of theirs that counts as the same."""

    def stayed(self, length: timedelta) -> bool:
        """Whether they are here, or left later than so long after they came."""
        return self.left_at is None or self.left_at >= self.joined_at + length


@dataclass(slots=True)
class Counts:
    """The fans of one way, counted; see `FunnelLine`."""

    came: int = 0
    checked_in: int = 0
    claimed: int = 0
    redeemed: int = 0
    ordered: int = 0
    stayed_week: int = 0
    old_week: int = 0
    stayed_month: int = 0
    old_month: int = 0


def count_ways(fans: Iterable[FanFact], now: datetime, stays: tuple[int, int]) -> dict[Way, Counts]:
    """Count the fans of each way. `stays` are the two lengths in days after which it is asked who is still here."""
    week, month = (timedelta(days=days) for days in stays)
    ways: dict[Way, Counts] = {}
    for fan in fans:
        one = ways.setdefault(fan.way, Counts())
        many = fan.many
        one.came += many
        one.checked_in += many * fan.checked_in
        one.claimed += many * fan.claimed
        one.redeemed += many * fan.redeemed
        one.ordered += many * fan.ordered
        if fan.joined_at + week <= now:
            one.old_week += many
            one.stayed_week += many * fan.stayed(week)
        if fan.joined_at + month <= now:
            one.old_month += many
            one.stayed_month += many * fan.stayed(month)
    return ways
