"""A light session under aiogram: JSON out, and of the answers only what callers read.

aiogram's own session sends forms and builds every answer's pydantic model: a quarter of an echo's time. What the bot
says leaves through `LightSession.call` as plain JSON. Whatever asks Telegram for a whole object (`getChatMember`), and
uploads, go aiogram's way through `make_request`. All ways read answers alike (`bot/telegram/answers.py`): a clear
word of the Bot API, or a passing failure.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, NoReturn, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    RestartingTelegram,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import GetChat, GetChatAdministrators, GetChatMember, SendDocument, SendPhoto, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Chat, Message
from aiohttp import ClientError, ClientResponse, ClientTimeout
from pydantic import TypeAdapter

from bot.plain_json import encode, is_whole
from bot.telegram.answers import GREATEST_SIZE, HTTP_OK, Granted, Refused, Unclear, message_id_of, read_answer
from bot.telegram.older_servers import with_all_fields, with_all_fields_of_chat
from bot.updates import split_updates

UNKNOWN = datetime.fromtimestamp(0, UTC)
"""The date of a message whose date the server didn't tell."""
JSON_HEADERS = {"Content-Type": "application/json"}
CALL_TIMEOUT = ClientTimeout(total=20)
HELLO_TIMEOUT = ClientTimeout(total=10)
UPLOAD_TIMEOUT = ClientTimeout(total=60)
"""Of what goes aiogram's way, files among it."""
POLL_GRACE = 10
"""Seconds a long poll may take beyond its own time."""
CONNECTIONS = 256
REFUSALS: dict[int, type[TelegramAPIError]] = {
    400: TelegramBadRequest,
    401: TelegramUnauthorizedError,
    403: TelegramForbiddenError,
    404: TelegramNotFound,
    409: TelegramConflictError,
    413: TelegramEntityTooLarge,
}
UNAUTHORIZED, NOT_FOUND = 401, 404
EVERYWHERE = frozenset(
    {
        *("getMe", "getUpdates", "getChat", "getChatMember", "getChatAdministrators", "getFile", "leaveChat"),
        *("sendMessage", "sendPhoto", "sendDocument", "editMessageText", "deleteMessage", "answerCallbackQuery"),
    }
)
"""Methods that every server knows: a 404 says nothing of them."""
FILL_IN: dict[type[TelegramMethod[Any]], Callable[[Any], Any]] = {
    GetChat: with_all_fields_of_chat,
    GetChatMember: with_all_fields,
    GetChatAdministrators: lambda told: [with_all_fields(one) for one in told] if isinstance(told, list) else told,
}
"""What older servers leave out of an answer."""
SENDS = (SendPhoto, SendDocument)
"""What is done once the server says ok: it must not be done again because the message in the answer looks odd."""


class UnclearAnswerError(TelegramServerError):
    """No clear word of the Bot API: a passing failure. What came instead is neither kept nor told."""

    def __init__(self, method: TelegramMethod[Any], status: int) -> None:
        super().__init__(method=method, message=f"no clear answer (HTTP {status})")


class _AnyMethod(TelegramMethod[Any]):
    """Stands for a call by name where aiogram wants a method, to tell an error's kind."""

    __returning__: ClassVar[type] = Any
    __api_method__: ClassVar[str] = "call"


class LightSession(AiohttpSession):
    """aiogram's session with a quicker way out, and one way to read answers."""

    def __init__(self, api_url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url), limit=CONNECTIONS)

    async def call(self, bot: Bot, name: str, parameters: dict[str, Any]) -> Any:
        """Call a method by its name; its result as JSON.

        Raises:
            UnclearAnswerError: what came back is no word of the Bot API.
            TelegramAPIError: as aiogram's own calls do.
        """
        body = encode(parameters).encode(errors="replace")
        status, content, wait = await self._post(bot, name, body, CALL_TIMEOUT, JSON_HEADERS)
        answer = read_answer(status, content, wait)
        return answer.result if isinstance(answer, Granted) else _refuse(name, _AnyMethod(), answer)

    async def hello(self, bot: Bot) -> dict[str, Any]:
        """What `getMe` tells. Only here a server is believed that it doesn't know the token: it may be mistyped.

        Raises:
            TelegramUnauthorizedError, TelegramNotFound: there's no bot with this token.
            TelegramAPIError: anything else; it may be otherwise soon.
        """
        status, content, header = await self._post(bot, "getMe", b"{}", HELLO_TIMEOUT, JSON_HEADERS)
        answer = read_answer(status, content, header)
        if isinstance(answer, Refused) and answer.code in {UNAUTHORIZED, NOT_FOUND}:
            raise REFUSALS[answer.code](method=_AnyMethod(), message=answer.description)
        me = answer.result if isinstance(answer, Granted) else _refuse("getMe", _AnyMethod(), answer)
        if not isinstance(me, dict) or not isinstance(me.get("id"), int):
            raise UnclearAnswerError(_AnyMethod(), status)
        return me

    async def poll(self, bot: Bot, parameters: dict[str, Any], wait: int) -> list[Any]:
        """One `getUpdates`; the updates as JSON, or as `Unread` those that can't be read.

        Raises:
            UnclearAnswerError: what came back is no word of the Bot API.
            TelegramAPIError: as aiogram's own calls do.
        """
        limit = ClientTimeout(total=wait + POLL_GRACE)
        status, content, header = await self._post(bot, "getUpdates", encode(parameters).encode(), limit, JSON_HEADERS)
        answer = read_answer(status, content, header)
        if isinstance(answer, Refused):
            _refuse("getUpdates", _AnyMethod(), answer)
        updates = answer.result if isinstance(answer, Granted) else None
        if isinstance(answer, Unclear) and status == HTTP_OK:
            updates = split_updates(content)
        if not isinstance(updates, list):
            raise UnclearAnswerError(_AnyMethod(), status)
        return updates

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109  # aiogram's own
    ) -> TelegramType:
        """aiogram's own calls: a form out, an object back.

        Raises:
            UnclearAnswerError: what came back is no word of the Bot API, or not what this method answers.
            TelegramAPIError: as aiogram's own session does.
        """
        name = method.__api_method__
        form = self.build_form_data(bot=bot, method=method)
        limit = UPLOAD_TIMEOUT if timeout is None else ClientTimeout(total=timeout)
        status, content, wait = await self._post(bot, name, form, limit, None)
        answer = read_answer(status, content, wait)
        if not isinstance(answer, Granted):
            return cast("TelegramType", _refuse(name, method, answer))
        fill_in = FILL_IN.get(type(method))
        told = fill_in(answer.result) if fill_in is not None else answer.result
        try:
            return cast("TelegramType", _adapter(method.__returning__).validate_python(told, context={"bot": bot}))
        except (ValueError, TypeError, OverflowError, RecursionError):
            if isinstance(method, SENDS):
                return cast("TelegramType", _sent(told))
            raise UnclearAnswerError(method, status) from None

    async def _post(
        self, bot: Bot, name: str, body: Any, limit: ClientTimeout, headers: dict[str, str] | None
    ) -> tuple[int, bytes, str | None]:
        """Status, body and `Retry-After` of an answer."""
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=name)
        try:
            async with session.post(url, data=body, headers=headers, timeout=limit, allow_redirects=False) as response:
                return response.status, await _content(response), response.headers.get("Retry-After")
        except TimeoutError as error:
            raise TelegramNetworkError(method=_AnyMethod(), message="request timed out") from error
        except (ClientError, OSError) as error:
            # The address holds the token, so the client's own text stays out.
            raise TelegramNetworkError(method=_AnyMethod(), message=type(error).__name__) from None


async def _content(response: ClientResponse) -> bytes:
    """An answer's body, as far as a server of sound mind would send one."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > GREATEST_SIZE:
            raise UnclearAnswerError(_AnyMethod(), response.status)
    return bytes(content)


def _sent(told: Any) -> Message:
    """Of a message that aiogram can't read, its numbers, as far as they are there."""
    whisper = told.get("ephemeral_message_id") if isinstance(told, dict) else None
    return Message(
        message_id=message_id_of(told) or 0,
        ephemeral_message_id=whisper if is_whole(whisper) else None,
        date=UNKNOWN,
        chat=Chat(id=0, type="unknown"),
    )


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _refuse(name: str, method: TelegramMethod[Any], answer: Refused | Unclear) -> NoReturn:
    """Raise what aiogram raises for a refusal.

    That the token is unknown is believed at the hello with which a run begins, and at no other call: in outages
    servers say so of good ones.
    """
    if isinstance(answer, Unclear):
        raise UnclearAnswerError(method, answer.status)
    code, words = answer.code, answer.description
    if answer.retry_after is not None:
        raise TelegramRetryAfter(method=method, message=words, retry_after=answer.retry_after)
    if answer.migrate_to_chat_id is not None:
        raise TelegramMigrateToChat(method=method, message=words, migrate_to_chat_id=answer.migrate_to_chat_id)
    if code == UNAUTHORIZED or (code == NOT_FOUND and name in EVERYWHERE):
        raise UnclearAnswerError(method, code)
    if code in REFUSALS:
        raise REFUSALS[code](method=method, message=words)
    kind = RestartingTelegram if "restart" in words else TelegramServerError
    raise kind(method=method, message=words)
