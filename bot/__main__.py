"""The command line: `python -m bot run | demo | migrate | version`."""

import argparse
import asyncio
import signal
import sys
from typing import TYPE_CHECKING

from bot import __version__

if TYPE_CHECKING:
    from bot.settings import Settings

EXIT_SETTINGS = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Encore runs a live shop's fan groups.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="run | demo | migrate | version")
    verbs.add_parser("run", help="start the bot on Telegram")
    demo = verbs.add_parser("demo", help="play an evening against the built-in stand-in, without a token")
    demo.add_argument("--language", choices=("ko", "zh", "en"), default=None, help="the language of the shop")
    demo.add_argument("--fans", type=int, default=200, help="how many fans tap the drop at once")
    verbs.add_parser("migrate", help="bring the database's schema up to date")
    verbs.add_parser("version", help="print the version")
    options = parser.parse_args(arguments)
    match options.verb:
        case "run":
            return _run()
        case "demo":
            from bot.demo import play  # noqa: PLC0415

            return asyncio.run(play(options.language, options.fans))
        case "migrate":
            return _migrate()
        case _:
            sys.stdout.write(f"encore {__version__}\n")
            return 0


def _run() -> int:
    from bot.settings import SettingsError, load_settings  # noqa: PLC0415  # other verbs need no settings

    try:
        settings = load_settings()
    except SettingsError as error:
        return _fail(str(error), EXIT_SETTINGS)
    # aiogram takes two seconds: wrong settings are told before.
    from aiogram.exceptions import ClientDecodeError, TelegramNotFound  # noqa: PLC0415

    from bot.app import StartError  # noqa: PLC0415

    try:
        return asyncio.run(_serve(settings))
    except StartError as error:
        return _fail(str(error), error.code)
    except (ClientDecodeError, TelegramNotFound):
        return _fail("TELEGRAM_API_URL or BOT_TOKEN is wrong: no Bot API answers there", EXIT_SETTINGS)
    except KeyboardInterrupt:
        return 0


async def _serve(settings: "Settings") -> int:
    from bot.app import STOP_SECONDS, build  # noqa: PLC0415
    from bot.logs import set_up_logs  # noqa: PLC0415
    from bot.store.schema import migrate  # noqa: PLC0415

    set_up_logs(settings.log_level, settings.log_format)
    try:
        await migrate(settings.database_url.get_secret_value())
    except Exception as error:  # noqa: BLE001  # whatever the driver says, the operator needs one line
        return _fail(f"DATABASE_URL can't be used: {type(error).__name__}", EXIT_SETTINGS)
    app = build(settings)
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
    return 0


def _migrate() -> int:
    from bot.settings import SettingsError, load_settings  # noqa: PLC0415
    from bot.store.schema import HEAD, migrate  # noqa: PLC0415

    try:
        settings = load_settings()
    except SettingsError as error:
        return _fail(str(error), EXIT_SETTINGS)
    try:
        done = asyncio.run(migrate(settings.database_url.get_secret_value()))
    except Exception as error:  # noqa: BLE001  # whatever the driver says, the operator needs one line
        return _fail(f"DATABASE_URL can't be used: {type(error).__name__}", EXIT_SETTINGS)
    sys.stdout.write(f"schema {HEAD}: {'brought up to date' if done else 'nothing to do'}\n")
    return 0


def _fail(line: str, code: int) -> int:
    sys.stderr.write(f"encore: {line}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
