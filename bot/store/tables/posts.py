"""Posts, what became of them, and the persona that speaks."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id, Json, forgets_cause, one_of


class Post(SQLModel, table=True):
    """Something to say: a post of staff, or one of the starter shelf."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("community_id", "number"),
        UniqueConstraint("community_id", "starter"),
        UniqueConstraint("community_id", "cause"),
        forgets_cause("made_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    number: int
    """The shop's own number of it."""
    starter: str | None = None
    """The key of the starter post; its words are read from its file until staff change them."""
    content: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """A `Content` of `rules/posting.py`; None for a starter post that nobody changed."""
    blanks: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    """What staff filled into the blanks of a starter post, by name."""
    pillar: str | None = None
    season: str | None = None
    """`spring`, `summer`, `autumn`, `winter`; None: the whole year."""
    valid_from: date | None = None
    valid_until: date | None = None
    on_shelf: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the calendar may take it."""
    made_at: datetime
    made_by: int | None = Field(default=None, sa_type=BigInteger)
    cause: str | None = None
    """The update that brought it."""


class SendingState(StrEnum):
    """How far a sending is. The values stand in rows and never change."""

    WAITING = "waiting"
    """Its time hasn't come."""
    TELLING = "telling"
    """Its readers are promised it, chunk by chunk."""
    DONE = "done"
    """All are promised."""
    CANCELLED = "cancelled"
    TAKEN_BACK = "taken_back"


class Sending(SQLModel, table=True):
    """A post on its way to rooms, or to fans in private, on one occasion."""

    __tablename__ = "sending"
    __table_args__ = (
        one_of("state", SendingState),
        UniqueConstraint("community_id", "cause"),
        Index("ix_sending_state_due_at", "state", "due_at"),
        Index("ix_sending_post_id_due_at", "post_id", "due_at"),
        Index(
            "ix_sending_changing",
            "change_after",
            sqlite_where=text("change_after IS NOT NULL"),
            postgresql_where=text("change_after IS NOT NULL"),
        ),
        forgets_cause("made_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", index=True, sa_type=Id)
    post_id: int = Field(foreign_key="post.id", sa_type=Id)
    posting_id: int | None = Field(default=None, unique=True, sa_type=Id)
    """The place in the week that it fills; None if staff sent it themselves."""
    pillar: str | None = None
    content: dict[str, Any] = Field(sa_type=Json)
    """The `Content` as it is sent: rendered, with the persona's sign-off. An edit changes it."""
    audience: dict[str, Any] = Field(sa_type=Json)
    """`{"rooms": null}`: all rooms; `{"rooms": [3]}`: these rooms by row id, with `"topic"` if one was chosen;
    `{"segment": "tier>=loyal"}`: these fans in private."""
    due_at: datetime
    not_after: datetime | None = None
    state: str = Field(default=SendingState.WAITING)
    cursor: int = Field(default=0, sa_type=Id)
    """The last member who was promised it, in private."""
    total: int = Field(default=0)
    """How many were promised it."""
    left_out: dict[str, Any] = Field(default_factory=dict, sa_type=Json, sa_column_kwargs={"server_default": "{}"})
    """How many fans of the segment weren't promised it, by the reason."""
    change: str | None = None
    """What was last done to its copies: a `ChangeKind`."""
    changed_at: datetime | None = None
    change_after: int | None = Field(default=None, sa_type=BigInteger)
    """The chat of the last copy that the change was promised to; None: it was promised to all."""
    by_staff: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether staff sent it themselves: then it goes at once."""
    made_at: datetime
    made_by: int | None = Field(default=None, sa_type=BigInteger)
    cause: str | None = None


class PostCopy(SQLModel, table=True):
    """A sending's message in one chat."""

    __tablename__ = "post_copy"
    __table_args__ = (
        UniqueConstraint("sending_id", "chat_id"),
        Index("ix_post_copy_chat_id_message_id", "chat_id", "message_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    sending_id: int = Field(foreign_key="sending.id", sa_type=Id)
    chat_id: int = Field(sa_type=BigInteger)
    member_id: int | None = Field(default=None, sa_type=Id)
    """Who it is told in private; None for a room."""
    topic_id: int | None = Field(default=None, sa_type=BigInteger)
    """A topic that staff chose for this sending; None: the room's own."""
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    """None until Telegram has taken it, and after the group became a supergroup."""
    more_ids: list[int] = Field(default_factory=list, sa_type=Json)
    """The other messages of an album."""
    sent_at: datetime | None = None
    edited_at: datetime | None = None
    gone_at: datetime | None = None
    """When it was taken back."""
    pinned_at: datetime | None = None
    """Since when it is pinned by us; None: it isn't."""
    verdict_id: int | None = Field(default=None, sa_type=Id)
    """The verdict by which it left."""
    problem: str | None = None
    """Why it wasn't sent, or why the last change couldn't reach it: a `CopyProblem`."""


class Persona(SQLModel, table=True):
    """How a shop speaks. Its name is `Community.persona`."""

    __tablename__ = "persona"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    notes: str = ""
    """Voice notes: what to keep to, for those who write."""
    emoji: str = ""
    """Emoji that its templates may use, most liked first."""
    sign_off: str = ""
    """Stands below each post."""
    pillars: dict[str, Any] = Field(sa_type=Json)
    """Shares in per cent by pillar: a `Pillar`, or a name of the owner's."""


class Week(SQLModel, table=True):
    """What holds for a shop's whole calendar."""

    __tablename__ = "week"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    seed: int
    """Decides ties of the planner."""
    pace: str | None = None
    """The ready week that was chosen: `calm`, `usual`, `busy`; None: slots of the owner's own."""
    days_off: list[str] = Field(default_factory=list, sa_type=Json)
    """ISO dates, and ISO weekdays as a digit."""
    paused_at: datetime | None = None
    """Since when all planned posts rest."""
    paused_until: datetime | None = None
    """Until when they do; None: until somebody says otherwise."""
    promotions_paused_until: datetime | None = None
    plan_at: datetime | None = Field(default=None, index=True)
    """When its postings are planned anew: at once after a change, else once a day."""
    planned_until: date | None = None
    """The last day that is planned."""
    warned_at: datetime | None = None
    """When the owner was last warned that the shelf runs out."""
