"""Accounts: the users that the Bot API names, and the bots among them."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.updates import Queue


@dataclass(eq=False, slots=True)
class User:
    """Anyone with a user id."""

    id: int
    name: str
    username: str | None = None
    language: str | None = None
    is_bot: bool = False

    def json(self) -> dict[str, Any]:
        """The Bot API's User."""
        written: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.username:
            written["username"] = self.username
        if self.language:
            written["language_code"] = self.language
        return written


@dataclass(eq=False, slots=True)
class Bot(User):
    """A bot under test: its token, its updates, the commands that it declared and what BotFather set for it.

    `inline` turns its inline mode on. `inline_feedback` is the percentage of chosen results that are told to it.
    """

    token: str = ""
    reads_all: bool = False
    inline: bool = False
    inline_feedback: int = 100
    queue: Queue = field(kw_only=True)
    commands: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    menus: dict[int, dict[str, Any]] = field(default_factory=dict)
    suggested: dict[str, dict[str, Any]] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    """The ids of people who sent this bot a message, a press or an inline query, members or not."""
    launched_at: float = 0.0
    logged_out_at: float | None = None
    login_domain: str | None = None
    """The site that BotFather linked to this bot. Its login buttons may open pages of that site only."""

    def get_me(self) -> dict[str, Any]:
        """A User's fields, and those that only getMe returns."""
        return self.json() | {
            "can_join_groups": True,
            "can_read_all_group_messages": self.reads_all,
            "supports_inline_queries": self.inline,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }


ANONYMOUS = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
"""The sender of an anonymous administrator's messages (https://core.telegram.org/bots/api#message, `from`)."""

CHANNEL_BOT = User(136817688, "Channel", "Channel_Bot", is_bot=True)
"""The sender of messages that a channel writes in a group."""

TELEGRAM = User(777000, "Telegram")
"""The sender of the automatic forwards of a linked channel."""
