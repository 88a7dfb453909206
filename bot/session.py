"""A light session under aiogram: JSON out, and of the answers only what callers read.

aiogram's own session sends forms and builds every answer's pydantic model: a quarter of an echo's time. Errors are
still told apart by aiogram's `check_response`.
"""

import json
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, cast

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Chat, InputFile, Message, TelegramObject
from aiohttp import ClientError, ClientTimeout

JSON_HEADERS = {"Content-Type": "application/json"}
CALL_TIMEOUT = ClientTimeout(total=20)
POLL_GRACE = 10
"""Seconds a long poll may take beyond its own time."""


class LightSession(AiohttpSession):
    """Sends JSON, reads little."""

    def __init__(self, api_url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url), limit=256)

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109  # aiogram's signature
    ) -> TelegramType:
        """One call; only files go the long way."""
        body = _without_nothing(method.model_dump(exclude_none=True, warnings=False), bot)
        try:
            text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        except TypeError:
            return await super().make_request(bot, method, timeout)
        status, content = await self._post(
            bot, method, text.encode(), CALL_TIMEOUT if timeout is None else ClientTimeout(total=timeout)
        )
        if status == 200 and content.startswith(b'{"ok":true'):  # noqa: PLR2004  # HTTP's own number
            read = _read(method, json.loads(content)["result"])
            if read is not None:
                return cast("TelegramType", read)
        return cast("TelegramType", self.check_response(bot, method, status, content.decode()).result)

    async def poll(self, bot: Bot, method: TelegramMethod[Any], wait: int) -> bytes:
        """The raw body of a `getUpdates`."""
        text = json.dumps(method.model_dump(exclude_none=True, warnings=False))
        status, content = await self._post(bot, method, text.encode(), ClientTimeout(total=wait + POLL_GRACE))
        if status != 200:  # noqa: PLR2004  # HTTP's own number
            self.check_response(bot, method, status, content.decode())
        return content

    async def _post(
        self, bot: Bot, method: TelegramMethod[Any], body: bytes, limit: ClientTimeout
    ) -> tuple[int, bytes]:
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        try:
            async with session.post(url, data=body, headers=JSON_HEADERS, timeout=limit) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TelegramNetworkError(method=method, message="request timed out") from error
        except (ClientError, OSError) as error:
            # The address holds the token, so the client's own text stays out.
            raise TelegramNetworkError(method=method, message=type(error).__name__) from None


def _read(method: TelegramMethod[Any], result: Any) -> Any:
    """What callers read of an answer, or None where they want aiogram's whole model."""
    if result is True:
        return True
    if isinstance(result, dict) and method.__returning__ is Message:
        return _message(result)
    return None


def _message(result: dict[str, Any]) -> Message:
    return Message.model_construct(
        message_id=result.get("message_id", 0),
        ephemeral_message_id=result.get("ephemeral_message_id"),
        date=datetime.fromtimestamp(result.get("date", 0), UTC),
        chat=Chat.model_construct(**result.get("chat", {})),
    )


def _without_nothing(value: Any, bot: Bot) -> Any:  # noqa: PLR0911  # a table of kinds
    """JSON-ready: defaults filled in, absent things left out. A file raises later, in `json.dumps`."""
    if isinstance(value, dict):
        filled = ((key, _without_nothing(item, bot)) for key, item in value.items())
        return {key: item for key, item in filled if item is not None}
    if isinstance(value, list | tuple):
        return [_without_nothing(item, bot) for item in value]
    if isinstance(value, Default):
        return _without_nothing(bot.default[value.name], bot)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, timedelta | InputFile):
        return value
    if isinstance(value, TelegramObject):
        return _without_nothing(value.model_dump(exclude_none=True, warnings=False), bot)
    return value
