"""Topics of forum groups: where a room's cards and announcements come, and why a topic takes no message any more."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.outcome import Outcome

LONGEST_NAME = 128
"""Characters of a topic's name (https://core.telegram.org/bots/api#createforumtopic)."""


class Lost(StrEnum):
    """Why a topic takes no message."""

    CLOSED = "closed"
    """Somebody may reopen it. General is closed too while it is hidden."""
    GONE = "gone"


LOST = {
    "TOPIC_CLOSED": Lost.CLOSED,
    "TOPIC_HIDDEN": Lost.CLOSED,
    "TOPIC_DELETED": Lost.GONE,
    "TOPIC_ID_INVALID": Lost.GONE,
    "message thread not found": Lost.GONE,
}
"""How Telegram refuses a message to a topic."""


def lost_topic(refusal: str) -> Lost | None:
    """Why the topic takes no message, by Telegram's words; None if it was refused for another reason."""
    return next((lost for words, lost in LOST.items() if words.lower() in refusal.lower()), None)


@dataclass(frozen=True, slots=True)
class RoomTopic:
    """The topic of a room in which cards and announcements come."""

    thread_id: int
    name: str
    """As Telegram told it; empty if it never did."""
    closed: bool = False
    """Whether Telegram refused a message there. Until it is reopened, messages come to General."""


@dataclass(frozen=True, slots=True)
class TopicChosen(Outcome, name="topics.TopicChosen"):
    """A room's cards and announcements come to this topic from now on."""

    room: str
    topic: str | None
    """Its name, empty if that isn't known; None for General."""
    audit_id: int | None
    """None if nothing changed."""
    panel: bool = False
    """Whether it is shown in the set-up's panel, to which a button leads back."""


@dataclass(frozen=True, slots=True)
class TopicLost(Outcome, name="topics.TopicLost"):
    """Told to the owner once: a room's topic takes no messages, so that they come to General."""

    room: str
    topic: str
    lost: Lost
