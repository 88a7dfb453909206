"""Raffles on the staff's panel: the list of them, and the reach of calling one off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.raffles.facts import count_entries, count_redrawn
from bot.rules.panel import LISTED, AdminLine, AdminPerson, Ended, Reach, Section
from bot.rules.place import Place
from bot.rules.raffles.facts import EntryState, RaffleState, Sealing, public_state
from bot.store.panel import count_groups, count_may, reach_groups
from bot.store.tables import Member, Person, Raffle, RaffleEntry
from bot.store.tables.base import id_of

NAMED, REDRAWABLE, ALL_REDRAWABLE = "named", "redrawable", "all_redrawable"
"""Marks of raffles: only the owner may call it off now, in public; a place can be drawn anew; all of them can."""
LATELY_DRAWN = timedelta(days=7)
"""How long a drawn raffle stands among those that run: its winners are still to get their prizes."""
WINNERS_SHOWN = 12


def list_raffles(session: Session, place: Place, at: datetime, number: int | None) -> list[AdminLine]:
    """Raffles that run, and those drawn lately. With a number that one, with its winners."""
    if number is not None:
        return _one(session, place, number, at)
    over = (RaffleState.DRAWN, RaffleState.CANCELLED)
    lately = and_(col(Raffle.state) == RaffleState.DRAWN, col(Raffle.drawn_at) > at - LATELY_DRAWN)
    which = or_(col(Raffle.state).not_in(over), lately)
    return [_line(one, at) for one in _rows(session, place, which)]


def list_ended(session: Session, place: Place, at: datetime, which: Ended) -> list[AdminLine]:
    """Raffles that were drawn or called off. With a key that one, with its winners."""
    if which.key is not None:
        return _one(session, place, which.key, at)
    over = col(Raffle.state).in_((RaffleState.DRAWN, RaffleState.CANCELLED))
    page = (col(Raffle.number) < which.before,) if which.before else ()
    return [_line(one, at) for one in _rows(session, place, over, *page)]


def _rows(session: Session, place: Place, *which: ColumnElement[bool]) -> Sequence[Raffle]:
    query = select(Raffle).where(col(Raffle.community_id) == place.community_id, *which)
    return session.execute(query.order_by(col(Raffle.number).desc()).limit(LISTED + 1)).scalars().all()


def _one(session: Session, place: Place, number: int, at: datetime) -> list[AdminLine]:
    found = _rows(session, place, col(Raffle.number) == number)
    return [_with_winners(session, one, _line(one, at)) for one in found]


def _line(raffle: Raffle, at: datetime) -> AdminLine:
    state = public_state(RaffleState(raffle.state), raffle.closes, at)
    when = raffle.drawn_at or raffle.closes
    # A frozen list that waits for a named round can be called off; once the key is fixed, nothing can.
    named = raffle.state == RaffleState.LISTED and raffle.sealing == Sealing.FREEZE
    return AdminLine(
        Section.RAFFLES, raffle.number, raffle.prize, state, raffle.entered, at=when, marks=(NAMED,) if named else ()
    )


def _with_winners(session: Session, raffle: Raffle, line: AdminLine) -> AdminLine:
    if raffle.state != RaffleState.DRAWN:
        return line
    raffle_id = id_of(raffle)
    rows: Any = session.execute(
        select(col(RaffleEntry.number), col(Person.name), col(Person.user_id), col(Person.username))
        .join(Member, col(Member.id) == col(RaffleEntry.member_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(RaffleEntry.raffle_id) == raffle_id, col(RaffleEntry.state) == EntryState.WON)
        .order_by(col(RaffleEntry.place))
        .limit(WINNERS_SHOWN)
    ).all()
    places = count_entries(session, raffle_id, col(RaffleEntry.state) == EntryState.WON)
    # Cards of old raffles promised no limit of redraws.
    left = raffle.reserves - count_redrawn(session, raffle_id) if raffle.proof_format > 1 else places
    marks = [mark for mark, least in ((REDRAWABLE, 1), (ALL_REDRAWABLE, places)) if places and left >= least]
    people = tuple(AdminPerson(row.name, row.user_id, row.username, row.number) for row in rows)
    return replace(line, people=people, more_people=places - len(people), marks=tuple(marks))


def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
    """A new raffle: its card in the groups, and who may enter."""
    return replace(reach_groups(session, place, values, None), may=count_may(session, place, values))


def reach_called_off(session: Session, place: Place, _values: Mapping[str, Any], number: int | None) -> Reach:
    """What calling a raffle off costs: the entries that become void, and the coins that go back."""
    entries, coins = session.execute(
        select(func.count(), func.coalesce(func.sum(RaffleEntry.paid), 0))
        .join(Raffle, col(Raffle.id) == col(RaffleEntry.raffle_id))
        .where(
            col(Raffle.community_id) == place.community_id,
            col(Raffle.number) == number,
            col(RaffleEntry.returned).is_(False),
        )
    ).one()
    return Reach(groups=count_groups(session, place), void=entries, back=int(coins))
