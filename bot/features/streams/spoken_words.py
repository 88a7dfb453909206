"""Words that hosts say: kept in memory while their airings are on, so that small talk costs no query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import AiringState
from bot.store.engine.db import Database
from bot.store.tables import Airing


@dataclass(frozen=True, slots=True)
class Spoken:
    """The word of one airing."""

    word_key: str
    airing_id: int


class SpokenWords:
    """Which word means which airing. Read again whenever plans change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._words: dict[int, tuple[Spoken, ...]] = {}

    def airing_of(self, community_id: int, word_key: str) -> int | None:
        """The airing that a word stands for in this community, if any."""
        for spoken in self._words.get(community_id, ()):
            if spoken.word_key == word_key:
                return spoken.airing_id
        return None

    async def run_due(self, _now: datetime) -> datetime | None:
        """Read the words of airings that are on."""
        await self.refresh()
        return None

    async def refresh(self) -> None:
        """Read them in this process, whichever one's clock rings."""
        self._words = await self._db.read(words_of_live)


def words_of_live(session: Session) -> dict[int, tuple[Spoken, ...]]:
    """Every community's words, the newest airing's first."""
    rows: Any = session.execute(
        select(
            col(Airing.community_id).label("community_id"),
            col(Airing.word_key).label("word_key"),
            col(Airing.id).label("airing_id"),
        )
        .where(col(Airing.state) == AiringState.LIVE, col(Airing.word_key).is_not(None))
        .order_by(col(Airing.starts_at).desc())
    ).all()
    words: dict[int, tuple[Spoken, ...]] = {}
    for row in rows:
        if row.word_key is not None and row.airing_id is not None:
            spoken = Spoken(row.word_key, row.airing_id)
            words[row.community_id] = (*words.get(row.community_id, ()), spoken)
    return words
