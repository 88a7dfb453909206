"""Final refusals of Telegram: what its words mean, when a message is tried again, and what the owner is told.

The words come from the official server (`Client.cpp` of tdlib/telegram-bot-api) and from refusals that bots have met.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.outcome import Outcome

AGAIN_AFTER = timedelta(minutes=5)
"""A message that a room refused is tried again after this time."""
GIVEN_UP_AFTER = timedelta(hours=24)
"""A refused message without an end of its own is given up after this time."""
HUNG_AGAIN = 3
"""How often a deleted card is posted again. An administrator who deletes it even then wants it gone."""


class Refusal(StrEnum):
    """Why Telegram refused a message for good, as far as its words say."""

    MUTED = "muted"
    """The bot may not write in the room."""
    GENERAL = "general"
    """The general topic is closed. Messages that another topic refuses go there (`rules/topics.py`)."""
    MEDIA = "media"
    """The bot may write in the room, but may not send files."""
    RESTRICTED = "restricted"
    """Telegram itself restricted the room."""
    UNKNOWN = "unknown"
    """Telegram finds no such chat."""
    REMOVED = "removed"
    """The bot isn't in the room any more, or the room is gone."""
    GONE = "gone"
    """The message to edit was deleted, or can't be edited any more."""
    PERSON = "person"
    """The bot can't write to this person."""
    OURS = "ours"
    """Anything else. Most likely the bot made a mistake, so that another try would fail too."""


class RoomMessage(StrEnum):
    """The kinds of messages to a room."""

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
"""Reasons that somebody can end, so that another try makes sense."""
SILENT = WAITING - {Refusal.MEDIA}
"""While one of these reasons holds, the room gets no message at all."""

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
    """What a refusal with this code (400 or 403) and these words means. The first group of `_WORDS` that fits counts.

    A 403 means a removal only if its words say so: `CHAT_WRITE_FORBIDDEN` comes as a 400 and as a 403.
    """
    said = words.lower()
    for reason, phrases in _WORDS:
        if any(phrase in said for phrase in phrases):
            return reason
    return Refusal.MUTED if code == _FORBIDDEN else Refusal.OURS


def ended_by(*, has_file: bool) -> frozenset[Refusal]:
    """The reasons that are over once a room took a message; with `has_file` it was a file."""
    ended = SILENT | {Refusal.REMOVED, Refusal.OURS}
    return ended | {Refusal.MEDIA} if has_file else ended


def try_again(now: datetime, not_after: datetime | None) -> tuple[datetime, datetime]:
    """The instants at which a refused message is tried again and given up. `not_after` is its own end."""
    until = not_after if not_after is not None else now + GIVEN_UP_AFTER
    return min(now + AGAIN_AFTER, until), until


def room_message_of(kind: str) -> RoomMessage:
    """The message that a card of this kind, or an outcome of this stored name, is."""
    if kind.startswith("streams."):
        return RoomMessage.NOTICE
    return next((message for message in RoomMessage if message.value == kind), RoomMessage.OTHER)


@dataclass(frozen=True, slots=True)
class RoomRefuses(Outcome, name="refusals.RoomRefuses"):
    """Told to the owner once for each room and reason, until it is over: the room gets no messages, and what helps."""

    room: str
    reason: Refusal


@dataclass(frozen=True, slots=True)
class RoomMissed(Outcome, name="refusals.RoomMissed"):
    """Told to the owner when a refused message was given up: the room never got it."""

    room: str
    what: RoomMessage
    title: str | None
    """The title of the stream, the drop or the prize; None if it has none."""
    number: int | None = None
    """The raffle's number if its proof wasn't sent: staff get the file by this number."""
