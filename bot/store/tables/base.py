"""Names of constraints and the column types that several tables share."""

from typing import Any

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

Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


def one_of(column: str, values: Any) -> CheckConstraint:
    """A CHECK that `column` holds one of an enum's values: the same on both databases, easy to widen."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def id_of(row: Any) -> int:
    """The id of a row that is in the database."""
    found: int | None = row.id
    if found is None:
        raise LookupError(f"a row of {type(row).__name__} has no id yet")
    return found
