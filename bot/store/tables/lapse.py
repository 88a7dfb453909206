"""How far lapsing coins have got."""

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from bot.rules.coins.lapse import LapseStep
from bot.store.tables.base import Id, one_of


class LapseRound(SQLModel, table=True):
    """One month's end of a community: who was told of it, or whose coins have lapsed, so far."""

    __tablename__ = "lapse_round"
    __table_args__ = (one_of("step", LapseStep),)

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    step: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    """`YYYY-MM`: the month at whose end the coins lapse."""
    after_member_id: int = Field(default=0, sa_type=Id)
    """Members up to this one are done."""
    done: bool = Field(default=False)
