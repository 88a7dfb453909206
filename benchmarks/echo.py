"""A bare aiogram echo, compared with Encore. Arguments: URL, tasks at once (0: one by one), plain or tuned."""

import asyncio
import gc
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message


async def echo(message: Message) -> None:
    """Answer with the same text."""
    await message.answer(message.text or "")


async def main(url: str, tasks: int, *, tuned: bool) -> None:
    """Poll until the process is killed. `tuned` tunes Python's garbage collector as Encore does."""
    bot = Bot("42:TEST", session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    dispatcher = Dispatcher()
    dispatcher.message.register(echo)
    if tuned:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 100)
    await dispatcher.start_polling(
        bot,
        handle_as_tasks=tasks > 0,
        tasks_concurrency_limit=tasks or None,
        allowed_updates=["message"],
        handle_signals=False,
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), tuned=sys.argv[3] == "tuned"))
