"""How far the monthly lapse of coins has got, and how many coins the next one takes."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey
from sqlmodel import Field, SQLModel

from bot.rules.coins.lapse import LapseStep
from bot.store.tables.base import Id, one_of


class LapseRound(SQLModel, table=True):
    """One step of one month's lapse in a community (warning fans, or lapsing coins), and how far it has got."""

    __tablename__ = "lapse_round"
    __table_args__ = (one_of("step", LapseStep),)

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    step: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    """`YYYY-MM`: the month at whose end the coins lapse."""
    after_member_id: int = Field(default=0, sa_type=Id)
    """The step is done for members with ids up to this one."""
    done: bool = Field(default=False)


class LapseAhead(SQLModel, table=True):
    """How many coins of a shop lapse at the month's end, as counted last. It is counted once a day, for the figures."""

    __tablename__ = "lapse_ahead"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    month: str
    """`YYYY-MM`: the month at whose end they lapse."""
    coins: int = Field(sa_type=BigInteger)
    counted_at: datetime
