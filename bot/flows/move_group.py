"""A group became a supergroup and has a new id: its community, people, promised messages and cards get the new id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.features.communities import Communities
from bot.features.shops.rekeying import rekey_group
from bot.rules.policies import Policies
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.refused import end_all


@dataclass(frozen=True, slots=True)
class Move:
    """A group to which Telegram gave a new id."""

    community_id: int | None
    """The community of the group; None for a group of no shop."""
    old_chat_id: int
    new_chat_id: int
    at: datetime


Follow = Callable[[Tx, Move, Policies], None]
"""Gives the rows of a domain the group's new id."""


class MoveGroup:
    """Gives the new id to everything that names the old chat."""

    def __init__(self, db: Database, cache: Communities, policies: Policies, follows: Sequence[Follow]) -> None:
        self._db = db
        self._cache = cache
        self._policies = policies
        self._follows = follows

    async def follow(self, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
        """Give the new id to everything that names the old chat."""
        await self._db.write(self._follow, old_chat_id, new_chat_id, at)
        self._cache.forget()

    def _follow(self, tx: Tx, old_chat_id: int, new_chat_id: int, at: datetime) -> None:
        move = Move(rekey_group(tx, old_chat_id, new_chat_id, at), old_chat_id, new_chat_id, at)
        end_all(tx, old_chat_id, at)
        for follow in self._follows:
            follow(tx, move, self._policies)
