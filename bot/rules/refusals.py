"""Final refusals of Telegram: what its words mean, when it is tried again, and what the owner hears.

The words are those of the official server (`Client.cpp` of tdlib/telegram-bot-api) and of the field.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.outcome import Outcome

AGAIN_AFTER = timedelta(minutes=5)
"""How long after a refusal a message is tried again."""
GIVEN_UP_AFTER = timedelta(hours=24)
"""For how long a message without a time limit of its own is tried."""
HUNG_AGAIN = 3
"""How often a deleted card is posted again. An administrator who deletes it once more wants it gone."""


class Refusal(StrEnum):
    """Why Telegram refused a message for good, as far as its words tell."""

    MUTED = "muted"
    """The bot may not write in the room."""
    GENERAL = "general"
    """The general topic is closed: what another topic doesn't take comes there (`rules/topics.py`)."""
    MEDIA = "media"
    """The bot may write there, but may not send files."""
    RESTRICTED = "restricted"
    """Telegram itself restricted the room."""
    UNKNOWN = "unknown"
    """Telegram finds no such chat."""
    REMOVED = "removed"
    """The bot isn't in the room any more, or the room is gone."""
    GONE = "gone"
    """The message that was to be edited was deleted, or can't be edited any more."""
    PERSON = "person"
    """This person can't be written to."""
    OURS = "ours"
    """Anything else: most likely a mistake of ours. Trying again wouldn't help."""


class Told(StrEnum):
    """What a refused message was about."""

    START = "stream"
    DROP = "drop"
    PACKET = "packet"
    RAFFLE = "raffle"
    MORNING = "morning"
    PROOF = "proof"
    NOTICE = "notice"
    """A delay, a cancellation, an end."""
    OTHER = "other"


WAITING = frozenset({Refusal.MUTED, Refusal.GENERAL, Refusal.MEDIA, Refusal.RESTRICTED, Refusal.UNKNOWN})
"""Refusals that people can end, so that another try is worth it."""
SILENT = WAITING - {Refusal.MEDIA}
"""While one of these holds, the room takes no message at all."""

_WORDS: tuple[tuple[Refusal, tuple[str, ...]], ...] = (
    (
        Refusal.REMOVED,
        ("bot was kicked", "bot is not a member", "group chat was deleted", "group chat was deactivated"),
    ),
    (
        Refusal.PERSON,
        (
            "bot was blocked by the user",
            "user is deactivated",
            "can't initiate conversation",
            "can't send messages to bots",
            "can't send messages to the bot itself",
            "user_is_blocked",
            "input_user_deactivated",
        ),
    ),
    (
        Refusal.GENERAL,
        ("topic_closed", "topic_deleted", "topic_hidden", "topic_id_invalid", "message thread not found"),
    ),
    (
        Refusal.GONE,
        ("message to edit not found", "message can't be edited", "message_id_invalid", "message_edit_time_expired"),
    ),
    (
        Refusal.UNKNOWN,
        ("chat not found", "peer_id_invalid", "chat_id_invalid", "channel_invalid", "channel_private"),
    ),
    (Refusal.RESTRICTED, ("chat_restricted",)),
    (
        Refusal.MUTED,
        (
            "chat_write_forbidden",
            "chat_send_plain_forbidden",
            "chat_guest_send_forbidden",
            "chat_admin_required",
            "user_banned_in_channel",
            "not enough rights to send text messages",
            "have no rights to send a message",
            "need administrator rights in the channel",
        ),
    ),
    (
        Refusal.MEDIA,
        (
            "not enough rights to send",
            "chat_send_media_forbidden",
            "chat_send_docs_forbidden",
            "chat_send_photos_forbidden",
        ),
    ),
)
_FORBIDDEN = 403


def reason_of(code: int, words: str) -> Refusal:
    """What a 400 or 403 with these words means. The first group that fits counts.

    A 403 that says nothing of being removed is no removal: `CHAT_WRITE_FORBIDDEN` comes as a 400 and as a 403.
    """
    said = words.lower()
    for reason, phrases in _WORDS:
        if any(phrase in said for phrase in phrases):
            return reason
    return Refusal.MUTED if code == _FORBIDDEN else Refusal.OURS


def ended_by(*, has_file: bool) -> frozenset[Refusal]:
    """Refusals that are over once the room took a message, or a file."""
    ended = SILENT | {Refusal.REMOVED, Refusal.OURS}
    return ended | {Refusal.MEDIA} if has_file else ended


def try_again(now: datetime, not_after: datetime | None) -> tuple[datetime, datetime]:
    """When a refused message is tried again, and when it is given up."""
    until = not_after if not_after is not None else now + GIVEN_UP_AFTER
    return min(now + AGAIN_AFTER, until), until


def told_by(kind: str) -> Told:
    """What a card of this kind, or an outcome of this stored name, is about."""
    if kind.startswith("streams."):
        return Told.NOTICE
    return next((told for told in Told if told.value == kind), Told.OTHER)


@dataclass(frozen=True, slots=True)
class RoomRefuses(Outcome, name="refusals.RoomRefuses"):
    """Told to the owner once for a room and reason, until it is over: the room takes nothing, and what helps."""

    room: str
    reason: Refusal


@dataclass(frozen=True, slots=True)
class RoomMissed(Outcome, name="refusals.RoomMissed"):
    """Told to the owner when a refused message was given up: the room never got it."""

    room: str
    what: Told
    title: str | None
    """Of the stream, the drop, the prize; None where there is none."""
    number: int | None = None
    """A raffle's, where its proof didn't come: staff get the file by it."""
