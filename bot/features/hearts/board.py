"""A goal as the live card shows it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.goal_board import GoalBoard, GoalStep
from bot.rules.hearts.hearts import Give, GoalState
from bot.store import causes
from bot.store.tables.hearts import HeartCrowd, HeartGoal, HeartStep

STEP_CAUSE = "hearts:"
"""How the causes begin under which steps open what they open."""


def add_board(session: Session, card: Any, airing_id: int, _at: datetime) -> Any:
    """The live card of an airing with its goal."""
    return replace(card, board=board_of(session, airing_id))


def board_of(session: Session, airing_id: int) -> GoalBoard | None:
    """The goal of an airing, if it has one."""
    goal: Any = session.execute(
        select(col(HeartGoal.id).label("id"), col(HeartGoal.hearts).label("hearts")).where(
            col(HeartGoal.airing_id) == airing_id, col(HeartGoal.state) == GoalState.RUNNING
        )
    ).one_or_none()
    if goal is None:
        return None
    lagging = session.execute(select(exists().where(col(HeartCrowd.goal_id) == goal.id))).scalar_one()
    return GoalBoard(goal.id, goal.hearts, steps_of(session, goal.id), bool(lagging))


def steps_of(session: Session, goal_id: int) -> tuple[GoalStep, ...]:
    """A goal's steps, the nearest first."""
    rows: Sequence[HeartStep] = (
        session.execute(select(HeartStep).where(col(HeartStep.goal_id) == goal_id).order_by(col(HeartStep.nth)))
        .scalars()
        .all()
    )
    return tuple(as_shown(row.hearts, give_of(row), row.state) for row in rows)


def give_of(row: HeartStep) -> Give:
    """What a step opens."""
    return causes.from_facts(Give, row.gives)


def step_cause(goal_id: int, nth: int) -> str:
    """The cause under which a step opens its prize: its own, so that nothing opens it twice."""
    return f"{STEP_CAUSE}{goal_id}:{nth}"


def as_shown(hearts: int, give: Give, state: str) -> GoalStep:
    """A step as cards and lists show it."""
    return GoalStep(hearts, give.kind, give.title, give.coins, state)
