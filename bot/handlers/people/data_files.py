"""Makes the file of what is kept of a person, when it is sent."""

from collections.abc import Callable
from datetime import datetime

from bot.features.people.privacy import Privacy
from bot.rules.people.privacy import DataFile
from bot.store.engine.db import Database
from bot.store.messages.telling import Attachment
from bot.store.places import find_place

NAME = "my-data.json"


class DataFiles:
    """Makes files of people's own data."""

    def __init__(self, db: Database, privacy: Privacy, now: Callable[[], datetime]) -> None:
        self._db = db
        self._privacy = privacy
        self._now = now

    async def make(self, community_id: int, user_id: int) -> Attachment | None:
        """The file as of now; None if there is no such shop any more."""
        place = await self._db.read(find_place, community_id)
        if place is None:
            return None
        caption = DataFile(place.shop)
        return Attachment(NAME, await self._privacy.told(place, user_id, self._now()), caption, caption)
