"""Buttons of the words, as Telegram's keyboards."""

from aiogram.types import CopyTextButton, DisabledButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.content.buttons import Button, Rows


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    """The inline keyboard of these rows, or None for none."""
    if not rows:
        return None
    return InlineKeyboardMarkup(inline_keyboard=[[_button(button) for button in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(
        text=button.text,
        style=button.style,
        callback_data=button.press,
        copy_text=CopyTextButton(text=button.copy) if button.copy is not None else None,
        disabled=DisabledButton() if button.disabled else None,
    )
