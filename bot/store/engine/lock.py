"""The lock beside an SQLite file: the running bot holds it, or a command such as a restore.

The kernel frees the lock when its process ends in any way. The lock file stays: if it were deleted, two processes could
lock two files of the same name. The lock of PostgreSQL is in `hold.py`.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from bot.logs import get_logger

log = get_logger("lock")

PATIENCE = 15.0
"""Seconds for which a start waits for the previous bot to end. A stop takes at most 10."""
STEP = 0.05


class InUseError(Exception):
    """Another process holds the database's lock."""


def sqlite_path(url: str) -> Path | None:
    """The file behind a database's address; None for another kind of database."""
    database = make_url(url).database if url.startswith("sqlite:") else None
    return Path(database) if database else None


@contextmanager
def using(url: str) -> Iterator[None]:
    """Hold the lock as the only bot; wait up to `PATIENCE` seconds for the previous one.

    Raises:
        InUseError: the previous bot or a restore still holds the lock.
    """
    with _held(url, fcntl.LOCK_EX, PATIENCE):
        yield


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold the lock so that no bot can start.

    Raises:
        InUseError: a bot runs on this database.
    """
    with _held(url, fcntl.LOCK_EX, 0.0):
        yield


def in_use(url: str) -> bool:
    """Whether a bot runs on this SQLite file now."""
    path = sqlite_path(url)
    if path is None or not _lock_path(path).exists():
        return False
    try:
        with _held(url, fcntl.LOCK_SH, 0.0):  # shared, so that two processes can check at once
            return False
    except InUseError:
        return True


def hand_over(path: Path, like: Path) -> None:
    """If root made the file `path`, give it to the owner of `like`: that account's bot will use it."""
    owner = like.stat()
    if os.geteuid() == 0 and (path.stat().st_uid, path.stat().st_gid) != (owner.st_uid, owner.st_gid):
        os.chown(path, owner.st_uid, owner.st_gid)


def log_waiting() -> None:
    """Log that a start waits for the process before it."""
    log.info("database_in_use", waits=PATIENCE)


def _lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


@contextmanager
def _held(url: str, kind: int, patience: float) -> Iterator[None]:
    path = sqlite_path(url)
    if path is None:
        yield  # PostgreSQL has its own lock
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(_lock_path(path), os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    hand_over(_lock_path(path), path.parent)
    try:
        _wait_for(descriptor, kind, patience)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, kind: int, patience: float) -> None:
    deadline = time.monotonic() + patience
    logged = not patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                return  # the file system has no such locks: only SQLite's own protect the file
            if time.monotonic() >= deadline:
                raise InUseError from None
            if not logged:
                log_waiting()
                logged = True
            time.sleep(STEP)
        else:
            return
