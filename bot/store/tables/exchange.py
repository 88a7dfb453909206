"""Members that came in by file: the imports, their lines, and what the owner exported."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.exchange.states import ExportFormat, ExportKind, LineState, MoveState
from bot.rules.tiers import Tier
from bot.store.tables.base import Id, Json, one_of

_WAITS = text("until IS NOT NULL")
_BY_ID = text("user_id IS NOT NULL")
_BY_NAME = text("username IS NOT NULL")
_COME = text("state = 'come'")
_RETURNING = text("state = 'returning'")


class MemberImport(SQLModel, table=True):
    """A file of members that was taken in. It is undone as a whole."""

    __tablename__ = "member_import"
    __table_args__ = (
        UniqueConstraint("community_id", "cause"),
        one_of("state", MoveState),
        Index("ix_member_import_returning", "id", sqlite_where=_RETURNING, postgresql_where=_RETURNING),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    made_by: int = Field(sa_type=BigInteger)
    at: datetime
    cause: str
    """The press that took it in. It stays, so that what was interrupted goes on under it."""
    state: str


class MovedLine(SQLModel, table=True):
    """A line of such a file: what it brings, and to whom. Who it means is forgotten once it was given or is over."""

    __tablename__ = "moved_line"
    __table_args__ = (
        UniqueConstraint("import_id", "line"),
        one_of("state", LineState),
        one_of("tier", Tier),
        CheckConstraint("points >= 0", name="points_not_negative"),
        Index("ix_moved_line_waits", "community_id", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_moved_line_until", "until", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_moved_line_user", "user_id", "community_id", sqlite_where=_BY_ID, postgresql_where=_BY_ID),
        Index("ix_moved_line_username", "username", "community_id", sqlite_where=_BY_NAME, postgresql_where=_BY_NAME),
        Index("ix_moved_line_come", "community_id", "id", sqlite_where=_COME, postgresql_where=_COME),
        Index("ix_moved_line_member", "member_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    import_id: int = Field(sa_column=Column(Id, ForeignKey("member_import.id"), nullable=False))
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    line: int
    """The line's number in the file."""
    user_id: int | None = Field(default=None, sa_type=BigInteger)
    username: str | None = None
    """In lower case, without @. It is None where the line has an id."""
    name: str = ""
    points: int
    joined_at: datetime | None = None
    tags: list[str] = Field(sa_type=Json)
    tier: str | None = None
    score: int | None = None
    """Thousandths of points of the tier."""
    state: str
    until: datetime | None = None
    """Until when it names its person, who isn't here yet; None: it names nobody any more."""
    member_id: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    """Who has it, or is asked whether it is theirs."""
    given_at: datetime | None = None
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """What giving it changed, so that it can be taken back."""
    returned: int = 0
    """Coins that were taken back."""


class Export(SQLModel, table=True):
    """What an owner asked to have exported. The file is made when it is sent."""

    __tablename__ = "export"
    __table_args__ = (
        UniqueConstraint("community_id", "cause"),
        one_of("kind", ExportKind),
        one_of("format", ExportFormat),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    made_by: int = Field(sa_type=BigInteger)
    at: datetime
    cause: str
    kind: str
    format: str
    segment: str = ""
    language: str
