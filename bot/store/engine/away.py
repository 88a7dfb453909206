"""Sorts failures of the database: those that pass by themselves, and those that a value causes."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, InternalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

AWAY = ("08", "25006", "25P03", "40001", "40003", "40P01", "53", "55P03", "57014", "57P", "58")
"""Beginnings of PostgreSQL's SQLSTATE codes (its manual, appendix A) of failures after which to try again.

They mean: the connection broke; the server is a standby now, or it is stopping or starting; we waited too long, or
another transaction was faster; the server ran out of memory, connections or disk."""

OF_VALUES = (ValueError, TypeError, OverflowError, DataError, IntegrityError)
NOT_UTF8 = "Could not decode to UTF-8"
"""The beginning of the message by which SQLite's driver reports a damaged text."""


class DatabaseAwayError(ConnectionError):
    """The database can't answer now, or went away in the middle. The work may or may not have been done.

    Trying again is safe: work that was done is known by its cause, and gives its first answer.
    """


def is_away(error: BaseException) -> bool:
    """Whether a failure passes by itself. A wrong value, statement or password doesn't."""
    if isinstance(error, (OSError, PoolTimeout)):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlstate", None)
    if code is not None:
        return str(code).startswith(AWAY)
    # asyncpg itself reports a broken connection in this way. It uses the same class for a value that it can't send, but
    # then the cause is a ValueError.
    return isinstance(error, (InterfaceError, InternalError)) and not isinstance(
        getattr(origin, "__cause__", None), ValueError
    )


def name_of(error: BaseException) -> str:
    """The kind of a failure, for a log or a report. Its text is left out: it may hold an address or a password."""
    return str(error) if isinstance(error, DatabaseAwayError) else type(error).__name__


def is_of_data(error: BaseException) -> bool:
    """Whether a value in the call or in the database made it fail, so that trying again would fail again.

    The whole chain of exceptions is checked, because drivers wrap the reason: asyncpg reports a value that doesn't fit
    as if the connection were lost.
    """
    chain: list[BaseException] = []
    while error not in chain:
        chain.append(error)
        error = getattr(error, "orig", None) or error.__cause__ or error
    if any(isinstance(one, OSError) for one in chain):
        return False  # a refused certificate is both an OSError and a ValueError
    return any(isinstance(one, OF_VALUES) or NOT_UTF8 in str(one) for one in chain)
