"""A shop that gives packets away, for tests of packets."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import text

from bot.features.packets.cards import card_of
from bot.features.packets.draw import PacketDraws
from bot.features.packets.packets import Packets
from bot.rules.act import Sender
from bot.rules.farming import Sign
from bot.rules.packets.packets import (
    NewPacket,
    PacketCard,
    PacketOpened,
    PacketPolicy,
    TapOutcome,
)
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.held import note_sighting
from bot.store.ledger import check_books
from bot.store.members import standing
from tests.features.scene import GIVEAWAYS, NOON, OWNER, POLICIES, Causes, act_of, fan, query, shop

POLICY = PacketPolicy()
DRAWN = NOON + POLICY.window + POLICY.settle
"""When a packet that was opened at noon is drawn."""
EVENING = NOON + timedelta(hours=8)


@dataclass
class Table:
    """A shop that gives packets away, with fresh bytes that are the same in every run."""

    db: Database
    place: Place
    causes: Causes
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    @classmethod
    async def lay(cls, db: Database, causes: Causes) -> Self:
        """A table in the first shop."""
        return cls(db, await shop(db), causes)

    @property
    def packets(self) -> Packets:
        """The use cases."""
        return Packets(self.db, POLICIES, GIVEAWAYS, self.dice.randbytes)

    async def opens(self, coins: int, shares: int, at: datetime = NOON, cause: str = "", **how: Any) -> PacketOpened:
        """Staff open a packet."""
        wish = NewPacket(coins, shares, **how)
        act = act_of(self.place, OWNER, at, cause or self.causes.next(), Role.OPERATOR)
        outcome = await self.packets.open(act, wish)
        assert isinstance(outcome, PacketOpened)
        return outcome

    async def tap(self, packet: int, number: int, at: datetime = NOON, cause: str = "") -> TapOutcome:
        """A fan taps."""
        return await self.packets.tap(act_of(self.place, fan(number), at, cause or self.causes.next()), packet)

    async def crowd(self, packet: int, size: int, at: datetime = NOON) -> list[TapOutcome]:
        """Many fans tap at once."""
        return list(await asyncio.gather(*(self.tap(packet, number, at) for number in range(1, size + 1))))

    async def crowd_of(self, packet: int, *numbers: int) -> None:
        """These fans tap, one after the other."""
        for number in numbers:
            await self.tap(packet, number)

    async def tick(self, now: datetime) -> datetime | None:
        """What the clock does by `now`."""
        return await PacketDraws(self.db, POLICIES).run_due(now)

    async def card(self, packet: int) -> PacketCard:
        """The card as it would hang."""
        card = await self.db.read(card_of, self.place.community_id, packet, NOON)
        assert card is not None
        return card

    async def shares(self, packet: int) -> dict[int, int]:
        """What each fan got, by the fan's number."""
        rows = await query(
            self.db,
            "SELECT m.user_id, t.coins FROM packet_take t JOIN member m ON m.id = t.member_id "
            "WHERE t.packet_id = :packet AND t.nth IS NOT NULL",
            packet=packet,
        )
        return {user_id - 100: coins for user_id, coins in rows}

    async def escrow(self) -> int:
        """Coins that wait in escrow, in all packets."""
        rows = await query(
            self.db,
            "SELECT coalesce(sum(CASE WHEN a.id = t.credit_id THEN t.amount ELSE -t.amount END), 0) "
            "FROM account a JOIN transfer t ON a.id IN (t.credit_id, t.debit_id) WHERE a.kind = 'escrow'",
        )
        return int(rows[0][0])

    async def sound(self) -> bool:
        """Whether every coin is accounted for."""
        return (await self.db.read(check_books)).sound


def pressed_fast(tx: Tx, place: Place, sender: Sender) -> None:
    """A fan pressed faster than a person."""
    member = standing(tx, place.community_id, sender, NOON)
    note_sighting(tx, member.member_id, Sign.FAST, NOON.date(), NOON)


def change(tx: Tx, statement: str) -> None:
    """Change rows past all rules."""
    tx.execute(text(statement))
