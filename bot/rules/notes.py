"""What members did: each meaningful act is one note. It is kept for a time, and counted into its day for good."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.tiers import Deed


class Did(StrEnum):
    """What a member did. The values stand in rows and never change; those of `Deed` count for the tier."""

    CHECK_IN = Deed.CHECK_IN.value
    MAKE_UP = "makeup"
    """They made a missed day up, for coins or by a free make-up."""
    CLAIM = "claim"
    REDEEM = Deed.REDEEM.value
    ORDER = Deed.ORDER.value
    """An order counted for them. Its `times` are thousandths of a point, see `rules/tiers.order_share`."""
    ATTEND = Deed.STREAM.value
    HEART = "heart"
    """Their first heart for a goal. Later ones are counted by the goal itself."""
    FRIEND = Deed.FRIEND.value
    MAKE_GIFT = "gift"
    """They made a gift's card."""
    SEND_GIFT = "gift_sent"
    OPEN_GIFT = "gift_opened"
    GIVE_PACKET = "packet_given"
    """They opened a red packet with their own coins."""
    TAP_PACKET = "packet"
    """They took a share, or joined the draw of one."""
    ENTER_RAFFLE = "raffle"
    BUY = "bought"
    ASK_REMINDERS = "reminders"
    START = "started"
    """They started the bot in private."""
    COME = "came"
    """They came into a room."""
    LEAVE = "left"
    """They left a room."""
    ANSWER = Deed.ANSWER.value
    FEEDBACK = Deed.FEEDBACK.value


REAL = (Deed.MESSAGE, Did.ATTEND, Did.REDEEM, Did.ORDER, Did.ENTER_RAFFLE, Did.ANSWER, Did.FEEDBACK)
"""Acts that aren't easy for a script. Somebody who does none of them does only what is easy."""

NO_VISIT = (Did.FRIEND, Did.LEAVE)
"""What is counted on a member's day without their being there: a friend of theirs stayed, or they left."""


class Thing(StrEnum):
    """What an act can be about. The values stand in rows and never change."""

    DROP = "drop"
    COUPON = "coupon"
    ORDER = "order"
    AIRING = "airing"
    STREAM = "stream"
    GOAL = "goal"
    GIFT = "gift"
    INVITATION = "invitation"
    PACKET = "packet"
    RAFFLE = "raffle"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class About:
    """The thing that an act is about."""

    thing: Thing
    id: int
    """Its row's id."""
