"""Signs of farming that were seen, and rewards that are held until the shop has looked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.farming import HeldState
from bot.store.tables.base import Id, Json, one_of


class Sighting(SQLModel, table=True):
    """A sign of farming was seen of a member on a day. There is one row for each sign and day."""

    __tablename__ = "sighting"

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    sign: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    at: datetime = Field(index=True)


class Held(SQLModel, table=True):
    """A reward that is held until the shop has looked, and the decision about it."""

    __tablename__ = "held"
    __table_args__ = (
        one_of("state", HeldState),
        UniqueConstraint("kind", "subject_id", "member_id"),
        Index(
            "ix_held_waiting",
            "community_id",
            "id",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    kind: str
    """The domain that held it: `gift`, `packet`, `raffle`. Its resolver pays or refuses it."""
    subject_id: int = Field(sa_type=BigInteger)
    """The domain's id of what it is for: an invitation, a share, an entry."""
    member_id: int = Field(foreign_key="member.id", index=True, sa_type=Id)
    reasons: list[dict[str, Any]] = Field(sa_type=Json)
    state: str = Field(default=HeldState.HELD)
    at: datetime
    look_at: datetime
    """When the clock next checks whether the reward can be released without staff."""
    settled_at: datetime | None = None
    settled_by: int | None = Field(default=None, sa_type=BigInteger)
    """Who of the staff decided; None if the clock did."""
