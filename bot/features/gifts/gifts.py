"""What fans do with gifts."""

from datetime import datetime

from bot.features.gifts.cards import MakeOutcome, NewToken, choice, make
from bot.features.gifts.living_card import note_message
from bot.features.gifts.openings import FoundGift, Opened, find, open_gift
from bot.features.gifts.returns import next_due, return_unopened
from bot.features.gifts.sharing import Sendable, list_sendable, note_shared
from bot.rules.act import Act
from bot.rules.gifts.cards import (
    GiftChoice,
)
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.place import Place
from bot.rules.policies import Policies
from bot.store.engine.db import Database


class Gifts:
    """What fans do with gifts."""

    def __init__(self, db: Database, policies: Policies, token: NewToken) -> None:
        self._db = db
        self._policies = policies
        self._policy = policies[GiftPolicy]
        self._token = token

    @property
    def policy(self) -> GiftPolicy:
        """Rewards, times and caps."""
        return self._policy

    async def choice(self, act: Act) -> GiftChoice:
        """The gifts that can be sent on now."""
        return await self._db.read(choice, act, self._policy)

    async def make(self, act: Act, offer_id: int) -> MakeOutcome:
        """A card of an offer (0: the plain invitation): the one that still waits to be sent, else a new one."""
        return await self._db.write(make, act, offer_id, self._policies, self._token)

    async def note_message(self, place: Place, gift_id: int, chat_id: int, message_id: int, now: datetime) -> None:
        """A card was shown in its giver's private chat."""
        await self._db.write(note_message, place.community_id, gift_id, chat_id, message_id, now)

    async def list_sendable(self, user_id: int, gift_id: int | None, at: datetime) -> list[Sendable]:
        """A giver's cards that may be shared now, the newest first, or the one that is asked for."""
        return await self._db.read(list_sendable, user_id, gift_id, at, self._policy)

    async def note_shared(self, user_id: int, gift_id: int, at: datetime, cause: str) -> None:
        """Telegram tells that a giver's card went into some chat."""
        await self._db.write(note_shared, user_id, gift_id, at, cause, self._policy)

    async def find(self, token: str, at: datetime) -> FoundGift | None:
        """The card whose link was opened; None for one that there isn't, or isn't any more."""
        return await self._db.read(find, token, at)

    async def open(self, gift: FoundGift, act: Act, *, inside: bool) -> Opened:
        """Someone opened a card. `inside` is what Telegram says of their membership now."""
        return await self._db.write(open_gift, gift, act, self._policy, self._token, inside=inside)

    async def run_due(self, now: datetime) -> datetime | None:
        """Return cards that nobody opened in time; when the next one is due."""
        while await self._db.write(return_unopened, now, self._policies):
            pass
        return await self._db.read(next_due)
