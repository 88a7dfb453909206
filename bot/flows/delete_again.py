"""After a restore: who had their data deleted since the backup is deleted again."""

from collections.abc import Sequence

from bot.features.people.privacy import forget_me
from bot.rules.people.privacy import DeletionDone
from bot.store.engine.db import Tx
from bot.store.forgotten import Deletion, deletions, still_here
from bot.store.places import place_of


def delete_again(tx: Tx, remembered: Sequence[Deletion]) -> int:
    """Repeat deletions that the replaced database remembers and this one doesn't; how many people they concerned."""
    known = {(one.community_id, one.fingerprint) for one in deletions(tx)}
    fresh = [one for one in remembered if (one.community_id, one.fingerprint) not in known]
    again = 0
    for community_id in sorted({one.community_id for one in fresh}):
        own = {one.fingerprint: one for one in fresh if one.community_id == community_id}
        for fingerprint, user_id in still_here(tx, community_id, set(own)).items():
            done = forget_me(tx, place_of(tx, community_id), user_id, own[fingerprint].at)
            again += isinstance(done, DeletionDone)
    return again
