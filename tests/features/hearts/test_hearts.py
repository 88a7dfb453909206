"""Heart goals, on both databases: counted once a minute, opened once, whatever the crowd."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.features.communities import set_reachable
from bot.features.coupons.campaigns import Campaigns
from bot.features.hearts.hearts import Hearts
from bot.features.people.privacy import Privacy
from bot.features.streams.live_card import live_card
from bot.flows.hearts_unlock import Tools, Unlocking
from bot.rules.act import Sender
from bot.rules.coupons.coupons import KeptFor, NewCampaign
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.hearts.hearts import (
    CouponNotKept,
    GoalCancelled,
    GoalMade,
    GoalOutcome,
    GoalShown,
    GoalThere,
    HeartAgain,
    HeartBoard,
    Hearted,
    HeartOutcome,
    HeartPolicy,
    HeartsRest,
    NoGoal,
    NoStreamForGoal,
    StepState,
    read_goal,
)
from bot.rules.packets.packets import PacketPolicy
from bot.rules.raffles.raffles import RafflePolicy
from bot.rules.rights import Role
from bot.store.engine.db import Database, Tx
from bot.store.ledger import check_books
from bot.store.tables import Card
from tests.features.scene import OWNER, Causes, everything, fan, offer, query, shop
from tests.features.studio import STAFF, Studio
from tests.features.studio import at as minute

POLICY = HeartPolicy()
TOOLS = Tools(POLICY, PacketPolicy(), RafflePolicy(), lambda size: b"\x07" * size)
SECOND = timedelta(seconds=1)
ONE, TWO = minute(1), minute(2)


@dataclass
class Room:
    """A stream that is on since eight, and who gives hearts."""

    studio: Studio
    hearts: Hearts
    unlocking: Unlocking

    @classmethod
    async def open(cls, db: Database, causes: Causes, *, on: bool = True) -> "Room":
        """One evening, planned, and on unless told otherwise."""
        studio = await Studio.open(db, causes)
        await studio.plan()
        if on:
            await studio.golive(minute(0))
        return cls(studio, Hearts(db, POLICY), Unlocking(db, TOOLS))

    async def goal(
        self, goals: str = "3", gives: str = "packet:50/5", *, at: datetime = ONE, cause: str | None = None
    ) -> GoalOutcome:
        """Set a goal."""
        steps = read_goal(goals, gives)
        assert isinstance(steps, tuple)
        return await self.hearts.make(
            self.studio.place, STAFF, steps, at, cause or self.studio.causes.next(), Role.OWNER
        )

    async def heart(
        self, sender: Sender, at: datetime = TWO, *, goal: int = 1, cause: str | None = None
    ) -> HeartOutcome:
        """One press."""
        return await self.unlocking.press(self.studio.place, sender, goal, at, cause or self.studio.causes.next())

    async def shown(self, at: datetime = TWO) -> GoalShown:
        """How it stands."""
        outcome = await self.hearts.show(self.studio.place, at)
        assert isinstance(outcome, GoalShown)
        return outcome

    async def states(self) -> list[str]:
        """What became of the steps."""
        return [row[0] for row in await query(self.studio.db, "SELECT state FROM heart_step ORDER BY nth")]

    async def hang(self, message_id: int = 77, chat_id: int | None = None) -> tuple[int, int]:
        """The live card hangs; (chat, message)."""

        def hang(tx: Tx) -> tuple[int, int]:
            card = tx.query(Card).filter_by(kind="stream").first()
            assert card is not None
            card.message_id = message_id
            if chat_id is not None:
                card.chat_id = chat_id
            tx.flush()
            return card.chat_id, message_id

        return await self.studio.db.write(hang)


async def kept(db: Database, room: Room, title: str = "Silk") -> int:
    """A campaign that is kept for hearts; its number."""
    wish = NewCampaign(title, 5, kept_for=KeptFor.HEARTS)
    return (await offer(db, room.studio.place, wish, room.studio.causes.next(), minute(-60)))[1]


async def test_hearts_add_up_and_open_each_step_once(db: Database, causes: Causes) -> None:
    """A drop at two, a packet at three, a raffle at four; the card shows the way; nothing opens twice."""
    room = await Room.open(db, causes)
    number = await kept(db, room)
    made = await room.goal("2,3,4", f"coupon:{number},packet:50/5,raffle:silk, pure/2/30")
    assert isinstance(made, GoalMade)
    assert made.at is None
    assert await room.heart(fan(1)) == Hearted(1, 1, unlocked=False)
    assert await query(db, "SELECT kept_for FROM campaign") == [("hearts",)]
    assert await room.heart(fan(2)) == Hearted(2, 1, unlocked=True)
    assert await query(db, "SELECT kept_for FROM campaign") == [(None,)]
    assert await room.heart(fan(3)) == Hearted(3, 1, unlocked=True)
    assert await query(db, "SELECT coins, shares FROM packet") == [(50, 5)]
    assert await room.heart(fan(4)) == Hearted(4, None, unlocked=True)
    assert await query(db, "SELECT prize, winners FROM raffle") == [("silk, pure", 2)]
    assert await room.heart(fan(5)) == Hearted(5, None, unlocked=False)
    assert await room.states() == ["unlocked"] * 3
    card = await db.read(live_card, room.studio.place.community_id, 1, minute(3))
    assert card is not None
    assert isinstance(card.board, HeartBoard)
    assert (card.board.hearts, card.board.next, card.board.lagging) == (5, None, False)
    assert (await room.shown()).fans == 5
    assert (await db.read(check_books)).sound


async def test_each_fan_counts_once_a_minute(db: Database, causes: Causes) -> None:
    """Presses and reactions share the minute; a redelivered press hears what it heard and counts no second time."""
    room = await Room.open(db, causes)
    await room.goal("9")
    card = await room.hang()
    cause = causes.next()
    assert await room.heart(fan(1), cause=cause) == Hearted(1, 8, unlocked=False)
    before = await everything(db)
    assert await room.heart(fan(1), cause=cause) == Hearted(1, 8, unlocked=False)
    assert await room.heart(fan(1), minute(2) + 59 * SECOND) == HeartAgain(1)
    place, react = room.studio.place, room.unlocking.react
    assert await react(place, fan(1), *card, minute(2) + 30 * SECOND, causes.next()) == HeartAgain(30)
    assert await everything(db) == before
    assert await react(place, fan(1), *card, minute(3), causes.next()) == Hearted(2, 7, unlocked=False)
    assert await room.heart(fan(1), minute(3)) == HeartAgain(60)
    assert await room.heart(fan(1), minute(4)) == Hearted(3, 6, unlocked=False)


async def test_a_reaction_to_anything_else_is_nothing(db: Database, causes: Causes) -> None:
    """Another message, another shop's card: nobody becomes a member by it, and nothing counts."""
    room = await Room.open(db, causes)
    other = await shop(db, fan(900), -1002)
    await room.goal("9")
    chat_id, message_id = await room.hang()
    before = await everything(db)
    react = room.unlocking.react
    assert await react(room.studio.place, fan(1), chat_id, message_id + 1, minute(2), causes.next()) == HeartsRest()
    assert await react(other, fan(1), chat_id, message_id, minute(2), causes.next()) == HeartsRest()
    await room.unlocking.count(other, chat_id, message_id, 50, minute(2))
    assert await everything(db) == before
    assert await room.unlocking.press(other, fan(900), 1, minute(2), causes.next()) == HeartsRest()
    assert (await room.shown()).hearts == 0


async def test_a_channels_hearts_count_by_their_highest(db: Database, causes: Causes) -> None:
    """Counts that fall and rise again add nothing; the card says that they come late."""
    room = await Room.open(db, causes)
    await room.goal("9", "packet:50/5")
    card = await room.hang()
    for count in (3, 1, 3, 5, 5, 0, 4):
        await room.unlocking.count(room.studio.place, *card, count, minute(2))
    assert (await room.shown()).hearts == 5
    await room.unlocking.count(room.studio.place, *card, 9, minute(2))
    assert await room.states() == ["unlocked"]
    shown = await db.read(live_card, room.studio.place.community_id, 1, minute(3))
    assert shown is not None
    assert shown.board is not None
    assert shown.board.lagging


async def test_a_crowd_crosses_the_line_together(db: Database, causes: Causes) -> None:
    """A hundred hearts at once over three lines: all count, and every step opens exactly once."""
    room = await Room.open(db, causes)
    number = await kept(db, room)
    await room.goal("40,50,60", f"coupon:{number},packet:50/5,raffle:silk")
    card = await room.hang()
    outcomes = await asyncio.gather(
        *(room.heart(fan(number)) for number in range(50)),
        *(
            room.unlocking.react(room.studio.place, fan(number), *card, minute(2), causes.next())
            for number in range(50, 100)
        ),
        *(room.heart(fan(number)) for number in range(50)),  # and half of them press twice
    )
    assert sum(isinstance(outcome, Hearted) for outcome in outcomes) == 100
    assert sum(isinstance(outcome, HeartAgain) for outcome in outcomes) == 50
    assert sum(isinstance(outcome, Hearted) and outcome.unlocked for outcome in outcomes) == 3
    assert (await room.shown()).hearts == 100
    assert await room.states() == ["unlocked"] * 3
    assert await query(db, "SELECT count(*) FROM packet") == [(1,)]
    assert await query(db, "SELECT count(*) FROM raffle") == [(1,)]
    posts = "SELECT count(*) FROM outbox WHERE act = 'post_card' AND state = 'waiting' AND lane = 'post'"
    assert await query(db, posts) == [(3,)]
    edits = "SELECT count(*) FROM outbox WHERE act = 'edit_card' AND state = 'waiting' AND fold_key IS NOT NULL"
    assert await query(db, edits) == [(1,)]


async def test_two_counts_of_a_channel_cross_together(db: Database, causes: Causes) -> None:
    """The same count told ten times at once adds once, and opens once."""
    room = await Room.open(db, causes)
    await room.goal("5")
    card = await room.hang()
    await asyncio.gather(*(room.unlocking.count(room.studio.place, *card, 7, minute(2)) for _ in range(10)))
    assert (await room.shown()).hearts == 7
    assert await query(db, "SELECT count(*) FROM packet") == [(1,)]


async def test_hearts_count_only_while_it_is_on(db: Database, causes: Causes) -> None:
    """Not before the start, not after the end, not for a goal that was taken back."""
    room = await Room.open(db, causes, on=False)
    made = await room.goal("9", at=minute(-30))
    assert isinstance(made, GoalMade)
    assert made.at == minute(0)
    assert await room.heart(fan(1), minute(-1)) == HeartsRest()
    assert await room.heart(fan(1), minute(1)) == Hearted(1, 8, unlocked=False)
    await room.studio.golive(minute(2))
    assert await room.heart(fan(2), minute(3)) == Hearted(2, 7, unlocked=False)
    assert isinstance(await room.hearts.cancel(room.studio.place, STAFF, minute(4), causes.next()), GoalCancelled)
    assert await room.heart(fan(3), minute(5)) == HeartsRest()
    undone = await room.studio.undo(minute(6))
    assert isinstance(undone, Undone)
    assert await room.heart(fan(3), minute(7)) == Hearted(3, 6, unlocked=False)
    await room.studio.end(minute(8))
    assert await room.heart(fan(4), minute(9)) == HeartsRest()
    assert isinstance(await room.hearts.show(room.studio.place, minute(9)), NoGoal)


async def test_staff_set_one_goal_a_stream(db: Database, causes: Causes) -> None:
    """A redelivered line answers the same; a second goal, a coupon for all and a quiet week are told kindly."""
    room = await Room.open(db, causes)
    assert await room.goal("9", "coupon:5") == CouponNotKept(5)
    public = await offer(db, room.studio.place, NewCampaign("All", 5), causes.next(), minute(-60))
    assert await room.goal("9", f"coupon:{public[1]}") == CouponNotKept(public[1])
    cause = causes.next()
    made = await room.goal("9", cause=cause)
    assert await room.goal("9", cause=cause) == made
    assert await room.goal("9") == GoalThere("Silk night")
    undone = await room.studio.undo(minute(2))
    assert isinstance(undone, Undone)
    await room.goal("9")
    await room.heart(fan(1), goal=2)
    assert isinstance(await room.studio.undo(minute(3)), TooLateToUndo)
    await room.studio.end(minute(4))
    assert await room.goal("9", at=minute(200)) == NoStreamForGoal()


async def test_ten_goals_at_once(db: Database, causes: Causes) -> None:
    """Of ten lines at once one sets the goal."""
    room = await Room.open(db, causes)
    outcomes = await asyncio.gather(*(room.goal("9") for _ in range(10)))
    assert sum(isinstance(outcome, GoalMade) for outcome in outcomes) == 1
    assert await query(db, "SELECT count(*) FROM heart_goal") == [(1,)]


async def test_a_step_that_cant_be_opened_is_told_to_the_owner(db: Database, causes: Causes) -> None:
    """Its campaign was cancelled: the heart counts, the next step stands, the owner hears of it once."""
    room = await Room.open(db, causes)
    await db.write(set_reachable, OWNER, can_write=True)
    number = await kept(db, room)
    await room.goal("1,2", f"coupon:{number},packet:50/5")
    await Campaigns(db).cancel(room.studio.place, STAFF, number, minute(2), causes.next())
    assert await room.heart(fan(1)) == Hearted(1, 1, unlocked=True)
    assert await room.states() == [StepState.FAILED, StepState.WAITING]
    told = await room.studio.waiting()
    assert told["StepFailed to one"] == 1
    assert await room.heart(fan(2)) == Hearted(2, None, unlocked=True)
    assert await query(db, "SELECT count(*) FROM packet") == [(1,)]


async def test_a_fans_deletion_leaves_the_sum(db: Database, causes: Causes) -> None:
    """Hearts of who is deleted stay counted, and are nobody's."""
    room = await Room.open(db, causes)
    await room.goal("9")
    await room.heart(fan(1))
    await Privacy(db).delete(replace(room.studio.place), fan(1).user_id, minute(3))
    assert (await room.shown()).hearts == 1
    assert await query(db, "SELECT count(*) FROM heart") == [(0,)]
