"""Raffles and who entered them."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from bot.rules.raffles import EntryState, RaffleState
from bot.store.tables.base import Id, Json, one_of

UNFINISHED = "state IN ('open', 'closed', 'listed', 'sealed')"


class Raffle(SQLModel, table=True):
    """A prize, its rules, and the sealed draw of who gets it."""

    __tablename__ = "raffle"
    __table_args__ = (
        one_of("state", RaffleState),
        UniqueConstraint("community_id", "number"),
        CheckConstraint("winners BETWEEN 1 AND 200", name="winners_within_bounds"),
        CheckConstraint("ticket >= 0", name="ticket_not_negative"),
        CheckConstraint("entered >= 0", name="entered_not_negative"),
        Index(
            "ix_raffle_unfinished",
            "closes",
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    number: int
    """What staff call it; counts within the community."""
    prize: str
    value: str | None = None
    """What the prize is worth, in the shop's words."""
    winners: int
    reserves: int
    ticket: int
    tier: str
    needs: list[str] = Field(sa_type=Json)
    airing_id: int | None = Field(default=None, foreign_key="airing.id", sa_type=Id)
    """The evening at which entrants must have been, if they must."""
    weights: list[int] = Field(sa_type=Json)
    fresh_days: int
    cap_days: int
    state: str = Field(default=RaffleState.OPEN)
    closes: datetime
    seed: str
    """Thirty-two bytes in hexadecimal: secret until it is drawn, and never logged."""
    commitment: str
    beacon_round: int | None = Field(default=None, sa_type=BigInteger)
    """The public beacon's round that goes into the key, named at the opening."""
    beacon_randomness: str | None = None
    beacon_signature: str | None = None
    entered: int = Field(default=0)
    """The last entry's number."""
    checked_to: int = Field(default=0)
    """The last entry that was looked at after the close."""
    listed: int | None = None
    """Entries on the frozen list."""
    list_hash: str | None = None
    draw_at: datetime | None = None
    ranked_to: int = Field(default=0)
    """Ranks written down so far."""
    drawn_at: datetime | None = None
    redrawn: int = Field(default=0)
    """How often places were drawn anew."""
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime


class RaffleEntry(SQLModel, table=True):
    """One fan's part in a raffle: one, whether for nothing or with a ticket."""

    __tablename__ = "raffle_entry"
    __table_args__ = (
        one_of("state", EntryState),
        UniqueConstraint("raffle_id", "member_id"),
        UniqueConstraint("raffle_id", "number"),
        UniqueConstraint("raffle_id", "place"),
        UniqueConstraint("member_id", "cause"),
        Index(
            "ix_raffle_entry_unreturned",
            "raffle_id",
            sqlite_where=text("paid > 0 AND NOT returned"),
            postgresql_where=text("paid > 0 AND NOT returned"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    raffle_id: int = Field(foreign_key="raffle.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", index=True, sa_type=Id)
    number: int
    salt: str | None = None
    """Sixteen bytes in hexadecimal, told to the fan alone; None once they had their data deleted."""
    seal: str
    """How the list shows them: SHA-256 of the salt and their id."""
    state: str = Field(default=EntryState.IN)
    reason: str | None = None
    weight: int | None = None
    """By the tier at the close."""
    after: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether they come after all who haven't won lately."""
    place: int | None = None
    """Where they stand in the drawn order, from 1."""
    paid: int = Field(default=0)
    paid_key: str | None = None
    """The ledger's key of what they paid for the ticket."""
    returned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the ticket was given back."""
    at: datetime
    cause: str | None = None
    answer: str | None = None
