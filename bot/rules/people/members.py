"""Members: the card of `/me` and the board of `/top`."""

from dataclasses import dataclass
from datetime import date

from bot.rules.lots import Lapse
from bot.rules.outcome import Outcome
from bot.rules.streaks import Restorable
from bot.rules.tiers import Tier
from bot.rules.tiers_ahead import FallAhead, Missing


@dataclass(frozen=True, slots=True)
class BoardPolicy:
    """How long the board is."""

    places: int = 10


@dataclass(frozen=True, slots=True)
class MyCard(Outcome, name="members.MyCard"):
    """What a fan has: coins, streaks, coupons."""

    name: str
    balance: int
    length: int
    """Days of the streak; 0 when the next check-in begins a new one."""
    checked_in: bool
    tomorrow: int
    """Coins of the next check-in, its bonus included."""
    coupons: int
    """Coupons held and not used."""
    restorable: Restorable | None = None
    streams: int = 0
    """Streams attended in a row."""
    lapses: tuple[Lapse, ...] = ()
    """The next coins that lapse unless they are spent."""
    waiting: int = 0
    """Coins of a friend's gift that are paid with the first check-in."""
    tomorrow_bonus: int = 0
    """How many coins of `tomorrow` are a bonus."""
    percent: int = 100
    """What the tier pays for a check-in, in per cent."""
    tier: Tier = Tier.NEW
    higher: Tier | None = None
    """The next tier; None above the highest."""
    lacking: Missing | None = None
    """What is missing to it."""
    falling: FallAhead | None = None
    """A fall of the tier that is at most a week ahead."""
    shop_code: str | None = None
    """What the fan writes into an order's note, so that the order counts for them; None for who isn't a member yet."""


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One place on the board."""

    place: int
    name: str
    earned: int
    """Coins earned in the month; spending them costs no place."""
    me: bool = False


@dataclass(frozen=True, slots=True)
class Board(Outcome, name="members.Board"):
    """The members who earned most coins in this calendar month of the community."""

    month: date
    lines: tuple[BoardLine, ...]
    mine: BoardLine | None
    """The reader's place; None if they are among the lines, or have none."""
