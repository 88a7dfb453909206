"""A topic of a forum (https://core.telegram.org/bots/api#forumtopic)."""

from dataclasses import dataclass
from typing import Any

from sandbox.accounts import User

GENERAL = 1
"""The id of General. A bot that names it is refused: to write there it names no topic."""
FIRST_COLOUR = 7322096
"""The colour of a topic's icon if its maker chose none."""


@dataclass(slots=True, eq=False)
class Topic:
    """A topic of a forum. `thread_id` is the id of the service message that tells of its creation; General has 1."""

    thread_id: int
    name: str
    maker: User | None = None
    icon_color: int = FIRST_COLOUR
    icon_custom_emoji_id: str | None = None
    closed: bool = False
    hidden: bool = False

    @property
    def is_general(self) -> bool:
        """Whether it is General."""
        return self.thread_id == GENERAL

    def json(self) -> dict[str, Any]:
        """The Bot API's ForumTopic."""
        written: dict[str, Any] = {
            "message_thread_id": self.thread_id,
            "name": self.name,
            "icon_color": self.icon_color,
        }
        if self.icon_custom_emoji_id:
            written["icon_custom_emoji_id"] = self.icon_custom_emoji_id
        return written


def thread_fields(topic: Topic) -> dict[str, Any]:
    """The thread fields of a message in this topic."""
    return {} if topic.is_general else {"message_thread_id": topic.thread_id, "is_topic_message": True}
