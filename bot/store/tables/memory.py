"""What is remembered: acts of members, days on which they were active in a room, and what the bot has shown."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, false, text
from sqlmodel import Field, SQLModel

from bot.rules.shown import ShownClass
from bot.store.tables.base import Id, one_of


class Note(SQLModel, table=True):
    """One act of a member. It is deleted after `MemoryPolicy.kept`; its day's sum (`Activity`) stays.

    Rooms are no foreign keys: a room can be parted and belong to another shop.
    """

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint("times > 0", name="times_positive"),
        Index("ix_note_member_id_at", "member_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    """Later notes have greater ids, so old ones are found without an index on `at`."""
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    at: datetime
    day: date
    """The day into whose sum it was counted."""
    act: str
    """A `Did` of `bot/rules/notes.py`, which is also the kind of the sum."""
    times: int
    """How much it added to the sum."""
    room_id: int | None = Field(default=None, sa_type=Id)
    """The room's row id; None in private."""
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    """The message through which it came: one of ours, or the member's own. After a group became a supergroup its ids
    begin anew, so a message is known by its id together with the time."""
    thing: str | None = None
    """What it is about: a `Thing`."""
    thing_id: int | None = Field(default=None, sa_type=Id)


class ActiveDay(SQLModel, table=True):
    """A member wrote, pressed or reacted in a room on this day. It is written once, without the texts."""

    __tablename__ = "active_day"

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    room_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    day: date = Field(primary_key=True, index=True)
    wrote: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether they wrote a message. A press or a reaction alone doesn't count for the tier."""


class RoomActivity(SQLModel, table=True):
    """How many members were active in a room last on this day. So nobody is counted twice over several days."""

    __tablename__ = "room_activity"
    __table_args__ = (CheckConstraint("fans >= 0", name="fans_not_negative"),)

    room_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    day: date = Field(primary_key=True)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    fans: int


_POLL = "poll_id IS NOT NULL"
_PRIVATE = "wears IS NOT NULL AND chat_id > 0"


class Shown(SQLModel, table=True):
    """A message that the bot sent to a room or to a person, without having been asked by a command."""

    __tablename__ = "shown"
    __table_args__ = (
        one_of("shown_class", ShownClass),
        Index("ix_shown_chat_id_at", "chat_id", "at"),
        Index("ix_shown_poll_id", "poll_id", sqlite_where=text(_POLL), postgresql_where=text(_POLL)),
        Index(
            "ix_shown_private",
            "community_id",
            "subject_id",
            sqlite_where=text(_PRIVATE),
            postgresql_where=text(_PRIVATE),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    """Later messages have greater ids."""
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    chat_id: int = Field(sa_type=BigInteger)
    """The room, or the person's private chat."""
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    """None if Telegram didn't tell it, or if the group became a supergroup since."""
    kind: str
    """The card's kind, the outcome's stored name, or the file's kind."""
    poll_id: str | None = None
    """Telegram's id of the poll that it is: votes name nothing else."""
    shown_class: str
    subject_id: int | None = Field(default=None, sa_type=Id)
    """For a card or a file the id of what it shows."""
    at: datetime
    active: int | None = None
    """How many members were active in the room on this day and the six before; None in private."""
    verdict_id: int | None = Field(default=None, sa_type=Id)
    """The verdict by which it left; None for what the reader asked for."""
    wears: str | None = None
    """As what it can wear out: `pillar:tips`, or the kind of an activity; None: it doesn't."""
    answers: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Distinct people who pressed, voted, reacted or replied within a day."""
    lost: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """People who left, blocked the bot, or switched reminders off within an hour."""
