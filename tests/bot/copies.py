"""A backup file, looked into."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.store.engine.schema import HEAD

TOKEN = "42:TEST"
SAID = "Zanzibar is a lovely name"


def check_copy(copy: Path) -> None:
    """One sound file, its owner's alone, with nothing that somebody wrote."""
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert SAID.encode() not in copy.read_bytes()
    assert query(copy, "SELECT count(*) FROM inbox") == [(0,)]
    assert query(copy, "PRAGMA integrity_check") == [("ok",)]
    assert query(copy, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    balance = query(copy, "SELECT sum(balance) FROM account WHERE kind = 'member'")[0][0] or 0
    assert balance == (query(copy, "SELECT sum(amount) FROM transfer")[0][0] or 0)
    assert [one.name for one in copy.parent.iterdir() if one.name.startswith(f".{copy.name}")] == []


def query(path: Path, statement: str, *values: Any) -> list[Any]:
    """Rows of a file."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(statement, values).fetchall()
