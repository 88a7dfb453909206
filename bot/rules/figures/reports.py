"""What `/report` tells: of one stream, or of some days. docs/figures.md says how each figure is counted."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.figures.orders import OrderFigures
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class CameBy:
    """How many fans came by one way."""

    name: str | None
    """The source that staff made; None for the other ways."""
    came: int
    invited: bool = False
    """Whether these are friends who came by a gift or an invitation."""
    by_bot: bool = False
    """Whether these wanted to play outside, and the bot showed them the way in."""


@dataclass(frozen=True, slots=True)
class FanFigures:
    """What fans did in a window."""

    came: int
    by: tuple[CameBy, ...]
    """By source, most first; then invited friends, who was shown the way in, and unknown sources."""
    more: int
    """Sources that the list leaves out."""
    left: int
    checked_in: int
    """Fans who checked in at least once."""
    attended: int
    """Fans who attended the stream, or any stream that began in the period."""


@dataclass(frozen=True, slots=True)
class CouponFigures:
    """What became of coupons in a window."""

    claimed: int
    redeemed: int
    coins: int
    """Coins that fans paid for what they claimed."""


@dataclass(frozen=True, slots=True)
class CoinFigures:
    """The coins of a window, and what the shop owes now."""

    issued: int
    spent: int
    owed: int
    """What all fans hold now."""
    lapsing: int | None
    """What of that lapses at the month's end if nobody spends anything; None: not counted yet."""
    lapse_on: date
    """The last day of the month."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a window."""

    orders: OrderFigures
    fans: FanFigures
    coupons: CouponFigures
    coins: CoinFigures

    @property
    def empty(self) -> bool:
        """Whether nothing happened: nobody bought, came, left, checked in, claimed or attended."""
        orders, fans, coupons = self.orders, self.fans, self.coupons
        happened = (
            *(orders.orders, orders.refunded, orders.cancelled),
            *(fans.came, fans.left, fans.checked_in, fans.attended, coupons.claimed, coupons.redeemed),
        )
        return not any(happened)


@dataclass(frozen=True, slots=True)
class StreamReport(Outcome, name="figures.StreamReport"):
    """What a stream earned."""

    community_id: int
    airing_id: int
    number: int
    title: str
    starts_at: datetime
    running: bool
    """Whether the stream is on."""
    until: datetime
    """Until when orders count for it."""
    final: bool
    """Whether that is over."""
    figures: Figures


@dataclass(frozen=True, slots=True)
class PeriodReport(Outcome, name="figures.PeriodReport"):
    """What some days brought, today included."""

    community_id: int
    days: int
    since: date
    figures: Figures


@dataclass(frozen=True, slots=True)
class NoStreamYet(Outcome, name="figures.NoStreamYet"):
    """No stream has begun yet, so there is none to report of."""

    community_id: int


@dataclass(frozen=True, slots=True)
class NoSuchStream(Outcome, name="figures.NoSuchStream"):
    """There is no stream of this number."""

    number: int


@dataclass(frozen=True, slots=True)
class StreamNotBegun(Outcome, name="figures.StreamNotBegun"):
    """The stream of this number hasn't begun yet."""

    number: int
    title: str
    starts_at: datetime | None
    """When it begins; None if it was cancelled."""


@dataclass(frozen=True, slots=True)
class ReportPicture(Outcome, name="figures.ReportPicture"):
    """The line under a report's picture."""

    title: str | None
    """The stream; None for a period."""
    days: int
    """Days of the period; 0 for a stream."""


StreamOutcome = StreamReport | NoStreamYet | NoSuchStream | StreamNotBegun
