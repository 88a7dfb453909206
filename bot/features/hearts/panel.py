"""Heart goals on the staff's panel: which run, and whom a new one reaches."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.hearts.board import board_of
from bot.rules.hearts.hearts import GoalState, ReadPrize, coins_of, read_give, split_gives
from bot.rules.panel import LISTED, AdminLine, Ended, Reach, Section
from bot.rules.place import Place
from bot.store.airings import OPEN
from bot.store.on_air import open_airings_at
from bot.store.panel import CountReach, reach_everywhere
from bot.store.tables import Airing, Stream
from bot.store.tables.base import id_of
from bot.store.tables.hearts import HeartGoal, HeartStep


def list_goals(session: Session, place: Place, _at: datetime, number: int | None) -> list[AdminLine]:
    """Goals that run. One a stream and no number: what hearts open isn't changed, only called off."""
    if number is not None:
        return []
    last = select(func.max(HeartStep.hearts)).where(col(HeartStep.goal_id) == col(HeartGoal.id)).scalar_subquery()
    found = session.execute(
        select(HeartGoal, col(Stream.title), last)
        .join(Airing, col(Airing.id) == col(HeartGoal.airing_id))
        .join(Stream, col(Stream.id) == col(Airing.stream_id))
        .where(col(HeartGoal.community_id) == place.community_id, col(HeartGoal.state) == GoalState.RUNNING)
        .order_by(col(HeartGoal.id).desc())
        .limit(LISTED + 1)
    ).all()
    return [AdminLine(Section.HEARTS, 0, title, "open", goal.hearts, most) for goal, title, most in found]


def list_ended(session: Session, place: Place, at: datetime, which: Ended) -> list[AdminLine]:
    """Goals of streams that are over, and goals that were called off."""
    last = select(func.max(HeartStep.hearts)).where(col(HeartStep.goal_id) == col(HeartGoal.id)).scalar_subquery()
    over = or_(col(HeartGoal.state) != GoalState.RUNNING, col(Airing.state).not_in(OPEN), col(Airing.ends_at) <= at)
    page = (col(HeartGoal.id) < which.before,) if which.before else ()
    found = session.execute(
        select(HeartGoal, col(Stream.title), col(Airing.starts_at), last)
        .join(Airing, col(Airing.id) == col(HeartGoal.airing_id))
        .join(Stream, col(Stream.id) == col(Airing.stream_id))
        .where(
            col(HeartGoal.community_id) == place.community_id,
            *((col(HeartGoal.id) == which.key,) if which.key is not None else (over, *page)),
        )
        .order_by(col(HeartGoal.id).desc())
        .limit(LISTED + 1)
    ).all()
    return [
        AdminLine(
            Section.HEARTS,
            0,
            title,
            "cancelled" if goal.state == GoalState.CANCELLED else "closed",
            goal.hearts,
            most,
            starts_at,
            key=id_of(goal),
        )
        for goal, title, starts_at, most in found
    ]


def may_set(session: Session, place: Place, at: datetime) -> bool:
    """Whether a goal can be set: a stream is on or planned, and it has no goal."""
    airing = next(iter(open_airings_at(session, place.community_id, at)), None)
    return airing is not None and board_of(session, airing.id) is None


def is_set(session: Session, place: Place, at: datetime) -> bool:
    """Whether a goal runs, or is set for a stream that comes."""
    return any(board_of(session, one.id) is not None for one in open_airings_at(session, place.community_id, at))


def count_gives(prizes: Mapping[str, ReadPrize]) -> Callable[[str], int]:
    """How many things to give an answer names."""
    return lambda text: len(split_gives(text, prizes))


def reach_of(prizes: Mapping[str, ReadPrize]) -> CountReach:
    """How the reach of a new goal is counted: it hangs on the live card in all chats, and may promise coins."""

    def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
        given = (read_give(part, prizes) for part in split_gives(values.get("gives", ""), prizes))
        coins = coins_of(give for give in given if give is not None)
        return replace(reach_everywhere(session, place, values, None), coins=coins or None)

    return reach_new
