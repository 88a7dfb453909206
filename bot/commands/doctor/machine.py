"""Examine this machine: settings, files, the database."""

import asyncio
import shutil
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.outside.fonts import LETTERS, find_fonts
from bot.rules.doctor.chats import Chat, HomeLost
from bot.rules.doctor.database import (
    BooksFine,
    BooksWrong,
    BotRests,
    BotRuns,
    DatabaseAway,
    DatabaseFine,
    DatabaseReadOnly,
    NoDatabaseYet,
    RowsAside,
    SchemaFine,
    ShopLost,
    UpdatesAside,
    judge_schema,
)
from bot.rules.doctor.findings import Finding
from bot.rules.doctor.machine import (
    FileOpenToOthers,
    FontsMissing,
    PainterMissing,
    PicturesFine,
    SettingsFine,
    ZonesFine,
    ZonesMissing,
    judge_disk,
)
from bot.rules.doctor.rooms import RoomRefuses
from bot.rules.doctor.telegram import FeedbackOff
from bot.settings import Settings
from bot.store.engine import checkup
from bot.store.engine.hold import is_held
from bot.store.engine.lock import in_use, sqlite_path
from bot.store.engine.mark import address_of, has_shop, is_marked
from bot.store.engine.schema import HEAD, known_revisions
from bot.store.ledger import check_books
from bot.store.messages.refused import refused_rooms
from bot.store.messages.set_aside import UPDATE, count_aside

ENV_FILE = Path(".env")
OTHERS_MAY_READ = 0o004
SECONDS = 15.0
"""Seconds within which a PostgreSQL server must answer."""


async def examine_machine(settings: Settings) -> tuple[list[Finding], list[Chat]]:
    """The findings about this machine, and the chats that the database knows."""
    url = settings.database_url.get_secret_value()
    path = sqlite_path(url)
    found: list[Finding] = [SettingsFine(), *_find_readable_files(path)]
    chats: list[Chat] = []
    if path is None:
        at_fault = await _examine_postgres(url)
    else:
        at_fault = await asyncio.to_thread(_examine_file, path)
    if at_fault in {None, NoDatabaseYet()} and await _is_shop_lost(url):
        at_fault = ShopLost()
    if at_fault is not None:
        found.append(at_fault)
    else:
        in_tables, chats = await _examine_tables(url, "SQLite" if path is not None else "PostgreSQL")
        found += in_tables
    if path is not None:
        found += await asyncio.to_thread(_examine_disk, path)
    if path is not None or at_fault is None:
        runs = in_use(url) if path is not None else await checkup.read_once(url, is_held)
        found.append(BotRuns() if runs else BotRests())
    return found, chats


async def _examine_tables(url: str, kind: str) -> tuple[list[Finding], list[Chat]]:
    """The findings about the tables, and their chats. Tables of another schema aren't read. `kind` names the engine."""
    schema = judge_schema(await checkup.read_once(url, checkup.stored_revision), HEAD, known_revisions())
    if not isinstance(schema, SchemaFine):
        return [schema], []
    contents = await checkup.read_once(url, checkup.read_contents)
    books = await checkup.read_once(url, check_books)
    unreported = await checkup.read_once(url, checkup.count_unreported_gifts)
    aside = await checkup.read_once(url, count_aside)
    updates, rows = aside.get(UPDATE, 0), sum(count for kind, count in aside.items() if kind != UPDATE)
    wrong = len({*books.wrong_balances, *books.negative})
    return [
        _examine_zones(contents.zones),
        *(await asyncio.to_thread(_examine_fonts, contents.languages)),
        DatabaseFine(kind, contents.shops, contents.members),
        schema,
        BooksFine(books.transfers, books.held_by_fans) if books.sound else BooksWrong(wrong),
        *([UpdatesAside(updates)] if updates else []),
        *([RowsAside(rows)] if rows else []),
        *([FeedbackOff(unreported)] if unreported else []),
        *[HomeLost(shop) for shop in await checkup.read_once(url, checkup.shops_without_home)],
        *[RoomRefuses(one.room, one.reason) for one in await checkup.read_once(url, refused_rooms)],
    ], await checkup.read_once(url, checkup.known_chats)


async def _is_shop_lost(url: str) -> bool:
    """Whether the database is empty although a shop was in it before. False if the mark can't be read."""
    try:
        return is_marked(Path.cwd(), address_of(url)) and not await has_shop(url)
    except OSError:
        return False


def _find_readable_files(path: Path | None) -> list[Finding]:
    """A finding for each file with secrets that every user of this machine can read."""
    return [
        FileOpenToOthers(str(file))
        for file in (ENV_FILE, path)
        if file is not None and file.is_file() and file.stat().st_mode & OTHERS_MAY_READ
    ]


def _examine_zones(zones: frozenset[str]) -> Finding:
    missing = []
    for zone in sorted(zones | {"UTC", "Asia/Seoul", "Asia/Shanghai"}):
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            missing.append(zone)
    return ZonesMissing(tuple(missing)) if missing else ZonesFine()


def _examine_fonts(languages: frozenset[str]) -> list[Finding]:
    """Whether reports of these shops can have a picture; nothing where there is no shop yet."""
    if not languages:
        return []
    if find_spec("resvg_py") is None:
        return [PainterMissing()]
    lacking = [one for one in sorted(languages) if find_fonts(LETTERS[one], one) is None]
    return [FontsMissing() if lacking else PicturesFine()]


def _examine_file(path: Path) -> Finding | None:
    if not path.exists():
        return NoDatabaseYet()
    if not path.is_file():
        return DatabaseAway("IsADirectoryError")
    return checkup.examine_file(path)


def _examine_disk(path: Path) -> list[Finding]:
    folder = next((one for one in path.resolve().parents if one.is_dir()), None)
    if folder is None:
        return []
    return [judge_disk(shutil.disk_usage(folder).free, path.stat().st_size if path.is_file() else 0)]


async def _examine_postgres(url: str) -> Finding | None:
    try:
        async with asyncio.timeout(SECONDS):
            is_read_only = await checkup.read_once(url, checkup.takes_no_writes)
    except Exception as error:  # noqa: BLE001  # whatever the driver says, its text may hold the password
        return DatabaseAway(type(error).__name__)
    return DatabaseReadOnly() if is_read_only else None
