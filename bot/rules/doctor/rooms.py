"""What `doctor` finds about the bot's right to write in a room. Pure.

Telegram keeps this right in three places: the rights of administrators, the rights of a restricted member, and the
permissions of all members of the group.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.rules.doctor.chats import Chat, Standing
from bot.rules.doctor.findings import Finding, Level, Part
from bot.rules.refusals import Refusal

SEND = "can_send_messages"


@dataclass(frozen=True, slots=True)
class CannotWrite(Finding):
    """The bot may not write in the group: nothing is announced there."""

    level: ClassVar[Level] = Level.WRONG
    part: ClassVar[Part] = Part.GROUPS
    title: str
    alone: bool
    """Whether only the bot is restricted. If not, no member of the group may write."""


@dataclass(frozen=True, slots=True)
class RoomRefuses(Finding):
    """Telegram refused a message to the room, and the room has taken no message since."""

    level: ClassVar[Level] = Level.WRONG
    part: ClassVar[Part] = Part.GROUPS
    title: str
    reason: Refusal


def needs_permission(chat: Chat, standing: Standing) -> bool:
    """Whether the bot may write only with the group's permission, because it isn't an administrator.

    False for channels, which have a finding of their own.
    """
    return not chat.is_channel and standing.status in {"member", "restricted"}


def judge_writing(chat: Chat, standing: Standing, permissions: Mapping[str, Any] | None) -> CannotWrite | None:
    """The finding that the bot may not write in a group; None if it may, or if it is an administrator.

    `permissions` are those of all members as `getChat` gives them; None if it gave none.
    """
    if not needs_permission(chat, standing):
        return None
    if standing.status == "restricted" and SEND not in standing.rights:
        return CannotWrite(chat.title, alone=True)
    if permissions is not None and permissions.get(SEND) is False:
        return CannotWrite(chat.title, alone=False)
    return None
