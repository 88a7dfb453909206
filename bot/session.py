"""A light session under aiogram: JSON out, and of the answers only what callers read.

aiogram's own session sends forms and builds every answer's pydantic model: a quarter of an echo's time. What the bot
says leaves through `LightSession.call` as plain JSON; errors are still told apart by aiogram's `check_response`, and
whatever asks Telegram for a whole object (`getChatMember`) goes aiogram's way.
"""

import json
from typing import Any, ClassVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiohttp import ClientError, ClientTimeout

JSON_HEADERS = {"Content-Type": "application/json"}
CALL_TIMEOUT = ClientTimeout(total=20)
POLL_GRACE = 10
"""Seconds a long poll may take beyond its own time."""
CONNECTIONS = 256
HTTP_OK = 200

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Compact JSON; made once, as `json.dumps` makes an encoder for each call with options."""


class _AnyMethod(TelegramMethod[Any]):
    """Stands for a call by name where aiogram wants a method, to tell an error's kind."""

    __returning__: ClassVar[type] = Any
    __api_method__: ClassVar[str] = "call"


class LightSession(AiohttpSession):
    """aiogram's session with a quicker way out."""

    def __init__(self, api_url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url), limit=CONNECTIONS)

    async def call(self, bot: Bot, name: str, parameters: dict[str, Any]) -> Any:
        """Call a method by its name; its result as JSON.

        Raises:
            TelegramAPIError: as aiogram's own calls do.
        """
        status, content = await self._post(bot, name, encode(parameters).encode(), CALL_TIMEOUT)
        if status == HTTP_OK:
            answer = json.loads(content)
            if answer.get("ok") is True:
                return answer["result"]
        return self._refused(bot, status, content)

    async def poll(self, bot: Bot, parameters: dict[str, Any], wait: int) -> list[dict[str, Any]]:
        """One `getUpdates`; the updates as JSON."""
        limit = ClientTimeout(total=wait + POLL_GRACE)
        status, content = await self._post(bot, "getUpdates", encode(parameters).encode(), limit)
        if status != HTTP_OK:
            self._refused(bot, status, content)
        updates: list[dict[str, Any]] = json.loads(content)["result"]
        return updates

    def _refused(self, bot: Bot, status: int, content: bytes) -> Any:
        return self.check_response(bot, _AnyMethod(), status, content.decode(errors="replace")).result

    async def _post(self, bot: Bot, name: str, body: bytes, limit: ClientTimeout) -> tuple[int, bytes]:
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=name)
        try:
            async with session.post(url, data=body, headers=JSON_HEADERS, timeout=limit) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TelegramNetworkError(method=_AnyMethod(), message="request timed out") from error
        except (ClientError, OSError) as error:
            # The address holds the token, so the client's own text stays out.
            raise TelegramNetworkError(method=_AnyMethod(), message=type(error).__name__) from None
