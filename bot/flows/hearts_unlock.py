"""Hearts, and what their goal opens: a step is opened in the transaction of the heart that reached it, once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.features.hearts import hearts
from bot.features.packets import packets
from bot.features.raffles import raffles
from bot.rules.act import Sender
from bot.rules.hearts.hearts import HeartOutcome, HeartPolicy, HeartsRest, StepFailed, Unlocks
from bot.rules.packets.packets import NewPacket, PacketOpened, PacketPolicy
from bot.rules.place import Place
from bot.rules.raffles.raffles import NewRaffle, RaffleMade, RafflePolicy
from bot.rules.rights import Role
from bot.rules.sealing import SEED_BYTES
from bot.store import giveaways
from bot.store.coupons.campaigns import campaign_numbered
from bot.store.coupons.hand_out import unlock
from bot.store.engine.db import Database, Tx
from bot.store.hearts import step_cause
from bot.store.members import standing
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.places import lock_shop

TOLD_WITHIN = timedelta(hours=3)
"""How long the owner's note of a step that couldn't be opened may be on its way."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What opening packets and raffles needs."""

    hearts: HeartPolicy
    packets: PacketPolicy
    raffles: RafflePolicy
    fresh_bytes: Callable[[int], bytes]
    """`secrets.token_bytes`: a packet's and a raffle's seed."""


class Unlocking:
    """Takes hearts in."""

    def __init__(self, db: Database, tools: Tools) -> None:
        self._db = db
        self._tools = tools

    async def press(self, place: Place, sender: Sender, goal_id: int, at: datetime, cause: str) -> HeartOutcome:
        """A tap on the live card's heart."""
        return await self._db.write(press, place, sender, goal_id, at, cause, self._tools)

    async def react(
        self, place: Place, sender: Sender, chat_id: int, message_id: int, at: datetime, cause: str
    ) -> HeartOutcome:
        """A heart as a reaction to a message, which may be a live card."""
        return await self._db.write(react, place, sender, (chat_id, message_id), at, cause, self._tools)

    async def count(self, place: Place, chat_id: int, message_id: int, count: int, at: datetime) -> None:
        """So many people whom Telegram doesn't name have their heart on a message now."""
        await self._db.write(crowd, place, (chat_id, message_id), count, at, self._tools)


def press(tx: Tx, place: Place, sender: Sender, goal_id: int, at: datetime, cause: str, tools: Tools) -> HeartOutcome:
    """Count it, open what it reached."""
    member = standing(tx, place.community_id, sender, at)
    outcome, reached = hearts.beat(tx, place, member, goal_id, at, cause, tools.hearts)
    _open_all(tx, place, goal_id, reached, at, tools)
    return outcome


def react(
    tx: Tx, place: Place, sender: Sender, card: tuple[int, int], at: datetime, cause: str, tools: Tools
) -> HeartOutcome:
    """The same for a reaction; one to any other message makes nobody a member."""
    goal_id = hearts.goal_on_card(tx, place, card, at)
    if goal_id is None:
        return HeartsRest()
    return press(tx, place, sender, goal_id, at, cause, tools)


def crowd(tx: Tx, place: Place, card: tuple[int, int], count: int, at: datetime, tools: Tools) -> None:
    """The same for a channel's count."""
    goal_id = hearts.goal_on_card(tx, place, card, at)
    if goal_id is not None:
        reached = hearts.beat_of_crowd(tx, place, goal_id, card, count, at, tools.hearts)
        _open_all(tx, place, goal_id, reached, at, tools)


def _open_all(tx: Tx, place: Place, goal_id: int, reached: list[hearts.Reached], at: datetime, tools: Tools) -> None:
    for step in reached:
        if _open(tx, place, goal_id, step, at, tools):
            continue
        hearts.fail(tx, goal_id, step.nth)
        tell_owner(
            tx,
            place,
            StepFailed(step.hearts, step.give.kind.value, step.give.title, step.give.coins),
            Terms(now=at, key=f"hearts:{goal_id}:{step.nth}:failed", not_after=at + TOLD_WITHIN),
        )


def _open(tx: Tx, place: Place, goal_id: int, step: hearts.Reached, at: datetime, tools: Tools) -> bool:
    """Whether it could be opened. The cause is the step's own, so not even a bug opens it twice."""
    give, cause = step.give, step_cause(goal_id, step.nth)
    if give.kind is Unlocks.COUPON:
        campaign = campaign_numbered(tx, place.community_id, give.number)
        return campaign is not None and unlock(tx, place, campaign.id, at) is not None
    actor_id, seed = hearts.maker_of(tx, goal_id), tools.fresh_bytes(SEED_BYTES)
    if give.kind is Unlocks.PACKET:
        lock_shop(tx, place.community_id)
        if not giveaways.check_step(tx, place, goal_id, give.coins, at):
            return False
        wish = NewPacket(give.coins, give.shares, rush=give.rush)
        role = Role.OWNER if giveaways.goals_owner(tx, place, goal_id) else Role.OPERATOR
        opened = packets.open_packet(
            tx, place, actor_id, wish, at, cause, tools.packets, seed, role=role, promised=True
        )
        return isinstance(opened, PacketOpened)
    raffle = NewRaffle(give.title, at + timedelta(minutes=give.minutes), winners=give.winners)
    made = raffles.make(tx, place, actor_id, raffle, at, cause, seed, tools.raffles, beacon=give.beacon)
    return isinstance(made, RaffleMade)
