"""Streams that staff plan, their airings, who asked to be reminded, and who came."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.airings import AiringState, How, Repeat, StreamState
from bot.store.tables.base import Id, Json, forgets_cause, one_of


class Stream(SQLModel, table=True):
    """A plan: one airing, or one each week."""

    __tablename__ = "stream"
    __table_args__ = (
        one_of("state", StreamState),
        one_of("repeat", Repeat),
        UniqueConstraint("community_id", "number"),
        CheckConstraint("length_minutes > 0", name="length_positive"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    number: int
    """What staff call it; counts within the community."""
    title: str
    url: str | None = None
    first_at: datetime
    repeat: str = Field(default=Repeat.ONCE)
    weekly: str | None = None
    """`minute hour * * weekday` in the community's zone, for a weekly one."""
    length_minutes: int
    remind: list[int] = Field(sa_type=Json)
    """Minutes before the start at which those who asked are reminded, longest first."""
    state: str = Field(default=StreamState.OPEN)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime


class Airing(SQLModel, table=True):
    """One time that a stream is on."""

    __tablename__ = "airing"
    __table_args__ = (
        one_of("state", AiringState),
        UniqueConstraint("stream_id", "planned_at"),
        Index(
            "ix_airing_open",
            "ends_at",
            sqlite_where=text("state IN ('planned', 'live')"),
            postgresql_where=text("state IN ('planned', 'live')"),
        ),
        Index("ix_airing_community_id_starts_at", "community_id", "starts_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    stream_id: int = Field(foreign_key="stream.id", sa_type=Id)
    planned_at: datetime
    """When the plan has it: its key, whatever delays come."""
    starts_at: datetime
    ends_at: datetime
    """When it ends by its length, if nobody ends it before."""
    state: str = Field(default=AiringState.PLANNED)
    url: str | None = None
    word: str | None = None
    """What the host says aloud; writing it counts as attending."""
    word_key: str | None = None
    """The word without case and spaces."""
    replay_url: str | None = None
    on_air_at: datetime | None = None
    """When staff said that it is on; None for a start by the clock."""
    asked_at: datetime | None = None
    """When the owner was asked what became of it."""
    moved_at: datetime | None = None
    """When its start was last moved."""
    closed_at: datetime | None = None
    """When it ended or was cancelled."""
    posted: bool = Field(default=False)
    """Whether its card was ever due in the groups: then its end is told there."""


class ReminderRound(SQLModel, table=True):
    """One thing that all who asked to be reminded of an airing are told, once, in chunks."""

    __tablename__ = "reminder_round"
    __table_args__ = (
        Index(
            "ix_reminder_round_unfinished",
            "airing_id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    airing_id: int = Field(sa_column=Column(Id, ForeignKey("airing.id"), primary_key=True, autoincrement=False))
    key: str = Field(primary_key=True)
    """What and which: minutes before which start, or the act that moved or cancelled it."""
    outcome: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """What is told; None for a round that was left out."""
    not_after: datetime
    after_member_id: int = Field(default=0, sa_type=Id)
    """The last member to whom it was promised."""
    done_at: datetime | None = None


class Subscription(SQLModel, table=True):
    """A member asked to be reminded of a stream."""

    __tablename__ = "subscription"

    stream_id: int = Field(sa_column=Column(Id, ForeignKey("stream.id"), primary_key=True, autoincrement=False))
    member_id: int = Field(
        sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False, index=True)
    )
    at: datetime
    off_at: datetime | None = None


class Attendance(SQLModel, table=True):
    """A member was there: tapped *I'm here*, or wrote the word."""

    __tablename__ = "attendance"
    __table_args__ = (one_of("how", How), UniqueConstraint("member_id", "cause"), forgets_cause("at"))

    airing_id: int = Field(sa_column=Column(Id, ForeignKey("airing.id"), primary_key=True, autoincrement=False))
    member_id: int = Field(
        sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False, index=True)
    )
    at: datetime
    how: str
    length: int
    """Streams attended in a row, this one included."""
    coins: int
    mended_day: date | None = None
    """The missed day that this attendance made up for nothing, if it has."""
    cause: str | None = None
    answer: str | None = None
