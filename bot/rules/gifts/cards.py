"""Cards: what a giver chooses, sends on and sees.

A bot sees no forwards. A card travels as an inline result; that it was *shared* is all that Telegram tells, and only a
new person who opens its token proves that it *arrived*.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome

START = "g"
"""The prefix of a card's `start` payload: `g_` and its token."""
ASK = "gift"
"""The `start` payload that says `/gift` in private."""
FRIENDS_SHOWN = 6
"""Friends that a card names."""


@dataclass(frozen=True, slots=True)
class GiftOption:
    """One offer that a fan can choose."""

    offer_id: int
    """0: the plain invitation."""
    title: str
    kind: str
    coins: int


@dataclass(frozen=True, slots=True)
class GiftChoice(Outcome, name="gifts.GiftChoice"):
    """Which gift shall it be?"""

    options: tuple[GiftOption, ...]
    left: int
    """Cards that may still be made today."""


@dataclass(frozen=True, slots=True)
class FriendLine:
    """One friend on a card."""

    name: str
    check_ins: int
    state: str
    """`new`, `started`, `enough` (the week isn't full), `stayed`, `held`, `over`, `capped` or `left`."""


@dataclass(frozen=True, slots=True)
class GiftCard(Outcome, name="gifts.GiftCard"):
    """A giver's living card: shared, opened, joined, checked in, rewarded."""

    gift_id: int
    payload: str
    """What its link says to the bot."""
    title: str
    """Empty for the plain invitation."""
    kind: str
    coins: int
    opens: str
    state: str
    """`ready`, `shared`, `opened`, `joined`, `taken`, `returned` or `void`."""
    opened: int
    friends: tuple[FriendLine, ...]
    more: int
    """Friends whom the card doesn't name."""
    earned: int
    """Coins that it has brought its giver."""
    grown: int
    """What a relay gift has grown to."""
    back_at: datetime | None
    """When it goes back unless somebody opens it; None once somebody has."""
    check_ins: int
    """How many the second stage takes."""
    joined_pays: int
    stayed_pays: int
    redeemed_pays: int

    @property
    def live(self) -> bool:
        """Whether it can still be sent on."""
        return self.state not in {"taken", "returned", "void"}


@dataclass(frozen=True, slots=True)
class EnoughForToday(Outcome, name="gifts.EnoughForToday"):
    """All of the day's cards are made."""

    cards: int


@dataclass(frozen=True, slots=True)
class OfferGone(Outcome, name="gifts.OfferGone"):
    """The offer is closed, out of stock, or was never this shop's."""


@dataclass(frozen=True, slots=True)
class GiftMessage(Outcome, name="gifts.GiftMessage"):
    """The card as it lands at the friend's, in the giver's name."""

    giver: str
    title: str
    kind: str
    coins: int
    payload: str
    joined_pays: int


@dataclass(frozen=True, slots=True)
class NoCardYet(Outcome, name="gifts.NoCardYet"):
    """Someone asks for a card to send and has none: the words of the button that leads to one."""


@dataclass(frozen=True, slots=True)
class GiftReturned(Outcome, name="gifts.GiftReturned"):
    """Nobody opened it: it went back to the shop."""

    title: str
