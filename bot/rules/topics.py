"""Topics of forum groups: where a room gets its messages, and how Telegram refuses messages to a topic."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.outcome import Outcome

LONGEST_NAME = 128
"""The most characters of a topic's name (https://core.telegram.org/bots/api#createforumtopic)."""


class Lost(StrEnum):
    """Why a topic takes no message."""

    CLOSED = "closed"
    """It is closed, and may be reopened. A hidden General counts as closed too."""
    GONE = "gone"


LOST = {
    "TOPIC_CLOSED": Lost.CLOSED,
    "TOPIC_HIDDEN": Lost.CLOSED,
    "TOPIC_DELETED": Lost.GONE,
    "TOPIC_ID_INVALID": Lost.GONE,
    "message thread not found": Lost.GONE,
}
"""Telegram's words of refusal → why the topic takes no message."""


def lost_topic(refusal: str) -> Lost | None:
    """Why the topic takes no message, by Telegram's words. None if they give another reason."""
    return next((lost for words, lost in LOST.items() if words.lower() in refusal.lower()), None)


@dataclass(frozen=True, slots=True)
class RoomTopic:
    """The topic of a room that gets its cards and announcements."""

    thread_id: int
    name: str
    """Its name as Telegram said it; empty if Telegram never did."""
    closed: bool = False
    """Whether Telegram refused a message to it. Until it is reopened, messages go to General."""


@dataclass(frozen=True, slots=True)
class TopicChosen(Outcome, name="topics.TopicChosen"):
    """A room's cards and announcements go to this topic from now on."""

    room: str
    topic: str | None
    """The topic's name, empty if it isn't known; None for General."""
    audit_id: int | None
    """None if nothing changed."""
    panel: bool = False
    """Whether it is shown in the set-up's panel. Then a button leads back there."""


@dataclass(frozen=True, slots=True)
class TopicLost(Outcome, name="topics.TopicLost"):
    """Told to the owner once: a room's topic takes no messages, so they go to General."""

    room: str
    topic: str
    lost: Lost
