"""`make demo`: play an evening in a browser. The bot is real, and the stand-in's page takes the place of Telegram."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.commands.demo.ahead import look_ahead
from bot.commands.demo.cast import CROWD, GUESTS, SHOP
from bot.commands.demo.scenes import SCENES, moment, play_all, set_clock
from bot.commands.demo.selling import selling
from bot.commands.demo.stage import TOKEN, USERNAME, Setting, Stage, free_port, running, set_stage
from bot.commands.demo.tasks import SETUP_TASKS, TASKS, tasks_of
from bot.content import Words
from bot.logs import set_up_logs
from bot.rules.calendar import zone
from bot.rules.words import Language, language_of
from sandbox import Sandbox
from sandbox.page import Page, Part

PORT = 8010
EXIT_PORT_TAKEN = 2
"""The exit code if the wished port is in use."""
EVENING = (2026, 11, 12, 19, 0)
"""When the visitor comes, in the shop's zone: year, month, day, hour, minute. It is a Thursday."""
ZONES = {Language.KO: "Asia/Seoul", Language.ZH: "Asia/Shanghai", Language.EN: "Europe/London"}
TEXT_BROWSERS = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})
LOCAL_TIME = Path("/etc/localtime")


@dataclass(frozen=True, slots=True)
class Kind:
    """Which demo it is."""

    forum: bool = False
    """Whether the group has topics."""
    empty: bool = False
    """Whether it begins before the bot is in the group, so that the first set-up can be played."""


async def serve(language: str | None, port: int | None, *, opens: bool, kind: Kind) -> int:
    """Serve the page until a signal comes, and return the exit code. `opens`: whether to open a browser."""
    tongue = language_of(language) or language_of(os.environ.get("LANG")) or Language.EN
    set_up_logs("warning", "text")
    words = Words({}, {})
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    name = zone_here() or ZONES[tongue]
    evening = datetime(*EVENING, tzinfo=zone(name))
    folder = Path(tempfile.mkdtemp(prefix="encore-demo-"))
    try:
        async with contextlib.AsyncExitStack() as stack:
            start = moment(evening, SCENES[0])
            telegram = await _start_sandbox(stack, port, start)
            if telegram is None:
                say(words.line("demo", "port_taken", tongue, port=port))
                return EXIT_PORT_TAKEN
            bot = telegram.add_bot(token=TOKEN, username=USERNAME, name="Encore", inline=True)
            say(words.line("demo", "opening", tongue, shop=SHOP[tongue]))
            port_of_bot = free_port()
            app = await stack.enter_async_context(running(telegram, folder / "demo.db", port_of_bot))
            stage = set_stage(telegram, app, bot, Setting(words, tongue, name, evening, port_of_bot), forum=kind.forum)
            await _play_until_stopped(set_clock(stage) if kind.empty else play_all(stage), stop)
            if not stop.is_set():
                page = _add_page(stage, kind)
                say(words.line("demo", "ready", tongue, url=telegram.url))
                say(words.line("demo", "how_to_stop", tongue))
                if opens and has_screen():
                    open_browser(telegram.url)
                async with selling(stage):
                    await stop.wait()
                await page.close()  # the page reads the bot's database, which is closed next
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


async def _start_sandbox(stack: contextlib.AsyncExitStack, port: int | None, start: float) -> Sandbox | None:
    """Start the stand-in on `port`; without one on the usual port or any. None if the wished port is in use."""
    for wished in (port,) if port is not None else (PORT, 0):
        try:
            return await stack.enter_async_context(Sandbox(start=start, port=wished, limits_by_clock=True))
        except OSError:
            continue
    return None


async def _play_until_stopped(playing: Coroutine[None, None, None], stop: asyncio.Event) -> None:
    """Run `playing` to its end, or cancel it when `stop` is set."""
    task = asyncio.create_task(playing)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        await task
    else:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _add_page(stage: Stage, kind: Kind) -> Page:
    """Make the page of the stage, and let the stand-in serve it."""
    cast = [Part(stage.owner, "owner")]
    cast += [Part(fan, "fan") for fan in stage.fans]
    cast += [Part(newcomer, "newcomer") for newcomer in stage.newcomers]
    page = Page(
        stage.telegram.world,
        bot=stage.bot,
        home=stage.group,
        cast=cast,
        first=stage.owner if kind.empty else stage.fans[0],
        fan_names=GUESTS[stage.language],
        crowd_names=CROWD[stage.language],
        language=stage.language,
        zone=stage.zone,
        look_ahead=lambda: look_ahead(stage),
        tasks=tasks_of(stage, SETUP_TASKS if kind.empty else TASKS),
    )
    page.all_read()
    stage.telegram.show(page)
    return page


def zone_here() -> str | None:
    """This machine's time zone by name, so that the shop has the visitor's time. None for UTC or an unknown zone."""
    name = os.environ.get("TZ") or ""
    if not name and LOCAL_TIME.is_symlink():
        _, _, name = LOCAL_TIME.resolve().as_posix().partition("zoneinfo/")
    if "/" not in name or name.startswith("Etc/"):
        return None
    try:
        zone(name)
    except ValueError:
        return None
    return name


def has_screen() -> bool:
    """Whether this machine has a screen for a browser."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_browser(url: str) -> None:
    """Open the page in the visitor's browser, unless that is a text browser, which would need this terminal."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if getattr(browser, "basename", "") not in TEXT_BROWSERS:
        threading.Thread(target=browser.open, args=(url,), daemon=True).start()


def say(line: str) -> None:
    """Print a line without buffering."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
