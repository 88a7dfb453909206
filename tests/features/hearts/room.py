"""A stream that is on and has a heart goal, for tests of hearts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domains import DOMAINS, with_additions
from bot.features.hearts.goals import HeartGoals
from bot.features.hearts.hearts import Hearts, PostedMessage
from bot.features.hearts.prizes import Prizes, PrizeTools
from bot.features.streams.live_card import live_card
from bot.flows.heart_prizes import PRIZES as PRIZE_KINDS
from bot.rules.act import Act, Sender
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.goal_board import GoalBoard
from bot.rules.hearts.hearts import (
    GoalCancelled,
    GoalOutcome,
    GoalShown,
    HeartOutcome,
    NoGoal,
)
from bot.rules.policies import Policies
from bot.rules.rights import Role
from bot.store.airings import CARD
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Card
from tests.features.scene import GIVEAWAYS, OWNER, POLICIES, Causes, act_of, offer, query
from tests.features.studio import Studio
from tests.features.studio import at as minute

SECOND = timedelta(seconds=1)
ONE, TWO = minute(1), minute(2)


def prizes_with(fresh_bytes: Callable[[int], bytes], policies: Policies = POLICIES, beacon: Any = None) -> Prizes:
    """All prizes, with given randomness."""
    return Prizes(PrizeTools(policies, GIVEAWAYS, fresh_bytes, beacon), {prize.name: prize for prize in PRIZE_KINDS})


PRIZES = prizes_with(lambda size: b"\x07" * size)


@dataclass
class Room:
    """A stream that is on since eight, and who gives hearts."""

    studio: Studio
    hearts: Hearts
    goals: HeartGoals

    @classmethod
    async def open(cls, db: Database, causes: Causes, *, on: bool = True) -> "Room":
        """One evening, planned, and on unless told otherwise."""
        studio = await Studio.open(db, causes)
        await studio.plan()
        if on:
            await studio.golive(minute(0))
        return cls(studio, Hearts(db, PRIZES), HeartGoals(db, PRIZES))

    async def goal(
        self, goals: str = "3", gives: str = "packet:50/5", *, at: datetime = ONE, cause: str | None = None
    ) -> GoalOutcome:
        """Set a goal."""
        return await self.sets(OWNER, goals, gives, at=at, cause=cause)

    async def sets(
        self, who: Sender, goals: str, gives: str, *, at: datetime = ONE, cause: str | None = None
    ) -> GoalOutcome:
        """Somebody of the staff sets a goal."""
        steps = self.goals.read(goals, gives)
        assert isinstance(steps, tuple)
        return await self.goals.make(self.act(who, at, cause, staff=True), steps)

    async def cancels(self, who: Sender, at: datetime) -> GoalCancelled | NoGoal:
        """Somebody of the staff calls the goal off."""
        return await self.goals.cancel(self.act(who, at, staff=True))

    async def heart(
        self, sender: Sender, at: datetime = TWO, *, goal: int = 1, cause: str | None = None
    ) -> HeartOutcome:
        """One press."""
        return await self.hearts.press(self.act(sender, at, cause), goal)

    async def reacts(self, sender: Sender, card: PostedMessage, at: datetime = TWO) -> HeartOutcome:
        """One reaction."""
        return await self.hearts.react(self.act(sender, at), card)

    def act(self, who: Sender, at: datetime, cause: str | None = None, *, staff: bool = False) -> Act:
        """What somebody does here."""
        role = Role.OPERATOR if staff and who != OWNER else None
        return act_of(self.studio.place, who, at, cause or self.studio.causes.next(), role)

    async def shown(self, at: datetime = TWO) -> GoalShown:
        """How it stands."""
        outcome = await self.goals.show(self.studio.place, at)
        assert isinstance(outcome, GoalShown)
        return outcome

    async def board(self, at: datetime = TWO) -> GoalBoard:
        """The goal as the live card shows it."""
        card = await self.studio.db.read(
            with_additions({CARD: live_card}, DOMAINS)[CARD], self.studio.place.community_id, 1, at
        )
        assert isinstance(card.board, GoalBoard)
        return card.board

    async def states(self) -> list[str]:
        """What became of the steps."""
        return [row[0] for row in await query(self.studio.db, "SELECT state FROM heart_step ORDER BY nth")]

    async def hang(self, message_id: int = 77, chat_id: int | None = None) -> PostedMessage:
        """The live card hangs."""

        def hang(tx: Tx) -> PostedMessage:
            card = tx.query(Card).filter_by(kind="stream").first()
            assert card is not None
            card.message_id = message_id
            if chat_id is not None:
                card.chat_id = chat_id
            tx.flush()
            return PostedMessage(card.chat_id, message_id)

        return await self.studio.db.write(hang)


async def kept(db: Database, room: Room, title: str = "Silk") -> int:
    """A campaign that is kept for hearts; its number."""
    wish = NewCampaign(title, 5, kept_for=KeptFor.HEARTS)
    return (await offer(db, room.studio.place, wish, room.studio.causes.next(), minute(-60)))[1]
