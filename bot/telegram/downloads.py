"""Downloads files that people send, from Telegram's own address and up to a given size."""

import asyncio

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError
from aiogram.methods import GetFile
from aiogram.types import Document, Message
from aiohttp import ClientError, ClientResponseError

from bot.rules.files import FileGone, FileTooLarge

SECONDS = 20
CHUNK = 65_536
GONE = (400, 404)
SHOWN = ("image/", "video/", "audio/")
"""How the types of files begin that are looked at or listened to."""


def message_with_file(message: Message) -> Message | None:
    """The message that holds a command's file: itself, else the one that it answers, else None."""
    if holds_file(message):
        return message
    answered = message.reply_to_message
    return answered if answered is not None and holds_file(answered) else None


def holds_file(message: Message) -> bool:
    """Whether a message holds a file that may be one of rows.

    Telegram calls a GIF a document too, and whoever sends a picture, a video or music as a file only shows it.
    """
    document = message.document
    if document is None or message.animation is not None:
        return False
    return not (document.mime_type or "").startswith(SHOWN)


async def fetch(bot: Bot, document: Document, most: int) -> bytes | FileTooLarge | FileGone:
    """Download a file; its bytes, or why there are none. `most` is the greatest size in bytes.

    Raises:
        TelegramNetworkError: Telegram can't be reached. Its text holds no address, because that contains the token.
    """
    too_large = FileTooLarge(most // 1000)
    if (document.file_size or 0) > most:
        return too_large
    get_file = GetFile(file_id=document.file_id)
    try:
        file = await bot(get_file)
    except TelegramBadRequest as error:
        return too_large if "too big" in error.message else FileGone()
    if file.file_path is None:
        return FileGone()
    url = bot.session.api.file_url(bot.token, file.file_path)
    content = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in bot.session.stream_content(url, timeout=SECONDS, chunk_size=CHUNK):
                content += chunk
                if len(content) > most:
                    return too_large
    except ClientResponseError as error:
        if error.status in GONE:
            return FileGone()
        raise TelegramNetworkError(method=get_file, message=f"a file's address answered {error.status}") from None
    except (TimeoutError, ClientError, OSError) as error:
        raise TelegramNetworkError(method=get_file, message=type(error).__name__) from None
    if file.file_size is not None and len(content) != file.file_size:
        # The content was cut, or a proxy sent a page of its own.
        raise TelegramNetworkError(method=get_file, message="a file's address answered something else")
    return bytes(content)
