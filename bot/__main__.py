"""The command line: `python -m bot run`, and the other verbs that `python -m bot --help` lists."""

import argparse
import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.parser import VERSION, parser

if TYPE_CHECKING:
    from bot.running import App
    from bot.settings import Settings
    from bot.store.engine.hold import Hold

EXIT_BUSY = 1
"""What is in the way will be gone soon: a supervisor may try again."""
EXIT_SETTINGS = 2
IN_USE = "another process uses this database: a bot that hasn't stopped, or a restore; start again when it has ended"


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; its exit code."""
    options = parser().parse_args(arguments)
    if options.verb == "version":
        sys.stdout.write(f"{VERSION}\n")
        return 0
    if options.verb == "demo":
        return _demo(options)
    if options.verb == "verify-draw":
        with _loading():
            from bot.commands.verify_draw import verify  # noqa: PLC0415

        code, told = verify(options.file)
        stream = sys.stderr if code == EXIT_SETTINGS else sys.stdout
        encoding = stream.encoding or "utf-8"  # a terminal may have fewer characters than a prize's name
        stream.write(told.encode(encoding, "backslashreplace").decode(encoding))
        return code
    with _loading():
        from bot.settings import SettingsError, load_settings  # noqa: PLC0415  # each verb loads only what it needs

    try:
        settings = load_settings()
    except SettingsError as error:
        return _fail(str(error), EXIT_SETTINGS)
    return VERBS[options.verb](settings, options)


@contextmanager
def _loading() -> Iterator[None]:
    """Import without the garbage collector, and let it never look at what was imported.

    Of 870,000 objects of a start 5,000 are garbage. To look through them again and again took a seventh of its time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _demo(options: argparse.Namespace) -> int:
    with _loading():
        from bot.telegram.late_types import import_aiogram  # noqa: PLC0415

        import_aiogram()
        from bot.commands.demo.page import Kind, serve  # noqa: PLC0415
        from bot.commands.demo.story import play  # noqa: PLC0415

    if options.story:
        return asyncio.run(play(options.language, options.fans))

    kind = Kind(forum=options.forum, empty=options.empty)
    return asyncio.run(serve(options.language, options.port, opens=not options.no_open, kind=kind))


def _doctor(settings: "Settings", options: argparse.Namespace) -> int:
    with _loading():
        from bot.commands.doctor import examine  # noqa: PLC0415

    return examine(settings, options.language)


def _backup(settings: "Settings", options: argparse.Namespace) -> int:
    with _loading():
        from bot.commands.backup import write_backup  # noqa: PLC0415

    return write_backup(settings, options.file, force=options.force)


def _restore(settings: "Settings", options: argparse.Namespace) -> int:
    with _loading():
        from bot.clock import Clock  # noqa: PLC0415
        from bot.commands.backup import restore_backup  # noqa: PLC0415

    return restore_backup(settings, options.file, Clock.real())


def _shops(settings: "Settings", options: argparse.Namespace) -> int:
    with _loading():
        from bot.clock import Clock  # noqa: PLC0415
        from bot.commands.shops import list_shops, move_home, remove  # noqa: PLC0415

    if options.act == "home":
        return move_home(settings, options.number, options.chat_id, Clock.real())
    if options.act == "remove":
        return remove(settings, options.number, yes=options.yes)
    return list_shops(settings)


def _repair(settings: "Settings", options: argparse.Namespace) -> int:
    with _loading():
        from bot.clock import Clock  # noqa: PLC0415
        from bot.commands.repair import drop_set_aside, list_set_aside, put_back  # noqa: PLC0415

    if options.act == "again":
        return put_back(settings, options.which, Clock.real())
    if options.act == "drop":
        return drop_set_aside(settings, options.which, yes=options.yes)
    return list_set_aside(settings)


def _run(settings: "Settings", options: argparse.Namespace) -> int:
    with _loading():
        from bot.logs import log_what_python_prints, set_up_logs  # noqa: PLC0415
        from bot.store.engine.lock import InUseError, using  # noqa: PLC0415

    set_up_logs(settings.log_level, settings.log_format)
    log_what_python_prints()
    signal.signal(signal.SIGTERM, _leave)  # until the bot runs, and stops by itself
    url = settings.database_url.get_secret_value()
    try:
        lost = _lost(url, fresh=options.fresh)
    except Exception as error:  # noqa: BLE001  # whatever the driver says, the operator needs one line
        return _unusable(url, error)
    if lost is not None:
        return _fail(lost, EXIT_SETTINGS)
    with ExitStack() as stack:
        try:
            stack.enter_context(using(url))
        except InUseError:
            return _fail(IN_USE, EXIT_BUSY)
        except OSError as error:
            return _unusable(url, error)
        return _serve_or_tell(settings)


def _leave(_number: int, _frame: object) -> None:
    """A stop while it still waits for the database, or migrates it: nothing is half done."""
    raise SystemExit(0)


def _lost(url: str, *, fresh: bool) -> str | None:
    """Why not to start: a shop stood in this database, and it is empty now. Nothing is made where it should be."""
    with _loading():
        from bot.store.engine.mark import address_of, has_shop, is_marked, remove_mark  # noqa: PLC0415

    address = address_of(url)
    with _mark_or_warn():
        if fresh:
            remove_mark(Path.cwd(), address)
        elif is_marked(Path.cwd(), address) and not asyncio.run(has_shop(url)):
            return (
                f"a shop stood in {address}, which is empty now: is its disk mounted, and is it the right server? "
                "To begin anew: python -m bot run --fresh"
            )
    return None


@contextmanager
def _mark_or_warn() -> Iterator[None]:
    """The mark is a safety net: where it can't be read or written the bot works all the same."""
    try:
        yield
    except OSError as error:
        from bot.logs import get_logger  # noqa: PLC0415
        from bot.store.engine.mark import MARK  # noqa: PLC0415

        get_logger("start").warning("mark_failed", file=str(Path.cwd() / MARK), error=type(error).__name__)


def _serve_or_tell(settings: "Settings") -> int:
    with _loading():  # it takes most of a start: wrong settings are told before
        from bot.telegram.late_types import import_aiogram  # noqa: PLC0415

        import_aiogram()
        import bot.app  # noqa: F401, PLC0415  # `_serve` needs it
        from bot.running import StartError  # noqa: PLC0415

    try:
        return asyncio.run(_serve(settings))
    except StartError as error:
        return _fail(str(error), error.code)
    except KeyboardInterrupt:
        return 0


async def _serve(settings: "Settings") -> int:
    from bot.app import build  # noqa: PLC0415
    from bot.outside.drand import Drand  # noqa: PLC0415
    from bot.store.engine.lock import InUseError  # noqa: PLC0415

    url = settings.database_url.get_secret_value()
    async with AsyncExitStack() as stack:
        try:
            hold = await stack.enter_async_context(_hold_of(settings))
            await _tell_empty_or_mark(url, settings.owner_id)
        except InUseError:
            return _fail(IN_USE, EXIT_BUSY)
        except Exception as error:  # noqa: BLE001  # whatever the driver says, the operator needs one line
            return _unusable(url, error)
        app = build(settings, beacon=Drand(), on_founded=partial(_leave_mark, url), hold=hold)
        try:
            await _tell_health(app, settings.metrics_port, stack)
        except OSError as error:
            await app.close()
            why = "it is in use" if error.errno == errno.EADDRINUSE else type(error).__name__
            return _fail(f"METRICS_PORT: port {settings.metrics_port} can't be had: {why}", EXIT_SETTINGS)
        try:
            await _take_deliveries(app, settings, stack)
        except OSError as error:
            await app.close()
            why = "it is in use" if error.errno == errno.EADDRINUSE else type(error).__name__
            return _fail(f"WEBHOOK_LISTEN: {settings.webhook_listen} can't be had: {why}", EXIT_SETTINGS)
        await _until_stopped(app)
    return 0


@asynccontextmanager
async def _hold_of(settings: "Settings") -> AsyncIterator["Hold"]:
    """Hold the database, alone or as one of several processes; its schema is the newest then."""
    from bot.store.engine.hold import held  # noqa: PLC0415
    from bot.store.engine.schema import migrate  # noqa: PLC0415

    url = settings.database_url.get_secret_value()
    if settings.several:
        from bot.store.engine.shared_hold import shared  # noqa: PLC0415

        async with shared(url) as hold:
            yield hold
        return
    async with held(url) as alone:
        await migrate(url)
        yield alone


def _unusable(url: str, error: Exception) -> int:
    """Tell that the database can't be used; a server that is away now may be back when the service starts again."""
    from bot.store.engine.away import is_away  # noqa: PLC0415
    from bot.store.engine.lock import sqlite_path  # noqa: PLC0415

    unknown_host = isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN
    if sqlite_path(url) is None and is_away(error) and not unknown_host:
        return _fail(f"DATABASE_URL can't be reached now: {type(error).__name__}; start again later", EXIT_BUSY)
    return _fail(f"DATABASE_URL can't be used: {type(error).__name__}", EXIT_SETTINGS)


async def _tell_empty_or_mark(url: str, founder_id: int | None) -> None:
    """In a fresh database somebody will found a shop: say where it is and who may. Where one stands, mark that."""
    from bot.logs import get_logger  # noqa: PLC0415
    from bot.store.engine.mark import address_of, has_shop  # noqa: PLC0415

    if await has_shop(url):
        await _leave_mark(url)
        return
    founds = f"a group that {founder_id} created" if founder_id is not None else "the first group that adds the bot"
    get_logger("start").info("empty_database", database=address_of(url), founds=founds)


async def _leave_mark(url: str) -> None:
    """Remember beside the settings that a shop stands in this database."""
    from bot.store.engine.mark import address_of, leave_mark  # noqa: PLC0415

    with _mark_or_warn():
        await asyncio.to_thread(leave_mark, Path.cwd(), address_of(url))


async def _tell_health(app: "App", port: int | None, stack: AsyncExitStack) -> None:
    """Answer `/healthz`, `/readyz`, `/metrics`, the shop's calls of orders and pages of draws, if a port is set."""
    if port is None:
        return
    from bot.features.packets.cards import CARD as PACKET  # noqa: PLC0415
    from bot.features.raffles.facts import CARD as PROOF  # noqa: PLC0415
    from bot.web import DrawPages, OrderCalls, Vitals, serving  # noqa: PLC0415  # and with it Prometheus's library

    vitals = Vitals(app.meters, app.db, app.clock.now, lambda: app.intake)
    orders = OrderCalls(app.db, app.clock.now, app.policies)
    proofs = DrawPages(app.db, app.files[PROOF], app.files[PACKET])
    await stack.enter_async_context(serving(vitals, port, orders, proofs))


async def _take_deliveries(app: "App", settings: "Settings", stack: AsyncExitStack) -> None:
    """Answer Telegram's deliveries, if a webhook shall be set. Until the bot runs, they are refused."""
    if settings.webhook is None or settings.listen is None:
        return
    from bot.web import Deliveries, taking_deliveries  # noqa: PLC0415

    deliveries = Deliveries(settings.webhook, lambda: app.webhook, app.meters)
    await stack.enter_async_context(taking_deliveries(deliveries, settings.listen))


async def _until_stopped(app: "App") -> None:
    from bot.running import STOP_SECONDS  # noqa: PLC0415

    running = asyncio.create_task(app.run())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await app.finish()
            running.cancel()
        await running
    except asyncio.CancelledError:
        pass
    finally:
        stopping.cancel()
        async with asyncio.timeout(STOP_SECONDS):
            await app.close()


def _migrate(settings: "Settings", _options: argparse.Namespace) -> int:
    with _loading():
        from bot.store.engine.schema import HEAD, migrate  # noqa: PLC0415

    try:
        done = asyncio.run(migrate(settings.database_url.get_secret_value()))
    except Exception as error:  # noqa: BLE001  # whatever the driver says, the operator needs one line
        return _fail(f"DATABASE_URL can't be used: {type(error).__name__}", EXIT_SETTINGS)
    sys.stdout.write(f"schema {HEAD}: {'brought up to date' if done else 'nothing to do'}\n")
    return 0


def _fail(line: str, code: int) -> int:
    sys.stderr.write(f"encore: {line}\n")
    return code


VERBS = {
    "run": _run,
    "doctor": _doctor,
    "backup": _backup,
    "restore": _restore,
    "migrate": _migrate,
    "shops": _shops,
    "repair": _repair,
}
"""Verbs that need settings."""

if __name__ == "__main__":
    sys.exit(main())
