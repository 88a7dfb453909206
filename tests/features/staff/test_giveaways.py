"""What operators give away, on both databases: at most so much a day each, whatever the crowd and the detour."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.features.gifts.offers import GiftOffers
from bot.features.packets.draw import PacketDraws
from bot.features.packets.packets import Packets
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.general import Undone
from bot.rules.gift_states import GiftKind, Opens
from bot.rules.gifts.offers import NewGift, OfferMade
from bot.rules.giveaways import GiftNeedsStock, GiveawayTooMuch
from bot.rules.packets.packets import PacketOpened
from bot.rules.rights import Role
from bot.rules.shops.setup import Setup
from bot.store.engine.db import Database
from bot.store.ledger import check_books
from tests.features.givers import Circle
from tests.features.hearts.room import Room
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    POLICIES,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    desk,
    everything,
    fan,
    query,
    shop,
)
from tests.features.staff.operators import ANA, BEN, POLICY, Counter
from tests.features.studio import at as minute


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
    await asyncio.gather(
        *(counter.packet(900, at) for _ in range(4)),
        *(counter.gift(90, 10, at) for _ in range(4)),
        *(room.sets(ANA, "3", "packet:900/5", at=at) for _ in range(4)),
    )
    assert await counter.left(at) == 200


async def test_the_owner_changes_the_limit(db: Database, causes: Causes) -> None:
    """`/setup giveaway=` holds at once, for this shop only, and can be taken back."""
    counter, other = await Counter.open(db, causes), await shop(db, fan(900), -1002)
    await counter.packet(1_000)
    done = await desk(db).change(act_of(counter.place, cause=causes.next()), Setup(giveaway=500))
    assert (done.giveaway, done.changed) == (500, ("giveaway",))
    assert await counter.packet(2) == GiveawayTooMuch(2, 0, 500)
    assert await db.read(GIVEAWAYS.left_today, other, ANA.user_id, NOON) == 2_000
    await desk(db).change(act_of(counter.place, cause=causes.next()), Setup(giveaway=5_000))
    assert await counter.left() == 4_000
    await counter.undo(OWNER)
    await counter.undo(OWNER)
    assert await counter.left() == 1_000


async def _taken_back(counter: Counter, opened: PacketOpened) -> None:
    assert await counter.undo(ANA, opened.audit_id) == Undone("packet.opened", "2000/2")


async def _not_opened(counter: Counter, opened: PacketOpened) -> None:
    await PacketDraws(counter.db, POLICIES).run_due(opened.expires_at)


async def _half(counter: Counter, opened: PacketOpened) -> None:
    packets = Packets(counter.db, POLICIES, GIVEAWAYS, lambda size: b"\x05" * size)
    await packets.tap(act_of(counter.place, fan(50), cause=counter.causes.next()), opened.packet_id)
    await PacketDraws(counter.db, POLICIES).run_due(opened.expires_at)


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
    made = await campaigns_of(db).make(act_by(counter.place, ANA.user_id, NOON, causes.next()), NewCampaign("Silk", 5))
    coupon = await counter.gift(0, None, kind=GiftKind.COUPON, campaign=made.number)  # type: ignore[union-attr]
    assert isinstance(coupon, OfferMade)
    owners = NewGift("Warm", GiftKind.COINS, coins=30)
    offers = GiftOffers(db, POLICY, GIVEAWAYS)
    assert isinstance(
        await offers.make(act_of(counter.place, OWNER, NOON, causes.next(), Role.OWNER), owners), OfferMade
    )


@pytest.mark.parametrize(("opens", "left"), [(Opens.SINGLE, 1_900), (Opens.MANY, 0)])
async def test_a_closed_gift_counts_what_is_on_its_way(db: Database, causes: Causes, opens: Opens, left: int) -> None:
    """Of cards for one, those that were made; a card for many can still bring as many as the stock says."""
    circle = await Circle.open(db, causes)
    counter = Counter(db, circle.place, causes)
    offer = await counter.gift(100, 20, opens=opens)
    await circle.card(fan(50), offer=offer.number)
    assert await counter.left() == 0
    closed = act_of(counter.place, ANA, NOON, causes.next(), Role.OPERATOR)
    await GiftOffers(db, POLICY, GIVEAWAYS).close(closed, offer.number)
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
    closed = await GiftOffers(db, POLICY, GIVEAWAYS).close(
        act_of(counter.place, ANA, NOON, causes.next(), Role.OPERATOR), offer.number
    )
    assert isinstance(await counter.packet(1_500), PacketOpened)
    again = await counter.undo(BEN, closed.audit_id)  # type: ignore[union-attr]
    assert again == GiveawayTooMuch(2_000, 500, 2_000)
    assert await query(db, "SELECT state FROM gift_offer") == [("closed",)]
    assert await counter.undo(OWNER, closed.audit_id) == Undone("gift.closed", "#1 Warm")  # type: ignore[union-attr]
