"""What heart goals and released rewards promise in an operator's name, on both databases."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.features.communities import set_reachable
from bot.flows.held_rewards import HeldRewards, Resolver
from bot.rules.act import Sender
from bot.rules.farming import FarmingPolicy, HeldState, Reason, Sign
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.hearts.hearts import GoalCancelled, Hearted
from bot.rules.packets.packets import PacketOpened
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.staff.held import HeldReleased
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.held import Reward, hold
from bot.store.members import standing
from tests.features.hearts.room import Room
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    Causes,
    act_of,
    fan,
    query,
    undo,
)
from tests.features.staff.operators import ANA, BEN, Counter, goal, hand_over
from tests.features.studio import at as minute

DAY = timedelta(days=1)


async def test_a_heart_goal_counts_from_its_promise_and_once(db: Database, causes: Causes) -> None:
    """Its packets count when the goal is set, and not again when hearts open them."""
    room = await Room.open(db, causes)
    counter = Counter(db, room.studio.place, causes)
    await goal(room, "packet:1200/5")
    assert await counter.packet(801, minute(1)) == GiveawayTooMuch(801, 800, 2_000)
    for number in range(3):
        assert isinstance(await room.heart(fan(50 + number), minute(2)), Hearted)
    assert await room.states() == ["unlocked"]
    assert await query(db, "SELECT coins, opened_by FROM packet") == [(1_200, ANA.user_id)]
    assert await counter.left(minute(3)) == 800
    assert await counter.left(minute(3) + DAY) == 2_000


async def _cancelled(room: Room) -> None:
    cancelled = await room.cancels(ANA, minute(3))
    assert isinstance(cancelled, GoalCancelled)


async def _undone(room: Room) -> None:
    await undo(room.studio.db, room.studio.place, ANA.user_id, minute(3), room.studio.causes.next())


async def _over(room: Room) -> None:
    await room.studio.end(minute(3))


@pytest.mark.parametrize("comes_back", [_cancelled, _undone, _over])
async def test_a_goal_that_wasnt_reached_gives_its_coins_back(
    db: Database, causes: Causes, comes_back: Callable[[Room], Awaitable[None]]
) -> None:
    """Called off, taken back, or its evening over: its packets can be given otherwise."""
    room = await Room.open(db, causes)
    counter = Counter(db, room.studio.place, causes)
    await goal(room)
    await comes_back(room)
    assert isinstance(await counter.packet(2_000, minute(4)), PacketOpened)


async def test_a_goal_that_comes_back_stays_within_the_limit(db: Database, causes: Causes) -> None:
    """Going on after the coins were given elsewhere: the undo is refused, and a reopened evening opens no packet."""
    room = await Room.open(db, causes)
    await db.write(set_reachable, OWNER, can_write=True)
    counter = Counter(db, room.studio.place, causes)
    await goal(room)
    await _cancelled(room)
    await counter.packet(100, minute(4))
    cancelled = (await query(db, "SELECT id FROM audit_entry WHERE act = 'hearts.cancelled'"))[0][0]
    assert await counter.undo(BEN, cancelled, minute(5)) == GiveawayTooMuch(2_000, 1_900, 2_000)
    other = await goal(room, "packet:1900/5", at=minute(6))
    assert other.steps[0].coins == 1_900
    await room.studio.end(minute(7))
    assert isinstance(await counter.packet(1_000, minute(8)), PacketOpened)
    await room.studio.golive(minute(9))
    for number in range(3):
        await room.heart(fan(50 + number), minute(10), goal=2)
    assert await room.states() == ["waiting", "failed"]
    assert await query(db, "SELECT count(*) FROM outbox WHERE key LIKE 'hearts:2:1:failed%'") == [(1,)]
    assert await query(db, "SELECT sum(coins) FROM packet") == [(1_100,)]


async def test_the_owners_goal_has_no_limit(db: Database, causes: Causes) -> None:
    """Nor when its packet opens after the owner has handed the shop over."""
    room = await Room.open(db, causes)
    await goal(room, "packet:5000/5", by=OWNER)
    await db.write(hand_over, 777)
    for number in range(3):
        await room.heart(fan(50 + number), minute(2))
    assert await room.states() == ["unlocked"]
    assert await query(db, "SELECT by_owner FROM audit_entry WHERE act = 'packet.opened'") in ([(True,)], [(1,)])


@dataclass
class Till:
    """What a feature held: 700 coins of the shop's each."""

    worth_of: int = 700

    def release(self, _tx: Tx, _place: Place, _subject_id: int, _member_id: int, _at: datetime) -> int:
        """Pay them."""
        return self.worth_of

    def worth(self, _tx: Tx, _place: Place, _subject_id: int, _member_id: int) -> int:
        """What they are."""
        return self.worth_of

    @property
    def resolvers(self) -> dict[str, Resolver]:
        """Of the shop's coins, and of coins that were set aside before."""
        return {
            "prize": Resolver(self.release, self.release, worth=self.worth),
            "packet": Resolver(self.release, self.release),
        }


async def test_released_rewards_count(db: Database, causes: Causes) -> None:
    """What an operator lets the shop pay counts; what a packet set aside doesn't, nor what the owner releases."""
    counter = await Counter.open(db, causes)

    def wait(tx: Tx, kind: str, subject: int) -> None:
        member = standing(tx, counter.place.community_id, fan(50), NOON)
        reward = Reward(kind, subject, member.member_id)
        assert hold(tx, counter.place, reward, (Reason(Sign.RING, 100),), NOON, FarmingPolicy())

    for subject in range(4):
        await db.write(wait, "prize", subject)
    await db.write(wait, "packet", 9)
    rewards = HeldRewards(db, FarmingPolicy(), GIVEAWAYS, Till().resolvers)

    async def release(held_id: int, by: Sender) -> Any:
        role = Role.OWNER if by == OWNER else Role.OPERATOR
        act = act_of(counter.place, by, cause=causes.next(), role=role)
        return await rewards.decide(act, held_id, HeldState.RELEASED)

    assert await release(1, ANA) == HeldReleased("Fan 50", 700)
    assert await release(2, ANA) == HeldReleased("Fan 50", 700)
    assert await counter.left() == 600
    assert await release(3, ANA) == GiveawayTooMuch(700, 600, 2_000)
    assert await query(db, "SELECT state FROM held WHERE id = 3") == [("held",)]
    assert await release(5, ANA) == HeldReleased("Fan 50", 700)
    assert await counter.left() == 600
    assert await release(3, OWNER) == HeldReleased("Fan 50", 700)
    assert (await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'held.released'")) == [(4,)]
