"""Gifts that travel: cards, who came by them, stages, and what goes back."""

import asyncio
import re
from datetime import timedelta

import pytest

from bot.features.people.preferences import Preferences
from bot.rules.gifts.cards import EnoughForToday, GiftCard, OfferGone
from bot.rules.people.preferences import Preference
from bot.rules.people.privacy import DeletionDone
from bot.store.engine.checkup import count_unreported_gifts
from bot.store.engine.db import Database
from bot.store.members import OutsideError
from tests.features.givers import Circle
from tests.features.scene import (
    NOON,
    Causes,
    act_of,
    days,
    deliver_all,
    everything,
    fan,
    outside,
    privacy,
    query,
    shop,
)

ANA, BEN, EVE = fan(1), fan(2), fan(3)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


async def test_the_whole_way(db: Database, causes: Causes) -> None:
    """Joining, the first check-in, the third and the full week, the first redeemed coupon: each pays once."""
    circle = await Circle.open(db, causes)
    card = await circle.brings(ANA, BEN)
    assert await circle.coins(BEN) == 0
    assert (await circle.states())["joined friend waiting"] == 1
    await circle.checks_in(BEN, days(0) + HOUR)
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (10, 0)
    await circle.checks_in(BEN, days(2))
    await circle.checks_in(BEN, days(4))
    assert (await circle.shows(card, days(4))).friends[0].state == "enough"
    await circle.tick(days(7) - SECOND)
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (10, 0)
    await circle.tick(days(7))
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (30, 30)
    await circle.redeems(BEN, days(9))
    await circle.redeems(BEN, days(10))
    shown = await circle.shows(card, days(10))
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (30, 130)
    assert (shown.earned, shown.friends[0].state, shown.state) == (130, "stayed", "joined")
    assert await circle.sound()


async def test_nothing_is_paid_for_a_click(db: Database, causes: Causes) -> None:
    """Peers pay on a click and take it back later; here opening a link, and joining by it, pay nothing yet."""
    circle = await Circle.open(db, causes)
    card = await circle.card(ANA)
    opened = [await circle.opens(fan(10 + number), card) for number in range(5)]
    assert all(one.outsider for one in opened)
    await circle.comes(fan(10))
    await circle.tick(days(3))
    assert await query(db, "SELECT count(*) FROM transfer") == [(0,)]
    assert (await circle.shows(card, days(3))).opened == 5
    # Telegram didn't tell that it was sent: `doctor` says so, until it does.
    assert await db.read(count_unreported_gifts) == 1
    await circle.gifts.note_shared(ANA.user_id, card.gift_id, NOON, "7:1")
    assert await db.read(count_unreported_gifts) == 0


async def test_a_third_check_in_after_the_week(db: Database, causes: Causes) -> None:
    """The later of the two counts: who checks in the third time on the ninth day is paid then."""
    circle = await Circle.open(db, causes)
    await circle.brings(ANA, BEN)
    for day in (1, 2, 9):
        await circle.checks_in(BEN, days(day))
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (30, 30)


async def test_check_ins_that_come_too_late(db: Database, causes: Causes) -> None:
    """After ten days the second stage is over; what joining gave waits for the first check-in all the same."""
    circle = await Circle.open(db, causes)
    card = await circle.brings(ANA, BEN)
    await circle.tick(days(12))
    assert (await circle.states())["stayed inviter lapsed"] == 1
    assert (await circle.shows(card, days(12))).friends[0].state == "over"
    for day in (13, 14, 15):
        await circle.checks_in(BEN, days(day))
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (10, 0)
    await circle.redeems(BEN, days(40))
    assert await circle.coins(ANA) == 100


async def test_leaving_cancels_what_is_pending(db: Database, causes: Causes) -> None:
    """Who leaves keeps what was paid and loses the rest, for both; coming back doesn't begin it anew."""
    circle = await Circle.open(db, causes)
    card = await circle.brings(ANA, BEN)
    for day in (0, 1, 2):
        await circle.checks_in(BEN, days(day) + HOUR)
    await circle.goes(BEN, days(5))
    assert (await circle.shows(card, days(5))).friends[0].state == "left"
    await circle.comes(BEN, days(6))
    await circle.tick(days(8))
    await circle.redeems(BEN, days(9))
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (10, 0)
    again = await circle.opens(BEN, await circle.card(EVE, days(9)), days(9))
    assert not again.outsider
    await circle.goes(BEN, days(10))
    await circle.comes(BEN, days(11))
    assert await query(db, "SELECT count(*) FROM invitation") == [(1,)]


async def test_who_was_here_before_is_nobodys_friend(db: Database, causes: Causes) -> None:
    """A member, one who left, and oneself: a card brings none of them."""
    circle = await Circle.open(db, causes)
    await circle.comes(BEN)
    await circle.goes(BEN, NOON + HOUR)
    card = await circle.card(ANA, days(1))
    for who, inside in ((BEN, False), (EVE, True), (ANA, False)):
        assert not (await circle.opens(who, card, days(1), inside=inside)).outsider
        await circle.comes(who, days(2))
    assert await query(db, "SELECT count(*) FROM invitation") == [(0,)]
    assert (await circle.shows(card, days(2))).opened == 0


async def test_the_first_card_counts(db: Database, causes: Causes) -> None:
    """A friend who opened two givers' cards came by the first, while it is at most thirty days old."""
    circle = await Circle.open(db, causes)
    first, second = await circle.card(ANA), await circle.card(EVE)
    await circle.opens(BEN, first, NOON)
    await circle.opens(BEN, second, NOON + HOUR)
    await circle.opens(fan(9), first, NOON)
    await circle.opens(fan(9), second, days(3))
    await circle.comes(BEN, days(29))
    await circle.comes(fan(9), days(31))
    assert (await circle.shows(first, days(31))).more + len((await circle.shows(first, days(31))).friends) == 1
    assert len((await circle.shows(second, days(31))).friends) == 1


async def test_a_look_around_in_private_first(db: Database, causes: Causes) -> None:
    """Who opened a card, did something in private, and then joined, came by the card."""
    circle = await Circle.open(db, causes)
    card = await circle.card(ANA)
    await circle.opens(BEN, card)
    await circle.checks_in(BEN, NOON + HOUR)
    assert (await circle.opens(BEN, card, NOON + 2 * HOUR)).outsider
    await circle.comes(BEN, days(1))
    for day in (1, 2):
        await circle.checks_in(BEN, days(day) + HOUR)
    await circle.tick(days(9))
    # The check-in before they joined was nobody's.
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (10, 0)


async def test_two_inviters_one_friend(db: Database, causes: Causes) -> None:
    """Cards of ten givers opened at once, and joinings told twice at once: one inviter."""
    circle = await Circle.open(db, causes)
    cards = [await circle.card(fan(10 + number)) for number in range(10)]
    await asyncio.gather(*(circle.opens(BEN, card) for card in cards))
    await asyncio.gather(*(circle.comes(BEN, NOON + HOUR) for _ in range(4)))
    assert await query(db, "SELECT count(*) FROM invitation") == [(1,)]
    assert await query(db, "SELECT count(*) FROM gift_reward") == [(4,)]


async def test_five_cards_a_day(db: Database, causes: Causes) -> None:
    """Single cards are made anew once sent, five a calendar day of the community; sendings are counted too."""
    circle = await Circle.open(db, causes)
    await circle.offers()
    for number in range(5):
        card = await circle.card(ANA, offer=1)
        assert (await circle.card(ANA, offer=1)).gift_id == card.gift_id
        assert len(await circle.gifts.list_sendable(ANA.user_id, card.gift_id, NOON)) == 1
        for _ in range(2):
            await circle.gifts.note_shared(ANA.user_id, card.gift_id, NOON, f"7:{number}")
    assert await circle.makes(ANA, NOON, offer=1) == EnoughForToday(5)
    plain = await circle.makes(ANA, days(1), offer=0)
    assert isinstance(plain, GiftCard)
    assert await circle.gifts.list_sendable(ANA.user_id, plain.gift_id, NOON) == []
    assert len(await circle.gifts.list_sendable(ANA.user_id, plain.gift_id, days(1))) == 1
    assert await circle.gifts.list_sendable(BEN.user_id, plain.gift_id, days(1)) == []


async def test_making_cards_at_once(db: Database, causes: Causes) -> None:
    """Twenty taps make one card, and a redelivered one shows the same."""
    circle = await Circle.open(db, causes)
    made = await asyncio.gather(*(circle.makes(ANA) for _ in range(20)))
    assert len({card.gift_id for card in made}) == 1
    first = await circle.card(BEN, cause="42:900")
    assert await circle.card(BEN, cause="42:900") == first
    assert await query(db, "SELECT count(*) FROM gift") == [(2,)]


async def test_twenty_friends_a_month(db: Database, causes: Causes) -> None:
    """Beyond the month's friends the inviter isn't paid and is told once; the friends get theirs."""
    circle = await Circle.open(db, causes, friends_a_month=2, quiet_friends=99)
    await circle.reachable(ANA)
    for number in range(4):
        friend = fan(10 + number)
        await circle.brings(ANA, friend)
        for day in (0, 1, 2):
            await circle.checks_in(friend, days(day) + HOUR)
    await circle.tick(days(8))
    assert await circle.coins(ANA) == 60
    assert [await circle.coins(fan(10 + number)) for number in range(4)] == [30] * 4
    assert [what for who, what in await circle.told() if who == ANA.user_id].count("InviterCapped") == 1
    await circle.redeems(fan(10), days(9))
    assert await circle.coins(ANA) == 160
    await circle.redeems(fan(13), days(31))
    assert await circle.coins(ANA) == 260


async def test_the_month_is_full_once_although_it_was_told(db: Database, causes: Causes) -> None:
    """Once the inviter has read it, another friend of the same month brings no second note; the next month does."""
    circle = await Circle.open(db, causes, friends_a_month=0, quiet_friends=99)
    await circle.reachable(ANA)
    capped = "SELECT key FROM outbox WHERE key LIKE '%gift:capped:%' AND state = 'waiting'"
    for number, counted in ((0, 1), (1, 0)):
        friend = fan(10 + number)
        await circle.brings(ANA, friend)
        for day in (0, 1, 2):
            await circle.checks_in(friend, days(day) + HOUR)
        await circle.tick(days(8 + number))
        assert len(await query(db, capped)) == counted
        await deliver_all(db)


async def test_who_said_stop_hears_nothing(db: Database, causes: Causes) -> None:
    """Rewards are paid all the same, only no note comes, and no card by itself."""
    circle = await Circle.open(db, causes)
    await circle.reachable(ANA, BEN)
    await circle.brings(ANA, BEN)
    wish = Preference(service=False)
    await Preferences(db).change(act_of(circle.place, ANA, NOON), wish)
    for day in (0, 1, 2):
        await circle.checks_in(BEN, days(day) + HOUR)
    await circle.tick(days(8))
    assert {what for who, what in await circle.told() if who == ANA.user_id} == set()
    assert {what for who, what in await circle.told() if who == BEN.user_id} >= {"GiftWelcome", "FriendRewarded"}
    assert await circle.coins(ANA) == 30


async def test_an_inviter_who_is_gone(db: Database, causes: Causes) -> None:
    """Who left isn't paid when it falls due, their friend is; the private chat doesn't make them present."""
    circle = await Circle.open(db, causes)
    await circle.comes(ANA)
    await circle.brings(ANA, BEN)
    for day in (0, 1, 2):
        await circle.checks_in(BEN, days(day) + HOUR)
    await circle.goes(ANA, days(3))
    with pytest.raises(OutsideError):
        await circle.checks_in(outside(ANA), days(4))
    await circle.tick(days(8))
    assert (await circle.coins(BEN), await circle.coins(ANA)) == (30, 0)


async def test_unopened_gifts_go_back(db: Database, causes: Causes) -> None:
    """After seven days the stock has it again and the giver is told once; an opened one waits for its friend."""
    circle = await Circle.open(db, causes)
    await circle.reachable(ANA, BEN)
    await circle.offers(stock=2)
    lost, kept = await circle.card(ANA, offer=1), await circle.card(BEN, offer=1)
    await circle.opens(EVE, kept, days(6))
    await circle.tick(days(7) - SECOND)
    assert (await circle.shows(lost, days(7) - SECOND)).state == "ready"
    for day in (7, 8, 36):
        await circle.tick(days(day))
    assert (await circle.shows(lost, days(7))).state == "returned"
    assert [what for who, what in await circle.told() if what == "GiftReturned"] == ["GiftReturned"]
    assert await query(db, "SELECT taken FROM gift_offer") == [(0,)]
    assert await circle.found(lost, days(8)) is None


@pytest.mark.runs_once
async def test_the_hot_path_pays_nothing(db: Database, causes: Causes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check-in of a member whom nobody brought, or whose check-ins are counted, asks nothing about invitations."""
    circle = await Circle.open(db, causes)
    asked: list[int] = []
    monkeypatch.setattr("bot.features.gifts.invitations.count_check_in", lambda *_: asked.append(1))
    await circle.comes(BEN)
    await circle.checks_in(BEN, NOON + HOUR)
    assert asked == []
    await circle.brings(ANA, EVE)
    await circle.checks_in(EVE, NOON + HOUR)
    assert asked == [1]
    await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE member SET invitation_id = NULL"))
    await circle.checks_in(EVE, days(1))
    assert asked == [1]


async def test_payments_and_leavings_at_once(db: Database, causes: Causes) -> None:
    """Rounds of the clock, leavings and check-ins that race pay each stage once, and the books are sound."""
    circle = await Circle.open(db, causes, quiet_friends=99)
    friends = [fan(10 + number) for number in range(8)]
    for friend in friends:
        await circle.brings(ANA, friend)
        for day in (0, 1):
            await circle.checks_in(friend, days(day) + HOUR)
    await asyncio.gather(
        *(circle.checks_in(friend, days(8)) for friend in friends),
        *(circle.goes(friend, days(8)) for friend in friends[:3]),
        *(circle.redeems(friend, days(8)) for friend in friends),
        *(circle.tick(days(8)) for _ in range(4)),
    )
    await circle.tick(days(9))
    assert await circle.sound()
    assert await query(db, "SELECT count(*) FROM transfer WHERE reason = 'gift' GROUP BY key HAVING count(*) > 1") == []
    assert {await circle.coins(friend) for friend in friends[:3]} <= {10, 30}
    assert [await circle.coins(friend) for friend in friends[3:]] == [30] * 5


async def test_nothing_of_another_shops(db: Database, causes: Causes) -> None:
    """A forged offer of another shop is none, and a refusal changes nothing."""
    circle = await Circle.open(db, causes)
    await circle.offers()
    offer_id = (await query(db, "SELECT id FROM gift_offer"))[0][0]
    there = await shop(db, fan(900), -1002)
    await circle.gifts.make(act_of(there, ANA, NOON, causes.next()), 0)
    before = await everything(db)
    assert await circle.gifts.make(act_of(there, ANA, NOON, causes.next()), offer_id) == OfferGone()
    assert await circle.gifts.find("nothing", NOON) is None
    assert await everything(db) == before


async def test_deleting_ones_data(db: Database, causes: Causes) -> None:
    """Nothing of the person stays: a friend's pending rewards end, a giver's cards can't be opened, stock goes back."""
    circle = await Circle.open(db, causes)
    await circle.reachable(ANA, BEN)
    await circle.offers(stock=5)
    await circle.brings(ANA, BEN)
    single = await circle.card(ANA, offer=1)
    await circle.gifts.note_shared(ANA.user_id, single.gift_id, NOON, "7:1")
    await circle.opens(BEN, single, inside=True)
    kept = await circle.brings(EVE, fan(4))
    for who in (ANA, BEN):
        assert isinstance(await privacy(db).delete(circle.place, who.user_id, NOON + HOUR), DeletionDone)
    left = await everything(db)
    written = str({table: rows for table, rows in left.items() if table != "forgotten"})
    assert not re.search(rf"\b{ANA.user_id}\b", written)  # the salt is random and may hold the digits
    assert not re.search(rf"\b{BEN.user_id}\b", written)  # the salt is random and may hold the digits
    assert await query(db, "SELECT taken FROM gift_offer") == [(0,)]
    assert await circle.found(single) is None
    assert await circle.found(kept) is not None
    assert not (await circle.opens(BEN, kept, days(1))).outsider
    await circle.comes(BEN, days(1))
    assert await query(db, "SELECT count(*) FROM invitation") == [(2,)]
    assert (await circle.states())["joined friend cancelled"] == 1
