"""Whom staff mean: a fan named by reply, by a mention, by a username that they hold now, or tapped in a list."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome

MOST_CHOICES = 8
"""Fans that one list offers."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody, by their id. They needn't be a fan of this shop."""

    user_id: int
    shown: str
    """As staff named them: `@ana`, or the name that Telegram shows. It is told back."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """Nobody that can be told for sure. Names that Telegram shows aren't unique and change at will."""

    said: str
    """What staff wrote where a name could stand; empty: nothing."""


@dataclass(frozen=True, slots=True)
class NotAPerson(Outcome, name="naming.NotAPerson"):
    """A bot, a channel or an anonymous administrator was named."""


@dataclass(frozen=True, slots=True)
class NobodyCalled(Outcome, name="naming.NobodyCalled"):
    """Nobody known here holds this username now."""

    shown: str


@dataclass(frozen=True, slots=True)
class NameUnsure(Outcome, name="naming.NameUnsure"):
    """Telegram doesn't tell whether the person that is known by this username still holds it."""

    shown: str


Whom = Named | Unnamed | NotAPerson | NobodyCalled | NameUnsure


@dataclass(frozen=True, slots=True)
class Choice:
    """One purchase or coupon that can be meant, and whose it is."""

    row_id: int
    """Of the purchase or coupon: what its button does, it does once."""
    user_id: int
    fan: str
    at: datetime
    """When it was bought or claimed: it tells namesakes apart."""


@dataclass(frozen=True, slots=True)
class WhichFan(Outcome, name="naming.WhichFan"):
    """Nobody was named for sure: a list to tap."""

    deed: str
    """`done`, `refund` or `redeem`: what a tap does."""
    example: str
    """The command, to be written as a reply to the fan's message."""
    said: str
    """As in `Unnamed`, or the username that nobody holds."""
    found: bool
    """Whether the listed fans are called so. Nobody holds a username that is told back here."""
    choices: tuple[Choice, ...]
