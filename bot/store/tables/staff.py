"""What staff did."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id, Json


class AuditEntry(SQLModel, table=True):
    """An act of staff with what it changed. Rows are only added; undoing adds one and marks the undone."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("community_id", "cause"),
        Index("ix_audit_entry_community_id_actor_id", "community_id", "actor_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    at: datetime
    actor_id: int = Field(sa_type=BigInteger)
    """Who did it; an anonymous administrator is known by the group's id."""
    act: str
    subject_id: int | None = Field(default=None, sa_type=Id)
    subject: str
    before: dict[str, Any] | None = Field(default=None, sa_type=Json)
    after: dict[str, Any] | None = Field(default=None, sa_type=Json)
    undone_at: datetime | None = None
    undoes_id: int | None = Field(default=None, foreign_key="audit_entry.id", unique=True, sa_type=Id)
    cause: str | None = None
    answer: str | None = None
