"""Whether a database refused a value, or was away."""

from sqlalchemy.exc import DataError, IntegrityError

OF_VALUES = (ValueError, TypeError, OverflowError, DataError, IntegrityError)
NOT_UTF8 = "Could not decode to UTF-8"
"""How SQLite's driver says that a text in the file is damaged."""


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
