"""How Telegram's refusals are read: a topic that is closed, one that is gone, and everything else."""

import pytest

from bot.rules.topics import Lost, lost_topic

REFUSALS: list[tuple[str, Lost | None]] = [
    ("Bad Request: TOPIC_CLOSED", Lost.CLOSED),
    ("Telegram server says - Bad Request: TOPIC_DELETED", Lost.GONE),
    ("Bad Request: message thread not found", Lost.GONE),
    ("Bad Request: Message thread not found", Lost.GONE),
    ("Bad Request: chat not found", None),
    ("Bad Request: message to be replied not found", None),
    ("Bad Request: TOPIC_NOT_MODIFIED", None),
    ("Forbidden: bot was kicked from the supergroup chat", None),
    ("", None),
]


@pytest.mark.parametrize(("refusal", "lost"), REFUSALS)
def test_refusals(refusal: str, lost: Lost | None) -> None:
    """Only what Telegram says of topics is taken for a lost topic."""
    assert lost_topic(refusal) is lost
