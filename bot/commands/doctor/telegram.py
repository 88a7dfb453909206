"""What Telegram says of the bot. Plain calls, none of which disturbs a bot that runs: `getUpdates` isn't among them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.plain_json import is_whole
from bot.rules.doctor.chats import Chat, ChatGone, ChatLeft, ChatMoved, ChatUnknown, NoGroupYet, Standing, judge_chat
from bot.rules.doctor.findings import Finding
from bot.rules.doctor.machine import judge_clock
from bot.rules.doctor.rooms import asks_to_write, judge_writing
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
    WebhookSet,
    WhispersUnknown,
)
from bot.settings import Settings
from bot.telegram.answers import Granted, Refused, Unclear, read_answer

TIMEOUT = ClientTimeout(total=15)
AT_ONCE = 8
LONGEST_WAIT = 5
"""Seconds of a 429 that are waited for, once."""
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    said: Granted | Refused
    at: datetime | None
    """Telegram's own time."""

    @property
    def result(self) -> dict[str, Any] | None:
        """The object that a call which went well gave, else None."""
        found = self.said.result if isinstance(self.said, Granted) else None
        return found if isinstance(found, dict) else None

    @property
    def code(self) -> int:
        """The error's code, 0 if there was none."""
        return self.said.code if isinstance(self.said, Refused) else 0


class NoBotApiError(Exception):
    """What answers doesn't speak the Bot API."""


class Api:
    """Calls by name."""

    def __init__(self, session: ClientSession, base: str) -> None:
        self._session = session
        self._base = base
        self._free = asyncio.Semaphore(AT_ONCE)

    async def call(self, name: str, **parameters: Any) -> Answer:
        """One call; a short 429 is waited for.

        Raises:
            NoBotApiError: the answer isn't Telegram's JSON.
            OSError, ClientError: nobody answered.
        """
        async with self._free:
            answer = await self._once(name, parameters)
            wait = answer.said.retry_after if isinstance(answer.said, Refused) else None
            if wait is not None and wait <= LONGEST_WAIT:
                await asyncio.sleep(wait)
                answer = await self._once(name, parameters)
            return answer

    async def _once(self, name: str, parameters: dict[str, Any]) -> Answer:
        async with self._session.post(f"{self._base}/{name}", json=parameters, allow_redirects=False) as response:
            said = read_answer(response.status, await response.read(), response.headers.get("Retry-After"))
            if isinstance(said, Unclear):
                raise NoBotApiError
            return Answer(said, _time_of(response.headers.get("Date")))


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Api]:
    """A way to call Telegram with the bot's token."""
    async with ClientSession(timeout=TIMEOUT) as session:
        yield Api(session, f"{settings.telegram_api_url}/bot{settings.bot_token.get_secret_value()}")


async def look_at_telegram(settings: Settings, chats: list[Chat], now: Callable[[], datetime]) -> list[Finding]:
    """Findings about the token, the clock, and each chat."""
    async with connected(settings) as api:
        asked = now()
        try:
            me = await api.call("getMe")
        except NoBotApiError:
            return [NotTelegram()]
        except (ClientError, OSError) as error:
            return [TelegramAway(type(error).__name__)]  # its text may hold the address, and so the token
        clock = judge_clock(asked + (now() - asked) / 2, me.at)
        if me.result is None or not is_whole(me.result.get("id")):
            return [clock, _refused(me)]
        found: list[Finding] = [clock, TokenFine(str(me.result.get("username", "")))]
        if me.result.get("can_join_groups") is False:
            found.append(CannotJoinGroups())
        if me.result.get("supports_inline_queries") is False:
            found.append(InlineOff())
        found += await _webhook(api)
        found += await _whispers(api)
        privacy = me.result.get("can_read_all_group_messages") is not True
        bot_id = me.result["id"]
        for looked in await asyncio.gather(*(_chat(api, bot_id, chat, privacy=privacy) for chat in chats)):
            found += looked
    return found if chats else [*found, NoGroupYet()]


def _refused(me: Answer) -> Finding:
    if me.code in {UNAUTHORIZED, NOT_FOUND}:
        return TokenRefused()
    return TelegramAway(f"{me.code}")


async def _webhook(api: Api) -> list[Finding]:
    try:
        answer = await api.call("getWebhookInfo")
    except (ClientError, OSError, NoBotApiError) as error:
        return [TelegramAway(type(error).__name__)]
    info = answer.result or {}
    found: list[Finding] = []
    if info.get("url"):
        # The rest of the address may be somebody's secret.
        found.append(WebhookSet(urlsplit(str(info["url"])).hostname or "?"))
    else:
        found.append(NoWebhook())
    waiting = info.get("pending_update_count")
    if is_whole(waiting) and waiting >= MANY_UPDATES:
        found.append(UpdatesWait(waiting))
    return found


async def _whispers(api: Api) -> list[Finding]:
    """A method that came with whispers, with ids of nobody: a server that has it refuses the ids, not the method."""
    try:
        answer = await api.call("deleteEphemeralMessage", chat_id=1, receiver_user_id=1, ephemeral_message_id=1)
    except (ClientError, OSError, NoBotApiError):
        return []  # what is away is told by the others
    return [WhispersUnknown()] if answer.code == NOT_FOUND else []


async def _chat(api: Api, bot_id: int, chat: Chat, *, privacy: bool) -> list[Finding]:
    try:
        answer = await api.call("getChatMember", chat_id=chat.chat_id, user_id=bot_id)
        member = answer.result
        if member is None:
            return [_without_standing(chat, answer)]
        rights = frozenset(name for name, value in member.items() if name.startswith("can_") and value is True)
        status = "left" if member.get("is_member") is False else str(member.get("status"))
        standing = Standing(status, rights)
        found = [judge_chat(chat, standing, privacy=privacy)]
        if asks_to_write(chat, standing):
            full = (await api.call("getChat", chat_id=chat.chat_id)).result
            permissions = full.get("permissions") if full is not None else None
            closed = judge_writing(chat, standing, permissions if isinstance(permissions, dict) else None)
            found += [closed] if closed is not None else []
    except (ClientError, OSError, NoBotApiError) as error:
        return [ChatUnknown(chat.title, type(error).__name__)]
    return found


def _without_standing(chat: Chat, answer: Answer) -> Finding:
    refused = answer.said if isinstance(answer.said, Refused) else Refused(0, "")
    if refused.migrate_to_chat_id is not None or "upgraded" in refused.description:
        return ChatMoved(chat.title)
    if answer.code == FORBIDDEN:
        return ChatLeft(chat.title)
    if "not found" in refused.description:
        return ChatGone(chat.title)
    return ChatUnknown(chat.title, str(answer.code))


def _time_of(header: str | None) -> datetime | None:
    if header is None:
        return None
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
