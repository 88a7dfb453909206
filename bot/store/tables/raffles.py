"""Raffles, their namings and redraws, and who entered them."""

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
    """The number by which staff call it. Numbers count within the community."""
    prize: str
    value: str | None = None
    """What the prize is worth, in the shop's words."""
    winners: int
    reserves: int
    ticket: int
    tier: str
    segment: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """The fans whom it is for, as `rules/segments.py` writes them; empty: for all."""
    needs: list[str] = Field(sa_type=Json)
    airing_id: int | None = Field(default=None, foreign_key="airing.id", sa_type=Id)
    """The airing that entrants must have attended; None: no such rule."""
    weights: list[int] = Field(sa_type=Json)
    fresh_days: int
    cap_days: int
    state: str = Field(default=RaffleState.OPEN)
    closes: datetime
    seed: str
    """Thirty-two bytes in hexadecimal. It is secret until the draw, and never logged."""
    commitment: str
    sealing: str = Field(default=Sealing.NONE, sa_column_kwargs={"server_default": "none"})
    """A `Sealing`, decided at the opening."""
    beacon_round: int | None = Field(default=None, sa_type=BigInteger)
    """The round of the public beacon that goes into the key: named at the opening, or by the naming that counts."""
    beacon_randomness: str | None = None
    beacon_signature: str | None = None
    entered: int = Field(default=0)
    """The number of the newest entry."""
    checked_to: int = Field(default=0)
    """The number of the last entry that was checked after the close."""
    listed: int | None = None
    """How many entries are on the frozen list."""
    list_hash: str | None = None
    draw_at: datetime | None = None
    ranked_to: int = Field(default=0)
    """How many ranks are stored so far."""
    drawn_at: datetime | None = None
    called_off_at: datetime | None = None
    """When it was called off after its list was fixed. Then seed and list are shown."""
    redrawn: int = Field(default=0)
    """How often places were drawn anew."""
    proof_format: int = Field(default=2, sa_column_kwargs={"server_default": "2"})
    """1 for raffles from before namings: their cards promised that format, and redraws without a limit."""
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
        # One naming at a time: the next one is made only after the result of the one before is known.
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
    """A redraw: places that the owner had drawn anew at the same time."""

    __tablename__ = "raffle_redraw"
    __table_args__ = (UniqueConstraint("raffle_id", "number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    raffle_id: int = Field(foreign_key="raffle.id", sa_type=Id)
    number: int
    """From 1 within the raffle."""
    reason: str
    at: datetime


UNRETURNED = text("raffle_entry.paid > 0 AND NOT raffle_entry.returned")
"""Entries whose ticket may have to be given back. As a literal it lets their index be used."""


class RaffleEntry(SQLModel, table=True):
    """One fan's entry in a raffle. A fan has one at most, free or with a ticket."""

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
    """Sixteen bytes in hexadecimal that only the fan is told; None once they had their data deleted."""
    seal: str
    """The fan's line in the list: SHA-256 of the salt and their id."""
    state: str = Field(default=EntryState.IN)
    reason: str | None = None
    struck_at: datetime | None = None
    """When the entry lost its place. None: it didn't, or that was before this column existed."""
    redraw: int | None = None
    """The number of the redraw that struck it, if one did."""
    weight: int | None = None
    """The entry's weight in the draw, from the fan's tier at the close."""
    after: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the entry is drawn after all fans who haven't won lately, because its fan has."""
    place: int | None = None
    """The entry's place in the drawn order, from 1."""
    paid: int = Field(default=0)
    paid_key: str | None = None
    """The ledger's key of what they paid for the ticket."""
    returned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the ticket was given back."""
    at: datetime
    cause: str | None = None
    answer: str | None = None
