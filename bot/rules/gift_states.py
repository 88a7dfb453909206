"""Kinds and states of gifts, their cards and rewards: tables and other domains know gifts by these."""

from enum import StrEnum


class GiftKind(StrEnum):
    """What a friend finds in a gift, beside what every new friend gets."""

    INVITATION = "invitation"
    """Nothing more: it is there in every community before staff make an offer."""
    COINS = "coins"
    COUPON = "coupon"
    RELAY = "relay"
    """It grows, for who sends it on, with each friend who stays."""


PAYS_COINS = frozenset({GiftKind.COINS, GiftKind.RELAY})
"""Kinds by which somebody is paid what staff have named."""


class Opens(StrEnum):
    """For how many friends one card is."""

    SINGLE = "single"
    MANY = "many"


class OfferState(StrEnum):
    """Whether fans may still make cards of an offer."""

    OPEN = "open"
    CLOSED = "closed"


class GiftState(StrEnum):
    """How far a card is."""

    OPEN = "open"
    TAKEN = "taken"
    """The one friend that it was for has come."""
    RETURNED = "returned"
    """Nobody opened it in time: what it held went back to the shop."""
    VOID = "void"
    """Its giver is no member any more."""


class Stage(StrEnum):
    """What a friend has done, and a reward is for."""

    JOINED = "joined"
    GIFT = "gift"
    """The coins in the gift itself; they wait for the first check-in as those for joining do."""
    STAYED = "stayed"
    """The third check-in in time and seven full days as a member, whichever is later."""
    GREW = "grew"
    """What a relay gift grows by; it falls due with the second stage."""
    REDEEMED = "redeemed"


ON_FIRST_CHECK_IN = (Stage.JOINED, Stage.GIFT)
ON_STAYING = (Stage.STAYED, Stage.GREW)


class Who(StrEnum):
    """Whose reward it is."""

    FRIEND = "friend"
    INVITER = "inviter"


class RewardState(StrEnum):
    """Where a reward stands."""

    WAITING = "waiting"
    DUE = "due"
    HELD = "held"
    """The owner looks at it first."""
    PAID = "paid"
    CANCELLED = "cancelled"
    """The friend left before it was paid, or who would get it isn't here."""
    LAPSED = "lapsed"
    """The check-ins didn't come in time."""
    CAPPED = "capped"
    """The month's rewarded friends were all counted."""
    REFUSED = "refused"
