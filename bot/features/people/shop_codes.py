"""A fan's shop code, which `/me` shows."""

from collections.abc import Callable

from bot.rules.act import Act
from bot.store.engine.db import Database
from bot.store.shop_codes import give_shop_code, lacks_shop_code, shop_code_of


class ShopCodes:
    """Use cases of shop codes."""

    def __init__(self, db: Database, choice: Callable[[str], str]) -> None:
        """`choice` picks one character of a string at random."""
        self._db = db
        self._choice = choice

    async def of(self, act: Act) -> str | None:
        """The sender's shop code. It is written down when it is shown first; None if they are no member."""
        user_id = act.sender.user_id
        if await self._db.read(lacks_shop_code, act.community_id, user_id):
            return await self._db.write(give_shop_code, act.community_id, user_id, self._choice)
        return await self._db.read(shop_code_of, act.community_id, user_id)
