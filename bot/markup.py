"""Buttons of the words, as Telegram's inline keyboards."""

from typing import Any

from bot.content.buttons import Button, Rows


def keyboard(rows: Rows) -> dict[str, Any] | None:
    """The inline keyboard of these rows, or None for none."""
    if not rows:
        return None
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: Button) -> dict[str, Any]:
    made: dict[str, Any] = {"text": button.text}
    if button.style is not None:
        made["style"] = button.style
    if button.press is not None:
        made["callback_data"] = button.press
    elif button.copy is not None:
        made["copy_text"] = {"text": button.copy}
    elif button.disabled:
        made["disabled"] = {}
    return made
