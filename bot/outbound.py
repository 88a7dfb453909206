"""Calls that say something: by name, as plain JSON, through the pacer."""

from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SendDocument, SendPhoto
from aiogram.types import BufferedInputFile

from bot.content.button import Rows
from bot.logs import get_logger
from bot.markup import keyboard, without_links
from bot.pacer import Pacer, kind_of
from bot.session import LightSession

log = get_logger("outbound")


class Outbound:
    """The bot's mouth. Parameters are named as in the Bot API; those that are None are left out."""

    def __init__(self, bot: Bot, session: LightSession, pacer: Pacer, address: str | None = None) -> None:
        self._bot = bot
        self._session = session
        self._pacer = pacer
        self._address = address
        """Where the bot's pages are found, if they are public."""
        self.username = ""
        """The bot's own, known once Telegram has said hello."""
        self.inline = False
        """Whether inline mode is on at BotFather, known from then too."""

    def keyboard(self, rows: Rows) -> dict[str, Any] | None:
        """Buttons as Telegram's inline keyboard, or None for none."""
        return keyboard(rows, self.username, inline=self.inline, address=self._address)

    async def photo(self, chat_id: int, picture: bytes, caption: str, **how: Any) -> dict[str, Any]:
        """Send a picture that we drew, with a caption in HTML; the message's ids, as JSON has them.

        An upload goes aiogram's way: it is no JSON.

        Raises:
            HeldError: it can't leave within two seconds.
            TelegramAPIError: Telegram refused it.
        """
        file = BufferedInputFile(picture, "encore.png")
        sent = await self._bot(SendPhoto(chat_id=chat_id, photo=file, caption=caption, parse_mode="HTML", **how))
        return {"message_id": sent.message_id, "ephemeral_message_id": sent.ephemeral_message_id}

    async def document(self, chat_id: int, name: str, content: bytes, caption: str, **how: Any) -> None:
        """Send a file with a caption in HTML.

        Raises:
            HeldError: it can't leave within two seconds.
            TelegramAPIError: Telegram refused it.
        """
        file = BufferedInputFile(content, name)
        await self._bot(SendDocument(chat_id=chat_id, document=file, caption=caption, parse_mode="HTML", **how))

    async def turn(self, chat_id: int) -> None:
        """Wait until one more ordinary message fits into a group.

        Raises:
            HeldError: not within two seconds.
        """
        await self._pacer.turn(chat_id)

    async def call(self, name: str, **parameters: Any) -> Any:
        """Call a method; its result as JSON. A link that Telegram refuses under a message is left out of it.

        Raises:
            HeldError: it can't leave within two seconds.
            TelegramAPIError: Telegram refused it.
        """
        given = {key: value for key, value in parameters.items() if value is not None}
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
