"""Streams that staff plan, their airings, who asked to be reminded, and who came."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.airings import AiringState, How, Repeat, StreamState
from bot.store.tables.base import Id, Json, forgets_cause, one_of


class Stream(SQLModel, table=True):
    """A plan of staff: one airing, or one each week."""

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
    """The number by which staff call it. Numbers count within the community."""
    title: str
    url: str | None = None
    first_at: datetime
    repeat: str = Field(default=Repeat.ONCE)
    weekly: str | None = None
    """For a weekly stream: `minute hour * * weekday` in the community's zone."""
    length_minutes: int
    remind: list[int] = Field(sa_type=Json)
    """Reminders for fans who asked: minutes before the start, the longest first."""
    state: str = Field(default=StreamState.OPEN)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime


class Airing(SQLModel, table=True):
    """One airing of a stream."""

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
        Index(
            "ix_airing_closed",
            "closed_at",
            sqlite_where=text("closed_at IS NOT NULL"),
            postgresql_where=text("closed_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    stream_id: int = Field(foreign_key="stream.id", sa_type=Id)
    planned_at: datetime
    """The planned start. It never changes, even if the airing is delayed."""
    starts_at: datetime
    ends_at: datetime
    """When it ends by its length, unless staff end it earlier."""
    state: str = Field(default=AiringState.PLANNED)
    url: str | None = None
    word: str | None = None
    """The word that the host says aloud. A fan who writes it attends."""
    word_key: str | None = None
    """The word without case and spaces."""
    replay_url: str | None = None
    on_air_at: datetime | None = None
    """When staff said that it is on; None if the clock started it."""
    asked_at: datetime | None = None
    """When the owner was asked what happened to it."""
    moved_at: datetime | None = None
    """When its start was last moved."""
    closed_at: datetime | None = None
    """When it ended or was cancelled."""
    reported_at: datetime | None = None
    """When the report of its figures was promised to the owner, or left out as there was nothing in it."""
    posted: bool = Field(default=False)
    """Whether its live card was ever due in the groups. Then its end is announced there too."""


class ReminderRound(SQLModel, table=True):
    """One message to all who asked to be reminded of an airing. It is promised once, in chunks."""

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
    """What the round is about: minutes before a start, or the act that moved or cancelled the airing."""
    outcome: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """The outcome to tell; None for a round that was left out."""
    not_after: datetime
    after_member_id: int = Field(default=0, sa_type=Id)
    """The id of the last member to whom it was promised."""
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
    """A member attended an airing: they tapped *I'm here*, or wrote the word."""

    __tablename__ = "attendance"
    __table_args__ = (one_of("how", How), UniqueConstraint("member_id", "cause"), forgets_cause("at"))

    airing_id: int = Field(sa_column=Column(Id, ForeignKey("airing.id"), primary_key=True, autoincrement=False))
    member_id: int = Field(
        sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False, index=True)
    )
    at: datetime
    how: str
    length: int
    """The stream streak: airings attended in a row, this one included."""
    coins: int
    mended_day: date | None = None
    """The missed day for which this attendance was used as a free make-up; None: not used yet."""
    cause: str | None = None
    answer: str | None = None
