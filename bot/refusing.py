"""What aiogram raises when Telegram refuses something, as a `Refusal`."""

from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError

from bot.rules.refusals import Refusal, reason_of


def refusal_of(error: TelegramBadRequest | TelegramForbiddenError, *, in_topic: bool = False) -> Refusal:
    """Why Telegram refused it; `in_topic` as in `reason_of`."""
    code = 403 if isinstance(error, TelegramForbiddenError) else 400
    return reason_of(code, error.message, in_topic=in_topic)
