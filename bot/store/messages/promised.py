"""What a promised message's row must hold to be sent. One that holds something else is set aside."""

from typing import Any

from bot.store.messages.cards import EDIT, POST
from bot.store.messages.outbox import DELETE, FILE, LEAVE, SAY, TELL

NEEDS: dict[str, dict[str, type]] = {
    POST: {"card_id": int},
    EDIT: {"card_id": int},
    SAY: {"outcome": str, "facts": dict},
    TELL: {"outcome": str, "facts": dict, "user_id": int, "language": str, "whisper": bool, "can_write": bool},
    FILE: {"file": str, "subject_id": int},
    DELETE: {"message_id": int},
    LEAVE: {},
}
"""Names in a row's facts and their types, by its act."""


class DamagedError(Exception):
    """A row can't be sent as it is, now or later. Its text is the reason, in a word or two of ours."""


def problem_of(act: str, facts: Any) -> str | None:
    """Why a row can't be sent as it is, or None."""
    needs = NEEDS.get(act)
    if needs is None:
        return "unknown act"
    if not isinstance(facts, dict):
        return "facts are no object"
    wrong = [name for name, kind in needs.items() if not isinstance(facts.get(name), kind)]
    return f"facts: {', '.join(wrong)}" if wrong else None
