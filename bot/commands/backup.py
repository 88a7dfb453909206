"""`python -m bot backup FILE` and `python -m bot restore FILE`: copy an SQLite database, and put a copy back."""

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

POSTGRESQL_HINTS = {
    "backup": "this database is PostgreSQL's: keep it with pg_dump --exclude-table-data=inbox, see docs/operations.md",
    "restore": "this database is PostgreSQL's: put it back with pg_restore while the bot is stopped, "
    "see docs/operations.md",
}
EXIT_REFUSED = 1
EXIT_SETTINGS = 2
KIB = 1024


def write_backup(settings: Settings, target: Path, *, force: bool) -> int:
    """Copy the database of `settings` to `target`, and return the exit code.

    An existing `target` is replaced only with `force`.
    """
    source = sqlite_path(settings.database_url.get_secret_value())
    if source is None:
        return _fail(POSTGRESQL_HINTS["backup"], EXIT_SETTINGS)
    try:
        copied = back_up(source, target, force=force)
    except BackupError as error:
        return _fail(str(error), EXIT_REFUSED)
    except OSError as error:
        return _fail(f"{target} can't be written: {error.strerror}", EXIT_REFUSED)
    shops, members = _counted(copied.shops, "shop"), _counted(copied.members, "member")
    sys.stdout.write(f"kept in {target}: {_readable_size(copied.size)}, {shops}, {members}; no messages\n")
    return 0


def restore_backup(settings: Settings, source: Path, clock: Clock) -> int:
    """Put the backup `source` in the place of the database of `settings`, and return the exit code.

    The database that was there before is kept beside it. If anything fails, nothing is replaced.
    """
    url = settings.database_url.get_secret_value()
    database = sqlite_path(url)
    if database is None:
        return _fail(POSTGRESQL_HINTS["restore"], EXIT_SETTINGS)
    try:
        with alone(url):
            return _restore(source, database, clock)
    except InUseError:
        return _fail("a bot is using this database; stop it first, then restore", EXIT_REFUSED)
    except BackupError as error:
        return _fail(str(error), EXIT_REFUSED)
    except OSError as error:
        return _fail(f"the database can't be written: {error.strerror}", EXIT_REFUSED)


def _restore(source: Path, database: Path, clock: Clock) -> int:
    if somebody_has_it_open(database):
        return _fail("another program has this database open; close it first, then restore", EXIT_REFUSED)
    made = take_in(source, database)
    try:
        try:
            updated = asyncio.run(_update_copy(made, database if database.is_file() else None, clock))
        except Exception as error:  # noqa: BLE001  # whatever failed, nothing was replaced: one line says so
            raise BackupError(f"{source} can't be brought up to date: {type(error).__name__}") from None
        kept = put_in_place(made, database, clock.now())
    except BaseException:
        discard(made)
        raise
    books = updated.books
    lines = [
        f"restored from {source}: {_counted(books.transfers, 'transfer')}, fans hold {books.held_by_fans:,} coins",
        "the books balance" if books.sound else "the books do NOT balance; run `python -m bot doctor`",
    ]
    if updated.dropped:
        messages = _counted(updated.dropped, "message")
        lines.append(f"{messages} that waited in the backup and {_is_or_are(updated.dropped)} overdue won't be sent")
    if updated.deleted:
        lines.append(f"{_counted(updated.deleted, 'fan')} had their data deleted since: deleted again")
    if kept is not None:
        lines.append(f"what was there before is kept in {kept}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


@dataclass(frozen=True, slots=True)
class _UpdatedCopy:
    """The copy after its migration, ready to become the database."""

    books: Books
    dropped: int
    """Overdue messages that won't be sent."""
    deleted: int
    """Fans whose data was deleted again."""


async def _update_copy(made: Path, replaced: Path | None, clock: Clock) -> _UpdatedCopy:
    """Bring the copy up to date before it becomes the database. If this fails, the old database stays in place."""
    from bot.domains import DOMAINS, forgetting_of, policies_of  # noqa: PLC0415  # only a restore needs them

    url = f"sqlite:///{made}"
    await migrate(url)
    remembered = await _read_deletions(replaced) if replaced is not None else []
    async with Database.open(url) as db:
        dropped = await db.write(drop_overdue, clock.now())
        deleted = await DeleteAgain(db, forgetting_of(DOMAINS, policies_of(DOMAINS))).repeat(remembered)
        return _UpdatedCopy(await db.read(check_books), dropped, deleted)


async def _read_deletions(replaced: Path) -> list[Deletion]:
    """The deletions that the replaced database remembers; none if it can't be read."""
    try:
        return await read_once(f"sqlite:///{replaced}", deletions)
    except SQLAlchemyError:  # the database is damaged, or older than the table of deletions
        return []


def _readable_size(size: int) -> str:
    return f"{size / KIB / KIB:,.1f} MiB" if size >= KIB * KIB else f"{size / KIB:,.0f} KiB"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def _fail(line: str, code: int) -> int:
    sys.stderr.write(f"encore: {line}\n")
    return code
