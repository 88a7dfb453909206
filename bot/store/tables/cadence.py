"""The weekly calendar: slots, and the postings that filled them."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.rules.shops.calendar import PostingState, SlotKind
from bot.store.tables.base import Id, one_of


class Slot(SQLModel, table=True):
    """A place in a community's week."""

    __tablename__ = "slot"
    __table_args__ = (one_of("kind", SlotKind), UniqueConstraint("community_id", "kind"))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    kind: str
    at: str
    """`HH:MM` in the community's zone."""
    weekdays: str = Field(default="1234567")
    """The ISO weekdays on which it is filled, as digits: 1 is Monday."""
    active: bool = Field(default=True)


class Posting(SQLModel, table=True):
    """What filled a slot on one day, or why it stayed empty."""

    __tablename__ = "posting"
    __table_args__ = (
        one_of("state", PostingState),
        one_of("kind", SlotKind),
        UniqueConstraint("slot_id", "day"),
        UniqueConstraint("community_id", "kind", "day"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    slot_id: int = Field(foreign_key="slot.id", sa_type=Id)
    kind: str
    day: date
    due_at: datetime
    state: str
    reason: str | None = None
    """Why nothing was posted, for the owner's log."""
