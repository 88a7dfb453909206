"""Which airing staff mean: the one that a number or a button names, the one that is on, or the next."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.streams.rows import LockedAiring, lock_airing
from bot.rules.act import Act
from bot.rules.airings import LIVE_PHASES, OVER_PHASES, AiringFacts, AiringState, phase_of
from bot.rules.streams.airings import CallOff, Move, OnAir
from bot.store.airings import AIRINGS, facts_of, open_airings
from bot.store.engine.sessions import Tx
from bot.store.tables import Airing, Stream

Wish = OnAir | Move | CallOff


def find_meant_airing(session: Session, act: Act, wish: Wish, *, within: timedelta | None = None) -> AiringFacts | None:
    """The airing that is meant: the one that a button carries, or the one that is on, else the next.

    One that is named only by being the next must begin `within` this time.
    """
    now = act.at
    airings = [
        one
        for one in open_airings(session, act.community_id)
        if phase_of(one, now) not in OVER_PHASES
        and wish.number in {None, one.number}
        and wish.airing_id in {None, one.id}
    ]
    on = [one for one in airings if phase_of(one, now) in LIVE_PHASES]
    if on:
        return on[-1]
    named = wish.number is not None or wish.airing_id is not None
    near = [one for one in airings if within is None or named or one.starts_at - now <= within]
    return near[0] if near else None


def lock_meant_airing(tx: Tx, act: Act, wish: Wish) -> LockedAiring | None:
    """The airing that is meant, locked. The shop must be locked before."""
    target = find_meant_airing(tx, act, wish)
    if target is None:
        return None
    locked = lock_airing(tx, target.id)
    # The clock may have closed it while we waited for the lock.
    return locked if phase_of(locked.before, act.at) not in OVER_PHASES else None


def find_just_ended(session: Session, act: Act, number: int | None, within: timedelta) -> AiringFacts | None:
    """The airing that ended last, if that was `within` this time; of one stream if its `number` is given."""
    query = AIRINGS.where(col(Airing.community_id) == act.community_id, col(Airing.state) == AiringState.ENDED)
    if number is not None:
        query = query.where(col(Stream.number) == number)
    row = session.execute(query.order_by(col(Airing.closed_at).desc()).limit(1)).one_or_none()
    ended = facts_of(tuple(row)) if row is not None else None
    if ended is None or ended.closed_at is None or act.at - ended.closed_at > within:
        return None
    return ended


def community_of_airing(session: Session, airing_id: int) -> int | None:
    """The community of an airing, or None if there is no such airing."""
    found: int | None = session.execute(
        select(col(Airing.community_id)).where(col(Airing.id) == airing_id)
    ).scalar_one_or_none()
    return found
