"""Updates that came in, messages that are promised, and living cards."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id, Json, one_of


class Inbox(SQLModel, table=True):
    """An update that was taken from Telegram and isn't handled yet. It is deleted once it is handled."""

    __tablename__ = "inbox"

    bot_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    update_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    body: str
    """The update as JSON. It holds message texts, so it is never logged and in no backup."""
    received_at: datetime
    worker: int | None = None
    """The number of the process that handles it, where several work on this database. Its lock shows that it lives."""


class SetAside(SQLModel, table=True):
    """An update or a row that can't be read or stored. It is kept here for a repair, so that nothing waits for it."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    kind: str
    """What it was: `update`, or the name of a table."""
    key: str
    """Which one it was: the id of an update, or the primary key of a row."""
    user_id: int | None = Field(default=None, index=True, sa_type=BigInteger)
    """The person whose update or row it was, if that can be read. It is deleted together with their data."""
    body: str
    """JSON in ASCII. It may hold message texts, so it is never logged and in no backup."""
    reason: str
    """The problem, in a few words."""
    set_aside_at: datetime


class Lane(StrEnum):
    """The order in which waiting messages leave: first `LIVE`, last `BULK`."""

    LIVE = "live"
    REMINDER = "reminder"
    POST = "post"
    BULK = "bulk"


class OutboxState(StrEnum):
    """The state of a promised message."""

    WAITING = "waiting"
    SENDING = "sending"
    """Being sent. After a crash it is not known whether such a message has arrived."""
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


OPEN = text("outbox.state IN ('waiting', 'sending')")
"""Promises that are still to be kept. As a literal it lets the index of these rows be used, like the next two."""
DONE = text("outbox.state NOT IN ('waiting', 'sending')")
UNTOLD = text("outbox.state IN ('failed', 'expired', 'unknown')")


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
            "ix_outbox_lane",
            "lane",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_outbox_chats", "community_id", "chat_id"),
        Index(
            "ix_outbox_open",
            "community_id",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index(
            "ix_outbox_done",
            "due_at",
            sqlite_where=text("state NOT IN ('waiting', 'sending')"),
            postgresql_where=text("state NOT IN ('waiting', 'sending')"),
        ),
        Index(
            "ix_outbox_untold",
            "made_at",
            sqlite_where=text("state IN ('failed', 'expired', 'unknown')"),
            postgresql_where=text("state IN ('failed', 'expired', 'unknown')"),
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
    """Unique, so that no message is promised twice: the reason and its time. None where `fold_key` prevents that."""
    fold_key: str | None = None
    """Of waiting messages with the same fold key only the newest stays, for example of edits of one card."""
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    chat_id: int = Field(sa_type=BigInteger)
    lane: str
    act: str
    """What the sender does: `post_card`, `edit_card`, `tell` …"""
    facts: dict[str, Any] = Field(sa_type=Json)
    """What the sender needs for that: the card's id, or the outcome to render."""
    due_at: datetime
    not_after: datetime | None = None
    state: str = Field(default=OutboxState.WAITING)
    sender: str | None = None
    """The process that took it for sending last, by its term (`store/engine/hold.py`)."""
    attempts: int = Field(default=0)
    problem: str | None = None
    made_at: datetime
    sent_at: datetime | None = None
    verdict_id: int | None = Field(default=None, sa_type=Id)
    """What the attention budget says of it; None: it is no message, or an answer, or what the reader asked for."""


class Card(SQLModel, table=True):
    """A living card: a message of the bot that is edited as its subject changes."""

    __tablename__ = "card"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "chat_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", index=True, sa_type=Id)
    kind: str
    """What the card shows: `drop`, …"""
    subject_id: int = Field(sa_type=Id)
    chat_id: int = Field(sa_type=BigInteger)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    """None until Telegram has taken the message."""
    edited_at: datetime | None = None


class RefusedRoom(SQLModel, table=True):
    """A room in which Telegram refuses messages, from the first refusal until it takes one again."""

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
    """When a note to the owner was promised; None while the owner can't be reached."""
    over_at: datetime | None = None
