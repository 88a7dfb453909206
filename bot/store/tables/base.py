"""Names of constraints and the column types that several tables share."""

from typing import Any, Protocol

from sqlalchemy import JSON, BigInteger, CheckConstraint, MetaData
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
"""Row ids: 64 bits everywhere; SQLite gives its own row id only to a column declared INTEGER."""


class HasId(Protocol):
    """A row whose table gives it a number."""

    id: int | None


def id_of(row: HasId) -> int:
    """The id of a row that is in the database."""
    if row.id is None:
        raise LookupError(f"{type(row).__name__} isn't in the database yet")
    return row.id


Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


CAUSE_AT = "cause_at"
"""Key of a table's `info`, see `forgets_cause`."""


def forgets_cause(at: str) -> dict[str, Any]:
    """For a table whose rows keep the cause of the act that made them, and the answer: both are forgotten.

    `at` is the column that says when the act was.
    """
    return {"info": {CAUSE_AT: at}}


def one_of(column: str, values: Any) -> CheckConstraint:
    """A CHECK that `column` holds one of an enum's values: the same on both databases, easy to widen."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
