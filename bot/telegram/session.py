"""A light HTTP session under aiogram. It sends JSON and doesn't build models of the answers.

aiogram's own session sends forms and builds a pydantic model of every answer: a quarter of the time of an echo. So the
bot's messages leave through `LightSession.call` as plain JSON. Uploads, and calls that ask for a whole object
(`getChatMember`), use aiogram's way through `make_request`. Both read answers in the same way
(`bot/telegram/answers.py`): as a clear word of the Bot API, or as a passing failure.
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

from bot.plain_json import encode_bytes, is_whole
from bot.telegram.answers import GREATEST_SIZE, HTTP_OK, Granted, Refused, Unclear, message_id_of, read_answer
from bot.telegram.older_servers import chat_with_all_fields, member_with_all_fields
from bot.updates import split_updates

UNKNOWN = datetime.fromtimestamp(0, UTC)
"""Stands for the date of a message if the server sent none."""
JSON_HEADERS = {"Content-Type": "application/json"}
CALL_TIMEOUT = ClientTimeout(total=20)
HELLO_TIMEOUT = ClientTimeout(total=10)
UPLOAD_TIMEOUT = ClientTimeout(total=60)
"""For calls that aiogram makes, uploads included."""
POLL_GRACE = 10
"""Seconds a long poll may take beyond its own time."""
CONNECTIONS = 576
"""At most: as many as updates may be handled at once (512), and some for polls and for the sender."""
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
"""Methods that every server knows. A 404 for one of them doesn't mean that the method is unknown."""
FILL_IN: dict[type[TelegramMethod[Any]], Callable[[Any], Any]] = {
    GetChat: chat_with_all_fields,
    GetChatMember: member_with_all_fields,
    GetChatAdministrators: lambda raw: [member_with_all_fields(one) for one in raw] if isinstance(raw, list) else raw,
}
"""Functions that add to an answer the fields that older servers don't send."""
SENDS = (SendPhoto, SendDocument)
"""Methods that send. Once the server says ok, the message is sent: an odd answer must not cause a second try."""


class UnclearAnswerError(TelegramServerError):
    """The answer was no clear word of the Bot API: a passing failure. Its content is neither kept nor logged."""

    def __init__(self, method: TelegramMethod[Any], status: int) -> None:
        super().__init__(method=method, message=f"no clear answer (HTTP {status})")


class _AnyMethod(TelegramMethod[Any]):
    """A placeholder for calls by name, because aiogram's exceptions need a method object."""

    __returning__: ClassVar[type] = Any
    __api_method__: ClassVar[str] = "call"


class LightSession(AiohttpSession):
    """aiogram's session with a faster way to send, and one way to read answers."""

    def __init__(self, api_url: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(api_url), limit=CONNECTIONS)

    async def call(self, bot: Bot, name: str, parameters: dict[str, Any]) -> Any:
        """Call a method by its name; its result as JSON.

        Raises:
            UnclearAnswerError: the answer is no clear word of the Bot API.
            TelegramAPIError: as aiogram's own calls do.
        """
        body = encode_bytes(parameters)
        status, content, wait = await self._post(bot, name, body, CALL_TIMEOUT, JSON_HEADERS)
        answer = read_answer(status, content, wait)
        return answer.result if isinstance(answer, Granted) else _refuse(name, _AnyMethod(), answer)

    async def hello(self, bot: Bot) -> dict[str, Any]:
        """Call `getMe`; its result as JSON. Only this call trusts a server that says that the token is unknown.

        Raises:
            TelegramUnauthorizedError, TelegramNotFound: there's no bot with this token.
            TelegramAPIError: any other failure; a later try may succeed.
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
        """Call `getUpdates` once; the updates as JSON, and those that can't be parsed as `Unread`.

        `wait` is the long poll's own time in seconds.

        Raises:
            UnclearAnswerError: the answer is no clear word of the Bot API.
            TelegramAPIError: as aiogram's own calls do.
        """
        limit = ClientTimeout(total=wait + POLL_GRACE)
        status, content, header = await self._post(bot, "getUpdates", encode_bytes(parameters), limit, JSON_HEADERS)
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
        """Make one of aiogram's own calls: it sends a form and returns an object.

        Raises:
            UnclearAnswerError: the answer is no clear word of the Bot API, or not what this method returns.
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
        raw = fill_in(answer.result) if fill_in is not None else answer.result
        try:
            return cast("TelegramType", _adapter(method.__returning__).validate_python(raw, context={"bot": bot}))
        except (ValueError, TypeError, OverflowError, RecursionError):
            if isinstance(method, SENDS):
                return cast("TelegramType", _bare_message(raw))
            raise UnclearAnswerError(method, status) from None

    async def _post(
        self, bot: Bot, name: str, body: Any, limit: ClientTimeout, headers: dict[str, str] | None
    ) -> tuple[int, bytes, str | None]:
        """Send a request; the answer's HTTP status, body and `Retry-After` header."""
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=name)
        try:
            async with session.post(url, data=body, headers=headers, timeout=limit, allow_redirects=False) as response:
                return response.status, await _content(response), response.headers.get("Retry-After")
        except TimeoutError as error:
            raise TelegramNetworkError(method=_AnyMethod(), message="request timed out") from error
        except (ClientError, OSError) as error:
            # The address holds the token, so the client's own message is left out.
            raise TelegramNetworkError(method=_AnyMethod(), message=type(error).__name__) from None


async def _content(response: ClientResponse) -> bytes:
    """Read an answer's body.

    Raises:
        UnclearAnswerError: it is larger than any answer of the Bot API.
    """
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > GREATEST_SIZE:
            raise UnclearAnswerError(_AnyMethod(), response.status)
    return bytes(content)


def _bare_message(raw: Any) -> Message:
    """A message with nothing but its ids, for an answer that aiogram can't read."""
    whisper = raw.get("ephemeral_message_id") if isinstance(raw, dict) else None
    return Message(
        message_id=message_id_of(raw) or 0,
        ephemeral_message_id=whisper if is_whole(whisper) else None,
        date=UNKNOWN,
        chat=Chat(id=0, type="unknown"),
    )


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _refuse(name: str, method: TelegramMethod[Any], answer: Refused | Unclear) -> NoReturn:
    """Raise the exception that aiogram raises for this refusal.

    "The token is unknown" is a passing failure here. Only `hello`, the first call of a run, takes it seriously: in
    outages servers say it of valid tokens.
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
