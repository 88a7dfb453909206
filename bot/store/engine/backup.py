"""Backup and restore of an SQLite database. All functions are synchronous: the command line calls them.

The inbox and the updates that were set aside hold what people wrote, so no copy contains them.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col

from bot.rules.verdicts import Reason
from bot.store.causes import forget
from bot.store.engine.lock import hand_over
from bot.store.engine.schema import known_revisions, migrate_file
from bot.store.engine.sessions import Tx
from bot.store.messages.payloads import DELETE, EDIT, FILE, POST
from bot.store.tables import Outbox
from bot.store.tables.messages import OutboxState
from bot.store.verdicts import call_off

WRITTEN_BY_PEOPLE = ("inbox", "set_aside")
"""Tables that hold what people wrote until it is handled or repaired. They are empty in every copy."""
ENCORES_TABLES = frozenset({"alembic_version", "community", "member", "account", "transfer", "inbox", "outbox"})
"""Tables that every database of Encore has."""
SIDE_FILES = ("-wal", "-shm", "-journal")
"""Ends of the names of files that SQLite keeps beside an open database."""
SQLITES_OWN = frozenset({("table", "sqlite_sequence"), ("table", "sqlite_stat1"), ("table", "sqlite_stat4")})
"""Tables that SQLite makes by itself."""
BUSY_SECONDS = 10.0
LONGEST_NAME = 60
"""Characters of an unknown name that an error message shows."""

TRUE_WHEN_SENT = (POST, EDIT, DELETE, FILE)
"""Acts of promised messages whose content is read when they leave, so that it is true even if they leave late."""


class BackupError(Exception):
    """Nothing was copied. The text says why in one line."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A finished backup and what is in it."""

    size: int
    """Bytes."""
    shops: int
    members: int


def back_up(source: Path, target: Path, *, force: bool) -> Copied:
    """Write a copy of the database `source` to `target`, whole or not at all, while a bot may be writing to it.

    Raises:
        BackupError: there is no database, or `target` can't or mustn't be written.
    """
    if not source.is_file():
        raise BackupError("there is no database yet at DATABASE_URL; nothing to back up")
    if target.exists() and (target.samefile(source) or not target.is_file()):
        raise BackupError(f"{target} can't hold a backup; name another file")
    if target.exists() and not force:
        raise BackupError(f"{target} is there already; name another file, or add --force to replace it")
    with _new_file_beside(target) as made:
        try:
            with closing(_open(source)) as database:
                database.execute("VACUUM INTO ?", (str(made),))  # an empty file is all it agrees to write over
            return _check_and_keep(made, target)
        except sqlite3.Error as error:
            raise BackupError(f"the database can't be copied: {error}") from None


def take_in(source: Path, database: Path) -> Path:
    """Copy a backup to a new file beside `database`, for the rest of a restore to work on.

    Raises:
        BackupError: `source` isn't a sound database of Encore's, was made by a newer one, or holds what isn't ours.
    """
    if not source.is_file():
        raise BackupError(f"{source} isn't a file")
    if database.exists() and source.samefile(database):
        raise BackupError(f"{source} is the database itself; name a backup")
    database.parent.mkdir(parents=True, exist_ok=True)
    with _new_file_beside(database, keep=True) as made:
        try:
            with (
                _without_new_side_files(source),
                closing(_open(source, mode="ro")) as backup,
                closing(_open(made)) as copy,
            ):
                revision = _check_origin(backup, source)
                backup.backup(copy)
                _check_schema(copy, source, revision)  # the copy, which nobody else can change meanwhile
            _leave_out_words(made)
        except sqlite3.Error as error:
            raise BackupError(f"{source} isn't a sound backup of Encore: {error}") from None
    return made


def drop_overdue(tx: Tx, now: datetime) -> int:
    """After a restore, let promised messages expire that would be untrue or come twice; how many expired.

    The bot went on after the backup was made, so it most likely sent the messages that are overdue now. Cards, edits,
    deletions and files show what is true when they leave, so they stay. Messages that are due later stay too.
    """
    dropped = tx.execute(
        update(Outbox)
        .where(
            col(Outbox.state).in_((OutboxState.WAITING, OutboxState.SENDING)),
            col(Outbox.due_at) <= now,
            col(Outbox.act).not_in(TRUE_WHEN_SENT),
        )
        .values(state=OutboxState.EXPIRED, problem="overdue when the backup was restored")
        .returning(col(Outbox.id), col(Outbox.verdict_id))
    ).all()
    verdicts = [verdict_id for _, verdict_id in dropped]
    call_off(tx, verdicts, Reason.TOO_LATE, now)
    forget(tx, now)  # Telegram may have started new update numbers since the backup
    return len(dropped)


def put_in_place(made: Path, database: Path, now: datetime) -> Path | None:
    """Make `made` the database; the path at which the old one is kept, or None if there was none."""
    _close_for_good(made)
    kept = _fresh_name(f"{database}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    existed = database.exists()
    hand_over(made, database if existed else database.parent)
    for side in SIDE_FILES:
        # SQLite would apply a log that stays here to the new file.
        with suppress(FileNotFoundError):
            os.replace(f"{database}{side}", f"{kept}{side}")  # noqa: PTH105  # the paths are strings
    if existed:
        try:
            kept.hardlink_to(database)  # there is never a moment without a database under its name
        except OSError:
            database.replace(kept)
    made.replace(database)
    _sync_folder(database.parent)
    return kept if existed else None


def _fresh_name(name: str) -> Path:
    """This name, with a number if a file of this name exists: an older file is never overwritten."""
    return next(path for path in (Path(name), *(Path(f"{name}-{n}") for n in range(2, 1000))) if not path.exists())


def discard(made: Path) -> None:
    """Delete a copy that won't be used, with its side files."""
    for side in ("", *SIDE_FILES):
        Path(f"{made}{side}").unlink(missing_ok=True)


def somebody_has_it_open(database: Path) -> bool:
    """Whether another program (a shell, a bot without our lock) has the file open now. False for a damaged file."""
    if not database.is_file():
        return False
    try:
        with closing(_open(database, seconds=0.5)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
    except sqlite3.DatabaseError:
        return False
    return False


def _check_origin(backup: sqlite3.Connection, source: Path) -> str:
    """Check that the backup is sound and a database of Encore; its schema revision."""
    (first,) = backup.execute("PRAGMA integrity_check(1)").fetchone()
    if first != "ok":
        raise BackupError(f"{source} is damaged: {_one_line(first)}")
    found = {name for (name,) in backup.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    revision = backup.execute("SELECT version_num FROM alembic_version").fetchone() if found >= ENCORES_TABLES else None
    if revision is None:
        raise BackupError(f"{source} isn't a database of Encore's")
    if revision[0] not in known_revisions():
        raise BackupError(f"{source} was made by a newer Encore; update Encore first, then restore")
    return str(revision[0])


def _check_schema(backup: sqlite3.Connection, source: Path, revision: str) -> None:
    """Check that the backup has exactly the tables, columns and indexes that its revision's migrations make.

    A foreign trigger or view could run any code of its maker with the bot's rights, long after the restore.
    """
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.db"
        migrate_file(f"sqlite:///{model}", revision)
        with closing(_open(model)) as made:
            expected = _schema_parts(made)
    found = _schema_parts(backup)
    if foreign := found - expected:
        raise BackupError(f"{source} holds what Encore never made: {_name_one(foreign)}; nothing was restored")
    if missing := expected - found:
        raise BackupError(f"{source} lacks {_name_one(missing)}, so it isn't a whole backup of Encore")


def _schema_parts(database: sqlite3.Connection) -> set[tuple[str, str]]:
    """The parts of a database's schema as (kind, name): tables, their columns, indexes, triggers, views."""
    parts: set[tuple[str, str]] = set()
    for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        if kind == "table" and str(sql).upper().startswith("CREATE VIRTUAL"):
            parts.add(("virtual table", name))
        elif (kind, name) not in SQLITES_OWN and not (kind == "index" and sql is None):
            parts.add((kind, name))
            if kind == "table":
                columns = database.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (name,)).fetchall()
                parts |= {("computed column" if hidden else "column", f"{name}.{column}") for column, hidden in columns}
    return parts


def _name_one(parts: set[tuple[str, str]]) -> str:
    """The name of one part, printable and short; a table comes before its columns."""
    kind, name = min(parts, key=lambda part: ("column" in part[0], part))
    return f"{kind} {''.join(sign for sign in name if sign.isprintable())[:LONGEST_NAME]}"


def _check_and_keep(made: Path, target: Path) -> Copied:
    _leave_out_words(made)
    with closing(_open(made)) as copy:
        (first,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if first != "ok":
            raise BackupError(f"the database is damaged: {_one_line(first)}; restore an earlier backup")
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= ENCORES_TABLES:
            raise BackupError("the database at DATABASE_URL isn't Encore's")
        (shops,) = copy.execute("SELECT count(*) FROM community").fetchone()
        (members,) = copy.execute("SELECT count(*) FROM member").fetchone()
    _sync(made)
    size = made.stat().st_size
    made.replace(target)
    _sync_folder(target.parent)
    return Copied(size, shops, members)


def _leave_out_words(path: Path) -> None:
    """Delete what people wrote, so that no page of the file keeps it.

    There is no undo log, which could keep it too: a copy that fails is deleted anyway.
    """
    with closing(_open(path)) as copy:
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA secure_delete = ON")
        for table in WRITTEN_BY_PEOPLE:
            if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                copy.execute(f"DELETE FROM {table}")  # noqa: S608  # names of ours
        copy.execute("VACUUM")


def _close_for_good(path: Path) -> None:
    """Merge a copy's log into its file, so that nothing is left beside it."""
    with closing(_open(path)) as made:
        made.execute("PRAGMA journal_mode = DELETE")
    _sync(path)


@contextmanager
def _new_file_beside(target: Path, *, keep: bool = False) -> Iterator[Path]:
    """Make an empty file that only its owner may read, in the folder of `target`.

    It is deleted at the end, unless `keep` is set or it was moved.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    except FileNotFoundError:
        # The folder isn't made: if a drive isn't mounted, a new folder in its place would fill the wrong disk.
        raise BackupError(f"there is no folder {target.parent}; make it first") from None
    except OSError as error:
        raise BackupError(f"{target.parent} can't be written to: {error.strerror}") from None
    os.close(descriptor)
    made = Path(name)
    try:
        yield made
    except BaseException:
        discard(made)
        raise
    if not keep:
        discard(made)


@contextmanager
def _without_new_side_files(path: Path) -> Iterator[None]:
    """Delete the side files that reading makes beside a file in WAL mode, if they weren't there before."""
    sides = [Path(f"{path}{side}") for side in SIDE_FILES]
    fresh = [side for side in sides if not side.exists()]
    try:
        yield
    finally:
        for side in fresh:
            side.unlink(missing_ok=True)


def _open(path: Path, *, mode: str = "rw", seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """Open a connection that never makes a file and begins no transaction by itself."""
    address = f"{path.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, timeout=seconds, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")  # a file from elsewhere must not call functions that act
    return connection


def _one_line(text: str) -> str:
    return " ".join(text.replace("*** in database main ***", "").split())


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
