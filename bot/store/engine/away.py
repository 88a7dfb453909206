"""Which failures of a database pass by themselves, one exception for all of them, and which are a value's fault."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, InternalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

AWAY = ("08", "25006", "25P03", "40001", "40003", "40P01", "53", "55P03", "57014", "57P", "58")
"""Beginnings of PostgreSQL's SQLSTATE codes (its manual, appendix A) that say: ask again. The connection broke; the
server is a standby now, or is stopping or starting; we waited too long or were overtaken; room, connections or its disk
gave out."""

OF_VALUES = (ValueError, TypeError, OverflowError, DataError, IntegrityError)
NOT_UTF8 = "Could not decode to UTF-8"
"""How SQLite's driver says that a text in the file is damaged."""


class DatabaseAwayError(ConnectionError):
    """The database can't answer now, or went away in the middle: what was asked may or may not have been done.

    Asking again is right: what was done already is known by its cause, and gives its first answer.
    """


def is_away(error: BaseException) -> bool:
    """Whether a failure passes by itself. A wrong value or a wrong statement doesn't, nor does a wrong password."""
    if isinstance(error, (OSError, PoolTimeout)):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlstate", None)
    if code is not None:
        return str(code).startswith(AWAY)
    # What asyncpg says by itself of a connection that broke under it. It has one kind for a closed connection and for a
    # value that it can't send; the latter is a ValueError too.
    return isinstance(error, (InterfaceError, InternalError)) and not isinstance(
        getattr(origin, "__cause__", None), ValueError
    )


def name_of(error: BaseException) -> str:
    """What kind of failure it is, for a log or a report: its text may hold an address or a password."""
    return str(error) if isinstance(error, DatabaseAwayError) else type(error).__name__


def is_of_data(error: BaseException) -> bool:
    """Whether a write or a read failed for what it was given or found: trying again would end the same.

    Drivers wrap their reasons: asyncpg's for a value that doesn't fit looks like a lost connection from outside.
    """
    chain: list[BaseException] = []
    while error not in chain:
        chain.append(error)
        error = getattr(error, "orig", None) or error.__cause__ or error
    if any(isinstance(one, OSError) for one in chain):
        return False  # a certificate's refusal is a ValueError too
    return any(isinstance(one, OF_VALUES) or NOT_UTF8 in str(one) for one in chain)
