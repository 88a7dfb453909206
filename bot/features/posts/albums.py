"""Parts of albums that staff sent: Telegram brings each as a message of its own. Kept for a day, by Telegram's ids."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.posting import Content, Media, MediaKind
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import AlbumFile, AuditEntry

MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class PartOfAlbum:
    """One part, as its message brought it."""

    community_id: int
    chat_id: int
    message_id: int
    user_id: int
    album: str
    content: Content
    """Its one medium, with its caption."""
    at: datetime


class Albums:
    """Use cases of albums."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def remember(self, part: PartOfAlbum) -> None:
        """Keep a part, so that `/post` in reply to one finds the others."""
        await self._db.write(remember, part)

    async def whole(self, community_id: int, chat_id: int, album: str) -> Content:
        """The album as far as it is known."""
        return await self._db.read(whole, community_id, chat_id, album)

    async def acted(self, community_id: int, user_id: int) -> bool:
        """Whether this person ever did something as staff of the shop."""
        return await self._db.read(acted, community_id, user_id)


def remember(tx: Tx, part: PartOfAlbum) -> None:
    """Keep it once. A document may be there already, from who takes files in: then its caption is added."""
    media = part.content.media[0]
    facts: dict[str, Any] = {"kind": media.kind.value, "html": part.content.text, "spoiler": media.spoiler}
    facts |= {"under": part.content.under_media}
    row = tx.get(AlbumFile, (part.chat_id, part.message_id))
    if row is not None:
        row.file = {**row.file, **facts}
    else:
        tx.add(
            AlbumFile(
                chat_id=part.chat_id,
                message_id=part.message_id,
                community_id=part.community_id,
                user_id=part.user_id,
                album=part.album,
                file={"file_id": media.file_id, "name": "…", "size": None, **facts},
                seen_at=part.at,
            )
        )
    tx.flush()


def whole(session: Session, community_id: int, chat_id: int, album: str) -> Content:
    """Its parts in their order, with the first caption."""
    found = session.execute(
        select(col(AlbumFile.file))
        .where(
            col(AlbumFile.community_id) == community_id,
            col(AlbumFile.chat_id) == chat_id,
            col(AlbumFile.album) == album,
        )
        .order_by(col(AlbumFile.message_id))
        .limit(MOST_PARTS)
    )
    parts: list[dict[str, Any]] = list(found.scalars())
    media = tuple(
        Media(MediaKind(part.get("kind", MediaKind.DOCUMENT)), part["file_id"], bool(part.get("spoiler")))
        for part in parts
    )
    text = next((part["html"] for part in parts if part.get("html")), "")
    return Content(text=text, media=media, under_media=any(part.get("under") for part in parts))


def acted(session: Session, community_id: int, user_id: int) -> bool:
    """Whether the audit log knows them."""
    deed = select(exists().where(col(AuditEntry.community_id) == community_id, col(AuditEntry.actor_id) == user_id))
    return bool(session.execute(deed).scalar())
