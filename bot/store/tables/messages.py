"""What comes in, what is promised to go out, and the cards that live in groups."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id, Json, one_of


class Inbox(SQLModel, table=True):
    """An update that was taken from Telegram and isn't handled yet. Deleted when it is."""

    __tablename__ = "inbox"

    bot_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    body: str
    """The update as JSON. Holds message texts: never logged, never backed up."""
    received_at: datetime


class SetAside(SQLModel, table=True):
    """What couldn't be read or stored, kept for whoever repairs it, so that nothing else waits behind it."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    kind: str
    """`update`, …: what it was."""
    key: str
    """Which one it was: an update's id, a row's number."""
    user_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    """Whose update it was, where that can be read: it goes with what is forgotten of that person."""
    body: str
    """As JSON in ASCII. May hold message texts: never logged, never backed up."""
    reason: str
    """What was wrong with it, in a word or two."""
    set_aside_at: datetime


class Lane(StrEnum):
    """Who goes first when many messages wait."""

    LIVE = "live"
    REMINDER = "reminder"
    POST = "post"
    BULK = "bulk"


class OutboxState(StrEnum):
    """How far a promised message got."""

    WAITING = "waiting"
    SENDING = "sending"
    """Handed to Telegram; found so after a crash, it may or may not have arrived."""
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Outbox(SQLModel, table=True):
    """A message that was promised in the same commit as what it tells of."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("lane", Lane),
        one_of("state", OutboxState),
        Index(
            "ix_outbox_due",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "uq_outbox_waiting_fold",
            "fold_key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    key: str | None = Field(default=None, unique=True)
    """The plan and its time, so that no message is promised twice; None where folding guards that."""
    fold_key: str | None = None
    """Waiting messages with the same one are folded into the newest: edits of one card."""
    community_id: int = Field(foreign_key="community.id", index=True, sa_type=Id)
    chat_id: int = Field(sa_type=BigInteger)
    lane: str
    act: str
    """`post_card`, `edit_card`, `tell` …: what the sender does."""
    facts: dict[str, Any] = Field(sa_type=Json)
    """What it needs to do it: the card's id, or the outcome to render."""
    due_at: datetime
    not_after: datetime | None = None
    state: str = Field(default=OutboxState.WAITING)
    sender: str | None = None
    """Who took it for sending last: the term of a process (`store/engine/hold.py`)."""
    attempts: int = Field(default=0)
    problem: str | None = None
    made_at: datetime
    sent_at: datetime | None = None


class Card(SQLModel, table=True):
    """A message of ours that lives on by edits: which message shows what."""

    __tablename__ = "card"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "chat_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", index=True, sa_type=Id)
    kind: str
    """`drop`, …"""
    subject_id: int = Field(sa_type=Id)
    chat_id: int = Field(sa_type=BigInteger)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    """None until Telegram took it."""
    edited_at: datetime | None = None


class RefusedRoom(SQLModel, table=True):
    """A room in which Telegram refuses what should be told there, from the first refusal until something is taken."""

    __tablename__ = "refused_room"
    __table_args__ = (
        Index(
            "uq_refused_room_open",
            "chat_id",
            "reason",
            unique=True,
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", index=True, sa_type=Id)
    chat_id: int = Field(sa_type=BigInteger)
    reason: str
    """A `Refusal` of `bot/rules/refusals.py`."""
    since: datetime
    told_at: datetime | None = None
    """When a note to the owner was promised; None while there is no way to reach them."""
    over_at: datetime | None = None
