"""Wins: raffles that were won, and shares of packets that count as a win."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id, one_of


class WinKind(StrEnum):
    """What was won."""

    RAFFLE = "raffle"
    PACKET = "packet"


class Win(SQLModel, table=True):
    """A member won a raffle or a packet. There is one row for each of them."""

    __tablename__ = "win"
    __table_args__ = (one_of("kind", WinKind), Index("ix_win_community_id_at", "community_id", "at"))

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    kind: str = Field(primary_key=True)
    subject_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    """The row id of the raffle or the packet."""
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    at: datetime
