"""A hello bot that is written with python-telegram-bot."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, InputPollOption, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    PollAnswerHandler,
)

from sandbox.files import blank_picture
from tests.sandbox.peers.evening import BIG, SECRET, TOKEN

Context = ContextTypes.DEFAULT_TYPE
App = Application[Any, Any, Any, Any, Any, Any]


async def hello(update: Update, _: Context) -> None:
    """Greets by name, with a button."""
    assert update.message is not None
    assert update.effective_user is not None
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Again", callback_data="again")]])
    words = f"*Hello*, {update.effective_user.first_name}\\!"
    await update.message.reply_text(words, ParseMode.MARKDOWN_V2, reply_markup=keyboard, do_quote=True)


async def again(update: Update, _: Context) -> None:
    """Answers a press and edits the greeting."""
    assert update.callback_query is not None
    await update.callback_query.answer("again")
    await update.callback_query.edit_message_text("Hello again!")


async def album(update: Update, _: Context) -> None:
    """Two pictures."""
    assert update.message is not None
    first = InputMediaPhoto(blank_picture(), caption="unboxing", filename="a.png")
    await update.message.reply_media_group([first, InputMediaPhoto(blank_picture(), filename="b.png")])


async def poll(update: Update, context: Context) -> None:
    """A poll that shows who voted."""
    assert update.message is not None
    sent = await update.message.reply_poll("Which one?", [InputPollOption("Silk"), "Wool"], is_anonymous=False)
    context.bot_data["poll"] = (sent.chat_id, sent.message_id)


async def voted(update: Update, context: Context) -> None:
    """Stops the poll at its first vote and tells it."""
    answer = update.poll_answer
    assert answer is not None
    assert answer.user is not None
    chat_id, message_id = context.bot_data["poll"]
    stopped = await context.bot.stop_poll(chat_id, message_id)
    words = f"{answer.user.first_name} chose {answer.option_ids[0]}, {stopped.total_voter_count} vote in all"
    await context.bot.send_message(chat_id, words)


async def passing(update: Update, _: Context) -> None:
    """Copies, forwards and pins what was said, then throws a dice."""
    message = update.message
    assert message is not None
    await message.copy(message.chat_id)
    await message.forward(message.chat_id)
    await message.pin()
    await message.reply_dice()


async def broken(update: Update, _: Context) -> None:
    """Says why Telegram refused."""
    assert update.message is not None
    try:
        await update.message.reply_text("*open", ParseMode.MARKDOWN_V2)
    except BadRequest as refusal:
        await update.message.reply_text(f"Bad Request: {refusal.message}")


async def big(update: Update, context: Context) -> None:
    """A picture of 5 MB, and how many bytes of it come back."""
    assert update.message is not None
    sent = await update.message.reply_photo(blank_picture() + bytes(BIG), write_timeout=60)
    file = await context.bot.get_file(sent.photo[-1])
    await update.message.reply_text(f"{len(await file.download_as_bytearray())} bytes")


async def topic(update: Update, context: Context) -> None:
    """Opens a topic and writes into it."""
    assert update.message is not None
    made = await context.bot.create_forum_topic(update.message.chat_id, "Raffles")
    await context.bot.send_message(update.message.chat_id, "in here", message_thread_id=made.message_thread_id)


def made(url: str) -> App:
    """The bot, pointed at a stand-in."""
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    application: App = builder.build()
    for name, act in (
        ("hello", hello),
        ("album", album),
        ("poll", poll),
        ("pass", passing),
        ("broken", broken),
        ("big", big),
        ("topic", topic),
    ):
        application.add_handler(CommandHandler(name, act))
    application.add_handler(CallbackQueryHandler(again))
    application.add_handler(PollAnswerHandler(voted))
    return application


@asynccontextmanager
async def hooked(url: str) -> AsyncIterator[App]:
    """The bot while updates come to its webhook."""
    async with made(url) as application:
        await application.start()

        async def take(request: web.Request) -> web.Response:
            assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
            await application.update_queue.put(Update.de_json(await request.json(), application.bot))
            return web.Response()

        server = TestServer(_receiving(take))
        await server.start_server()
        try:
            address = str(server.make_url("/hook"))
            await application.bot.set_webhook(address, secret_token=SECRET, allowed_updates=Update.ALL_TYPES)
            yield application
            await application.bot.delete_webhook()
        finally:
            await server.close()
            await application.stop()


def _receiving(take: Callable[[web.Request], Awaitable[web.Response]]) -> web.Application:
    receiving = web.Application()
    receiving.router.add_post("/hook", take)
    return receiving


@asynccontextmanager
async def polling(url: str) -> AsyncIterator[App]:
    """The bot while it runs and polls."""
    async with made(url) as application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(poll_interval=0.0, timeout=1, allowed_updates=Update.ALL_TYPES)
        try:
            yield application
        finally:
            await application.updater.stop()
            await application.stop()
