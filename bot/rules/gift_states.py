"""Kinds and states of gifts, their cards and rewards. Tables and other domains use them too."""

from enum import StrEnum


class GiftKind(StrEnum):
    """What a gift holds for the friend, in addition to what every new friend gets."""

    INVITATION = "invitation"
    """Nothing more. Every community has this gift, before staff make an offer."""
    COINS = "coins"
    COUPON = "coupon"
    RELAY = "relay"
    """For the giver it grows with each friend who stays."""


PAYS_COINS = frozenset({GiftKind.COINS, GiftKind.RELAY})
"""Kinds that pay coins whose number staff have chosen."""


class Opens(StrEnum):
    """How many friends may open one card."""

    SINGLE = "single"
    MANY = "many"


class OfferState(StrEnum):
    """Whether fans may still make cards of an offer."""

    OPEN = "open"
    CLOSED = "closed"


class GiftState(StrEnum):
    """What became of a card."""

    OPEN = "open"
    TAKEN = "taken"
    """Its one friend has come."""
    RETURNED = "returned"
    """Nobody opened it in time. What it held went back to the shop."""
    VOID = "void"
    """Its giver isn't a member any more."""


class Stage(StrEnum):
    """What a friend has done to earn a reward."""

    JOINED = "joined"
    GIFT = "gift"
    """For the coins in the gift itself. Like those for joining, they wait for the first check-in."""
    STAYED = "stayed"
    """They made the third check-in in time, and were a member for seven full days."""
    GREW = "grew"
    """For what a relay gift grows by. It is due when the friend has stayed."""
    REDEEMED = "redeemed"


ON_FIRST_CHECK_IN = (Stage.JOINED, Stage.GIFT)
"""Stages whose rewards the friend's first check-in makes due."""
ON_STAYING = (Stage.STAYED, Stage.GREW)
"""Stages whose rewards are due when the friend has stayed."""


class Who(StrEnum):
    """Who gets a reward."""

    FRIEND = "friend"
    INVITER = "inviter"


class RewardState(StrEnum):
    """Where a reward stands."""

    WAITING = "waiting"
    DUE = "due"
    HELD = "held"
    """The shop looks at it first."""
    PAID = "paid"
    CANCELLED = "cancelled"
    """The friend left before it was paid, or the one who would get it isn't here."""
    LAPSED = "lapsed"
    """The friend didn't check in often enough in time."""
    CAPPED = "capped"
    """The inviter had reached the month's limit of rewarded friends."""
    REFUSED = "refused"
