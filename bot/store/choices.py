"""A choice of fans, for staff who named a fan in a way that doesn't say who is meant."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.naming import MOST_CHOICES, Choice, WhichFan
from bot.store.tables import Person


def which_fan(session: Session, query: Select[Any, Any, Any, Any], deed: str, example: str, said: str) -> WhichFan:
    """The fans of `query` whose name contains `said`; if there are none, all fans of the query.

    The query's columns are those of `Choice`. `deed` and `example` say what staff want to do.
    """
    rows = session.execute(query.where(is_called(said)).limit(MOST_CHOICES)).all() if said else []
    found = bool(rows) and not said.startswith("@")
    rows = rows or session.execute(query.limit(MOST_CHOICES)).all()
    return WhichFan(deed, example, said, found, tuple(Choice(*row) for row in rows))


def is_called(said: str) -> ColumnElement[bool]:
    """The condition that a name or username contains `said`.

    SQLite lowers Latin letters only, so the name is also looked for as it is written.
    """
    name = said.removeprefix("@")
    return or_(
        col(Person.name).contains(name, autoescape=True),
        func.lower(col(Person.name)).contains(name.lower(), autoescape=True),
        col(Person.username).contains(name.lower(), autoescape=True),
    )
