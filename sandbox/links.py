"""Invite links and requests to join. Rules: https://core.telegram.org/bots/api#chatinvitelink."""

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.accounts import Bot

PRIVATE_LINK = re.compile(r"(?:https?://)?t(?:elegram)?\.me/\+([A-Za-z0-9_-]+)/?")
PUBLIC_LINK = re.compile(r"(?:https?://)?t(?:elegram)?\.me/([A-Za-z]\w{3,31})/?(?:\?(?:start=)?([A-Za-z0-9_-]{0,64}))?")
START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")

REQUESTER_WINDOW = 300.0
"""How many seconds a bot may write to the person after a join request (Bot API, ChatJoinRequest)."""


@dataclass(frozen=True, slots=True)
class TelegramLink:
    """A link to Telegram: an invitation, or the username of a bot, group or channel.

    `payload` is the start parameter for a bot; None if the link only opens its chat.
    """

    invitation: str = ""
    name: str = ""
    payload: str | None = None


def read_link(url: str) -> TelegramLink | None:
    """Read `t.me/+hash`, `t.me/name` and `t.me/name?start=payload`; None for any other address."""
    url = url.strip()
    if (found := PRIVATE_LINK.fullmatch(url)) is not None:
        return TelegramLink(invitation=f"https://t.me/+{found.group(1)}")
    if (found := PUBLIC_LINK.fullmatch(url)) is not None:
        return TelegramLink(name=found.group(1).lower(), payload=found.group(2))
    return None


@dataclass(slots=True, eq=False)
class InviteLink:
    """An invite link that a bot made. A limit or date of 0 is none. `joined` holds the ids of those who came by it."""

    url: str
    creator: Bot
    name: str = ""
    expire_date: int = 0
    member_limit: int = 0
    needs_approval: bool = False
    is_primary: bool = False
    is_revoked: bool = False
    joined: set[int] = field(default_factory=set)

    def is_open(self, now: float, inside: int) -> bool:
        """Whether someone can still join by it. `inside` is how many of those who came by it are in the chat."""
        expired = 0 < self.expire_date <= now
        full = 0 < self.member_limit <= inside
        return not (self.is_revoked or expired or full)

    def json(self) -> dict[str, Any]:
        """The Bot API's ChatInviteLink."""
        written: dict[str, Any] = {
            "invite_link": self.url,
            "creator": self.creator.json(),
            "creates_join_request": self.needs_approval,
            "is_primary": self.is_primary,
            "is_revoked": self.is_revoked,
        }
        optional = {"name": self.name, "expire_date": self.expire_date, "member_limit": self.member_limit}
        return written | {name: value for name, value in optional.items() if value}


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A request to join that waits for an administrator."""

    link: InviteLink
    at: float
