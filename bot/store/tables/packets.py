"""Red packets, how they are split, and who took part."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.packets.packets import PacketState
from bot.store.tables.base import Id, forgets_cause, one_of

_LIVE = text("state IN ('gathering', 'drawing', 'open')")


class Packet(SQLModel, table=True):
    """Coins for whoever comes."""

    __tablename__ = "packet"
    __table_args__ = (
        one_of("state", PacketState),
        UniqueConstraint("community_id", "cause"),
        CheckConstraint("taken >= 0 AND taken <= shares", name="taken_within_shares"),
        CheckConstraint("shares >= 1 AND shares <= coins", name="a_coin_a_share"),
        Index("ix_packet_live", "expires_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
        forgets_cause("opened_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    coins: int
    shares: int
    taken: int = Field(default=0)
    takers: int = Field(default=0)
    """Who tapped within the fair window."""
    state: str
    draws_at: datetime | None = None
    """When the fair window ends; None: rush."""
    expires_at: datetime
    fresh: int | None = None
    """Not for who won in so many days."""
    giver_id: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    """The member whose coins these were; None: the shop's."""
    escrow_id: int = Field(foreign_key="account.id", sa_type=Id)
    seed: str
    """Hexadecimal; told when all is handed out."""
    frozen: str | None = None
    """SHA-256 of the list that was drawn from."""
    opened_by: int = Field(sa_type=BigInteger)
    opened_at: datetime
    done_at: datetime | None = None
    cause: str | None = None
    answer: str | None = None


class PacketShare(SQLModel, table=True):
    """One share as it was split beforehand."""

    __tablename__ = "packet_share"
    __table_args__ = (CheckConstraint("coins >= 1", name="coins_positive"),)

    packet_id: int = Field(sa_column=Column(Id, ForeignKey("packet.id"), primary_key=True, autoincrement=False))
    nth: int = Field(primary_key=True)
    """From 1, in the order in which they are handed out."""
    coins: int
    earned: str | None = None
    """When its coins were earned (lots as JSON), if a fan gave them; None: the shop's, earned when paid."""


class PacketTake(SQLModel, table=True):
    """A member's part in a packet, once."""

    __tablename__ = "packet_take"
    __table_args__ = (
        UniqueConstraint("packet_id", "nth"),
        UniqueConstraint("packet_id", "number"),
        forgets_cause("at"),
    )

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    packet_id: int = Field(sa_column=Column(Id, ForeignKey("packet.id"), primary_key=True, autoincrement=False))
    number: int | None = None
    """In the draw, by the order of taps; None: first come."""
    seal: str | None = None
    """The line's salted hash in the frozen list."""
    salt: str | None = None
    nth: int | None = None
    """The share; None: not drawn, or not yet."""
    coins: int | None = None
    balance: int | None = None
    """What the member had afterwards: a redelivered tap hears the same."""
    at: datetime
    cause: str | None = None
