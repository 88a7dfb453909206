"""A shop that lets fans give packets, for tests of packets."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.act import Sender
from bot.rules.farming import HeldState
from bot.rules.lots import Lot
from bot.rules.packets.packets import NewPacket, PacketOpened, PacketPolicy
from bot.rules.place import Place
from bot.rules.tiers import Tier
from bot.store import ledger
from bot.store.tables import Account, Member
from tests.features.coins.test_lapse import earn
from tests.features.packets.table import DRAWN, POLICY, Table, change, pressed_fast
from tests.features.scene import GIVEAWAYS, NOON, POLICIES, act_of, fan, held_rewards, query

ANYBODY = PacketPolicy(giver_since=timedelta(0), giver_tier=Tier.NEW)
AUGUST, SEPTEMBER, OCTOBER = (datetime(2026, month, 10, 3, tzinfo=NOON.tzinfo) for month in (8, 9, 10))
END = NOON + POLICY.lasts
KOREA = ZoneInfo("Asia/Seoul")


class Fans(Table):
    """A shop that lets fans give packets, from the first day on."""

    async def earns(self, number: int, coins: int, at: datetime) -> None:
        """The shop pays a fan some coins."""
        await earn(self.db, self.place, fan(number), coins, at)

    async def gives(self, number: int, coins: int, shares: int, at: datetime = NOON, **how: Any) -> int:
        """A fan gives a packet; its id."""
        await self.db.write(change, "UPDATE community SET packets = 'fans'")
        packets = type(self.packets)(self.db, POLICIES.but(ANYBODY), GIVEAWAYS, self.dice.randbytes)
        wish = NewPacket(coins, shares, **how)
        opened = await packets.give(act_of(self.place, fan(number), at, self.causes.next()), wish)
        assert isinstance(opened, PacketOpened), opened
        return opened.packet_id

    async def holds(self, number: int) -> tuple[Lot, ...]:
        """What a fan's purse holds, by month."""
        return await self.db.read(lots_of_fan, self.place, fan(number))

    async def decides(self, number: int, state: HeldState) -> None:
        """Staff decide on what is held for a fan."""
        rows = await query(
            self.db,
            "SELECT h.id FROM held h JOIN member m ON m.id = h.member_id WHERE m.user_id = :fan",
            fan=fan(number).user_id,
        )
        act = act_of(self.place, at=DRAWN, cause=self.causes.next())
        await held_rewards(self.db).decide(act, rows[0][0], state)

    async def suspects(self, *numbers: int) -> None:
        """Fans press faster than people and came back from a deletion: what they are drawn for waits."""
        for number in numbers:
            await self.db.write(pressed_fast, self.place, fan(number))
        users = ", ".join(str(fan(number).user_id) for number in numbers)
        came_back = f"UPDATE member SET back_since = '2026-11-01 03:00:00+00:00' WHERE user_id IN ({users})"  # noqa: S608
        await self.db.write(change, came_back)

    async def ended(self) -> None:
        """Everything is handed out or went back, and the books balance."""
        assert await self.escrow() == 0
        assert await self.sound()


def lots_of_fan(session: Session, place: Place, sender: Sender) -> tuple[Lot, ...]:
    account_id, coins = (
        session.query(col(Account.id), col(Account.balance))
        .join(Member, col(Member.id) == col(Account.member_id))
        .filter(col(Member.community_id) == place.community_id, col(Member.user_id) == sender.user_id)
        .one()
    )
    return ledger.lots_of(session, account_id or 0, coins or 0, place.timezone)
