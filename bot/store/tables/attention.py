"""Verdicts of the attention budget, a shop's bounds, consent to promotion, and who answered a message."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, false, text
from sqlmodel import Field, SQLModel

from bot.rules.shown import ShownClass
from bot.rules.verdicts import Reason, Ruling
from bot.store.tables.base import Id, forgets_cause, one_of

_ON_A_CARD = text("card_id IS NOT NULL")
_HAS_CAUSE = text("cause IS NOT NULL")


class Verdict(SQLModel, table=True):
    """What the budget said of one message that nobody asked for. Each such promise has exactly one."""

    __tablename__ = "verdict"
    __table_args__ = (
        one_of("ruling", Ruling),
        one_of("reason", Reason),
        one_of("shown_class", ShownClass),
        Index("ix_verdict_chat_id_decided_at", "chat_id", "decided_at"),
        Index("ix_verdict_community_id_decided_at", "community_id", "decided_at"),
        Index(
            "ix_verdict_folded",
            "community_id",
            sqlite_where=text("ruling = 'fold' AND card_id IS NULL"),
            postgresql_where=text("ruling = 'fold' AND card_id IS NULL"),
        ),
        Index("ix_verdict_card_id", "card_id", sqlite_where=_ON_A_CARD, postgresql_where=_ON_A_CARD),
        Index("ix_verdict_cause", "cause", sqlite_where=_HAS_CAUSE, postgresql_where=_HAS_CAUSE),
        forgets_cause("made_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    chat_id: int = Field(sa_type=BigInteger)
    """The room, or the person."""
    kind: str
    """A kind of `rules/shown.py`."""
    shown_class: str
    subject_id: int | None = Field(default=None, sa_type=Id)
    """What it is about: the id of what a card, a file or a post shows."""
    by_staff: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    airing_id: int | None = Field(default=None, sa_type=Id)
    """The airing to whose stream it belongs."""
    instead: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it takes the place of a message that is gone, as an edit would."""
    counts: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it counts against the room's or the fan's bounds."""
    ruling: str = Field(default=Ruling.WAITING)
    reason: str | None = None
    until: datetime | None = None
    """Until when it is held."""
    made_at: datetime
    decided_at: datetime | None = None
    """When it was last decided; of what is sent, when it left."""
    day: date | None = None
    """The local day on which it was decided."""
    card_id: int | None = Field(default=None, sa_type=Id)
    """Of a folded message: the posting whose morning card carries its line."""
    cause: str | None = None
    """The update by which staff had it sent although it breaks a bound. They are warned, and may hold it."""


class AttentionBounds(SQLModel, table=True):
    """A shop's own bounds. A shop without a row has those of the policy."""

    __tablename__ = "attention_bounds"
    __table_args__ = (CheckConstraint("most >= 0 AND most_promotional >= 0 AND gap_minutes >= 0", name="not_negative"),)

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    quiet_from: str
    """`HH:MM` in the community's zone. The same as `quiet_until`: no quiet hours."""
    quiet_until: str
    most: int
    """Unasked messages for each room and local day."""
    most_promotional: int
    gap_minutes: int
    """Minutes between two promotions in a room."""


class Consent(SQLModel, table=True):
    """What a member said about promotion in private: a row for each time, never changed."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_member_id_at", "member_id", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    said: str
    """`yes`, `no`, or `reminded`: the reminder after two years, which silence lets stand. See `Said`."""
    at: datetime
    words: str
    """What stood there when they said it: the whole question, else the button's label."""
    language: str
    """The language of `words`."""
    way: str
    """Where they said it. See `rules/promotion.Way`."""


class Answered(SQLModel, table=True):
    """A person answered a message of ours within a day: pressed, voted, reacted or replied. It counts once."""

    __tablename__ = "answered"

    shown_id: int = Field(sa_column=Column(Id, primary_key=True, autoincrement=False))
    user_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    at: datetime
