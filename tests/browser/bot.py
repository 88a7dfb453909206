"""A bot that does what a test tells it, for tests of the page alone."""

import asyncio
import contextlib
from types import TracebackType
from typing import Any, Self

import aiohttp

from sandbox import Bot, Chat, Person, Sandbox
from tests.sandbox.client import Api


class ScriptedBot:
    """Answers each press as `answers` says by its data, and sends what a test wants sent."""

    def __init__(self, telegram: Sandbox, account: Bot, group: Chat, mina: Person, ana: Person, leo: Person) -> None:
        self.telegram = telegram
        self.account = account
        self.group = group
        self.mina = mina
        self.ana = ana
        self.leo = leo
        self.answers: dict[str, dict[str, Any]] = {}
        self.heard: list[str] = []
        self.results: list[dict[str, Any]] = []
        """What it offers whoever types after its name."""

    async def __aenter__(self) -> Self:
        """Begins to poll."""
        self._session = aiohttp.ClientSession()
        self.api = Api(self._session, self.telegram.url)
        self._polling = asyncio.create_task(self._poll())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops."""
        self._polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._polling
        await self._session.close()

    async def sends(self, text: str, *, chat: int | None = None, only: Person | None = None, **more: Any) -> int:
        """Sends a message to the group, or whispers it to one person; its number."""
        if only is not None:
            more["ephemeral_message_parameters"] = {"receiver_user_id": only.id}
        sent = await self.api("sendMessage", chat_id=chat or self.group.id, text=text, parse_mode="HTML", **more)
        return int(sent.result.get("message_id", 0))

    async def edits(self, number: int, text: str, **more: Any) -> None:
        """Edits a message of the group."""
        done = await self.api("editMessageText", chat_id=self.group.id, message_id=number, text=text, **more)
        assert done.status == 200, done.body

    async def _poll(self) -> None:
        offset = 0
        while True:
            for update in await self.api.updates(offset=offset, timeout=10):
                offset = update["update_id"] + 1
                if "message" in update:
                    self.heard.append(update["message"].get("text", ""))
                if "inline_query" in update:
                    number = update["inline_query"]["id"]
                    given = {"inline_query_id": number, "results": self.results, "cache_time": 0}
                    assert (await self.api("answerInlineQuery", **given)).status == 200
                if "callback_query" in update:
                    query = update["callback_query"]
                    answer = self.answers.get(query["data"], {})
                    await self.api("answerCallbackQuery", callback_query_id=query["id"], **answer)


def buttons(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A keyboard of these rows."""
    return {"inline_keyboard": list(rows)}
