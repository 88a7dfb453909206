"""A shop has a new owner: both are told, and the secret of its webhook, which the old one knows, is void."""

from datetime import datetime

from bot.features.orders import hook as hooks
from bot.features.shops import ownership
from bot.rules.act import Sender
from bot.rules.place import Place
from bot.store.engine.db import Database, Tx


class HandingOver:
    """The use case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def hand_over(self, place: Place, owner: Sender, at: datetime) -> bool:
        """The home group's creator is somebody else now; False if that was known."""
        return await self._db.write(hand_over, place, owner, at)


def hand_over(tx: Tx, place: Place, owner: Sender, at: datetime) -> bool:
    """Write down the new owner, once, and forget the secret with the same commit."""
    secret_void = hooks.secret_of(tx, place.community_id) is not None
    if not ownership.change_owner(tx, place, owner, at, secret_void=secret_void):
        return False
    hooks.drop_secret(tx, place.community_id)
    return True
