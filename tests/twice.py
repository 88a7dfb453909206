"""Every use case runs twice, and the first time is rolled back: so an effect outside its session shows in some test.

SQLite's writer runs a group of use cases again if one of them fails after it changed rows. PostgreSQL runs a use case
again that another one overtook.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from bot.store.engine import sqlite
from bot.store.engine.sessions import Tx


@contextmanager
def run_twice() -> Iterator[None]:
    """Within this block SQLite's writer runs each job twice."""
    run_bare = sqlite._run_bare  # what stands between the writer and a job

    def run_and_run_again(driver: Any, tx: Tx, job: Any) -> bool:
        raw = driver.cursor()
        raw.execute("SAVEPOINT rehearsal")
        with suppress(Exception):
            job.work(tx)
            tx.flush()
        if not driver.in_transaction:
            raise RuntimeError("the first run ended the transaction")
        tx.rollback()
        tx.expunge_all()
        raw.execute("ROLLBACK TO rehearsal")
        raw.execute("RELEASE rehearsal")
        return run_bare(driver, tx, job)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "_run_bare", run_and_run_again)
        yield
