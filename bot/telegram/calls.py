"""Calls to the Bot API by name, as plain JSON, through the pacer."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNotFound
from aiogram.methods import SendDocument, SendPhoto
from aiogram.types import BufferedInputFile, FSInputFile

from bot.content import Said
from bot.content.button import Rows
from bot.logs import get_logger
from bot.rules.topics import Lost, lost_topic
from bot.telegram.keyboards import keyboard, without_links
from bot.telegram.pacer import Pacer, kind_of
from bot.telegram.session import LightSession

log = get_logger("outbound")

NO_PREVIEW = {"is_disabled": True}

LostTopic = Callable[[int, int, Lost], Awaitable[None]]
"""(chat id, topic id, why) → stores that a topic takes no messages."""


class Outbound:
    """Sends the bot's messages. Parameters have the names of the Bot API; those that are None are left out."""

    def __init__(self, bot: Bot, session: LightSession, pacer: Pacer, address: str | None = None) -> None:
        self._bot = bot
        self._session = session
        self._pacer = pacer
        self._address = address
        """The public address of the bot's pages; None: no page is public."""
        self.username = ""
        """The bot's username. It is empty until Telegram has answered the first call."""
        self.inline = False
        """Whether inline mode is on at BotFather. It is False until the first call is answered."""
        self.knows_rich = True
        """Whether the server may know rich messages. It is False once it has shown that it doesn't."""
        self.on_lost_topic: LostTopic | None = None
        """Is called when a topic took no message."""

    def keyboard(self, rows: Rows) -> dict[str, Any] | None:
        """Buttons as Telegram's inline keyboard, or None for none."""
        return keyboard(rows, self.username, inline=self.inline, address=self._address)

    async def say(self, chat_id: int, said: Said, **how: Any) -> Any:
        """Send words with their buttons: as a rich message where they have that form and the server shows it.

        Raises:
            HeldError: the call can't leave within two seconds.
            TelegramAPIError: Telegram refused it.
        """
        keyboard = self.keyboard(said.buttons)
        rich = said.rich if self.knows_rich else None
        if rich is not None:
            try:
                return await self.call(
                    "sendRichMessage", chat_id=chat_id, rich_message={"html": rich}, reply_markup=keyboard, **how
                )
            except TelegramNotFound:  # an older server
                self.knows_rich = False
                log.warning("rich_unknown")
            except TelegramBadRequest as error:  # the plain words say the same
                log.warning("rich_refused", chat=chat_id, error=type(error).__name__)
        return await self.call(
            "sendMessage",
            chat_id=chat_id,
            text=said.html,
            parse_mode="HTML",
            link_preview_options=NO_PREVIEW,
            reply_markup=keyboard,
            **how,
        )

    async def photo(self, chat_id: int, picture: bytes, caption: str, **how: Any) -> dict[str, Any]:
        """Send a PNG picture with a caption in HTML; the ids of the message, as a dictionary with the Bot API's names.

        aiogram makes this call, because an upload can't be JSON.

        Raises:
            HeldError: the call can't leave within two seconds.
            TelegramAPIError: Telegram refused it.
        """
        file = BufferedInputFile(picture, "encore.png")
        send = partial(SendPhoto, photo=file, caption=caption, parse_mode="HTML")
        sent = await self._in_topic({"chat_id": chat_id, **how}, lambda given: self._bot(send(**given)))
        return {"message_id": sent.message_id, "ephemeral_message_id": sent.ephemeral_message_id}

    async def document(
        self, chat_id: int, name: str, content: bytes | Path, caption: str, **how: Any
    ) -> dict[str, Any]:
        """Send a file with a caption in HTML; the message's id, as a dictionary with the Bot API's name.

        A file on this machine is read while it is sent.

        Raises:
            HeldError: the call can't leave within two seconds.
            TelegramAPIError: Telegram refused it.
        """
        file = FSInputFile(content, name) if isinstance(content, Path) else BufferedInputFile(content, name)
        send = partial(SendDocument, document=file, caption=caption, parse_mode="HTML")
        sent = await self._in_topic({"chat_id": chat_id, **how}, lambda given: self._bot(send(**given)))
        return {"message_id": sent.message_id}

    async def wait_for_slot(self, chat_id: int) -> None:
        """Wait until a group can take one more ordinary message.

        Raises:
            HeldError: that takes longer than two seconds.
        """
        await self._pacer.wait_for_slot(chat_id)

    async def call(self, name: str, **parameters: Any) -> Any:
        """Call a method; its result as JSON.

        If Telegram refuses a link of a button, the message is sent without such buttons. If a topic doesn't take the
        message, it goes to General.

        Raises:
            HeldError: the call can't leave within two seconds.
            TelegramAPIError: Telegram refused it.
        """
        given = {key: value for key, value in parameters.items() if value is not None}
        return await self._in_topic(given, lambda left: self._with_links(name, left))

    async def _in_topic(self, given: dict[str, Any], send: Callable[[dict[str, Any]], Awaitable[Any]]) -> Any:
        """Send into the named topic, or into General if that topic is closed or deleted."""
        try:
            return await send(given)
        except TelegramBadRequest as error:
            thread_id, lost = given.get("message_thread_id"), lost_topic(error.message)
            if thread_id is None or lost is None:
                raise
        log.info("topic_lost", chat=given["chat_id"], lost=lost.value)
        if self.on_lost_topic is not None:
            await self.on_lost_topic(given["chat_id"], thread_id, lost)
        return await send(in_general(given))

    async def _with_links(self, name: str, given: dict[str, Any]) -> Any:
        try:
            return await self._call(name, given)
        except TelegramBadRequest as error:
            markup = given.get("reply_markup")
            bare = without_links(markup)
            if bare == markup or "URL" not in error.message:
                raise
            log.warning("link_refused", method=name, chat=given.get("chat_id"))
            given.pop("reply_markup")
            return await self._call(name, given if bare is None else {**given, "reply_markup": bare})

    async def _call(self, name: str, given: dict[str, Any]) -> Any:
        kind, chat = kind_of(name, given.get("chat_id"), ephemeral="ephemeral_message_parameters" in given)
        return await self._pacer.paced(kind, chat, lambda: self._session.call(self._bot, name, given))


def in_general(given: dict[str, Any]) -> dict[str, Any]:
    """A message's parameters without its topic.

    The message that it answers is left out too: Telegram would put the answer into that message's topic.
    """
    left = {name: value for name, value in given.items() if name != "message_thread_id"}
    if "message_id" in (left.get("reply_parameters") or {}):
        del left["reply_parameters"]
    return left
