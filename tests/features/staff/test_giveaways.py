"""What operators give away, on both databases: at most so much a day each, whatever the crowd and the detour."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.features.communities import set_reachable
from bot.features.coupons.campaigns import Campaigns
from bot.features.gifts.offers import GiftOffers
from bot.features.packets.draw import PacketDraws
from bot.features.packets.packets import Packets
from bot.features.people.privacy import Privacy
from bot.features.shops.rekeying import rekey_group
from bot.flows.held_rewards import Resolver, Resolving
from bot.rules.act import Sender
from bot.rules.coupons.coupons import NewCampaign
from bot.rules.farming import FarmingPolicy, HeldReleased, HeldState, Reason, Sign
from bot.rules.general import OwnersAct, TooLateToUndo, Undone
from bot.rules.gifts.gifts import GiftKind, GiftPolicy, NewGift, OfferMade, Opens
from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch
from bot.rules.hearts.hearts import GoalCancelled, GoalMade, Hearted, read_goal
from bot.rules.packets.packets import NewPacket, OpenOutcome, PacketOpened, PacketPolicy
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.rules.shops.setup import Setup
from bot.store.engine.db import Database, Tx
from bot.store.giveaways import left_today
from bot.store.held import hold
from bot.store.ledger import check_books
from bot.store.members import standing
from bot.store.places import place_of
from bot.store.tables import Community
from tests.features.givers import Circle
from tests.features.hearts.test_hearts import Room
from tests.features.scene import NOON, OWNER, Causes, act_of, days, desk, everything, fan, query, shop, undo
from tests.features.studio import at as minute

ANA, BEN = fan(1), fan(2)
"""Two operators."""
DAY = timedelta(days=1)
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
        packets = Packets(self.db, PacketPolicy(), lambda size: b"\x05" * size)
        actor = by if isinstance(by, int) else by.user_id
        role = Role.OWNER if actor == self.place.owner_id else Role.OPERATOR
        wish = NewPacket(coins, 2, rush=rush)
        return await packets.open(self.place, actor, wish, at, cause or self.causes.next(), role)

    async def gift(self, coins: int, stock: int | None, at: datetime = NOON, **wish: Any) -> Any:
        """Offer a gift."""
        gift = NewGift(**{"title": "Warm", "kind": GiftKind.COINS, "coins": coins, "stock": stock, **wish})
        return await GiftOffers(self.db, POLICY).make(self.place, ANA.user_id, gift, at, self.causes.next())

    async def left(self, at: datetime = NOON, by: Sender | int = ANA) -> int:
        """What an operator can still give."""
        actor = by if isinstance(by, int) else by.user_id
        return await self.db.read(left_today, self.place, actor, at)

    async def undo(self, by: Sender, audit_id: int | None = None, at: datetime = NOON) -> Any:
        """Take an act back."""
        return await undo(self.db, self.place, by.user_id, at, self.causes.next(), audit_id)


def _hand_over(tx: Tx, user_id: int) -> None:
    tx.execute(update(Community).values(owner_id=user_id))


async def test_an_operator_has_a_limit_and_the_owner_none(db: Database, causes: Causes) -> None:
    """The limit is each operator's own, a calendar day of the shop long, and isn't the owner's."""
    counter = await Counter.open(db, causes)
    assert isinstance(await counter.packet(1_500), PacketOpened)
    assert await counter.packet(501) == GiveawayTooMuch(501, 500, 2_000)
    assert isinstance(await counter.packet(500), PacketOpened)
    assert await counter.packet(2) == GiveawayTooMuch(2, 0, 2_000)
    assert isinstance(await counter.packet(2_000, by=BEN), PacketOpened)
    assert isinstance(await counter.packet(100_000, by=OWNER), PacketOpened)
    last = NOON + timedelta(hours=12) - timedelta(seconds=1)  # Seoul's midnight
    assert await counter.packet(2, last) == GiveawayTooMuch(2, 0, 2_000)
    assert isinstance(await counter.packet(2_000, last + timedelta(seconds=1)), PacketOpened)
    assert (await db.read(check_books)).sound


async def test_a_refused_packet_leaves_nothing(db: Database, causes: Causes) -> None:
    """No coin moves, no card hangs, nothing is in the log; told again, it is refused again."""
    counter = await Counter.open(db, causes)
    for _ in range(2):
        assert isinstance(await counter.packet(2_001, cause="42:900"), GiveawayTooMuch)
    rows = await everything(db)
    assert not [name for name in ("packet", "packet_share", "transfer", "card", "audit_entry", "outbox") if rows[name]]


async def test_twenty_packets_at_once(db: Database, causes: Causes) -> None:
    """Twenty packets of 300 by one operator at once: six are opened, whatever the order."""
    counter = await Counter.open(db, causes)
    outcomes = await asyncio.gather(*(counter.packet(300) for _ in range(20)))
    assert sum(isinstance(one, PacketOpened) for one in outcomes) == 6
    assert outcomes.count(GiveawayTooMuch(300, 200, 2_000)) == 14
    assert await counter.left() == 200


async def test_one_of_each_at_once(db: Database, causes: Causes) -> None:
    """Packets, gifts and heart goals at once stay within one limit together."""
    room = await Room.open(db, causes)
    counter = Counter(db, room.studio.place, causes)
    at = minute(1)
    steps = read_goal("3", "packet:900/5")
    assert isinstance(steps, tuple)
    await asyncio.gather(
        *(counter.packet(900, at) for _ in range(4)),
        *(counter.gift(90, 10, at) for _ in range(4)),
        *(room.hearts.make(room.studio.place, ANA.user_id, steps, at, causes.next()) for _ in range(4)),
    )
    assert await counter.left(at) == 200


async def test_the_owner_changes_the_limit(db: Database, causes: Causes) -> None:
    """`/setup giveaway=` holds at once, for this shop only, and can be taken back."""
    counter, other = await Counter.open(db, causes), await shop(db, fan(900), -1002)
    await counter.packet(1_000)
    done = await desk(db).change(act_of(counter.place, cause=causes.next()), Setup(giveaway=500))
    assert (done.giveaway, done.changed) == (500, ("giveaway",))
    assert await counter.packet(2) == GiveawayTooMuch(2, 0, 500)
    assert await db.read(left_today, other, ANA.user_id, NOON) == 2_000
    await desk(db).change(act_of(counter.place, cause=causes.next()), Setup(giveaway=5_000))
    assert await counter.left() == 4_000
    await counter.undo(OWNER)
    await counter.undo(OWNER)
    assert await counter.left() == 1_000


async def _taken_back(counter: Counter, opened: PacketOpened) -> None:
    assert await counter.undo(ANA, opened.audit_id) == Undone("packet.opened", "2000/2")


async def _not_opened(counter: Counter, opened: PacketOpened) -> None:
    await PacketDraws(counter.db, PacketPolicy()).run_due(opened.expires_at)


async def _half(counter: Counter, opened: PacketOpened) -> None:
    packets = Packets(counter.db, PacketPolicy(), lambda size: b"\x05" * size)
    await packets.tap(counter.place, fan(50), opened.packet_id, NOON, counter.causes.next())
    await PacketDraws(counter.db, PacketPolicy()).run_due(opened.expires_at)


@pytest.mark.parametrize("comes_back", [_taken_back, _not_opened, _half])
async def test_what_comes_back_of_a_packet_can_be_given_again(
    db: Database, causes: Causes, comes_back: Callable[[Counter, PacketOpened], Awaitable[None]]
) -> None:
    """What fans have of it stays given, to the coin; the rest counts no more, on the day on which it was promised."""
    counter = await Counter.open(db, causes)
    opened = await counter.packet(2_000)
    assert isinstance(opened, PacketOpened)
    assert await counter.left() == 0
    await comes_back(counter, opened)
    with_fans = (await db.read(check_books)).held_by_fans
    assert await counter.left() == 2_000 - with_fans
    assert (with_fans > 0) == (comes_back is _half)
    assert await counter.left(days(1)) == 2_000  # what comes back today makes tomorrow no richer


async def test_gifts_count_by_their_stock(db: Database, causes: Causes) -> None:
    """Coins and relays cost coins × stock, and without a stock only the owner offers them; a coupon costs no coins."""
    counter = await Counter.open(db, causes)
    assert await counter.gift(30, None) == GiftNeedsStock(30, 2_000, 2_000)
    assert await counter.gift(0, None, kind=GiftKind.RELAY) == GiftNeedsStock(POLICY.grows_by, 2_000, 2_000)
    assert await counter.gift(30, 67) == GiveawayTooMuch(2_010, 2_000, 2_000)
    assert isinstance(await counter.gift(30, 50), OfferMade)
    assert await counter.left() == 500
    assert isinstance(await counter.gift(0, 50, kind=GiftKind.RELAY), OfferMade)  # 10 a friend
    assert await counter.left() == 0
    made = await Campaigns(db).make(counter.place, ANA.user_id, NewCampaign("Silk", 5), NOON, causes.next())
    coupon = await counter.gift(0, None, kind=GiftKind.COUPON, campaign=made.number)  # type: ignore[union-attr]
    assert isinstance(coupon, OfferMade)
    owners = NewGift("Warm", GiftKind.COINS, coins=30)
    offers = GiftOffers(db, POLICY)
    assert isinstance(
        await offers.make(counter.place, OWNER.user_id, owners, NOON, causes.next(), Role.OWNER), OfferMade
    )


@pytest.mark.parametrize(("opens", "left"), [(Opens.SINGLE, 1_900), (Opens.MANY, 0)])
async def test_a_closed_gift_counts_what_is_on_its_way(db: Database, causes: Causes, opens: Opens, left: int) -> None:
    """Of cards for one, those that were made; a card for many can still bring as many as the stock says."""
    circle = await Circle.open(db, causes)
    counter = Counter(db, circle.place, causes)
    offer = await counter.gift(100, 20, opens=opens)
    await circle.card(fan(50), offer=offer.number)
    assert await counter.left() == 0
    await GiftOffers(db, POLICY).close(counter.place, ANA.user_id, offer.number, NOON, causes.next())
    assert await counter.left() == left
    await circle.gifts.run_due(days(9))
    assert await counter.left() == 2_000


async def test_a_gift_that_ended_counts_no_more(db: Database, causes: Causes) -> None:
    """From its end on nobody can make a card of it."""
    counter = await Counter.open(db, causes)
    await counter.gift(100, 20, closes=NOON + timedelta(hours=1))
    assert await counter.left(NOON + timedelta(minutes=59)) == 0
    assert await counter.left(NOON + timedelta(hours=1)) == 2_000


async def test_what_was_closed_comes_back_only_within_the_limit(db: Database, causes: Causes) -> None:
    """An operator who gave the coins elsewhere can't open the gift again; the owner can."""
    counter = await Counter.open(db, causes)
    offer = await counter.gift(100, 20)
    closed = await GiftOffers(db, POLICY).close(counter.place, ANA.user_id, offer.number, NOON, causes.next())
    assert isinstance(await counter.packet(1_500), PacketOpened)
    again = await counter.undo(BEN, closed.audit_id)  # type: ignore[union-attr]
    assert again == GiveawayTooMuch(2_000, 500, 2_000)
    assert await query(db, "SELECT state FROM gift_offer") == [("closed",)]
    assert await counter.undo(OWNER, closed.audit_id) == Undone("gift.closed", "#1 Warm")  # type: ignore[union-attr]


async def goal(room: Room, gives: str = "packet:2000/5", *, by: Sender = ANA, at: datetime | None = None) -> GoalMade:
    """Set a heart goal."""
    steps = read_goal("3", gives)
    assert isinstance(steps, tuple)
    role = Role.OWNER if by == OWNER else Role.OPERATOR
    made = await room.hearts.make(
        room.studio.place, by.user_id, steps, at or minute(1), room.studio.causes.next(), role
    )
    assert isinstance(made, GoalMade)
    return made


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
    cancelled = await room.hearts.cancel(room.studio.place, ANA.user_id, minute(3), room.studio.causes.next())
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
    await db.write(_hand_over, 777)
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
        assert hold(
            tx,
            counter.place,
            kind=kind,
            subject_id=subject,
            member_id=member.member_id,
            reasons=(Reason(Sign.RING, 100),),
            at=NOON,
        )

    for subject in range(4):
        await db.write(wait, "prize", subject)
    await db.write(wait, "packet", 9)
    resolving = Resolving(db, FarmingPolicy(), Till().resolvers)

    async def release(held_id: int, by: Sender) -> Any:
        role = Role.OWNER if by == OWNER else Role.OPERATOR
        return await resolving.decide(counter.place, by.user_id, held_id, HeldState.RELEASED, NOON, causes.next(), role)

    assert await release(1, ANA) == HeldReleased("Fan 50", 700)
    assert await release(2, ANA) == HeldReleased("Fan 50", 700)
    assert await counter.left() == 600
    assert await release(3, ANA) == GiveawayTooMuch(700, 600, 2_000)
    assert await query(db, "SELECT state FROM held WHERE id = 3") == [("held",)]
    assert await release(5, ANA) == HeldReleased("Fan 50", 700)
    assert await counter.left() == 600
    assert await release(3, OWNER) == HeldReleased("Fan 50", 700)
    assert (await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'held.released'")) == [(4,)]


async def test_who_had_their_data_deleted_gives_nothing_more_that_day(db: Database, causes: Causes) -> None:
    """Else an operator would be unknown, and give the whole sum once more."""
    counter = await Counter.open(db, causes)
    await db.write(standing, counter.place.community_id, ANA, NOON)
    assert isinstance(await counter.packet(2_000), PacketOpened)
    await Privacy(db).delete(counter.place, ANA.user_id, NOON)
    assert await counter.packet(2) == GiveawayTooMuch(2, 0, 2_000)
    assert isinstance(await counter.packet(2, days(1)), PacketOpened)


async def test_anonymous_administrators_are_one_person(db: Database, causes: Causes) -> None:
    """They share one limit, also after the group has become a supergroup."""
    counter = await Counter.open(db, causes)
    assert isinstance(await counter.packet(1_500, by=-1001), PacketOpened)
    assert await counter.packet(501, by=-1001) == GiveawayTooMuch(501, 500, 2_000)
    await db.write(rekey_group, -1001, -1009, NOON)
    assert await counter.packet(501, by=-1009) == GiveawayTooMuch(501, 500, 2_000)


async def notes(db: Database) -> list[tuple[Any, ...]]:
    """What the owner was told of operators: the act, who, what it can cost, what is left."""
    rows = await query(db, "SELECT facts FROM outbox WHERE key LIKE 'operator:%' ORDER BY id")
    read = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    return [tuple(one["facts"][name] for name in ("act", "who", "user_id", "coins", "left")) for one in read]


async def test_the_owner_hears_of_operators_once_an_act(db: Database, causes: Causes) -> None:
    """Drops, packets, gifts and heart goals: one note each, none of the owner's own, none when hearts open a packet."""
    room = await Room.open(db, causes)
    place, at = room.studio.place, minute(1)
    counter = Counter(db, place, causes)
    await db.write(set_reachable, OWNER, can_write=True)
    await db.write(standing, place.community_id, ANA, NOON)
    for by in (ANA, OWNER):
        cause = causes.next()
        for _ in range(2):  # the second time it is redelivered
            await Campaigns(db).make(place, by.user_id, NewCampaign("Silk", 5), at, cause)
            await counter.packet(300, at, by=by, cause=f"{cause}:packet")
    await counter.packet(200, at, by=-1001)
    await counter.gift(10, 20, at)
    await goal(room, "packet:100/5", at=at)
    assert await notes(db) == [
        ("campaign.made", "Fan 1", ANA.user_id, 0, 2_000),
        ("packet.opened", "Fan 1", ANA.user_id, 300, 1_700),
        ("packet.opened", None, None, 200, 1_800),
        ("gift.made", "Fan 1", ANA.user_id, 200, 1_500),
        ("hearts.made", "Fan 1", ANA.user_id, 100, 1_400),
    ]
    for number in range(3):
        await room.heart(fan(50 + number), minute(2))
    assert await room.states() == ["unlocked"]
    assert len(await notes(db)) == 5


async def test_operators_dont_take_the_owners_acts_back(db: Database, causes: Causes) -> None:
    """It counts who was the owner when it was done: a former owner's act is the present owner's to take back."""
    counter = await Counter.open(db, causes)
    owners, operators = await counter.packet(500, by=OWNER), await counter.packet(500)
    assert isinstance(owners, PacketOpened)
    assert isinstance(operators, PacketOpened)
    assert await counter.undo(BEN, owners.audit_id) == OwnersAct("packet.opened", "500/2")
    await db.write(_hand_over, BEN.user_id)
    counter.place = await db.read(place_of, counter.place.community_id)
    assert await counter.undo(OWNER, owners.audit_id) == OwnersAct("packet.opened", "500/2")
    assert not isinstance(await counter.undo(OWNER), Undone)  # nothing of their own that they may take back
    assert await counter.undo(BEN, owners.audit_id) == Undone("packet.opened", "500/2")
    assert await counter.undo(ANA) == Undone("packet.opened", "500/2")
    assert await counter.left() == 2_000


async def test_a_tapped_packet_isnt_taken_back_by_anybody(db: Database, causes: Causes) -> None:
    """The owner's right to take it back changes nothing of that."""
    counter = await Counter.open(db, causes)
    opened = await counter.packet(500)
    assert isinstance(opened, PacketOpened)
    packets = Packets(db, PacketPolicy(), lambda size: b"\x05" * size)
    await packets.tap(counter.place, fan(50), opened.packet_id, NOON, causes.next())
    assert await counter.undo(OWNER, opened.audit_id) == TooLateToUndo("packet.opened", "500/2")
