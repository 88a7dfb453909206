"""Turns aiogram's exceptions for refused calls into a `Refusal`."""

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError

from bot.rules.refusals import Refusal, reason_of


def refusal_of(error: TelegramBadRequest | TelegramForbiddenError) -> Refusal:
    """Why Telegram refused the call."""
    code = 403 if isinstance(error, TelegramForbiddenError) else 400
    return reason_of(code, error.message)
