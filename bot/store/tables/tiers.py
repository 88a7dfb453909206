"""What is to be done about members' tiers: who must be settled, who rose, and which tags the bot set."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from bot.rules.tiers import Deed, Tier
from bot.store.tables.base import Id, one_of


class TierPending(SQLModel, table=True):
    """A member whose deeds changed since their tier was settled. The clock settles it at once and deletes the row."""

    __tablename__ = "tier_pending"
    __table_args__ = (one_of("kind", Deed),)

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    community_id: int = Field(foreign_key="community.id", sa_type=Id, index=True)
    kind: str
    """The latest deed that changed."""


class TierRise(SQLModel, table=True):
    """A member rose. They are told once, and of a new core fan the owner is told once."""

    __tablename__ = "tier_rise"
    __table_args__ = (
        UniqueConstraint("member_id", "day", "tier"),
        one_of("tier", Tier),
        Index(
            "ix_tier_rise_untold",
            "community_id",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
        Index(
            "ix_tier_rise_unthanked",
            "community_id",
            sqlite_where=text("tier = 'core' AND nudged_at IS NULL"),
            postgresql_where=text("tier = 'core' AND nudged_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    day: date
    """The day on which the score was enough."""
    tier: str
    at: datetime
    """When the rise was found."""
    present: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the deed was their own in a room, so that a whisper reaches them there."""
    told_at: datetime | None = None
    """When telling the fan was promised or done; None: it is still to be done."""
    nudged_at: datetime | None = None
    """When telling the owner of a core fan was promised."""


class ShownTag(SQLModel, table=True):
    """The tag that the bot set beside a member's name in one group. A tag that they set themselves has no row."""

    __tablename__ = "shown_tag"

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    tag: str
