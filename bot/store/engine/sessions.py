"""The sessions of use cases: one type for reading, one for writing, so that a read can't be run as a write."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from bot.store.engine.hot import Cursor, Hot, Row

PROMISED = "promised"
"""Key in a write session's `info`: the use case promised a message."""
PLANNED = "planned"
"""Key in a write session's `info`: the use case changed when something is due, so the alarm clock is set anew."""

TYPED = "typed"
"""Key in a write session's `info`: ids of the messages that the use case promised because staff typed it."""


class _Quick(Session):
    """A session that gives hot statements to the driver."""

    _driver: tuple[Cursor, Dialect] | None = None
    """The driver's cursor, and the dialect that it speaks. They stay until the session is closed."""

    def rows(self, statement: Hot, **parameters: Any) -> list[Row]:
        """All rows of a hot statement."""
        cursor, dialect = self._driver or self._open_driver()
        return statement.rows(cursor, dialect, parameters)

    def row(self, statement: Hot, **parameters: Any) -> Row | None:
        """The first row of a hot statement."""
        cursor, dialect = self._driver or self._open_driver()
        rows = statement.rows(cursor, dialect, parameters)
        return rows[0] if rows else None

    def _open_driver(self) -> tuple[Cursor, Dialect]:
        self._driver = cast("Cursor", self.connection().connection.cursor()), self.get_bind().dialect
        return self._driver

    def close(self) -> None:
        """Forget the driver's cursor with the connection."""
        self._driver = None
        super().close()


class Rx(_Quick):
    """A session for reading."""


class Tx(_Quick):
    """A session for writing: only `Database.write` makes one, and only it commits."""

    def touch(self, statement: Hot, **parameters: Any) -> int:
        """Run a hot statement that changes rows; how many it changed."""
        cursor, dialect = self._driver or self._open_driver()
        return statement.touched(cursor, dialect, parameters)

    def touch_many(self, statement: Hot, parameters: Sequence[dict[str, Any]]) -> int:
        """Run a hot statement with each of these sets of values; how many rows it changed, -1 if that isn't known."""
        cursor, dialect = self._driver or self._open_driver()
        return statement.touched_by_many(cursor, dialect, parameters)
