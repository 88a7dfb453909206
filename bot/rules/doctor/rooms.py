"""What `doctor` finds about the right to write in a room. Pure.

Telegram has three places for it: the bot's rights as an administrator, what a restricted member may do, and what the
group lets all its members do.
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
    """Whether the bot alone is restricted; else the group lets no member write."""


@dataclass(frozen=True, slots=True)
class RoomRefuses(Finding):
    """Telegram has refused what should be told in a room, and nothing was taken there since."""

    level: ClassVar[Level] = Level.WRONG
    part: ClassVar[Part] = Part.GROUPS
    title: str
    reason: Refusal


def asks_to_write(chat: Chat, standing: Standing) -> bool:
    """Whether the group's permissions bind the bot: it is no administrator. Channels have a finding of their own."""
    return not chat.is_channel and standing.status in {"member", "restricted"}


def judge_writing(chat: Chat, standing: Standing, permissions: Mapping[str, Any] | None) -> CannotWrite | None:
    """Whether the bot may write in a group of which it isn't an administrator.

    `permissions` is what `getChat` says that members may do; None where it didn't say.
    """
    if not asks_to_write(chat, standing):
        return None
    if standing.status == "restricted" and SEND not in standing.rights:
        return CannotWrite(chat.title, alone=True)
    if permissions is not None and permissions.get(SEND) is False:
        return CannotWrite(chat.title, alone=False)
    return None
