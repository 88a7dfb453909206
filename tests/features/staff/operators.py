"""Operators who give the shop's coins away."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import update

from bot.features.gifts.offers import GiftOffers
from bot.features.packets.packets import Packets
from bot.rules.act import Sender
from bot.rules.gift_states import GiftKind
from bot.rules.gifts.offers import NewGift
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.hearts.hearts import GoalMade
from bot.rules.packets.packets import NewPacket, OpenOutcome
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Community
from tests.features.hearts.room import Room
from tests.features.scene import GIVEAWAYS, NOON, POLICIES, Causes, act_of, fan, shop, undo
from tests.features.studio import at as minute

ANA, BEN = fan(1), fan(2)
"""Two operators."""
POLICY = GiftPolicy()


@dataclass
class Counter:
    """A shop whose operators give things away."""

    db: Database
    place: Place
    causes: Causes

    @classmethod
    async def open(cls, db: Database, causes: Causes) -> "Counter":
        """The first shop."""
        return cls(db, await shop(db), causes)

    async def packet(
        self, coins: int, at: datetime = NOON, *, by: Sender | int = ANA, rush: bool = True, cause: str | None = None
    ) -> OpenOutcome:
        """Open a packet of two shares."""
        packets = Packets(self.db, POLICIES, GIVEAWAYS, lambda size: b"\x05" * size)
        actor = by if isinstance(by, int) else by.user_id
        role = Role.OWNER if actor == self.place.owner_id else Role.OPERATOR
        wish = NewPacket(coins, 2, rush=rush)
        act = act_of(self.place, ANA, at, cause or self.causes.next(), role)
        return await packets.open(replace(act, actor_id=actor), wish)

    async def gift(self, coins: int, stock: int | None, at: datetime = NOON, **wish: Any) -> Any:
        """Offer a gift."""
        gift = NewGift(**{"title": "Warm", "kind": GiftKind.COINS, "coins": coins, "stock": stock, **wish})
        return await GiftOffers(self.db, POLICY, GIVEAWAYS).make(
            act_of(self.place, ANA, at, self.causes.next(), Role.OPERATOR), gift
        )

    async def left(self, at: datetime = NOON, by: Sender | int = ANA) -> int:
        """What an operator can still give."""
        actor = by if isinstance(by, int) else by.user_id
        return await self.db.read(GIVEAWAYS.left_today, self.place, actor, at)

    async def undo(self, by: Sender, audit_id: int | None = None, at: datetime = NOON) -> Any:
        """Take an act back."""
        return await undo(self.db, self.place, by.user_id, at, self.causes.next(), audit_id)


def hand_over(tx: Tx, user_id: int) -> None:
    """The shop has another owner, as the store knows it."""
    tx.execute(update(Community).values(owner_id=user_id))


async def goal(room: Room, gives: str = "packet:2000/5", *, by: Sender = ANA, at: datetime | None = None) -> GoalMade:
    """Set a heart goal."""
    made = await room.sets(by, "3", gives, at=at or minute(1))
    assert isinstance(made, GoalMade)
    return made
