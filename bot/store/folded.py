"""Messages that weren't sent in time and become lines of the next morning card."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.folded import MOST_FOLDED, FoldedLine, Line
from bot.rules.verdicts import Ruling
from bot.store.engine.sessions import Tx
from bot.store.tables.attention import Verdict

LineOf = Callable[[Session, int, int, datetime], Line | None]
"""(session, community, subject, at) → the thing in a few words; None if it is gone, or not this shop's."""

_MOST_LOOKED_AT = 20
"""Things that are looked up for one card: some may be gone."""


def take_folded(tx: Tx, community_id: int, posting_id: int) -> None:
    """Give all folded messages of a shop to this morning card; call it when the card is promised.

    The card shows the newest. The others are given to it as well, so that the next card doesn't show them.
    """
    tx.execute(update(Verdict).where(*_without_card(community_id)).values(card_id=posting_id))


def drop_lines(tx: Tx, community_id: int, kind: str, subjects: Select[Any]) -> None:
    """Take these things off the next morning card: rooms are told them in full before it comes."""
    tx.execute(
        update(Verdict)
        .where(*_without_card(community_id), col(Verdict.kind) == kind, col(Verdict.subject_id).in_(subjects))
        .values(ruling=Ruling.DROP)
        .execution_options(synchronize_session=False)
    )


def _without_card(community_id: int) -> tuple[ColumnElement[bool], ...]:
    """Which folded verdicts of a shop no morning card has been given yet."""
    return (
        col(Verdict.community_id) == community_id,
        col(Verdict.ruling) == Ruling.FOLD,
        col(Verdict.card_id).is_(None),
    )


def folded_lines(session: Session, posting_id: int) -> tuple[FoldedLine, ...]:
    """The things that a morning card has to tell of, the newest first. What several rooms missed comes once.

    `with_titles` says what they are called and leaves at most three.
    """
    rows = session.execute(
        select(col(Verdict.kind), col(Verdict.subject_id))
        .where(col(Verdict.card_id) == posting_id, col(Verdict.subject_id).is_not(None))
        .group_by(col(Verdict.kind), col(Verdict.subject_id))
        .order_by(func.max(col(Verdict.id)).desc())
        .limit(_MOST_LOOKED_AT)
    ).all()
    return tuple(FoldedLine(kind, subject_id) for kind, subject_id in rows if subject_id is not None)


def with_titles(
    session: Session, community_id: int, folded: Iterable[FoldedLine], at: datetime, lines: Mapping[str, LineOf]
) -> tuple[FoldedLine, ...]:
    """Say what the things are called, by what domains registered for each kind. What is gone has no line."""
    found: list[FoldedLine] = []
    for thing in folded:
        read = lines.get(thing.kind)
        line = read(session, community_id, thing.subject_id, at) if read is not None else None
        if line is not None:
            found.append(FoldedLine(thing.kind, thing.subject_id, line.title, line.open, line.coins))
    return tuple(found[:MOST_FOLDED])
