"""Coins that are added up already, so that a report of some days need not read each transfer."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id


class CoinSum(SQLModel, table=True):
    """The coins of a shop in one quarter of an hour, of the transfers that are folded."""

    __tablename__ = "coin_sum"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    quarter: datetime = Field(primary_key=True)
    """When it begins, in UTC."""
    issued: int = Field(default=0, sa_type=BigInteger)
    spent: int = Field(default=0, sa_type=BigInteger)
    """Less what fans got back. It may be negative."""


class CoinFold(SQLModel, table=True):
    """How far the transfers of a shop are folded into `coin_sum` and `account.checked_in_at`."""

    __tablename__ = "coin_fold"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    upto: int = Field(default=0, sa_type=Id)
    """Transfers with ids up to this one are folded."""
    seen: int = Field(default=0, sa_type=Id)
    """The greatest id at `seen_at`. The next fold goes up to it: smaller ids that weren't committed then are by now."""
    seen_at: datetime
