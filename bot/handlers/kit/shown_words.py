"""What stood on the screen when somebody pressed a button, as Telegram sends it with the press."""

from aiogram.types import CallbackQuery, Message


def label_of(press: CallbackQuery) -> str:
    """The label of the pressed button; empty if Telegram didn't send the message along."""
    markup = press.message.reply_markup if isinstance(press.message, Message) else None
    rows = markup.inline_keyboard if markup is not None else []
    return next((button.text for row in rows for button in row if button.callback_data == press.data), "")


def words_under(press: CallbackQuery) -> str:
    """The message's text and the label of the pressed button; empty if Telegram didn't send the message along."""
    text = press.message.text if isinstance(press.message, Message) else None
    return "\n\n".join(part for part in (text, label_of(press)) if part)
