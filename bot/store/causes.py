"""Causes: an update that is delivered again gets its first answer and has no second effect.

The row that a use case makes holds its cause, `bot id:update id`, and the answer as JSON. After a week without updates
Telegram may start new update numbers, so causes are deleted after three days.
"""

import json
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import select, tuple_, update

from bot.rules.retention import CAUSES_KEPT
from bot.store.engine.sessions import Tx
from bot.store.tables import metadata
from bot.store.tables.base import CAUSE_AT

T = TypeVar("T")

KEPT = CAUSES_KEPT
CHUNK = 500
"""Rows whose causes one transaction deletes."""


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    adapter = _ADAPTERS.get(kind)
    if adapter is None:
        adapter = _ADAPTERS[kind] = TypeAdapter(kind)
    return adapter


def to_json(outcome: Any) -> str:
    """An outcome as JSON text."""
    return _adapter(type(outcome)).dump_json(outcome).decode()


def from_json(kind: type[T], text: str) -> T:
    """The outcome of type `kind` that `to_json` wrote."""
    outcome: T = _adapter(kind).validate_json(text)
    return outcome


def to_facts(outcome: Any) -> dict[str, Any]:
    """An outcome as a dictionary of JSON values, for rows that hold several of them."""
    if not is_dataclass(outcome):
        raise TypeError(f"not an outcome: {type(outcome).__name__}")
    facts: dict[str, Any] = _adapter(type(outcome)).dump_python(outcome, mode="json")
    return facts


def from_facts(kind: type[T], facts: dict[str, Any]) -> T:
    """The outcome of type `kind` that `to_facts` turned into a dictionary."""
    outcome: T = _adapter(kind).validate_json(json.dumps(facts))
    return outcome


def forget(tx: Tx, now: datetime) -> bool:
    """Delete causes and answers older than three days, a chunk of all tables together; whether there may be more.

    The tables are those that `forgets_cause` marks.
    """
    left = CHUNK
    for table in metadata.sorted_tables:
        at = table.info.get(CAUSE_AT)
        if at is not None and left:
            key = list(table.primary_key.columns)
            old = select(*key).where(table.c[at] < now - KEPT, table.c.cause.is_not(None)).limit(left)
            kept = [name for name in ("cause", "answer") if name in table.c]
            forgotten = update(table).where(tuple_(*key).in_(old)).values(dict.fromkeys(kept))
            left -= len(tx.execute(forgotten.returning(key[0])).all())
    return not left
