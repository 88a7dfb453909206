"""Commands that work on a database while no bot runs. Every failure is one printed line and an exit code."""

import asyncio
import sys
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.store.engine.checkup import read_once, stored_revision
from bot.store.engine.db import Database
from bot.store.engine.lock import InUseError, sqlite_path
from bot.store.engine.schema import HEAD
from bot.store.engine.sessions import Tx
from bot.store.engine.shops import StillUsedError, refuse_if_used

EXIT_REFUSED = 1
EXIT_SETTINGS = 2
T = TypeVar("T")


class RefusedError(Exception):
    """Why nothing was done, in one line."""


def run_offline(settings: Settings, work: Callable[[str], str]) -> int:
    """Check the database, call `work` with its address, print the text that `work` returns; return the exit code.

    `work` may raise `RefusedError`, whose text is printed.
    """
    url = settings.database_url.get_secret_value()
    try:
        _require_usable(url)
        text = work(url)
    except RefusedError as error:
        return _fail(str(error), EXIT_REFUSED)
    except (InUseError, StillUsedError):
        return _fail("a bot is using this database; stop it first", EXIT_REFUSED)
    except (SQLAlchemyError, OSError, ValueError) as error:
        return _fail(f"DATABASE_URL can't be used: {type(error).__name__}", EXIT_SETTINGS)
    sys.stdout.write(text)
    return 0


async def write_alone(url: str, work: Callable[[Tx], T]) -> T:
    """Run `work` in one transaction on the database at `url`, and return its result.

    Raises:
        StillUsedError: a bot works on the database.
    """

    def work_alone(tx: Tx) -> T:
        refuse_if_used(tx)
        return work(tx)

    async with Database.open(url) as db:
        return await db.write(work_alone)


def _require_usable(url: str) -> None:
    """Refuse a database that isn't there or that belongs to another version. Checking creates no file."""
    path = sqlite_path(url)
    if path is not None and not path.is_file():
        raise RefusedError("there is no database yet at DATABASE_URL")
    found = asyncio.run(read_once(url, stored_revision))
    if found is None:
        raise RefusedError("the database at DATABASE_URL holds no shop")
    if found != HEAD:
        raise RefusedError("the database's schema is another version's; run `python -m bot migrate`, or update Encore")


def _fail(line: str, code: int) -> int:
    sys.stderr.write(f"encore: {line}\n")
    return code
