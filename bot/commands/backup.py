"""`python -m bot backup FILE` and `python -m bot restore FILE`: an SQLite database kept, and put back."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.flows.delete_again import DeleteAgain
from bot.settings import Settings
from bot.store.engine.backup import (
    BackupError,
    back_up,
    discard,
    drop_overdue,
    put_in_place,
    somebody_has_it_open,
    take_in,
)
from bot.store.engine.checkup import read_once
from bot.store.engine.db import Database
from bot.store.engine.lock import InUseError, alone, sqlite_path
from bot.store.engine.schema import migrate
from bot.store.forgotten import Deletion, deletions
from bot.store.ledger import Books, check_books

OTHER_KIND = {
    "backup": "this database is PostgreSQL's: keep it with pg_dump --exclude-table-data=inbox, see docs/operations.md",
    "restore": "this database is PostgreSQL's: put it back with pg_restore while the bot is stopped, "
    "see docs/operations.md",
}
EXIT_REFUSED = 1
EXIT_SETTINGS = 2
KIB = 1024


def keep(settings: Settings, target: Path, *, force: bool) -> int:
    """Write a backup; the exit code."""
    source = sqlite_path(settings.database_url.get_secret_value())
    if source is None:
        return _fail(OTHER_KIND["backup"], EXIT_SETTINGS)
    try:
        copied = back_up(source, target, force=force)
    except BackupError as error:
        return _fail(str(error), EXIT_REFUSED)
    except OSError as error:
        return _fail(f"{target} can't be written: {error.strerror}", EXIT_REFUSED)
    sys.stdout.write(
        f"kept in {target}: {_size(copied.size)}, {_many(copied.shops, 'shop')}, {_many(copied.members, 'member')}; "
        "no messages\n"
    )
    return 0


def put_back(settings: Settings, source: Path, clock: Clock) -> int:
    """Restore a backup; the exit code."""
    url = settings.database_url.get_secret_value()
    database = sqlite_path(url)
    if database is None:
        return _fail(OTHER_KIND["restore"], EXIT_SETTINGS)
    try:
        with alone(url):
            return _put_back(source, database, clock)
    except InUseError:
        return _fail("a bot is using this database; stop it first, then restore", EXIT_REFUSED)
    except BackupError as error:
        return _fail(str(error), EXIT_REFUSED)
    except OSError as error:
        return _fail(f"the database can't be written: {error.strerror}", EXIT_REFUSED)


def _put_back(source: Path, database: Path, clock: Clock) -> int:
    if somebody_has_it_open(database):
        return _fail("another program has this database open; close it first, then restore", EXIT_REFUSED)
    made = take_in(source, database)
    try:
        try:
            brought = asyncio.run(_bring_up(made, database if database.is_file() else None, clock))
        except Exception as error:  # noqa: BLE001  # whatever it is, nothing was replaced and one line tells so
            raise BackupError(f"{source} can't be brought up to date: {type(error).__name__}") from None
        kept = put_in_place(made, database, clock.now())
    except BaseException:
        discard(made)
        raise
    books = brought.books
    lines = [
        f"restored from {source}: {_many(books.transfers, 'transfer')}, fans hold {books.held_by_fans:,} coins",
        "the books balance" if books.sound else "the books do NOT balance; run `python -m bot doctor`",
    ]
    if brought.dropped:
        waited = f"{_many(brought.dropped, 'message')} that waited in the backup and {_are(brought.dropped)} overdue"
        lines.append(f"{waited} won't be sent")
    if brought.deleted:
        lines.append(f"{_many(brought.deleted, 'fan')} had their data deleted since: deleted again")
    if kept is not None:
        lines.append(f"what was there before is kept in {kept}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


@dataclass(frozen=True, slots=True)
class _Brought:
    """What became of the copy."""

    books: Books
    dropped: int
    deleted: int


async def _bring_up(made: Path, replaced: Path | None, clock: Clock) -> _Brought:
    """Migrate and settle the copy before it takes its place: a failure leaves everything as it was."""
    from bot.domains import DOMAINS, forgetting_of, policies_of  # noqa: PLC0415  # a backup needs none of them

    url = f"sqlite:///{made}"
    await migrate(url)
    remembered = await _deletions(replaced) if replaced is not None else []
    async with Database.open(url) as db:
        dropped = await db.write(drop_overdue, clock.now())
        deleted = await DeleteAgain(db, forgetting_of(DOMAINS, policies_of(DOMAINS))).repeat(remembered)
        return _Brought(await db.read(check_books), dropped, deleted)


async def _deletions(replaced: Path) -> list[Deletion]:
    """Deletions that the database which is replaced remembers, as far as it can be read."""
    try:
        return await read_once(f"sqlite:///{replaced}", deletions)
    except SQLAlchemyError:  # damaged, or older than the table
        return []


def _size(size: int) -> str:
    return f"{size / KIB / KIB:,.1f} MiB" if size >= KIB * KIB else f"{size / KIB:,.0f} KiB"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _fail(line: str, code: int) -> int:
    sys.stderr.write(f"encore: {line}\n")
    return code
