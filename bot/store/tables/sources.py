"""Sources: named ways in, their invite links, and by which one a person came first."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id


class Source(SQLModel, table=True):
    """A named way in: a poster, a video, the QR code on a stream's screen."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("community_id", "name_key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    name: str
    """As its maker wrote it. At most 32 characters, Telegram's limit for the name of an invite link."""
    name_key: str
    """The name without case and spaces, so that two sources can't have the same name."""
    token: str = Field(unique=True)
    """The payload of the `start` link."""
    cost: int | None = None
    """What it cost, in the shop's currency; None: the owner hasn't said."""
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime


class SourceLink(SQLModel, table=True):
    """The invite link of a source into one group."""

    __tablename__ = "source_link"

    source_id: int = Field(sa_column=Column(Id, ForeignKey("source.id"), primary_key=True, autoincrement=False))
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    url: str = Field(unique=True)


class FirstTouch(SQLModel, table=True):
    """The source by which a person first met a community, written before they are a member."""

    __tablename__ = "first_touch"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    user_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    source_id: int = Field(foreign_key="source.id", sa_type=Id)
    at: datetime = Field(index=True)
