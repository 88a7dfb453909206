"""Red packets, their shares, and who took part."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.packets.packets import PacketState
from bot.store.tables.base import Id, forgets_cause, one_of

_LIVE = text("state IN ('gathering', 'drawing', 'open')")


class Packet(SQLModel, table=True):
    """A red packet: coins that are split among those who tap."""

    __tablename__ = "packet"
    __table_args__ = (
        one_of("state", PacketState),
        UniqueConstraint("community_id", "cause"),
        CheckConstraint("taken >= 0 AND taken <= shares", name="taken_within_shares"),
        CheckConstraint("shares >= 1 AND shares <= coins", name="a_coin_a_share"),
        Index("ix_packet_community_id_id", "community_id", "id"),
        Index("ix_packet_live", "expires_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
        forgets_cause("opened_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    coins: int
    shares: int
    taken: int = Field(default=0)
    takers: int = Field(default=0)
    """How many members tapped within the fair window."""
    state: str
    draws_at: datetime | None = None
    """When the fair window ends; None: first come, first served."""
    expires_at: datetime
    fresh: int | None = None
    """Days: who won within them gets no share. None: no such rule."""
    segment: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """The fans whom it is for, as `rules/segments.py` writes them; empty: for all."""
    giver_id: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    """The member who gave the coins; None: the shop did."""
    escrow_id: int = Field(foreign_key="account.id", sa_type=Id)
    seed: str
    """The seed, in hexadecimal. It is shown once all shares are handed out."""
    frozen: str | None = None
    """SHA-256 of the list from which the draw was made."""
    opened_by: int = Field(sa_type=BigInteger)
    opened_at: datetime
    done_at: datetime | None = None
    cause: str | None = None
    answer: str | None = None


class PacketShare(SQLModel, table=True):
    """One share of a packet. All shares are fixed at the opening."""

    __tablename__ = "packet_share"
    __table_args__ = (CheckConstraint("coins >= 1", name="coins_positive"),)

    packet_id: int = Field(sa_column=Column(Id, ForeignKey("packet.id"), primary_key=True, autoincrement=False))
    nth: int = Field(primary_key=True)
    """From 1, in the order in which they are handed out."""
    coins: int
    earned: str | None = None
    """Lots as JSON: when its coins were earned, if a fan gave them. None: coins of the shop, earned when paid."""


class PacketTake(SQLModel, table=True):
    """A member took part in a packet, which they can do once."""

    __tablename__ = "packet_take"
    __table_args__ = (
        UniqueConstraint("packet_id", "nth"),
        UniqueConstraint("packet_id", "number"),
        forgets_cause("at"),
    )

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    packet_id: int = Field(sa_column=Column(Id, ForeignKey("packet.id"), primary_key=True, autoincrement=False))
    number: int | None = None
    """The member's number in the draw, by the order of taps; None in a rush."""
    seal: str | None = None
    """The member's line in the frozen list: a salted hash."""
    salt: str | None = None
    nth: int | None = None
    """The share that the member got; None: none, or none yet."""
    coins: int | None = None
    balance: int | None = None
    """The member's balance after the payment, so that a tap that is delivered again gets the same answer."""
    at: datetime
    cause: str | None = None
