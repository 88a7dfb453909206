"""The weekly calendar: slots, and the postings that fill them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.rules.slots import PostingState, SlotKind
from bot.store.tables.base import Id, Json, one_of

IS_MORNING = text("kind = 'morning'")
"""The condition of the indexes by which a shop has one morning slot, and one morning card a day."""


class Slot(SQLModel, table=True):
    """A place in a community's week."""

    __tablename__ = "slot"
    __table_args__ = (
        one_of("kind", SlotKind),
        Index("ix_slot_community_id", "community_id"),
        Index("uq_slot_morning", "community_id", unique=True, sqlite_where=IS_MORNING, postgresql_where=IS_MORNING),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    kind: str
    cron: str
    """Minute, hour, day, month, weekday in the community's zone."""
    pillar: str | None = None
    """The pillar that fills it; None: any."""
    command: str | None = None
    """The line that opens an activity, as staff would type it, with its slash."""
    active: bool = Field(default=True)
    since: datetime
    """When it was made, or taken up again: it isn't filled for times before."""


class Posting(SQLModel, table=True):
    """A slot at one of its times: what is planned for it, what filled it, or why it stayed empty."""

    __tablename__ = "posting"
    __table_args__ = (
        one_of("state", PostingState),
        one_of("kind", SlotKind),
        UniqueConstraint("slot_id", "wall"),
        Index("ix_posting_state_due_at", "state", "due_at"),
        Index("ix_posting_community_id_due_at", "community_id", "due_at"),
        Index("ix_posting_community_id_state_due_at", "community_id", "state", "due_at"),
        Index(
            "uq_posting_morning",
            "community_id",
            "day",
            unique=True,
            sqlite_where=IS_MORNING,
            postgresql_where=IS_MORNING,
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    slot_id: int = Field(foreign_key="slot.id", sa_type=Id)
    kind: str
    wall: str
    """Its time by the shop's clock, as `2026-11-30T20:00`. Together with the slot it is what makes it one and the same,
    whatever becomes of the zone."""
    moved_to: str | None = None
    """The time by the shop's clock to which staff moved it."""
    day: date
    """The day of `wall`."""
    due_at: datetime
    """The instant of `moved_to`, else of `wall`, in the shop's zone."""
    state: str
    post_id: int | None = Field(default=None, sa_type=Id)
    """The post that is picked, or was sent."""
    pillar: str | None = None
    """Its pillar when it was picked."""
    pinned: bool = Field(default=False)
    """Whether staff chose the post: the planner keeps it."""
    reason: str | None = None
    """A `Why`."""
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """What the reason's sentence names: shares, an instant, a title."""
