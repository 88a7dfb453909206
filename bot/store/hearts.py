"""A goal as the live card shows it."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.hearts.hearts import Give, GoalState, HeartBoard
from bot.rules.hearts.hearts import HeartStep as Step
from bot.store import causes
from bot.store.tables import HeartCrowd, HeartGoal, HeartStep

STEP_CAUSE = "hearts:"
"""How the causes begin under which steps open what they open."""


def board_of(session: Session, airing_id: int) -> HeartBoard | None:
    """The goal of an evening, if it has one."""
    goal = session.execute(
        select(col(HeartGoal.id), col(HeartGoal.hearts)).where(
            col(HeartGoal.airing_id) == airing_id, col(HeartGoal.state) == GoalState.RUNNING
        )
    ).one_or_none()
    if goal is None:
        return None
    goal_id, hearts = goal[0] or 0, goal[1]
    lagging = session.execute(select(exists().where(col(HeartCrowd.goal_id) == goal_id))).scalar_one()
    return HeartBoard(goal_id, hearts, steps_of(session, goal_id), bool(lagging))


def steps_of(session: Session, goal_id: int) -> tuple[Step, ...]:
    """A goal's steps, the nearest first."""
    rows: Sequence[HeartStep] = (
        session.execute(select(HeartStep).where(col(HeartStep.goal_id) == goal_id).order_by(col(HeartStep.nth)))
        .scalars()
        .all()
    )
    return tuple(shown(row.hearts, give_of(row), row.state) for row in rows)


def give_of(row: HeartStep) -> Give:
    """What a step opens."""
    return causes.from_facts(Give, row.gives)


def step_cause(goal_id: int, nth: int) -> str:
    """The cause under which a step opens its packet or raffle: its own, so that nothing opens it twice."""
    return f"{STEP_CAUSE}{goal_id}:{nth}"


def shown(hearts: int, give: Give, state: str) -> Step:
    """A step as cards and lists show it."""
    return Step(hearts, give.kind.value, give.title, give.coins, state)
