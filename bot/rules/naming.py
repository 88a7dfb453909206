"""Which fan staff mean: named by a reply, by a mention, by a username that the fan holds now, or tapped in a list."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome

MOST_CHOICES = 8
"""The most fans that one list offers."""


@dataclass(frozen=True, slots=True)
class Named:
    """A person who was named for sure. They needn't be a fan of this shop."""

    user_id: int
    shown: str
    """How staff named them: `@ana`, or the name that Telegram shows. The answer repeats it."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """Nobody was named for sure. Names that Telegram shows aren't unique, and people change them at will."""

    said: str
    """What staff wrote in the place of a name; empty if they wrote nothing."""


@dataclass(frozen=True, slots=True)
class NotAPerson(Outcome, name="naming.NotAPerson"):
    """A bot, a channel or an anonymous administrator was named."""


@dataclass(frozen=True, slots=True)
class NobodyCalled(Outcome, name="naming.NobodyCalled"):
    """No known person holds this username now."""

    shown: str


@dataclass(frozen=True, slots=True)
class NameUnsure(Outcome, name="naming.NameUnsure"):
    """A person is known by this username, but Telegram doesn't say whether they still hold it."""

    shown: str


Whom = Named | Unnamed | NotAPerson | NobodyCalled | NameUnsure


@dataclass(frozen=True, slots=True)
class Choice:
    """One purchase or coupon that staff may mean, and its fan."""

    row_id: int
    """The row of the purchase or coupon. Its button names the row, so that a second tap does nothing more."""
    user_id: int
    fan: str
    at: datetime
    """When it was bought or claimed. Staff tell fans of the same name apart by it."""


@dataclass(frozen=True, slots=True)
class WhichFan(Outcome, name="naming.WhichFan"):
    """Nobody was named for sure: staff get a list of fans to tap."""

    deed: str
    """What a tap does: `done`, `refund` or `redeem`."""
    example: str
    """The command that staff can write as a reply to the fan's message instead."""
    said: str
    """What staff wrote, as in `Unnamed`, or the username that nobody holds."""
    found: bool
    """Whether the listed fans have the name `said`. False if `said` is a username that nobody holds."""
    choices: tuple[Choice, ...]
