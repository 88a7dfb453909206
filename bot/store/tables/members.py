"""People, their memberships, and what they did on each day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

from bot.rules.tiers import Tier
from bot.rules.tiers_ahead import Untold
from bot.store.tables.base import Id, Json, one_of

IS_A_PERSON = text("member.user_id > 0")
"""Members whose data was deleted have a negative id. As a literal it lets the index of those who are here be used."""


class Person(SQLModel, table=True):
    """A Telegram user, in any number of shops."""

    __tablename__ = "person"

    user_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    name: str
    username: str | None = Field(default=None, index=True, unique=True)
    """Lower case, without @. It belongs to whoever was seen with it last, and they may have given it up since."""
    telegram_language: str | None = None
    language: str | None = None
    """The language that the fan chose; None: they chose none."""
    can_write: bool = Field(default=False)
    """Whether the bot may write to them in private: they started it and haven't blocked it."""
    community_id: int | None = Field(default=None, foreign_key="community.id", sa_type=Id)
    """The community that a private command means: the first one they used, until a button or a link changes it."""


class Member(SQLModel, table=True):
    """A person's membership of a community."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("community_id", "user_id"),
        UniqueConstraint("community_id", "shop_code"),
        one_of("tier", Tier),
        one_of("tier_untold", Untold),
        CheckConstraint("banned_at IS NULL OR left_at IS NOT NULL", name="banned_is_out"),
        Index(
            "ix_member_look_at",
            "look_at",
            sqlite_where=text("look_at IS NOT NULL"),
            postgresql_where=text("look_at IS NOT NULL"),
        ),
        Index(
            "ix_member_tier_due_on",
            "community_id",
            "tier_due_on",
            sqlite_where=text("tier_due_on IS NOT NULL"),
            postgresql_where=text("tier_due_on IS NOT NULL"),
        ),
        Index(
            "ix_member_back_since",
            "back_since",
            sqlite_where=text("back_since IS NOT NULL"),
            postgresql_where=text("back_since IS NOT NULL"),
        ),
        Index(
            "ix_member_promotion_remind_at",
            "promotion_remind_at",
            sqlite_where=text("promotion_remind_at IS NOT NULL"),
            postgresql_where=text("promotion_remind_at IS NOT NULL"),
        ),
        Index("ix_member_source", "community_id", "source_id", "left_at"),
        Index(
            "ix_member_here",
            "community_id",
            sqlite_where=text("left_at IS NULL AND user_id > 0"),
            postgresql_where=text("left_at IS NULL AND user_id > 0"),
        ),
        # All that the funnel asks of a member: it reads three months of newcomers by this index alone.
        Index("ix_member_joined", "community_id", "joined_at", "source_id", "left_at"),
        Index(
            "ix_member_left",
            "community_id",
            "left_at",
            sqlite_where=text("left_at IS NOT NULL"),
            postgresql_where=text("left_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    user_id: int = Field(foreign_key="person.user_id", sa_type=BigInteger, index=True)
    tier: str = Field(default=Tier.NEW)
    """The tier on the day `tier_settled_on`. `store/tiers.py` computes the tier of today."""
    tier_rose_on: date | None = None
    tier_settled_on: date | None = None
    """The last day up to which rises and falls were computed; None: never."""
    tier_falls_on: date | None = None
    """The month's end at which the tier falls if nothing more is done; None if it can't. Days with a check-in or with
    messages put it off, which is worked out when it comes due."""
    tier_look_on: date | None = None
    """Before this day check-ins and messages alone can't raise the tier; None: it was never settled."""
    tier_due_on: date | None = None
    """The day on which the clock looks at the tier again: a week before it falls, or the day after."""
    tier_warned_of: date | None = None
    """The fall that they were warned of last."""
    tier_untold: str | None = None
    """What of their tier couldn't be told, a rise or a fall ahead. The next check-in tells it."""
    tag_wanted: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether their tier stands as a tag beside their name in the groups, because they asked for that."""
    joined_at: datetime
    left_at: datetime | None = None
    """When they left their last group of the community. Coins and history stay."""
    banned_at: datetime | None = None
    """When they were banned in the home group. Then they count as left, even if they are in other groups."""
    look_at: datetime | None = None
    """When Telegram is next asked whether they are in a room, as they acted where strangers can act. None: never."""
    source_id: int | None = Field(default=None, foreign_key="source.id", sa_type=Id)
    """The source by which they came first; None: unknown."""
    hidden: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether `/top` hides them, because they asked for that."""
    reminders: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether reminders of streams may be sent to them. False: they said *stop*."""
    service: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether they are told in private what becomes of something of theirs, unasked. False: they said *stop*."""
    promotion_since: datetime | None = None
    """Since when they say yes to promotion in private; None: they don't."""
    promotion_asked_at: datetime | None = None
    """When they were asked about it, or chose without being asked; None: they weren't asked yet."""
    promotion_remind_at: datetime | None = None
    """When they are reminded of their yes next; None: they don't say yes."""
    back_since: datetime | None = None
    """For a member who came back: when they had their data deleted. Older offers aren't given to them twice."""
    invitation_id: int | None = Field(default=None, sa_type=Id)
    """The invitation by which they came, as long as their check-ins count for it.

    It is no foreign key, because invitations refer to members.
    """
    shop_code: str | None = None
    """What they write into an order's note, so that the order is known as theirs; None until `/me` shows it first."""


class Presence(SQLModel, table=True):
    """A member is or was in one group of the community."""

    __tablename__ = "presence"

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    joined_at: datetime
    left_at: datetime | None = None


class Forgotten(SQLModel, table=True):
    """A salted hash of the id of somebody who had their data deleted, so that nobody is paid twice."""

    __tablename__ = "forgotten"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    fingerprint: str = Field(primary_key=True)
    at: datetime
    until: datetime
    """When this row is deleted: as the person was told at the deletion of their data."""


class Dialogue(SQLModel, table=True):
    """A half-filled form of a person in their private chat. It is a row so that it survives a restart."""

    __tablename__ = "dialogue"

    user_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    kind: str
    step: str
    """The field that the next message fills."""
    filled: dict[str, Any] = Field(sa_type=Json)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    """The message that shows the form and is edited."""
    updated_at: datetime


class Activity(SQLModel, table=True):
    """How often a member did one kind of thing on a day. Tiers and figures are computed from this."""

    __tablename__ = "activity"
    __table_args__ = (CheckConstraint("times > 0", name="times_positive"),)

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """A `Did` of `bot/rules/notes.py`, or `message` for a day with messages. Those of `rules/tiers.Deed` count for the
    tier."""
    times: int
