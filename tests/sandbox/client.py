"""A bare Bot API client for these tests: aiohttp, no library for bots."""

import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox import Bot, Chat, Person, Sandbox

TOKEN = "42:TEST"
SAMPLES = {
    "video": b"\0\0\0\x18ftypisom",
    "animation": b"GIF89a",
    "audio": b"ID3",
    "voice": b"OggS",
}
"""The least bytes that are taken as a file of each kind; other bytes would become a document."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: dict[str, Any]

    @property
    def result(self) -> Any:
        """The result of a call that must have succeeded."""
        assert self.body["ok"], self.body
        return self.body["result"]

    @property
    def refusal(self) -> str:
        """The description of a call that must have been refused."""
        assert not self.body["ok"], self.body
        return str(self.body["description"])

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of a refusal."""
        return dict(self.body.get("parameters", {}))


class Api:
    """Calls the stand-in as one bot."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str = TOKEN) -> None:
        self.session = session
        self.url = url
        self.root = f"{url}/bot{token}"

    async def __call__(self, method: str, **params: Any) -> Answer:
        """A call with a JSON body."""
        async with self.session.post(f"{self.root}/{method}", json=params) as response:
            return Answer(response.status, await response.json())

    async def form(self, method: str, **params: Any) -> Answer:
        """A call as a form post: everything is a string, objects are JSON."""
        fields = {name: one if isinstance(one, str) else json.dumps(one) for name, one in params.items()}
        async with self.session.post(f"{self.root}/{method}", data=fields) as response:
            return Answer(response.status, await response.json())

    async def updates(self, **params: Any) -> list[dict[str, Any]]:
        """getUpdates without waiting, unless `timeout` is given."""
        found = (await self("getUpdates", **params)).result
        return list(found)

    async def read_all(self) -> list[dict[str, Any]]:
        """Reads what is pending and confirms it."""
        found = await self.updates()
        if found:
            await self.updates(offset=found[-1]["update_id"] + 1, limit=1)
        return found


@dataclass(frozen=True)
class Scene:
    """A supergroup with its owner Mina, a member Joon and a bot that administers it."""

    telegram: Sandbox
    api: Api
    bot: Bot
    mina: Person
    joon: Person
    group: Chat


def keyboard(*labels: str) -> dict[str, Any]:
    """An inline keyboard with one callback button for each label."""
    return {"inline_keyboard": [[{"text": label, "callback_data": label.lower()}] for label in labels]}
