"""People, their membership of communities, and what they did day by day."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id


class Person(SQLModel, table=True):
    """A Telegram user, whatever shops they visit."""

    __tablename__ = "person"

    user_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    name: str
    username: str | None = Field(default=None, index=True)
    """Lower case, without @."""
    telegram_language: str | None = None
    language: str | None = None
    """The fan's own choice."""
    can_write: bool = Field(default=False)
    """Whether the bot may write to them in private: they started it and haven't blocked it."""
    community_id: int | None = Field(default=None, foreign_key="community.id", sa_type=Id)
    """The community they last used: what a private command means."""


class Member(SQLModel, table=True):
    """A fan in a community."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("community_id", "user_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    user_id: int = Field(foreign_key="person.user_id", sa_type=BigInteger, index=True)
    tier: str = Field(default="new")
    joined_at: datetime
    left_at: datetime | None = None


class Activity(SQLModel, table=True):
    """How often a member did a kind of thing on a day: what tiers and figures are made of."""

    __tablename__ = "activity"

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """`checkin`, `claim`, `redeem`, `message`, …"""
    times: int
