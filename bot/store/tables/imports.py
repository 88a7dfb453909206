"""Files that staff handed in, the files of albums, and what was answered about files of a shape."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from bot.rules.imports import ImportState
from bot.store.tables.base import Id, Json, one_of


class FileImport(SQLModel, table=True):
    """Files that somebody of the staff handed in with a command. Contents are never stored. Dropped after a day."""

    __tablename__ = "file_import"
    __table_args__ = (
        UniqueConstraint("community_id", "cause"),
        UniqueConstraint("community_id", "done_cause"),
        Index("ix_file_import_album", "chat_id", "album"),
        one_of("state", ImportState),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    user_id: int = Field(sa_type=BigInteger)
    """Who handed them in."""
    chat_id: int = Field(sa_type=BigInteger)
    album: str | None = None
    """Telegram's `media_group_id`: files of the album that come later belong to the import."""
    kind: str
    """What they were handed in for: `codes`, `orders`."""
    rest: str
    """What stood behind the command."""
    files: list[dict[str, Any]] = Field(sa_type=Json)
    """Each with its `file_id`, `name` and `size`."""
    answers: dict[str, Any] = Field(sa_type=Json)
    """What was answered, by the shape of the file."""
    fresh: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether answers about earlier files of the shape aren't used: somebody wanted to be asked again."""
    turn: int = 0
    """Counts changes. A button of an older turn acts no more."""
    asked: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """The question that waits for an answer."""
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    """The message in private that shows the question or the preview."""
    state: str = ImportState.OPEN
    made_at: datetime
    cause: str
    """The update that brought the command."""
    done_cause: str | None = None
    """The press that does it. All work is done under this cause, whoever presses again."""
    done_by: int | None = Field(default=None, sa_type=BigInteger)
    done_at: datetime | None = None
    outcome: dict[str, Any] | None = Field(default=None, sa_type=Json)
    """What came of it, with its stored name: told again to who presses again."""


class AlbumFile(SQLModel, table=True):
    """A file of an album in the home group or in private: its caption may come later. Dropped after a day."""

    __tablename__ = "album_file"
    __table_args__ = (Index("ix_album_file_album", "chat_id", "album"),)

    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    message_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    community_id: int = Field(foreign_key="community.id", sa_type=Id)
    user_id: int = Field(sa_type=BigInteger)
    album: str
    file: dict[str, Any] = Field(sa_type=Json)
    seen_at: datetime


class SheetShape(SQLModel, table=True):
    """What staff answered about files of one shape. Used silently for the next one, and named in its preview."""

    __tablename__ = "sheet_shape"

    community_id: int = Field(sa_column=Column(Id, ForeignKey("community.id"), primary_key=True, autoincrement=False))
    kind: str = Field(primary_key=True)
    shape: str = Field(primary_key=True)
    answers: dict[str, Any] = Field(sa_type=Json)
    updated_at: datetime
