"""The audit log, people whom the owner has denied to act, and roles that the owner has given."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from bot.rules.rights import GIVABLE
from bot.store.tables.base import Id, Json, forgets_cause, one_of


class AuditEntry(SQLModel, table=True):
    """An act of staff and what it changed. Rows are only added: undoing adds a row, and marks the undone one."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("community_id", "cause"),
        Index("ix_audit_entry_acts", "community_id", "act"),
        Index("ix_audit_entry_community_id_actor_id_at", "community_id", "actor_id", "at"),
        forgets_cause("at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    at: datetime
    actor_id: int = Field(sa_type=BigInteger)
    """The user id of who did it; the group's id for an anonymous administrator."""
    by_owner: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the actor was the owner when they did it."""
    act: str
    subject_id: int | None = Field(default=None, sa_type=Id)
    subject: str
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    after: dict[str, Any] | None = Field(default=None, sa_type=Json)
    undone_at: datetime | None = None
    undoes_id: int | None = Field(default=None, foreign_key="audit_entry.id", unique=True, sa_type=Id)
    cause: str | None = None
    answer: str | None = None


class Denied(SQLModel, table=True):
    """The owner denies a person to act for the shop, even if they are an administrator in Telegram."""

    __tablename__ = "denied"
    __table_args__ = (UniqueConstraint("community_id", "fingerprint"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    fingerprint: str
    """A salted hash of their id. So somebody who has their data deleted stays denied."""
    user_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    """The person, for the owner's list; None once they had their data deleted."""
    by: int = Field(sa_type=BigInteger)
    at: datetime
    lifted_at: datetime | None = None
    """When the owner lifted the denial; None: it holds."""


class StaffRole(SQLModel, table=True):
    """The owner has given a person a role. It holds while the person is in the home group and isn't denied."""

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("community_id", "user_id"), one_of("role", GIVABLE))

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    user_id: int = Field(sa_type=BigInteger, index=True)
    role: str
    by: int = Field(sa_type=BigInteger)
    at: datetime
    """When they got this role."""
    ended_at: datetime | None = None
    """When the owner took it away; None: it holds."""
