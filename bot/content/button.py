"""A button of the words, and rows of them."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A button. Exactly one of `press`, `start`, `url`, `page`, `copy` and `disabled` is set: it says what a tap does.

    `forward` is set together with `start`: the link is shared where the bot has no inline mode.
    """

    label: str
    """Names the block `label_…` of the outcome's file of words, else of `labels.j2`."""
    text: str = ""
    """The label in the reader's language; empty until it is rendered."""
    press: str | None = None
    """Callback data, at most 64 bytes."""
    start: str | None = None
    """Payload of a link that opens the private chat: at most 64 of `[A-Za-z0-9_-]`."""
    forward: str | None = None
    """The inline query that Telegram makes in the chat that the reader picks. The bot answers it with the card."""
    url: str | None = None
    page: str | None = None
    """Path of a page that the bot serves. The button is left out if the bot has no public address."""
    copy: str | None = None
    """Text to put into the reader's clipboard, at most 256 characters."""
    disabled: bool = False
    """Whether a tap does nothing."""
    about: Any = None
    """The value that the label's block knows as `about`."""
    style: str | None = None
    """`primary`, `success` or `danger`."""

    def with_text(self, text: str) -> "Button":
        """The same button with this label."""
        return replace(self, text=text)


Rows = tuple[tuple[Button, ...], ...]
