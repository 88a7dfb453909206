"""People, their membership of communities, and what they did day by day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

from bot.rules.tiers import Tier
from bot.store.tables.base import Id, Json, one_of


class Person(SQLModel, table=True):
    """A Telegram user, whatever shops they visit."""

    __tablename__ = "person"

    user_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    name: str
    username: str | None = Field(default=None, index=True, unique=True)
    """Lower case, without @. Whoever was seen with it last has it; they may have given it up since."""
    telegram_language: str | None = None
    language: str | None = None
    """The fan's own choice."""
    can_write: bool = Field(default=False)
    """Whether the bot may write to them in private: they started it and haven't blocked it."""
    community_id: int | None = Field(default=None, foreign_key="community.id", sa_type=Id)
    """What a private command means: the first community that they used, then the one that they turned to."""


class Member(SQLModel, table=True):
    """A fan in a community."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("community_id", "user_id"),
        one_of("tier", Tier),
        CheckConstraint("banned_at IS NULL OR left_at IS NOT NULL", name="banned_is_out"),
        Index(
            "ix_member_look_at",
            "look_at",
            sqlite_where=text("look_at IS NOT NULL"),
            postgresql_where=text("look_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    user_id: int = Field(foreign_key="person.user_id", sa_type=BigInteger, index=True)
    tier: str = Field(default=Tier.NEW)
    """As of `tier_settled_on`: ask `store/tiers.py` what it is now."""
    tier_rose_on: date | None = None
    tier_settled_on: date | None = None
    """The last day up to which rises and falls were worked out; None: never."""
    joined_at: datetime
    left_at: datetime | None = None
    """When they left the last group of the community; coins and history stay."""
    banned_at: datetime | None = None
    """When they were banned in the home group: then they have left, whatever other groups they are in."""
    look_at: datetime | None = None
    """When Telegram is asked next whether they are in: they acted where strangers can act. None: they didn't."""
    source_id: int | None = Field(default=None, foreign_key="source.id", sa_type=Id)
    """The first way by which they came; None: unknown."""
    hidden: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether they asked not to be shown in `/top`."""
    reminders: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether reminders that they asked for may reach them."""
    back_since: datetime | None = None
    """Of someone who came back: when they had their data deleted. What was offered before isn't theirs twice."""
    invitation_id: int | None = Field(default=None, sa_type=Id)
    """The invitation that brought them, as long as their check-ins matter for it. No foreign key: it points back."""


class Presence(SQLModel, table=True):
    """A member in one group of the community."""

    __tablename__ = "presence"

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    joined_at: datetime
    left_at: datetime | None = None


class Forgotten(SQLModel, table=True):
    """That someone had their data deleted, by a salted hash of their id, so that nobody is paid twice."""

    __tablename__ = "forgotten"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    fingerprint: str = Field(primary_key=True)
    at: datetime
    until: datetime
    """How long this is kept: as long as they were told when they had their data deleted."""


class Dialogue(SQLModel, table=True):
    """A half-filled form of a person in private chat: a restart keeps it."""

    __tablename__ = "dialogue"

    user_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    kind: str
    step: str
    """What the next message means: the field that is asked for."""
    filled: dict[str, Any] = Field(sa_type=Json)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    """The panel that is edited in place."""
    updated_at: datetime


class Activity(SQLModel, table=True):
    """How often a member did a kind of thing on a day: what tiers and figures are made of."""

    __tablename__ = "activity"
    __table_args__ = (CheckConstraint("times > 0", name="times_positive"),)

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """`claim`, or one of the kinds that count for the tier (`rules/tiers.Deed`)."""
    times: int
