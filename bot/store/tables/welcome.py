"""Questions at the welcome, and what newcomers answered."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables.base import Id, Json


class WelcomeQuestion(SQLModel, table=True):
    """A question that newcomers are asked."""

    __tablename__ = "welcome_question"
    __table_args__ = (UniqueConstraint("community_id", "number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    number: int
    """The number by which staff call it. Numbers count within the community."""
    text: str
    answers: list[list[str]] = Field(sa_type=Json)
    """Each answer as it is read, and the tag that it gives."""
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime
    removed_at: datetime | None = None
    """When staff took it back: nobody is asked any more. None: it is asked."""


class WelcomeAnswer(SQLModel, table=True):
    """A newcomer is asked a question: the row is made with their welcome, so that nobody is asked twice."""

    __tablename__ = "welcome_answer"
    __table_args__ = (Index("ix_welcome_answer_question_id", "question_id", "choice"),)

    member_id: int = Field(sa_column=Column(Id, ForeignKey("member.id"), primary_key=True, autoincrement=False))
    question_id: int = Field(
        sa_column=Column(Id, ForeignKey("welcome_question.id"), primary_key=True, autoincrement=False)
    )
    choice: int | None = None
    """The answer's place in the question, from 0; None: they haven't answered, or skipped it."""
    at: datetime | None = None
    """When they answered or skipped; None: they haven't yet."""
