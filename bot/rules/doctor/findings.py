"""What `doctor` finds, each as a value with its level, and how facts become findings. Pure.

A finding's sentence is its block in `doctor.j2`; one that asks for something has a second, `…_todo`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

MIB = 1024 * 1024

CLOCK_WARN = timedelta(seconds=5)
CLOCK_WRONG = timedelta(seconds=60)
DISK_WARN = 1024 * MIB
DISK_WRONG = 100 * MIB
MANY_UPDATES = 100
"""Updates that wait at Telegram while a bot that runs would have fetched them."""

GROUP_RIGHTS = ("can_invite_users", "can_pin_messages", "can_delete_messages", "can_manage_tags")


class Level(StrEnum):
    """How a finding is meant."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


class Part(StrEnum):
    """What a finding is about: the report's headings, in their order."""

    SETTINGS = "settings"
    DATABASE = "database"
    TELEGRAM = "telegram"
    GROUPS = "groups"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `doctor` saw."""

    level: ClassVar[Level] = Level.FINE
    part: ClassVar[Part] = Part.SETTINGS


@dataclass(frozen=True, slots=True)
class SettingsFine(Finding):
    """All variables are there and make sense."""


@dataclass(frozen=True, slots=True)
class FileOpenToOthers(Finding):
    """Other accounts of this machine can read a file that holds a secret or names."""

    level = Level.WARNING
    path: str


@dataclass(frozen=True, slots=True)
class ZonesFine(Finding):
    """Every shop's time zone is known here."""


@dataclass(frozen=True, slots=True)
class ZonesMissing(Finding):
    """This machine doesn't know a shop's time zone."""

    level = Level.WRONG
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _OfDatabase(Finding):
    part = Part.DATABASE


@dataclass(frozen=True, slots=True)
class DatabaseFine(_OfDatabase):
    """It answers, can be written, and its pages are sound."""

    kind: str
    shops: int
    members: int


@dataclass(frozen=True, slots=True)
class NoDatabaseYet(_OfDatabase):
    """The SQLite file isn't there: the first start makes it."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class ShopLost(_OfDatabase):
    """A shop stood in the database, and it is empty or not there now: a start stops."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class DatabaseAway(_OfDatabase):
    """It can't be reached or opened. `reason` is the error's kind."""

    level = Level.WRONG
    reason: str


@dataclass(frozen=True, slots=True)
class DatabaseReadOnly(_OfDatabase):
    """It can be read, not written."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class DatabaseHeld(_OfDatabase):
    """Another program has held its write lock for seconds."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class DatabaseDamaged(_OfDatabase):
    """Its pages contradict one another."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class NotEncores(_OfDatabase):
    """There is a database, and its tables are somebody else's."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class DiskFine(_OfDatabase):
    """There is room."""

    free_mib: int


@dataclass(frozen=True, slots=True)
class DiskLow(_OfDatabase):
    """Room for a while, or not for a backup."""

    level = Level.WARNING
    free_mib: int


@dataclass(frozen=True, slots=True)
class DiskFull(_OfDatabase):
    """The bot will stop taking updates soon."""

    level = Level.WRONG
    free_mib: int


@dataclass(frozen=True, slots=True)
class SchemaFine(_OfDatabase):
    """The stored revision is this Encore's newest."""

    revision: str


@dataclass(frozen=True, slots=True)
class SchemaBehind(_OfDatabase):
    """An older Encore made it; the next start brings it up to date."""

    level = Level.WARNING
    revision: str


@dataclass(frozen=True, slots=True)
class SchemaAhead(_OfDatabase):
    """A newer Encore made it."""

    level = Level.WRONG
    revision: str


@dataclass(frozen=True, slots=True)
class BooksFine(_OfDatabase):
    """Every coin is accounted for."""

    transfers: int
    held: int


@dataclass(frozen=True, slots=True)
class BooksWrong(_OfDatabase):
    """Accounts whose balance isn't the sum of their transfers."""

    level = Level.WRONG
    accounts: int


@dataclass(frozen=True, slots=True)
class UpdatesAside(_OfDatabase):
    """Updates that couldn't be read or stored wait for a repair."""

    level = Level.WARNING
    count: int


@dataclass(frozen=True, slots=True)
class RowsAside(_OfDatabase):
    """Rows that couldn't be read wait for a repair."""

    level = Level.WARNING
    count: int


@dataclass(frozen=True, slots=True)
class BotRuns(_OfDatabase):
    """A bot uses this database on this machine now."""


@dataclass(frozen=True, slots=True)
class BotRests(_OfDatabase):
    """No bot uses it now."""


@dataclass(frozen=True, slots=True)
class _OfTelegram(Finding):
    part = Part.TELEGRAM


@dataclass(frozen=True, slots=True)
class TokenFine(_OfTelegram):
    """Telegram knows the token."""

    username: str


@dataclass(frozen=True, slots=True)
class TokenRefused(_OfTelegram):
    """Telegram doesn't know the token."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class TelegramAway(_OfTelegram):
    """Nobody answers. `reason` is the error's kind."""

    level = Level.WRONG
    reason: str


@dataclass(frozen=True, slots=True)
class NotTelegram(_OfTelegram):
    """What answers is no Bot API."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class WhispersUnknown(_OfTelegram):
    """The Bot API server is too old for whispers: it would say them to the whole group."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class InlineOff(_OfTelegram):
    """BotFather's switch keeps gifts' cards out of other chats: fans share a plain link instead."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class FeedbackOff(_OfTelegram):
    """Cards of gifts were opened, and Telegram never told that one was sent."""

    level = Level.WARNING
    opened: int


@dataclass(frozen=True, slots=True)
class CannotJoinGroups(_OfTelegram):
    """BotFather's switch keeps the bot out of groups."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class WebhookSet(_OfTelegram):
    """Updates go to another program's webhook, so polling is refused."""

    level = Level.WRONG
    host: str


@dataclass(frozen=True, slots=True)
class NoWebhook(_OfTelegram):
    """Nothing is in the way of polling."""


@dataclass(frozen=True, slots=True)
class UpdatesWait(_OfTelegram):
    """So many updates wait that nobody seems to fetch them."""

    level = Level.WARNING
    count: int


@dataclass(frozen=True, slots=True)
class ClockFine(_OfTelegram):
    """The machine's clock agrees with Telegram's."""


@dataclass(frozen=True, slots=True)
class ClockOff(_OfTelegram):
    """It differs by seconds: starts are told early or late."""

    level = Level.WARNING
    seconds: int
    fast: bool


@dataclass(frozen=True, slots=True)
class ClockWrong(_OfTelegram):
    """It differs so much that check-ins fall on wrong days."""

    level = Level.WRONG
    seconds: int
    fast: bool


@dataclass(frozen=True, slots=True)
class ClockUnknown(_OfTelegram):
    """Telegram's answer told no time."""

    level = Level.WARNING


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


FINDINGS: tuple[type[Finding], ...] = tuple(
    kind
    for name, kind in tuple(vars().items())
    if isinstance(kind, type) and issubclass(kind, Finding) and kind is not Finding and not name.startswith("_")
)
"""Every kind of finding."""


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


def judge_clock(here: datetime, there: datetime | None) -> Finding:
    """The machine's instant beside Telegram's, which is given in whole seconds."""
    if there is None:
        return ClockUnknown()
    off = here - there
    seconds = abs(round(off.total_seconds()))
    if abs(off) >= CLOCK_WRONG:
        return ClockWrong(seconds, fast=off > timedelta(0))
    if abs(off) >= CLOCK_WARN:
        return ClockOff(seconds, fast=off > timedelta(0))
    return ClockFine()


def judge_disk(free: int, size: int) -> Finding:
    """Free bytes beside the database's size: a backup needs as much again, twice for a moment."""
    mib = free // MIB
    if free < DISK_WRONG:
        return DiskFull(mib)
    return DiskLow(mib) if free < max(DISK_WARN, 2 * size) else DiskFine(mib)


def judge_schema(revision: str | None, head: str, known: frozenset[str]) -> Finding:
    """The stored revision beside those that this Encore knows."""
    if revision is None:
        return NotEncores()
    if revision == head:
        return SchemaFine(revision)
    return SchemaBehind(revision) if revision in known else SchemaAhead(revision)


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
