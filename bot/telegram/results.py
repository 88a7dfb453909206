"""What came of an outbox row."""

from collections.abc import Callable
from typing import Any, NamedTuple

from bot.rules.refusals import Refusal
from bot.store.engine.sessions import Tx
from bot.store.shown import ShownMessage
from bot.store.tables.messages import OutboxState


class Result(NamedTuple):
    """What came of a row."""

    state: OutboxState
    problem: str | None = None
    hung: tuple[int, int] | None = None
    """(card, message): which message shows a card now."""
    shown: Any = None
    """What that message shows."""
    note: Callable[[Tx], None] | None = None
    """Writes down more in the same commit."""
    refused: Refusal | None = None
    """Why Telegram refused the way that was meant, where another way worked."""
    message: ShownMessage | None = None
    """The message that was sent, if it is one that nobody asked for by a command."""
    edited: tuple[int, int] | None = None
    """(card, message): which message of a card was edited. Meanwhile another may have taken its place."""
