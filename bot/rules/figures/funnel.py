"""What became of the fans whom each source brought."""

from dataclasses import dataclass
from datetime import date

from bot.rules.figures.orders import Takings
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class FunnelLine:
    """Fans who came by one way in the period, and what they did since."""

    name: str | None
    """The source; None for friends who were invited, and for unknown sources."""
    invited: bool
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


@dataclass(frozen=True, slots=True)
class SourceFunnel(Outcome, name="figures.SourceFunnel"):
    """The funnel of each source."""

    community_id: int
    days: int
    since: date
    lines: tuple[FunnelLine, ...]
    """Sources by how many fans came, then friends who were invited, then unknown sources."""
    more: int
    """Sources that the list leaves out."""
    reward_coins: int
    """Coins that invitations of the period paid."""
    currency: str
