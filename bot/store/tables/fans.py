"""What staff keep of fans: notes, how often each visits, and lines that buttons belong to."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id


class FanNote(SQLModel, table=True):
    """A note of staff on a fan. A deleted one is kept for some days, so that it can be brought back."""

    __tablename__ = "fan_note"
    __table_args__ = (
        Index("ix_fan_note_member_id", "member_id", "id"),
        Index(
            "ix_fan_note_gone",
            "gone_at",
            sqlite_where=text("gone_at IS NOT NULL"),
            postgresql_where=text("gone_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    text: str
    by: int = Field(sa_type=BigInteger)
    """Who of the staff wrote it; the group's id for an anonymous administrator."""
    at: datetime
    gone_at: datetime | None = None
    """When it was deleted; None: it stands."""


class VisitRhythm(SQLModel, table=True):
    """How often a fan visits, as it was worked out last. Who visits too seldom, or is gone, has no row."""

    __tablename__ = "visit_rhythm"
    __table_args__ = (Index("ix_visit_rhythm_slips_on", "community_id", "slips_on"),)

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    last_on: date
    """The last visit that was counted. Who was there since isn't slipping away."""
    every: int
    """The median of the gaps between visits, in days, rounded up."""
    slips_on: date
    gone_on: date


class WrittenLine(SQLModel, table=True):
    """A line that staff wrote, such as a segment. Buttons name it by its number, as they hold 64 bytes."""

    __tablename__ = "written_line"
    __table_args__ = (
        UniqueConstraint("community_id", "kind", "line"),
        Index("ix_written_line_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    kind: str
    """What it is: `list`, `tag` or `grant`."""
    line: str
    at: datetime
    """When it was written last. It is deleted some days later."""
