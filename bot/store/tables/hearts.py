"""Heart goals, their steps, and who gave hearts."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.goal_board import StepState
from bot.rules.hearts.hearts import GoalState
from bot.store.tables.base import Id, Json, forgets_cause, one_of

_RUNNING = text("state = 'running'")


class HeartGoal(SQLModel, table=True):
    """A heart goal: the hearts of one airing, added up."""

    __tablename__ = "heart_goal"
    __table_args__ = (
        one_of("state", GoalState),
        CheckConstraint("hearts >= 0", name="hearts_not_negative"),
        Index("ix_heart_goal_community_id_id", "community_id", "id"),
        Index("uq_heart_goal_running", "airing_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    airing_id: int = Field(foreign_key="airing.id", index=True, sa_type=Id)
    hearts: int = Field(default=0)
    state: str = Field(default=GoalState.RUNNING)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime


class HeartStep(SQLModel, table=True):
    """One step of a goal: a number of hearts, and what it opens."""

    __tablename__ = "heart_step"
    __table_args__ = (one_of("state", StepState), UniqueConstraint("goal_id", "hearts"))

    goal_id: int = Field(sa_column=Column(Id, ForeignKey("heart_goal.id"), primary_key=True, autoincrement=False))
    nth: int = Field(primary_key=True)
    hearts: int
    gives: dict[str, Any] = Field(sa_type=Json)
    """What it opens: a `Give` as JSON."""
    state: str = Field(default=StepState.WAITING)
    reached_at: datetime | None = None


class Heart(SQLModel, table=True):
    """A fan's hearts for a goal: how many counted, and the time of the last one."""

    __tablename__ = "heart"
    __table_args__ = (forgets_cause("at"),)

    goal_id: int = Field(sa_column=Column(Id, ForeignKey("heart_goal.id"), primary_key=True, autoincrement=False))
    member_id: int = Field(
        sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False, index=True)
    )
    hearts: int
    at: datetime
    cause: str | None = None


class HeartCrowd(SQLModel, table=True):
    """The greatest number of anonymous heart reactions that Telegram reported for one message."""

    __tablename__ = "heart_crowd"

    goal_id: int = Field(sa_column=Column(Id, ForeignKey("heart_goal.id"), primary_key=True, autoincrement=False))
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    message_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    most: int
