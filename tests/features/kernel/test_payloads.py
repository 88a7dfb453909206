"""What rows of the outbox hold: the keys that old databases have, and the payloads that are read from them."""

from typing import Any

import pytest

from bot.rules.general import Oops
from bot.store.messages.payloads import (
    Below,
    DeleteMessage,
    EditCard,
    LeaveChat,
    Payload,
    PostCard,
    Say,
    SendFile,
    Tell,
    WitnessOf,
    pack,
    read_payload,
)

OOPS: dict[str, Any] = {"outcome": "communities.Oops", "facts": {}}
TOLD: dict[str, Any] = {**OOPS, "language": "ko", "user_id": 7, "whisper": False, "can_write": True}


def tell(**more: Any) -> Tell:
    """What is told to person 7."""
    return Tell(*pack(Oops()), user_id=7, language="ko", whisper=False, can_write=True, **more)


@pytest.mark.parametrize(
    ("payload", "act", "facts"),
    [
        (PostCard(3), "post_card", {"card_id": 3}),
        (PostCard(3, anew=True), "post_card", {"card_id": 3, "anew": True}),
        (EditCard(3), "edit_card", {"card_id": 3}),
        (Say(*pack(Oops())), "say", OOPS),
        (Say(*pack(Oops()), language="zh"), "say", {**OOPS, "language": "zh"}),
        (
            Say(*pack(Oops()), witness=WitnessOf("naming", 4)),
            "say",
            {**OOPS, "witness": {"kind": "naming", "subject_id": 4}},
        ),
        (tell(aloud=False, instead=-5), "tell", {**TOLD, "aloud": False, "reply_to": None, "instead": -5}),
        (
            tell(reply_to=9, asked=True, thread_id=2),
            "tell",
            {**TOLD, "aloud": True, "reply_to": 9, "instead": None, "thread_id": 2},
        ),
        (
            tell(below=Below(*pack(Oops()))),
            "tell",
            {**TOLD, "aloud": True, "reply_to": None, "instead": None, "below": OOPS},
        ),
        (SendFile("proof", 5), "file", {"file": "proof", "subject_id": 5}),
        (DeleteMessage(8), "delete", {"message_id": 8}),
        (LeaveChat(), "leave", {}),
    ],
)
def test_a_row_keeps_its_names(payload: Payload, act: str, facts: dict[str, Any]) -> None:
    """Acts and keys stay as old databases have them, and what was written is read as it was."""
    assert payload.act == act
    assert payload.to_facts() == facts
    assert read_payload(act, facts) == payload


def test_keys_that_old_rows_lack() -> None:
    """A row of an older bot lacks keys that were added since: it is aloud, and nobody asked for it in a thread."""
    assert read_payload("tell", {**TOLD, "reply_to": None}) == tell()
    assert read_payload("tell", {**TOLD, "thread_id": None}) == tell(asked=True)
