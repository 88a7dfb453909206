"""The command line: `python -m bot run`, and the other verbs that `python -m bot --help` lists."""

import argparse
import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot import __version__

if TYPE_CHECKING:
    from bot.running import App
    from bot.settings import Settings

WHILE_LOADING = (100_000, 20, 100)
"""What libraries make when they are imported stays: to look through it again and again is a quarter of the import."""
EXIT_BUSY = 1
"""What is in the way will be gone soon: a supervisor may try again."""
EXIT_SETTINGS = 2
IN_USE = "another process uses this database: a bot that hasn't stopped, or a restore; start again when it has ended"


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; its exit code."""
    gc.set_threshold(*WHILE_LOADING)
    options = _parser().parse_args(arguments)
    if options.verb == "version":
        sys.stdout.write(f"encore {__version__}\n")
        return 0
    if options.verb == "demo":
        return _demo(options)
    if options.verb == "verify-draw":
        from bot.commands.verify_draw import verify  # noqa: PLC0415

        code, told = verify(options.file)
        stream = sys.stderr if code == EXIT_SETTINGS else sys.stdout
        encoding = stream.encoding or "utf-8"  # a terminal may have fewer characters than a prize's name
        stream.write(told.encode(encoding, "backslashreplace").decode(encoding))
        return code
    from bot.settings import SettingsError, load_settings  # noqa: PLC0415  # each verb loads only what it needs

    try:
        settings = load_settings()
    except SettingsError as error:
        return _fail(str(error), EXIT_SETTINGS)
    return VERBS[options.verb](settings, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Encore runs a live shop's fan groups.")
    verbs = parser.add_subparsers(
        dest="verb",
        required=True,
        metavar="run | demo | doctor | backup | restore | migrate | shops | repair | verify-draw | version",
    )
    run = verbs.add_parser("run", help="start the bot on Telegram")
    run.add_argument("--fresh", action="store_true", help="begin anew where a shop stood: its database is empty now")
    demo = verbs.add_parser("demo", help="play an evening in a browser, without a token")
    demo.add_argument("--language", choices=("ko", "zh", "en"), default=None, help="the language of the shop")
    demo.add_argument("--port", type=int, default=None, help="where the page listens; 0 takes any")
    demo.add_argument("--no-open", action="store_true", help="don't open a browser")
    demo.add_argument("--forum", action="store_true", help="let the fan group have topics")
    demo.add_argument("--empty", action="store_true", help="begin before the bot is in the group, and set the shop up")
    demo.add_argument("--story", action="store_true", help="tell the evening in the terminal instead")
    demo.add_argument("--fans", type=int, default=200, help="how many fans tap the story's drop at once")
    doctor = verbs.add_parser("doctor", help="check settings, database, Telegram and groups, and say what to do")
    doctor.add_argument("--language", choices=("ko", "zh", "en"), default=None, help="the language to say it in")
    backup = verbs.add_parser("backup", help="keep a copy of the database, without messages; the bot may run")
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument("--force", action="store_true", help="replace FILE if it is there")
    restore = verbs.add_parser("restore", help="put a backup in the database's place; the bot must be stopped")
    restore.add_argument("file", type=Path, metavar="FILE")
    verbs.add_parser("migrate", help="bring the database's schema up to date")
    _add_shops(verbs.add_parser("shops", help="list shops, move a shop's home, remove a shop"))
    _add_repair(verbs.add_parser("repair", help="list what couldn't be read and was set aside, put it back, drop it"))
    draw = verbs.add_parser("verify-draw", help="compute a raffle's draw again from the proof that came to the group")
    draw.add_argument("file", type=Path, metavar="FILE")
    verbs.add_parser("version", help="print the version")
    return parser


def _add_shops(shops: argparse.ArgumentParser) -> None:
    acts = shops.add_subparsers(dest="act", metavar="home | remove")
    home = acts.add_parser("home", help="make a joined room the shop's home group; the bot must be stopped")
    home.add_argument("number", type=int, metavar="N")
    home.add_argument("chat_id", type=int, metavar="CHAT_ID")
    remove = acts.add_parser("remove", help="remove a shop with all that is known of it; the bot must be stopped")
    remove.add_argument("number", type=int, metavar="N")
    remove.add_argument("--yes", action="store_true", help="don't ask")


def _add_repair(repair: argparse.ArgumentParser) -> None:
    acts = repair.add_subparsers(dest="act", metavar="again | drop")
    again = acts.add_parser("again", help="put it back to be tried again; the bot must be stopped")
    again.add_argument("which", metavar="N|all")
    drop = acts.add_parser("drop", help="delete it for good; the bot must be stopped")
    drop.add_argument("which", metavar="N|all")
    drop.add_argument("--yes", action="store_true", help="really")


def _demo(options: argparse.Namespace) -> int:
    if options.story:
        from bot.commands.demo.story import play  # noqa: PLC0415

        return asyncio.run(play(options.language, options.fans))
    from bot.commands.demo.page import Kind, serve  # noqa: PLC0415

    kind = Kind(forum=options.forum, empty=options.empty)
    return asyncio.run(serve(options.language, options.port, opens=not options.no_open, kind=kind))


def _doctor(settings: "Settings", options: argparse.Namespace) -> int:
    from bot.commands.doctor import examine  # noqa: PLC0415

    return examine(settings, options.language)


def _backup(settings: "Settings", options: argparse.Namespace) -> int:
    from bot.commands.backup import write_backup  # noqa: PLC0415

    return write_backup(settings, options.file, force=options.force)


def _restore(settings: "Settings", options: argparse.Namespace) -> int:
    from bot.clock import Clock  # noqa: PLC0415
    from bot.commands.backup import restore_backup  # noqa: PLC0415

    return restore_backup(settings, options.file, Clock.real())


def _shops(settings: "Settings", options: argparse.Namespace) -> int:
    from bot.clock import Clock  # noqa: PLC0415
    from bot.commands.shops import list_shops, move_home, remove  # noqa: PLC0415

    if options.act == "home":
        return move_home(settings, options.number, options.chat_id, Clock.real())
    if options.act == "remove":
        return remove(settings, options.number, yes=options.yes)
    return list_shops(settings)


def _repair(settings: "Settings", options: argparse.Namespace) -> int:
    from bot.clock import Clock  # noqa: PLC0415
    from bot.commands.repair import drop_set_aside, list_set_aside, put_back  # noqa: PLC0415

    if options.act == "again":
        return put_back(settings, options.which, Clock.real())
    if options.act == "drop":
        return drop_set_aside(settings, options.which, yes=options.yes)
    return list_set_aside(settings)


def _run(settings: "Settings", options: argparse.Namespace) -> int:
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
    from bot.running import StartError  # noqa: PLC0415  # aiogram takes two seconds: wrong settings are told before

    try:
        return asyncio.run(_serve(settings))
    except StartError as error:
        return _fail(str(error), error.code)
    except KeyboardInterrupt:
        return 0


async def _serve(settings: "Settings") -> int:
    from bot.app import build  # noqa: PLC0415
    from bot.outside.drand import Drand  # noqa: PLC0415
    from bot.store.engine.hold import held  # noqa: PLC0415
    from bot.store.engine.lock import InUseError  # noqa: PLC0415
    from bot.store.engine.schema import migrate  # noqa: PLC0415

    url = settings.database_url.get_secret_value()
    async with AsyncExitStack() as stack:
        try:
            hold = await stack.enter_async_context(held(url))
            await migrate(url)
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
