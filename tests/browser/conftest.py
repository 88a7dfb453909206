"""A Chromium for these tests, and what it looks at: a scripted bot on the stand-in, or the whole demo.

Any Chromium on the machine will do. Where there is none the tests are skipped and say so; under `CI=true` they fail.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from sandbox import Limits, Rights, Sandbox
from sandbox.page import NextEvent, Page, Part
from tests.browser.bot import ScriptedBot
from tests.browser.page import Visit, visiting

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
EVENING = 1_794_510_000.0
"""12 November 2026, 19:00 in London."""
STARTS_WITHIN = 60.0
STOPS_WITHIN = 15.0


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where this machine's Chromium is."""
    found = next((path for name in NAMES if (path := shutil.which(name)) is not None), None)
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
        opened = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        await opened.close()


@pytest.fixture
async def bot() -> AsyncIterator[ScriptedBot]:
    """The stand-in with a page, and a bot in its group that does what a test tells it."""
    async with Sandbox(limits=Limits.none(), start=EVENING) as telegram:
        account = telegram.add_bot("42:TEST", "encore_test_bot", "Encore")
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


class Demo:
    """`python -m bot demo` in a process of its own."""

    def __init__(self, language: str, folder: Path) -> None:
        environment = {key: value for key, value in os.environ.items() if key not in {"BOT_TOKEN", "TZ"}}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--language", language, "--port", "0", "--no-open"],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT), "TZ": "Europe/London"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(STARTS_WITHIN):
            self.stop()
            raise AssertionError(f"the demo didn't come up: {self.said}")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if "http://" in line:
                self._ready.set()
        self._ready.set()

    @property
    def url(self) -> str:
        """The address that it printed."""
        found = re.search(r"http://127\.0\.0\.1:\d+", "".join(self.said))
        assert found is not None, self.said
        return found.group()

    def stop(self) -> int:
        """Stop it as Ctrl-C does; its exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._reader.join(STOPS_WITHIN)
            if self.process.stdout is not None:
                self.process.stdout.close()
        return code


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a demo may leave what it likes."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def demo(chromium: str, demo_folder: Path) -> Iterator[Demo]:
    """The demo in English, fresh for each test."""
    running = Demo("en", demo_folder)
    yield running
    with contextlib.suppress(ProcessLookupError):
        if running.process.poll() is None:
            assert running.stop() == 0


@pytest.fixture
async def visit(demo: Demo, browser: Browser) -> AsyncIterator[Visit]:
    """Somebody who opens the demo's page."""
    async with visiting(browser, demo.url) as opened:
        yield opened
