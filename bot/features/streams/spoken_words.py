"""The word that the host says: known in memory while its evening is on, so that small talk costs no query."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.streams.streams import AiringState
from bot.store.engine.db import Database
from bot.store.tables import Airing


@dataclass(frozen=True, slots=True)
class Spoken:
    """The word of one evening."""

    word_key: str
    airing_id: int


class SpokenWords:
    """Which word means which evening. Learned anew whenever plans change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._words: dict[int, tuple[Spoken, ...]] = {}

    def airing_of(self, community_id: int, word_key: str) -> int | None:
        """The evening that a word stands for here, if any."""
        for spoken in self._words.get(community_id, ()):
            if spoken.word_key == word_key:
                return spoken.airing_id
        return None

    async def run_due(self, _now: datetime) -> datetime | None:
        """Learn the words of what is on."""
        self._words = await self._db.read(words_of_live)
        return None


def words_of_live(session: Session) -> dict[int, tuple[Spoken, ...]]:
    """Every community's words, the newest evening's first."""
    rows = session.execute(
        select(col(Airing.community_id), col(Airing.word_key), col(Airing.id))
        .where(col(Airing.state) == AiringState.LIVE, col(Airing.word_key).is_not(None))
        .order_by(col(Airing.starts_at).desc())
    ).all()
    words: dict[int, tuple[Spoken, ...]] = {}
    for community_id, word_key, airing_id in rows:
        words[community_id] = (*words.get(community_id, ()), Spoken(word_key or "", airing_id or 0))
    return words
