"""Raffles and who entered them."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from bot.rules.raffles.draws import NamingState
from bot.rules.raffles.facts import EntryState, RaffleState, Sealing
from bot.store.tables.base import Id, Json, forgets_cause, one_of

UNFINISHED = "state IN ('open', 'closed', 'listed', 'sealed')"
PROMISED = "state = 'promised'"


class Raffle(SQLModel, table=True):
    """A prize, its rules, and the sealed draw of who gets it."""

    __tablename__ = "raffle"
    __table_args__ = (
        one_of("state", RaffleState),
        one_of("sealing", Sealing),
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
    sealing: str = Field(default=Sealing.NONE, sa_column_kwargs={"server_default": "none"})
    """A `Sealing`, decided at the opening."""
    beacon_round: int | None = Field(default=None, sa_type=BigInteger)
    """The public beacon's round that goes into the key: named at the opening, else that of the naming that counts."""
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
    called_off_at: datetime | None = None
    """When it was called off although its list was fixed: then seed and list are shown."""
    redrawn: int = Field(default=0)
    """How often places were drawn anew."""
    proof_format: int = Field(default=2, sa_column_kwargs={"server_default": "2"})
    """1 for raffles of before namings: their cards promised that proof, and no end of redraws."""
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime


class RaffleNaming(SQLModel, table=True):
    """A message in a group that names the beacon's round for a raffle's fixed list."""

    __tablename__ = "raffle_naming"
    __table_args__ = (
        one_of("state", NamingState),
        UniqueConstraint("raffle_id", "nth"),
        CheckConstraint("(state = 'posted') = (message_id IS NOT NULL)", name="posted_has_message"),
        CheckConstraint("(message_id IS NULL) = (posted_at IS NULL)", name="message_has_date"),
        # One at a time: whoever names another has seen what became of the one before.
        Index(
            "uq_raffle_naming_promised",
            "raffle_id",
            unique=True,
            sqlite_where=text(PROMISED),
            postgresql_where=text(PROMISED),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    raffle_id: int = Field(foreign_key="raffle.id", sa_type=Id)
    nth: int
    round: int = Field(sa_type=BigInteger)
    state: str = Field(default=NamingState.PROMISED)
    counts: bool = Field(default=False)
    """Whether it was posted at least 60 s before its round, by Telegram's date."""
    chat_id: int = Field(sa_type=BigInteger)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    posted_at: datetime | None = None
    """Telegram's date of the message."""
    named_at: datetime
    """When the round was chosen, by the bot's clock."""


class RaffleRedraw(SQLModel, table=True):
    """Places that the owner had drawn anew, at once."""

    __tablename__ = "raffle_redraw"
    __table_args__ = (UniqueConstraint("raffle_id", "number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    raffle_id: int = Field(foreign_key="raffle.id", sa_type=Id)
    number: int
    """From 1 within the raffle."""
    reason: str
    at: datetime


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
        forgets_cause("at"),
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
    struck_at: datetime | None = None
    """When it lost its place; None for losses of before this was kept."""
    redraw: int | None = None
    """The number of the redraw that struck it, if one did."""
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
