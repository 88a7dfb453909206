"""Covered days: checked in, made up or frozen."""

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from bot.rules.streaks import Cover
from bot.store.tables.base import Id, forgets_cause, one_of

_FREEZES = text("freeze_month IS NOT NULL")
_MAKE_UPS = text("cover = 'made_up'")


class CheckIn(SQLModel, table=True):
    """A day that a member covered, with the length of the streak at its end."""

    __tablename__ = "check_in"
    __table_args__ = (
        one_of("cover", Cover),
        # Only these rows: an index of all of them would cost a check-in more than its transfer does.
        Index(
            "uq_check_in_freezes",
            "member_id",
            "freeze_month",
            unique=True,
            sqlite_where=_FREEZES,
            postgresql_where=_FREEZES,
        ),
        Index(
            "uq_check_in_make_ups",
            "member_id",
            "cause",
            unique=True,
            sqlite_where=_MAKE_UPS,
            postgresql_where=_MAKE_UPS,
        ),
        Index("ix_check_in_counts", "community_id", "day", "cover", "member_id"),
        forgets_cause("at"),
    )

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    """The member's. It is here too, so that a day's check-ins are counted by an index alone."""
    day: date = Field(primary_key=True)
    cover: str
    length: int
    milestone: int = Field(default=0)
    coins: int = Field(default=0)
    """Coins paid for a check-in (bonus included), or the price of a make-up."""
    freeze_month: str | None = None
    """`YYYY-MM` of a frozen day, else None. Each month has one freeze."""
    at: datetime
    cause: str | None = None
    """The update that made this row; forgotten after three days."""
    answer: str | None = None
    """The answer to the cause, as JSON. If the update is delivered again, it gets the same answer."""
