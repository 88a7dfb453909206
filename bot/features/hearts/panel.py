"""Heart goals on the staff's panel: which run, and whom a new one reaches."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.hearts.hearts import GoalState, HeartPolicy, ReadPrize, coins_of, read_goal
from bot.rules.panel import LISTED, AdminLine, Reach, Section
from bot.rules.place import Place
from bot.store.panel import CountReach, reach_everywhere
from bot.store.tables import Airing, Stream
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


def reach_of(policy: HeartPolicy, prizes: Mapping[str, ReadPrize]) -> CountReach:
    """How the reach of a new goal is counted: it hangs on the live card in all chats, and may promise coins."""

    def reach_new(session: Session, place: Place, values: Mapping[str, Any], _number: int | None) -> Reach:
        there = {"goals", "gives"} <= values.keys()
        steps = read_goal(values["goals"], values["gives"], policy, prizes) if there else ()
        coins = coins_of(give for _, give in steps) if isinstance(steps, tuple) else 0
        return replace(reach_everywhere(session, place, values, None), coins=coins or None)

    return reach_new
