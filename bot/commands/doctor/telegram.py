"""Examine what Telegram knows of the bot. No call disturbs a bot that runs, so `getUpdates` is never called."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.plain_json import is_whole
from bot.rules.doctor.chats import Chat, ChatGone, ChatLeft, ChatMoved, ChatUnknown, NoGroupYet, Standing, judge_chat
from bot.rules.doctor.findings import Finding
from bot.rules.doctor.machine import judge_clock
from bot.rules.doctor.rooms import judge_writing, needs_permission
from bot.rules.doctor.telegram import (
    MANY_UPDATES,
    CannotJoinGroups,
    InlineOff,
    NotTelegram,
    NoWebhook,
    TelegramAway,
    TokenFine,
    TokenRefused,
    UpdatesWait,
    WebhookFails,
    WebhookFine,
    WebhookLeft,
    WebhookMissing,
    WebhookSet,
    WhispersUnknown,
)
from bot.rules.webhook import Told, is_marked, is_recent, is_same_address, mark_of
from bot.settings import Settings
from bot.telegram.answers import Granted, Refused, Unclear, read_answer

TIMEOUT = ClientTimeout(total=15)
AT_ONCE = 8
LONGEST_WAIT = 5
"""The longest wait, in seconds, that a 429 may ask for. The call is repeated once."""
LATELY = timedelta(hours=1)
"""How long a failed delivery is told after Telegram could deliver again."""
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404


@dataclass(frozen=True, slots=True)
class Answer:
    """Telegram's answer to a call."""

    said: Granted | Refused
    at: datetime | None
    """Telegram's own time; None if the answer has no date."""

    @property
    def result(self) -> dict[str, Any] | None:
        """The object that Telegram returned; None if it refused the call or returned no object."""
        found = self.said.result if isinstance(self.said, Granted) else None
        return found if isinstance(found, dict) else None

    @property
    def code(self) -> int:
        """The error's code; 0 if there was no error."""
        return self.said.code if isinstance(self.said, Refused) else 0


class NoBotApiError(Exception):
    """Something answered that isn't a Bot API server."""


class Api:
    """Calls methods of the Bot API by name, at most `AT_ONCE` at once."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self._session = session
        self._base = base
        self._free = asyncio.Semaphore(AT_ONCE)

    async def call(self, name: str, **parameters: Any) -> Answer:
        """Call a method. After a 429 with a short wait the call is repeated once.

        Raises:
            NoBotApiError: the answer isn't Telegram's JSON.
            OSError, ClientError: there was no answer.
        """
        async with self._free:
            answer = await self._call_once(name, parameters)
            wait = answer.said.retry_after if isinstance(answer.said, Refused) else None
            if wait is not None and wait <= LONGEST_WAIT:
                await asyncio.sleep(wait)
                answer = await self._call_once(name, parameters)
            return answer

    async def _call_once(self, name: str, parameters: dict[str, Any]) -> Answer:
        async with self._session.post(f"{self._base}/{name}", json=parameters, allow_redirects=False) as response:
            said = read_answer(response.status, await response.read(), response.headers.get("Retry-After"))
            if isinstance(said, Unclear):
                raise NoBotApiError
            return Answer(said, _read_date(response.headers.get("Date")))


@asynccontextmanager
async def open_api(settings: Settings) -> AsyncIterator[Api]:
    """Open a session that calls Telegram with the bot's token."""
    async with ClientSession(timeout=TIMEOUT) as session:
        yield Api(session, f"{settings.telegram_api_url}/bot{settings.bot_token.get_secret_value()}")


async def examine_telegram(settings: Settings, chats: list[Chat], now: Callable[[], datetime]) -> list[Finding]:
    """The findings about the token, the clock, and each chat."""
    async with open_api(settings) as api:
        asked = now()
        try:
            me = await api.call("getMe")
        except NoBotApiError:
            return [NotTelegram()]
        except (ClientError, OSError) as error:
            return [TelegramAway(type(error).__name__)]  # the error's text may hold the address with the token
        clock = judge_clock(asked + (now() - asked) / 2, me.at)
        if me.result is None or not is_whole(me.result.get("id")):
            return [clock, _token_problem(me)]
        found: list[Finding] = [clock, TokenFine(str(me.result.get("username", "")))]
        if me.result.get("can_join_groups") is False:
            found.append(CannotJoinGroups())
        if me.result.get("supports_inline_queries") is False:
            found.append(InlineOff())
        found += await _examine_webhook(api, settings, now())
        found += await _examine_whispers(api)
        privacy = me.result.get("can_read_all_group_messages") is not True
        bot_id = me.result["id"]
        for in_chat in await asyncio.gather(*(_examine_chat(api, bot_id, chat, privacy=privacy) for chat in chats)):
            found += in_chat
    return found if chats else [*found, NoGroupYet()]


def _token_problem(me: Answer) -> Finding:
    if me.code in {UNAUTHORIZED, NOT_FOUND}:
        return TokenRefused()
    return TelegramAway(f"{me.code}")


async def _examine_webhook(api: Api, settings: Settings, now: datetime) -> list[Finding]:
    try:
        answer = await api.call("getWebhookInfo")
    except (ClientError, OSError, NoBotApiError) as error:
        return [TelegramAway(type(error).__name__)]
    told = Told.read(answer.result)
    found = [_judge_webhook(told, settings, now)]
    if told.pending >= MANY_UPDATES and not isinstance(found[0], WebhookFails):
        found.append(UpdatesWait(told.pending))
    return found


def _judge_webhook(told: Told, settings: Settings, now: datetime) -> Finding:
    """How the webhook is set, beside the settings. Only hosts are shown: the rest of an address may hold a secret."""
    address, mark = settings.webhook_url, mark_of(settings.bot_token.get_secret_value())
    if not told.url:
        return NoWebhook() if address is None else WebhookMissing()
    if address is None or not is_same_address(told.url, address):
        return WebhookLeft(told.host) if is_marked(told.url, mark) else WebhookSet(told.host)
    if not is_marked(told.url, mark):
        return WebhookMissing()
    failure = told.failure
    if failure is None or now - failure.at > LATELY:
        return WebhookFine(told.host)
    if is_recent(failure, now) and told.pending:
        return WebhookFails(failure.reason, failure.hindrance, told.pending)
    return WebhookFine(told.host, failure.reason, max(0, int((now - failure.at).total_seconds() // 60)))


async def _examine_whispers(api: Api) -> list[Finding]:
    """Whether the server knows whispers.

    The call names a method for whispers, with ids that nobody has. A server that knows the method refuses the ids.
    """
    try:
        answer = await api.call("deleteEphemeralMessage", chat_id=1, receiver_user_id=1, ephemeral_message_id=1)
    except (ClientError, OSError, NoBotApiError):
        return []  # the other calls report that Telegram can't be reached
    return [WhispersUnknown()] if answer.code == NOT_FOUND else []


async def _examine_chat(api: Api, bot_id: int, chat: Chat, *, privacy: bool) -> list[Finding]:
    try:
        answer = await api.call("getChatMember", chat_id=chat.chat_id, user_id=bot_id)
        member = answer.result
        if member is None:
            return [_chat_problem(chat, answer)]
        rights = frozenset(name for name, value in member.items() if name.startswith("can_") and value is True)
        status = "left" if member.get("is_member") is False else str(member.get("status"))
        standing = Standing(status, rights)
        found = [judge_chat(chat, standing, privacy=privacy)]
        if needs_permission(chat, standing):
            full = (await api.call("getChat", chat_id=chat.chat_id)).result
            permissions = full.get("permissions") if full is not None else None
            closed = judge_writing(chat, standing, permissions if isinstance(permissions, dict) else None)
            found += [closed] if closed is not None else []
    except (ClientError, OSError, NoBotApiError) as error:
        return [ChatUnknown(chat.title, type(error).__name__)]
    return found


def _chat_problem(chat: Chat, answer: Answer) -> Finding:
    """Why Telegram didn't tell the bot's standing in a chat."""
    refused = answer.said if isinstance(answer.said, Refused) else Refused(0, "")
    if refused.migrate_to_chat_id is not None or "upgraded" in refused.description:
        return ChatMoved(chat.title)
    if answer.code == FORBIDDEN:
        return ChatLeft(chat.title)
    if "not found" in refused.description:
        return ChatGone(chat.title)
    return ChatUnknown(chat.title, str(answer.code))


def _read_date(header: str | None) -> datetime | None:
    if header is None:
        return None
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
