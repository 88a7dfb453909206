"""Who has their data deleted and comes back within twelve months: nobody is paid twice, whatever way they come."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.features.people.joining import Coming, Link, Reach
from bot.flows.check_in import CheckIns
from bot.flows.come_and_go import ComeAndGo
from bot.rules.act import Sender
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed, OfferedBefore
from bot.rules.gift_states import GiftKind
from bot.rules.raffles.entries import Entered, WonLately
from bot.rules.retention import FINGERPRINT_KEPT
from bot.rules.words import Language
from bot.store import forgotten
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import Group
from bot.store.tables import Forgotten
from tests.features.draws import Fair
from tests.features.givers import CHAT, Circle
from tests.features.people.test_sources import source_of, touch
from tests.features.scene import NOON, POLICIES, Causes, act_of, days, dice, fan, offer, privacy, query, till

INVITER, ANOTHER, FRIEND = fan(1), fan(2), fan(3)
HOUR = timedelta(hours=1)
DELETED = days(20)
ALMOST = DELETED + FINGERPRINT_KEPT - 15 * timedelta(days=1)
"""Late within the twelve months, with time for a week and three check-ins before their end."""
AFTER = DELETED + FINGERPRINT_KEPT


async def lives(circle: Circle, friend: Sender, at: datetime) -> None:
    """All that a newcomer can reach: three check-ins, a full week, a redeemed coupon."""
    for day in range(3):
        await circle.checks_in(friend, at + timedelta(days=day) + HOUR)
    await circle.tick(at + timedelta(days=8))
    await circle.redeems(friend, at + timedelta(days=9))


# Ways back.

Way = Callable[[Circle, datetime], Awaitable[None]]


async def by_the_same_inviter(circle: Circle, at: datetime) -> None:
    """The inviter sends another card."""
    await circle.brings(INVITER, FRIEND, at)


async def by_another_inviter(circle: Circle, at: datetime) -> None:
    """Somebody else sends one."""
    await circle.brings(ANOTHER, FRIEND, at)


async def by_a_gift_of_coins(circle: Circle, at: datetime) -> None:
    """A card that holds coins."""
    made = await circle.offers(GiftKind.COINS, at=at)
    await circle.brings(ANOTHER, FRIEND, at, offer=made.number)


async def by_a_relay(circle: Circle, at: datetime) -> None:
    """A card that grows for its giver."""
    made = await circle.offers(GiftKind.RELAY, at=at)
    await circle.brings(ANOTHER, FRIEND, at, offer=made.number)


async def by_a_coupon_in_a_gift(circle: Circle, at: datetime) -> None:
    """A card that holds a coupon."""
    campaign, number = await offer(circle.db, circle.place, NewCampaign("Hat", 9), circle.causes.next(), at)
    assert campaign
    made = await circle.offers(GiftKind.COUPON, at=at, campaign=number)
    await circle.brings(ANOTHER, FRIEND, at, offer=made.number)


async def in_private_first(circle: Circle, at: datetime) -> None:
    """They say something to the bot in private, then open a card, then join."""
    await CheckIns(circle.db, POLICIES).check_in(act_of(circle.place, FRIEND, at, circle.causes.next()))
    await circle.brings(ANOTHER, FRIEND, at)


async def by_two_cards(circle: Circle, at: datetime) -> None:
    """They open the cards of two people, leave and join again."""
    for inviter in (INVITER, ANOTHER):
        await circle.opens(FRIEND, await circle.card(inviter, at), at)
    await circle.comes(FRIEND, at)
    await circle.goes(FRIEND, at + timedelta(minutes=5))
    await circle.comes(FRIEND, at + timedelta(minutes=10))


async def by_a_source_and_a_card(circle: Circle, at: datetime) -> None:
    """They scan a poster, open a card, and join by the poster's link."""
    made = await source_of(circle.db, circle.place, "Poster", circle.causes)
    await touch(circle.db, circle.place, made, FRIEND)
    await circle.opens(FRIEND, await circle.card(ANOTHER, at), at)
    joining = ComeAndGo(circle.db, POLICIES, dice())
    link = Link("https://t.me/+poster", "Poster")
    await joining.come(
        Coming(Group(1, CHAT, "Silk room", circle.place, True), FRIEND, link, Reach(Language.KO, True), at), at
    )


WAYS: tuple[Way, ...] = (
    by_the_same_inviter,
    by_another_inviter,
    by_a_gift_of_coins,
    by_a_relay,
    by_a_coupon_in_a_gift,
    in_private_first,
    by_two_cards,
    by_a_source_and_a_card,
)


async def first_life(db: Database, causes: Causes) -> Circle:
    """A friend came by a card, earned everything for themselves and their inviter, and had their data deleted."""
    circle = await Circle.open(db, causes)
    await circle.comes(INVITER)
    await circle.comes(ANOTHER)
    await circle.brings(INVITER, FRIEND)
    await lives(circle, FRIEND, NOON)
    assert (await circle.coins(INVITER), await circle.coins(FRIEND)) == (130, 30)
    await privacy(db).delete(circle.place, FRIEND.user_id, DELETED)
    return circle


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", [DELETED + HOUR, days(60), ALMOST], ids=["at once", "after 40 days", "after 11 months"])
async def test_who_comes_back_pays_nobody(db: Database, causes: Causes, way: Way, at: datetime) -> None:
    """No gift, no newcomer's coins, no inviter's reward, no friend that counts for the tier; check-ins pay as ever."""
    circle = await first_life(db, causes)
    await db.write(forgotten.expire, at)
    await way(circle, at)
    await lives(circle, FRIEND, at)
    assert await circle.coins(INVITER) == 130
    assert (await circle.coins(ANOTHER), await circle.coins(FRIEND)) == (0, 0)
    assert await query(db, "SELECT count(*) FROM invitation") == [(1,)]
    assert await query(db, "SELECT sum(times) FROM activity WHERE kind = 'friend'") == [(1,)]
    assert await query(db, "SELECT count(*) FROM coupon WHERE paid = 0 AND state = 'held'") == [(0,)]
    assert await circle.balance(FRIEND) > 0
    assert await circle.sound()


async def test_after_twelve_months_they_are_new(db: Database, causes: Causes) -> None:
    """Nothing is known of them any more, so that a card pays as for anybody."""
    circle = await first_life(db, causes)
    await db.write(forgotten.expire, AFTER)
    assert await query(db, "SELECT count(*) FROM forgotten") == [(0,)]
    await circle.brings(ANOTHER, FRIEND, AFTER)
    await lives(circle, FRIEND, AFTER)
    assert (await circle.coins(ANOTHER), await circle.coins(FRIEND)) == (130, 30)


async def test_who_came_back_is_forgotten_in_time(db: Database, causes: Causes) -> None:
    """What is known of somebody who came back goes twelve months after the deletion, and no day before."""
    circle = await first_life(db, causes)
    await circle.comes(FRIEND, DELETED + HOUR)
    known = "SELECT count(*) FROM member WHERE back_since IS NOT NULL"
    await db.write(forgotten.expire, AFTER - timedelta(seconds=1))
    assert await query(db, known) == [(1,)]
    await db.write(forgotten.expire, AFTER)
    assert await query(db, known) == [(0,)]


async def test_a_promise_of_thirty_days_is_kept(db: Database, causes: Causes) -> None:
    """Who had their data deleted when thirty days were promised is new after thirty days, come back or not."""
    circle = await first_life(db, causes)
    await db.write(_promised, DELETED + timedelta(days=30))
    await circle.comes(FRIEND, DELETED + HOUR)
    await db.write(forgotten.expire, DELETED + timedelta(days=30))
    assert await query(db, "SELECT count(*) FROM forgotten") == [(0,)]
    assert await query(db, "SELECT count(*) FROM member WHERE back_since IS NOT NULL") == [(0,)]


def _promised(tx: Tx, until: datetime) -> None:
    tx.execute(update(Forgotten).values(until=until).where(col(Forgotten.until) > until))


async def test_offers_that_still_stand_after_months(db: Database, causes: Causes) -> None:
    """A coupon, a raffle with a cap: what could be had before isn't had again months later."""
    fair = await Fair.open(db, causes)
    campaign, _ = await offer(db, fair.place, NewCampaign("Silk", 9), causes.next())
    assert isinstance(await till(db).claim(act_of(fair.place, FRIEND, NOON, causes.next()), campaign), Claimed)
    first = await fair.made()
    await fair.entered(first, FRIEND)
    await fair.drawn()
    assert await fair.winners(first) == [1]
    await privacy(db).delete(fair.place, FRIEND.user_id, DELETED)
    await db.write(forgotten.expire, ALMOST)
    claimed = await till(db).claim(act_of(fair.place, FRIEND, ALMOST, causes.next()), campaign)
    assert claimed == OfferedBefore("Silk")
    second = await fair.made(at=ALMOST, cap_days=365, closes=ALMOST + HOUR)
    assert await fair.enters(second, FRIEND, at=ALMOST) == WonLately("Silk scarf", 365)
    third = await fair.made(at=ALMOST, cap_days=30, closes=ALMOST + HOUR)
    assert isinstance(await fair.enters(third, FRIEND, at=ALMOST), Entered)
