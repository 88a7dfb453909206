"""The first call of a start: the bot waits until Telegram answers, however long that takes."""

import asyncio
import time
from itertools import chain, repeat
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramNotFound, TelegramRetryAfter, TelegramUnauthorizedError

from bot.logs import get_logger
from bot.meters import Meters
from bot.telegram.session import LightSession

log = get_logger("start")

NO_SUCH_BOT = (TelegramUnauthorizedError, TelegramNotFound)
"""Exceptions that mean that Telegram doesn't know the token."""
PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between two tries; the last one is repeated. A try lasts at most 10, so one starts every 15 seconds."""
LONGEST = 15.0
"""Seconds between two tries at most, even if a 429 asks for more."""
LOG_EVERY_SECONDS = 60.0
"""Seconds between two log lines about the waiting."""


async def greet(session: LightSession, bot: Bot, meters: Meters) -> dict[str, Any]:
    """Call `getMe` until Telegram answers; its result as JSON.

    Raises:
        TelegramUnauthorizedError, TelegramNotFound: there's no bot with this token.
    """
    began, logged_at = time.monotonic(), -LOG_EVERY_SECONDS
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        seconds = pause
        try:
            me = await session.hello(bot)
        except NO_SUCH_BOT:
            raise
        except TelegramRetryAfter as error:
            meters.trouble = "Telegram asks to wait"
            seconds = max(pause, min(error.retry_after, LONGEST))
        except TelegramAPIError as error:
            meters.trouble = error.message
        else:
            meters.trouble = None
            return me
        waited = time.monotonic() - began
        if waited >= logged_at + LOG_EVERY_SECONDS:
            logged_at = waited
            log.warning(
                "waiting_for_telegram",
                reason=meters.trouble,
                waited=round(waited),
                look_at="TELEGRAM_API_URL and the network",
            )
        await asyncio.sleep(seconds)
    raise AssertionError("unreachable: the waiting has no end")
