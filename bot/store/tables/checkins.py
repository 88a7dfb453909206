"""Covered days."""

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.rules.streaks import Cover
from bot.store.tables.base import Id, forgets_cause, one_of


class CheckIn(SQLModel, table=True):
    """A day that a member covered, with the streak as it stood at its end."""

    __tablename__ = "check_in"
    __table_args__ = (
        one_of("cover", Cover),
        UniqueConstraint("member_id", "freeze_month"),
        UniqueConstraint("member_id", "cause"),
        forgets_cause("at"),
    )

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    day: date = Field(primary_key=True)
    cover: str
    length: int
    milestone: int = Field(default=0)
    coins: int = Field(default=0)
    """Paid for a check-in (with bonus), or the price of a make-up."""
    freeze_month: str | None = None
    """`YYYY-MM` for a frozen day: a month has one freeze."""
    at: datetime
    cause: str | None = None
    """The update that made this row; forgotten after three days."""
    answer: str | None = None
    """What was answered to the cause, as JSON: a redelivered update hears it again."""
