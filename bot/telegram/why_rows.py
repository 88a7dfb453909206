"""*Why did I get this?*: a small button under private messages that nobody asked for."""

from bot.content import Words
from bot.content.button import Rows
from bot.content.buttons.attention import why_row
from bot.rules.shown import TO_STAFF, ShownClass, class_of
from bot.rules.words import Language

FILE, BLOCK = "attention/parts", "why_button"
"""Where its label stands."""


def why_rows(words: Words, verdict_id: int | None, kind: str, language: Language) -> Rows:
    """The row for a message of this kind; none for what its reader asked for, and for notes to the staff."""
    if verdict_id is None or kind in TO_STAFF or class_of(kind) is ShownClass.ASKED_FOR:
        return ()
    label = words.line(FILE, BLOCK, language)
    return (tuple(button.with_text(label) for button in why_row(verdict_id)),)
