"""A Chromium for these tests, and what it looks at: a scripted bot on the stand-in, or the whole demo.

Any Chromium on the machine will do. Where there is none the tests are skipped and say so; under `CI=true` they fail.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from sandbox import Limits, Rights, Sandbox
from sandbox.page import NextEvent, Page, Part
from tests.browser.bot import ScriptedBot
from tests.browser.demo import Demo
from tests.browser.page import FLAGS, NAMES, Visit, find_chromium, visiting

EVENING = 1_794_510_000.0
"""12 November 2026, 19:00 in London."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where this machine's Chromium is."""
    found = find_chromium()
    if found is None:
        words = f"no Chromium on this machine (looked for {', '.join(NAMES)}): the page isn't tested in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return found


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A browser without a screen."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def bot() -> AsyncIterator[ScriptedBot]:
    """The stand-in with a page, and a bot in its group that does what a test tells it."""
    async with Sandbox(limits=Limits.none(), start=EVENING) as telegram:
        account = telegram.add_bot("42:TEST", "encore_test_bot", "Encore", inline=True)
        mina = telegram.add_user("Mina", "mina")
        ana = telegram.add_user("Ana", "ana")
        leo = telegram.add_user("Leo")
        group = telegram.add_group("Mina's fans", mina)
        ana.joins(group)
        mina.adds(account, group, Rights.full())

        async def look_ahead() -> NextEvent | None:
            return NextEvent(EVENING + 3600, "live starts")

        cast = [Part(mina, "owner"), Part(ana, "fan"), Part(leo, "newcomer")]
        page = Page(
            telegram.world,
            bot=account,
            home=group,
            cast=cast,
            first=ana,
            fan_names=["Zoe"],
            crowd_names=["Kim", "Lee"],
            look_ahead=look_ahead,
        )
        page.all_read()
        telegram.show(page)
        async with ScriptedBot(telegram, account, group, mina, ana, leo) as scripted:
            yield scripted


@pytest.fixture
async def ana(bot: ScriptedBot, browser: Browser) -> AsyncIterator[Visit]:
    """Somebody at a wide screen who plays the fan."""
    async with visiting(browser, bot.telegram.url) as visit:
        yield visit


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a demo may leave what it likes."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def demo(chromium: str, demo_folder: Path) -> Iterator[Demo]:
    """The demo in English, fresh for each test."""
    running = Demo("en", demo_folder).comes_up()
    yield running
    if running.process.poll() is None:
        assert running.stop() == 0


@pytest.fixture
async def visit(demo: Demo, browser: Browser) -> AsyncIterator[Visit]:
    """Somebody who opens the demo's page."""
    async with visiting(browser, demo.url) as opened:
        yield opened
