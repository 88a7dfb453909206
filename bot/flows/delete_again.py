"""After a restore: delete again the data of people who had it deleted since the backup."""

from collections.abc import Sequence

from bot.features.people.privacy import forget_me
from bot.rules.people.privacy import DeletionDone
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.forgotten import Deletion, deletions, members_by_fingerprint
from bot.store.leaving import Forgetting
from bot.store.places import place_of


class DeleteAgain:
    """Repeats deletions that a restored database doesn't know."""

    def __init__(self, db: Database, forgetting: Forgetting) -> None:
        self._db = db
        self._forgetting = forgetting

    async def repeat(self, remembered: Sequence[Deletion]) -> int:
        """Repeat the deletions that this database doesn't know. Return how many people's data was deleted."""
        return await self._db.write(self._repeat, remembered)

    def _repeat(self, tx: Tx, remembered: Sequence[Deletion]) -> int:
        known = {(one.community_id, one.fingerprint) for one in deletions(tx)}
        fresh = [one for one in remembered if (one.community_id, one.fingerprint) not in known]
        repeated = 0
        for community_id in sorted({one.community_id for one in fresh}):
            own = {one.fingerprint: one for one in fresh if one.community_id == community_id}
            for fingerprint, user_id in members_by_fingerprint(tx, community_id, set(own)).items():
                place, at = place_of(tx, community_id), own[fingerprint].at
                repeated += isinstance(forget_me(tx, place, user_id, at, self._forgetting), DeletionDone)
        return repeated
