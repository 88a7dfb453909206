"""What Telegram's refusals mean, which way is left, and how long a refused message is tried: tables."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.refusals import (
    AGAIN_AFTER,
    GIVEN_UP_AFTER,
    SILENT,
    WAITING,
    Refusal,
    RoomMessage,
    ended_by,
    reason_of,
    room_message_of,
    try_again,
)
from bot.rules.topics import lost_topic

NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "words", "reason"),
    [
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Refusal.MUTED),
        (403, "Forbidden: CHAT_WRITE_FORBIDDEN", Refusal.MUTED),
        (400, "Bad Request: not enough rights to send text messages to the chat", Refusal.MUTED),
        (400, "Bad Request: have no rights to send a message", Refusal.MUTED),
        (400, "Bad Request: need administrator rights in the channel chat", Refusal.MUTED),
        (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", Refusal.MUTED),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED", Refusal.MUTED),
        (403, "Forbidden: something that nobody has seen yet", Refusal.MUTED),
        (400, "Bad Request: not enough rights to send documents to the chat", Refusal.MEDIA),
        (400, "Bad Request: not enough rights to send photos to the chat", Refusal.MEDIA),
        (400, "Bad Request: CHAT_SEND_DOCS_FORBIDDEN", Refusal.MEDIA),
        (400, "Bad Request: CHAT_RESTRICTED", Refusal.RESTRICTED),
        (400, "Bad Request: PEER_ID_INVALID", Refusal.UNKNOWN),
        (400, "Bad Request: chat not found", Refusal.UNKNOWN),
        (403, "Forbidden: bot was kicked from the supergroup chat", Refusal.REMOVED),
        (403, "Forbidden: bot is not a member of the channel chat", Refusal.REMOVED),
        (403, "Forbidden: the group chat was deleted", Refusal.REMOVED),
        (403, "Forbidden: bot was blocked by the user", Refusal.PERSON),
        (403, "Forbidden: bot can't initiate conversation with a user", Refusal.PERSON),
        (403, "Forbidden: user is deactivated", Refusal.PERSON),
        (400, "Bad Request: message to edit not found", Refusal.GONE),
        (400, "Bad Request: message can't be edited", Refusal.GONE),
        (400, "Bad Request: MESSAGE_ID_INVALID", Refusal.GONE),
        (400, "Bad Request: message is too long", Refusal.OURS),
        (400, "Bad Request: can't parse entities: unexpected end tag at byte offset 7", Refusal.OURS),
        (400, "Bad Request: BUTTON_DATA_INVALID", Refusal.OURS),
    ],
)
def test_what_telegrams_words_mean(code: int, words: str, reason: Refusal) -> None:
    """Each refusal that was met in the field has its reason; only a word of being removed is a removal."""
    assert reason_of(code, words) is reason


@pytest.mark.parametrize(
    "words", ["TOPIC_CLOSED", "TOPIC_DELETED", "TOPIC_HIDDEN", "message thread not found", "TOPIC_ID_INVALID"]
)
def test_which_topic_is_closed(words: str) -> None:
    """Of another topic it leads to the general one; said of the general one, the room is closed."""
    assert lost_topic(f"Bad Request: {words}") is not None
    assert reason_of(400, f"Bad Request: {words}") is Refusal.GENERAL


@pytest.mark.parametrize(
    ("not_after", "due", "until"),
    [
        (None, AGAIN_AFTER, GIVEN_UP_AFTER),
        (timedelta(hours=1), AGAIN_AFTER, timedelta(hours=1)),
        (timedelta(minutes=2), timedelta(minutes=2), timedelta(minutes=2)),
    ],
)
def test_when_it_is_tried_again(not_after: timedelta | None, due: timedelta, until: timedelta) -> None:
    """Every five minutes until its own end, which is looked at when it comes; without one for a day."""
    end = NOON + not_after if not_after is not None else None
    assert try_again(NOON, end) == (NOON + due, NOON + until)


def test_what_ends_a_refusal() -> None:
    """Any message ends what keeps a room silent; only a file shows that files are taken."""
    assert ended_by(has_file=False) >= SILENT
    assert Refusal.MEDIA not in ended_by(has_file=False)
    assert ended_by(has_file=True) >= WAITING


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("stream", RoomMessage.START),
        ("drop", RoomMessage.DROP),
        ("packet", RoomMessage.PACKET),
        ("raffle", RoomMessage.RAFFLE),
        ("morning", RoomMessage.MORNING),
        ("streams.DelayNotice", RoomMessage.NOTICE),
        ("communities.Greeting", RoomMessage.OTHER),
    ],
)
def test_what_was_not_told(kind: str, told: RoomMessage) -> None:
    """Cards go by their kind, notices of streams by their name."""
    assert room_message_of(kind) is told
