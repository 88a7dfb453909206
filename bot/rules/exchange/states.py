"""How far an import of members is, what becomes of its lines, and what can be exported."""

from enum import StrEnum


class MoveState(StrEnum):
    """How far an import of members is."""

    TAKING = "taking"
    DONE = "done"
    RETURNING = "returning"
    """It is undone, line by line. What was interrupted goes on."""
    RETURNED = "returned"


class LineState(StrEnum):
    """What became of a line."""

    WAITING = "waiting"
    """Its person isn't here yet."""
    COME = "come"
    """Somebody came whom it may mean: the clock gives them what it brings, or asks them."""
    ASKED = "asked"
    """Somebody with its username was asked whether it is theirs."""
    GIVEN = "given"
    REFUSED = "refused"
    """They said that it isn't theirs."""
    DROPPED = "dropped"
    """The owner gave it up."""
    EXPIRED = "expired"
    """Nobody came in time."""
    RETURNED = "returned"
    """The import was undone."""


OPEN = (LineState.WAITING, LineState.COME, LineState.ASKED)
"""States in which a line still waits for its person."""


class ExportKind(StrEnum):
    """What can be exported."""

    FANS = "fans"
    ORDERS = "orders"
    COINS = "coins"
    POSTS = "posts"


class ExportFormat(StrEnum):
    """As what."""

    XLSX = "xlsx"
    CSV = "csv"
