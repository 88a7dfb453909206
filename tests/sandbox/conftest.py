"""A served stand-in without limits, and the people and chats that most tests need."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox import Document, Limits, Person, Rights, Sandbox
from sandbox.files import blank_picture
from sandbox.page import Page, Part
from tests.sandbox.client import Api, Scene
from tests.sandbox.visitor import Visitor

START = 1_800_000_000.0


@pytest.fixture
async def telegram() -> AsyncIterator[Sandbox]:
    """A Telegram whose clock starts at a known instant; two files can be sent by their addresses."""
    async with Sandbox(limits=Limits.none(), start=START) as served:
        served.internet.put("https://x.com/a.jpg", Document("a.jpg", blank_picture(), "image/png"))
        served.internet.put("https://x.com/a.pdf", Document("a.pdf", b"%PDF-1.7", "application/pdf"))
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


@pytest.fixture
def newcomer(scene: Scene) -> Person:
    """Somebody who is in no chat."""
    return scene.telegram.add_user("Leo")


@pytest.fixture
def page(scene: Scene, newcomer: Person) -> Page:
    """A page for the scene's three people."""
    cast = [Part(scene.mina, "owner"), Part(scene.joon, "fan"), Part(newcomer, "newcomer")]
    served = Page(scene.telegram.world, bot=scene.bot, home=scene.group, cast=cast, fan_names=["Zoe"])
    scene.telegram.show(served)
    return served


@pytest.fixture
def joon(session: aiohttp.ClientSession, scene: Scene, page: Page) -> Visitor:
    """A browser that plays the fan."""
    return Visitor(session, scene, page, scene.joon)


@pytest.fixture
def mina(session: aiohttp.ClientSession, scene: Scene, page: Page) -> Visitor:
    """A browser that plays the owner."""
    return Visitor(session, scene, page, scene.mina)


@pytest.fixture
def leo(session: aiohttp.ClientSession, scene: Scene, page: Page, newcomer: Person) -> Visitor:
    """A browser that plays the newcomer."""
    return Visitor(session, scene, page, newcomer)
