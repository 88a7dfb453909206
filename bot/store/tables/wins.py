"""Who won what: raffles, and packets that count as a win."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id, one_of


class WinKind(StrEnum):
    """Where a win comes from."""

    RAFFLE = "raffle"
    PACKET = "packet"


class Win(SQLModel, table=True):
    """That a member won something, once a subject."""

    __tablename__ = "win"
    __table_args__ = (one_of("kind", WinKind), Index("ix_win_community_id_at", "community_id", "at"))

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    kind: str = Field(primary_key=True)
    subject_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    """The raffle's or the packet's row."""
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    at: datetime
