"""A coin shop for tests of features: items put up by staff, fans who ask and say yes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from bot.features.coin_shop.items import Items
from bot.features.coin_shop.purchases import Purchases
from bot.features.coin_shop.shelf import Storefront
from bot.flows.buy import Buying
from bot.rules.act import Sender
from bot.rules.coin_shop.items import HandOutcome, ItemMade, NewItem, RefundOutcome
from bot.rules.coin_shop.shelf import BuyAsked, ItemKind, Shelf, Yes
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.place import Place
from bot.store.coupons.hand_out import Choice
from bot.store.engine.db import Database
from bot.store.ledger import check_books
from tests.features.scene import NOON, OWNER, POLICIES, Causes, act_by, act_of, dice, named, offer, query, shop

STAFF = OWNER.user_id


@dataclass
class Counter:
    """One shop's counter."""

    db: Database
    place: Place
    causes: Causes
    choice: Choice = field(default_factory=dice)
    salts: Iterator[int] = field(default_factory=count)

    @classmethod
    async def open(cls, db: Database, causes: Causes) -> "Counter":
        """A counter of the first shop, with nothing on its shelf."""
        return cls(db, await shop(db), causes)

    async def lists(
        self,
        kind: ItemKind = ItemKind.FAVOUR,
        price: int = 20,
        *,
        title: str = "First",
        at: datetime = NOON,
        **wish: Any,
    ) -> ItemMade:
        """Staff put an item up."""
        made = await Items(self.db).make(
            act_by(self.place, STAFF, at, self.causes.next()), NewItem(title, price, kind, **wish)
        )
        assert isinstance(made, ItemMade)
        return made

    async def lists_coupon(self, stock: int = 9, limit: int = 1, price: int = 20, **wish: Any) -> ItemMade:
        """Staff put a coupon up, of a campaign that hangs in no group."""
        campaign = NewCampaign("Silk", stock, limit=limit, kept_for=KeptFor.SHOP)
        _, number = await offer(self.db, self.place, campaign, self.causes.next())
        return await self.lists(ItemKind.COUPON, price, title="Silk", subject=number, **wish)

    async def id_of(self, number: int) -> int:
        """What buttons carry."""
        rows = await query(self.db, "SELECT id FROM item WHERE number = :number", number=number)
        return int(rows[0][0])

    async def asks(self, sender: Sender, number: int = 1, at: datetime = NOON) -> Any:
        """A fan taps an item."""
        return await Storefront(self.db, POLICIES).ask(self.place, sender.user_id, await self.id_of(number), at)

    async def pays(self, sender: Sender, yes: Yes, at: datetime = NOON, cause: str | None = None) -> Any:
        """A fan taps yes."""
        buying = Buying(self.db, POLICIES, self.choice, lambda size: next(self.salts).to_bytes(size, "big"))
        return await buying.buy(act_of(self.place, sender, at, cause or self.causes.next()), yes)

    async def buys(self, sender: Sender, number: int = 1, at: datetime = NOON) -> Any:
        """A fan taps an item and then yes."""
        asked = await self.asks(sender, number, at)
        if not isinstance(asked, BuyAsked):
            return asked
        return await self.pays(sender, Yes(asked.item_id, asked.price, asked.serial), at)

    async def refunds(self, sender: Sender, number: int = 1, at: datetime = NOON) -> RefundOutcome:
        """Staff give coins back."""
        return await Purchases(self.db).refund(act_by(self.place, STAFF, at, self.causes.next()), number, named(sender))

    async def hands_over(self, sender: Sender, number: int = 1, at: datetime = NOON) -> HandOutcome:
        """Staff have done what was bought."""
        return await Purchases(self.db).hand_over(
            act_by(self.place, STAFF, at, self.causes.next()), number, named(sender)
        )

    async def shelf(self, sender: Sender, page: int = 1, at: datetime = NOON) -> Shelf:
        """What a fan sees."""
        return await Storefront(self.db, POLICIES).shelf(self.place, sender.user_id, page, at)

    async def sound(self) -> bool:
        """Whether every coin is accounted for."""
        return (await self.db.read(check_books)).sound
