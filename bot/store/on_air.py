"""Airings that are on or planned, for domains that attach something to a stream."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, and_, or_
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import LIVE_PHASES, AiringFacts, phase_of
from bot.store.airings import OPEN, airing_of, open_airings, update_live_cards
from bot.store.engine.sessions import Tx
from bot.store.tables import Airing


class OpenAiring(NamedTuple):
    """An airing that is planned or on, and whose end hasn't come."""

    id: int
    number: int
    """The stream's, as staff call it."""
    title: str
    begins: datetime | None
    """When it starts; None if it is on."""

    @property
    def subject(self) -> str:
        """The airing's name in the audit log."""
        return f"#{self.number} {self.title}"


def open_airings_at(session: Session, community_id: int, at: datetime) -> list[OpenAiring]:
    """Airings of this community that are planned or on at `at`, the earliest first."""
    return [_opened(one, at) for one in open_airings(session, community_id) if one.ends_at > at]


def open_airing_at(session: Session, community_id: int, airing_id: int, at: datetime) -> OpenAiring | None:
    """This airing if it is planned or on at `at`, else None."""
    found = airing_of(session, community_id, airing_id)
    if found is None or found.state not in OPEN or found.ends_at <= at:
        return None
    return _opened(found, at)


def update_cards_on_air(tx: Tx, community_id: int, at: datetime) -> None:
    """Promise edits of the live cards of what is on: they name a drop that can be claimed, and that has changed."""
    for airing in open_airings_at(tx, community_id, at):
        if airing.begins is None:
            update_live_cards(tx, community_id, airing.id, at)


def is_open() -> ColumnElement[bool]:
    """The SQL condition that an airing is planned or on."""
    return col(Airing.state).in_(OPEN)


def is_on(at: BindParameter[datetime]) -> ColumnElement[bool]:
    """The SQL condition that an airing is on, for hot statements: `rules/airings.phase_of` in SQL."""
    return and_(
        or_(*(col(Airing.state) == state for state in OPEN)),
        col(Airing.ends_at) > at,
        or_(col(Airing.starts_at) <= at, col(Airing.on_air_at).is_not(None)),
    )


def _opened(airing: AiringFacts, at: datetime) -> OpenAiring:
    begins = None if phase_of(airing, at) in LIVE_PHASES else airing.starts_at
    return OpenAiring(airing.id, airing.number, airing.title, begins)
