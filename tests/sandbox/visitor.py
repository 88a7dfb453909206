"""A browser without a screen, for tests of what the page says over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from sandbox import Chat, Person
from sandbox.page import Page
from tests.sandbox.client import Scene


class Visitor:
    """A browser without a screen: asks as one person."""

    def __init__(self, session: aiohttp.ClientSession, scene: Scene, page: Page, person: Person) -> None:
        self.session = session
        self.root = scene.telegram.url
        self.page = page
        self.person = person

    async def get(self, path: str, **query: Any) -> Any:
        """What the page gives at that path."""
        async with self.session.get(f"{self.root}/page/{path}", params={"as": self.person.id, **query}) as response:
            return await response.json()

    async def act(self, name: str, **body: Any) -> dict[str, Any]:
        """What comes of an act."""
        sent = {"as": str(self.person.id), "act": name, **body}
        async with self.session.post(f"{self.root}/page/acts", json=sent) as response:
            return dict(await response.json())

    async def events(self, after: int = 0, **more: Any) -> AsyncIterator[dict[str, Any]]:
        """The batches of a stream, each with its `id`."""
        query = {"as": self.person.id, "after": after, "world": self.page.name, **more}
        number = ""
        async with self.session.get(f"{self.root}/page/events", params=query) as response:
            async for raw in response.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("id: "):
                    number = line.removeprefix("id: ")
                elif line.startswith("data: "):
                    yield {"id": number, **json.loads(line.removeprefix("data: "))}

    async def first(self, part: str, after: int = 0) -> Any:
        """That part of the first batch that has it."""
        async with asyncio.timeout(5):
            async for batch in self.events(after):
                if part in batch:
                    return batch[part]
        raise AssertionError(part)


def key(chat: Chat) -> str:
    """A group's name on the page."""
    return f"c{chat.id}"
