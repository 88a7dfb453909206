"""Tells one browser, which plays one person, what happens: by server-sent events, in batches."""

import asyncio
import json
import time
from typing import Any

from aiohttp import web

from sandbox.page.page import Page
from sandbox.page.views import message_key, message_view
from sandbox.people import Person

BATCH = 0.08
"""Events of this many seconds are told together, so that a crowd makes a dozen batches and not a thousand."""
HEARTBEAT = 10.0


class Feed:
    """One open stream. `after` is how many entries of the page's journal the browser has; None makes it reload."""

    def __init__(self, page: Page, person: Person, after: int | None) -> None:
        self.page = page
        self.person = person
        self._after = after
        self._told: dict[str, str] = {}

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Send events until the browser disconnects or the page closes."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        if self._after is None:
            await response.write(b'data: {"reload":true}\n\n')
            return response
        with self.page.watching() as woken:
            while not self.page.closed:
                woken.clear()
                await self._send(response)
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        await woken.wait()
                except TimeoutError:
                    continue
                await asyncio.sleep(BATCH)
        return response

    async def _send(self, response: web.StreamResponse) -> None:
        batch = await self._batch()
        if batch:
            written = json.dumps(batch, ensure_ascii=False, separators=(",", ":"))
            await response.write(f"id: {self._after}\ndata: {written}\n\n".encode())
        else:
            await response.write(b":\n\n")

    async def _batch(self) -> dict[str, Any]:
        """What this person can see of the events since the last batch."""
        page, person = self.page, self.person
        event = await page.look_ahead()
        happened = dict.fromkeys(page.journal[self._after :])
        self._after = len(page.journal)
        batch: dict[str, Any] = {}
        shown = [one for one in happened if one.chat.has(person) and one.visible_to(person)]
        if shown:
            batch["messages"] = [message_view(one, person) for one in shown]
        gone = [message_key(one) for one in happened if one.only_for in {None, person} and not one.visible_to(person)]
        if gone:
            batch["gone"] = gone
        self._put(batch, "people", page.people_view())
        self._put(batch, "chats", page.chats_view(person))
        clock = page.time_view(event)
        jumped = round(clock["now"] - time.monotonic(), 1)  # changes only when the time is moved
        self._put(batch, "clock", clock, mark=[jumped, clock["next"]])
        self._put(batch, "tasks", page.tasks.view())
        if page.crowd is not None:
            self._put(batch, "crowd", page.crowd.view())
        return batch

    def _put(self, batch: dict[str, Any], name: str, value: Any, mark: Any = None) -> None:
        """Add a part of the state to the batch, if it changed since it was told last."""
        written = json.dumps(value if mark is None else mark)
        if self._told.get(name) != written:
            self._told[name] = written
            batch[name] = value
