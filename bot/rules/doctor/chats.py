"""What `doctor` finds about the groups and channels that the database knows, and how it judges each. Pure."""

from dataclasses import dataclass

from bot.rules.doctor.findings import Finding, Level, Part

GROUP_RIGHTS = ("can_invite_users", "can_pin_messages", "can_delete_messages", "can_manage_tags")


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that the database knows."""

    chat_id: int
    title: str
    is_channel: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What Telegram says of the bot in a chat."""

    status: str
    rights: frozenset[str]


@dataclass(frozen=True, slots=True)
class _OfGroups(Finding):
    part = Part.GROUPS


@dataclass(frozen=True, slots=True)
class NoGroupYet(_OfGroups):
    """The bot is in no group."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class GroupFine(_OfGroups):
    """Administrator with every right that the bot can use."""

    title: str


@dataclass(frozen=True, slots=True)
class RightsMissing(_OfGroups):
    """Administrator, but without some rights."""

    level = Level.WARNING
    title: str
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotAdministrator(_OfGroups):
    """A plain member: it can't whisper, nor see who joins; with privacy mode it hears commands only."""

    level = Level.WARNING
    title: str
    privacy: bool
    """Whether privacy mode is on."""


@dataclass(frozen=True, slots=True)
class ChannelFine(_OfGroups):
    """It may post in the channel."""

    title: str


@dataclass(frozen=True, slots=True)
class ChannelClosed(_OfGroups):
    """It may not post in the channel."""

    level = Level.WRONG
    title: str


@dataclass(frozen=True, slots=True)
class HomeLost(_OfGroups):
    """The bot isn't in a shop's home group any more: nobody steers the shop."""

    level = Level.WRONG
    title: str


@dataclass(frozen=True, slots=True)
class ChatLeft(_OfGroups):
    """The database says that the bot is in a chat, Telegram says that it isn't."""

    level = Level.WARNING
    title: str


@dataclass(frozen=True, slots=True)
class ChatGone(_OfGroups):
    """Telegram doesn't know the chat any more."""

    level = Level.WARNING
    title: str


@dataclass(frozen=True, slots=True)
class ChatMoved(_OfGroups):
    """The group became a supergroup; a bot that runs follows by itself."""

    level = Level.WARNING
    title: str


@dataclass(frozen=True, slots=True)
class ChatUnknown(_OfGroups):
    """Telegram didn't say. `reason` is the error's kind."""

    level = Level.WARNING
    title: str
    reason: str


def judge_chat(chat: Chat, standing: Standing, *, privacy: bool) -> Finding:
    """The bot's standing in a chat beside what it needs there."""
    if standing.status in {"left", "kicked"}:
        return ChatLeft(chat.title)
    if chat.is_channel:
        may_post = standing.status == "administrator" and "can_post_messages" in standing.rights
        return ChannelFine(chat.title) if may_post else ChannelClosed(chat.title)
    if standing.status != "administrator":
        return NotAdministrator(chat.title, privacy)
    missing = tuple(right for right in GROUP_RIGHTS if right not in standing.rights)
    return RightsMissing(chat.title, missing) if missing else GroupFine(chat.title)
