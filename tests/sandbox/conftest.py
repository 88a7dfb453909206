"""A served stand-in without limits, and the people and chats that most tests need."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox import Limits, Rights, Sandbox
from tests.sandbox.client import Api, Scene

START = 1_800_000_000.0


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    """A Telegram whose clock starts at a known instant."""
    async with Sandbox(limits=Limits.none(), start=START) as served:
        yield served


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client."""
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def scene(telegram: Sandbox, session: aiohttp.ClientSession) -> Scene:
    """A group in which the bot is an administrator; nothing is pending."""
    bot = telegram.add_bot("42:TEST", "encore_test_bot", "Encore")
    mina = telegram.add_user("Mina", "mina", "ko")
    joon = telegram.add_user("Joon", "joon")
    group = telegram.add_group("Silk room", mina)
    joon.joins(group)
    mina.adds(bot, group, Rights.full())
    api = Api(session, telegram.url)
    await api.read_all()
    return Scene(telegram, api, bot, mina, joon, group)


@pytest.fixture
async def plain_scene(scene: Scene) -> Scene:
    """The same group, in which the bot is a plain member with privacy mode on."""
    scene.mina.promotes(scene.bot, scene.group, None)
    await scene.api.read_all()
    return scene
