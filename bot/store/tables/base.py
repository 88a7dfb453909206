"""Names of constraints and the column types that several tables share."""

from typing import Any, Protocol

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, MetaData
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

SQLModel.model_config["defer_build"] = True  # tables are never validated: their validators needn't be built
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
"""The type of row ids: 64 bits. SQLite numbers rows by itself only in a column that is declared INTEGER."""


class HasId(Protocol):
    """A row whose table gives it a number."""

    id: int | None


def id_of(row: HasId) -> int:
    """The id of a row that is in the database.

    Raises:
        LookupError: the row isn't in the database yet.
    """
    if row.id is None:
        raise LookupError(f"{type(row).__name__} isn't in the database yet")
    return row.id


Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


CAUSE_AT = "cause_at"
"""Key in a table's `info`, see `forgets_cause`."""


def forgets_cause(at: str) -> dict[str, Any]:
    """Table arguments for rows that keep the cause of the act that made them, and its answer.

    Both are deleted after three days (`store/causes.py`). `at` is the column that holds the time of the act.
    """
    return {"info": {CAUSE_AT: at}}


def index_causes() -> None:
    """Give each table that `forgets_cause` marks an index of the rows that still have a cause, by their time."""
    for table in metadata.sorted_tables:
        at = table.info.get(CAUSE_AT)
        if at is not None:
            has_cause = table.c.cause.is_not(None)
            Index(f"ix_{table.name}_has_cause", table.c[at], sqlite_where=has_cause, postgresql_where=has_cause)


def one_of(column: str, values: Any) -> CheckConstraint:
    """A CHECK that `column` holds one of an enum's values. It works on both databases, and a migration can widen it."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
