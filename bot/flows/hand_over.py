"""A shop has a new owner. Both owners are told, and the secret for orders becomes void: the old owner knows it."""

from datetime import datetime

from bot.features.orders import hook as hooks
from bot.features.shops import ownership
from bot.rules.act import Sender
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx


class HandOver:
    """The use case of a new owner."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def hand_over(self, place: Place, owner: Sender, at: datetime) -> bool:
        """Make `owner`, the home group's new creator, the shop's owner. False if they were the owner already."""
        return await self._db.write(hand_over, place, owner, at)


def hand_over(tx: Tx, place: Place, owner: Sender, at: datetime) -> bool:
    """Write down the new owner once, and delete the secret in the same transaction."""
    secret_void = hooks.secret_of(tx, place.community_id) is not None
    if not ownership.change_owner(tx, place, owner, at, secret_void=secret_void):
        return False
    hooks.drop_secret(tx, place.community_id)
    return True
