"""A button of the words, and rows of them."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A button: exactly one of `press`, `start`, `url`, `page`, `copy` and `disabled` says what it does.

    `forward` goes with a `start`, the link that is shared where the bot has no inline mode.
    """

    label: str
    """The block `label_…` of the outcome's file of words, else of `labels.j2`."""
    text: str = ""
    press: str | None = None
    """Callback data, at most 64 bytes."""
    start: str | None = None
    """Payload of a link that opens the private chat: at most 64 of `[A-Za-z0-9_-]`."""
    forward: str | None = None
    """What the bot is asked in the chat that the reader picks: its answer there is the card that goes off."""
    url: str | None = None
    page: str | None = None
    """Path of a page that the bot serves. Where it has no public address the button is left out."""
    copy: str | None = None
    """Text to put into the reader's clipboard, at most 256 characters."""
    disabled: bool = False
    about: Any = None
    """What the label tells of: `about` in its block."""
    style: str | None = None
    """`primary`, `success` or `danger`."""

    def with_text(self, text: str) -> "Button":
        """The same button with its label in a language."""
        return replace(self, text=text)


Rows = tuple[tuple[Button, ...], ...]
