"""Check-ins on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.features.communities import Communities
from bot.flows.check_in import CheckIns
from bot.rules.checkins.checkins import (
    AlreadyCheckedIn,
    CheckedIn,
    MadeUp,
    MakeUpsUsed,
    NothingToMakeUp,
    TooFewCoins,
)
from bot.store.engine.db import Database
from bot.store.ledger import check_books
from tests.features.scene import POLICIES, Causes, act_of, balance, days, everything, fan, give, shop


async def test_a_day_is_paid_once(db: Database, causes: Causes) -> None:
    """The second check-in of a day pays nothing and says where the streak stands."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    first = await checkins.check_in(act_of(place, fan(1), days(0), causes.next()))
    assert isinstance(first, CheckedIn)
    assert (first.coins, first.length, first.balance, first.tomorrow) == (5, 1, 5, 6)
    second = await checkins.check_in(act_of(place, fan(1), days(0), causes.next()))
    assert second == AlreadyCheckedIn(length=1, tomorrow=6, balance=5)
    assert (await db.read(check_books)).held_by_fans == 5


async def test_a_redelivered_update_hears_the_same(db: Database, causes: Causes) -> None:
    """The same cause answers the same and acts once."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    cause = causes.next()
    first = await checkins.check_in(act_of(place, fan(1), days(0), cause))
    assert await checkins.check_in(act_of(place, fan(1), days(0), cause)) == first
    assert (await db.read(check_books)).held_by_fans == 5


async def test_one_fan_in_twenty_places_at_once(db: Database, causes: Causes) -> None:
    """Twenty check-ins of one new fan at once pay once."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    outcomes = await asyncio.gather(
        *(checkins.check_in(act_of(place, fan(1), days(0), causes.next())) for _ in range(20))
    )
    assert sum(isinstance(outcome, CheckedIn) for outcome in outcomes) == 1
    books = await db.read(check_books)
    assert books.sound
    assert books.held_by_fans == 5


async def test_a_week_with_a_freeze_and_a_make_up(db: Database, causes: Causes) -> None:
    """The freeze closes the first missed day for nothing, a make-up the next one for 20 coins."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    for day in range(5):
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    back = await checkins.check_in(act_of(place, fan(1), days(7), causes.next()))
    assert isinstance(back, CheckedIn)
    assert back.frozen == days(5).date()
    assert back.length == 1
    assert back.restorable is not None
    assert (back.restorable.length, back.restorable.missed, back.restorable.price) == (7, (days(6).date(),), 20)
    cause = causes.next()
    made_up = await checkins.make_up(act_of(place, fan(1), days(7), cause))
    assert isinstance(made_up, MadeUp)
    assert (made_up.length, made_up.price, made_up.restorable) == (7, 20, None)
    assert await checkins.make_up(act_of(place, fan(1), days(7), cause)) == made_up
    tomorrow = await checkins.check_in(act_of(place, fan(1), days(8), causes.next()))
    assert isinstance(tomorrow, CheckedIn)
    assert (tomorrow.length, tomorrow.coins, tomorrow.bonus) == (8, 20, 50)
    assert (await db.read(check_books)).sound


async def test_a_make_up_needs_coins(db: Database, causes: Causes) -> None:
    """Who can't pay is told so, and nothing changes."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    await checkins.check_in(act_of(place, fan(1), days(0), causes.next()))
    back = await checkins.check_in(act_of(place, fan(1), days(3), causes.next()))
    assert isinstance(back, CheckedIn)
    assert await checkins.make_up(act_of(place, fan(1), days(3), causes.next())) == TooFewCoins(20, 10)


async def test_communities_keep_their_own_coins(db: Database, causes: Causes) -> None:
    """One fan in two shops has two streaks and two balances; the private chat means the first until it is turned."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    checkins = CheckIns(db, POLICIES)
    await checkins.check_in(act_of(here, fan(1), days(0), causes.next()))
    outcome = await checkins.check_in(act_of(there, fan(1), days(0), causes.next()))
    assert isinstance(outcome, CheckedIn)
    assert outcome.balance == 5
    communities = Communities(db, open_to_all=True)
    assert (await communities.reader(fan(1).user_id)).place == here
    for place in (here, there):
        assert (await db.read(check_books, place.community_id)).held_by_fans == 5


async def test_three_make_ups_a_month_wherever_the_shop_moves(db: Database, causes: Causes) -> None:
    """The fourth is refused, also when the calendar stands before the last check-in; December has three again."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    await give(db, place, fan(1), 1_000)
    for day in (0, 5):
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    paid = [await checkins.make_up(act_of(place, fan(1), days(5), causes.next())) for _ in range(3)]
    assert [outcome.price for outcome in paid if isinstance(outcome, MadeUp)] == [20, 40, 80]
    for day in (6, 8):
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    west = replace(place, timezone="Pacific/Pago_Pago")
    for where in (place, west):
        assert await checkins.make_up(act_of(where, fan(1), days(8), causes.next())) == MakeUpsUsed(3, in_time=False)
    for day in (26, 29):
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    december = await checkins.make_up(act_of(place, fan(1), days(29), causes.next()))
    assert isinstance(december, MadeUp)
    assert december.price == 20


async def test_twenty_make_ups_at_once(db: Database, causes: Causes) -> None:
    """One missed day is made up and paid for once."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    await give(db, place, fan(1), 1_000)
    for day in (0, 3):
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    outcomes = await asyncio.gather(
        *(checkins.make_up(act_of(place, fan(1), days(3), causes.next())) for _ in range(20))
    )
    assert sum(isinstance(outcome, MadeUp) for outcome in outcomes) == 1
    assert outcomes.count(NothingToMakeUp(3, 7)) == 19
    assert await balance(db, place, fan(1)) == 1_000 + 5 + 5 - 20


async def test_an_old_days_make_up_comes_again_days_later(db: Database, causes: Causes) -> None:
    """A redelivery of almost three days later still finds its row, though many days were covered since."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    await give(db, place, fan(1), 1_000)
    for day in (0, 2, 3, *range(5, 12)):
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    evening, cause = days(11) + timedelta(hours=9), causes.next()
    first = await checkins.make_up(act_of(place, fan(1), evening, cause))
    assert isinstance(first, MadeUp)
    assert first.day == days(4).date()
    for day in (12, 13, 14):
        await checkins.check_in(act_of(place, fan(1), days(day) - timedelta(hours=9), causes.next()))
    before = await everything(db)
    assert await checkins.make_up(act_of(place, fan(1), evening, cause)) == first
    assert await everything(db) == before
