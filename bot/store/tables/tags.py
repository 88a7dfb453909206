"""The tags that a shop keeps of its fans."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from bot.rules.tags import TagOrigin
from bot.store.tables.base import Id, one_of


class FanTag(SQLModel, table=True):
    """A tag of one fan. How it came is kept once: who has it by a rule and is given it by staff keeps the first."""

    __tablename__ = "fan_tag"
    __table_args__ = (one_of("origin", TagOrigin), Index("ix_fan_tag_tag", "community_id", "tag_key", "member_id"))

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    tag_key: str = Field(primary_key=True)
    """The tag as it is compared (`rules/tags.py`)."""
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    tag: str
    """As the shop writes it."""
    origin: str
    by: int | None = Field(default=None, sa_type=BigInteger)
    """Who of the staff set it; None for the other origins."""
    at: datetime
