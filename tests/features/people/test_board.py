"""The month's board and the fan's card, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import update
from sqlmodel import col

from bot.features.people.board import MonthBoard
from bot.flows.check_in import CheckIns
from bot.flows.my_card import MyCards
from bot.rules.checkins.checkins import CheckInPolicy
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.lots import Lapse
from bot.rules.people.members import Board, BoardLine, BoardPolicy, MyCard
from bot.rules.streaks import Restorable
from bot.rules.tiers import Tier
from bot.rules.tiers_ahead import Missing
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Member
from tests.features.scene import NOON, POLICIES, Causes, act_of, days, fan, give, offer, shop, till

POLICY = CheckInPolicy()


async def test_places_by_coins_earned_this_month(db: Database, causes: Causes) -> None:
    """Spending costs no place, ties go to who is longer a member, another shop's coins don't count."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    for number, coins in ((1, 30), (2, 50), (3, 30)):
        await give(db, here, fan(number), coins)
    await give(db, there, fan(3), 1_000)
    campaign, _ = await offer(db, here, NewCampaign("Silk", 5, price=50), causes.next())
    await till(db).claim(act_of(here, fan(2), NOON, causes.next()), campaign)
    assert await MonthBoard(db, BoardPolicy()).board(here, fan(3).user_id, NOON) == Board(
        month=date(2026, 11, 1),
        lines=(
            BoardLine(1, "Fan 2", 50),
            BoardLine(2, "Fan 1", 30),
            BoardLine(3, "Fan 3", 30, me=True),
        ),
        mine=None,
    )


async def test_who_is_below_the_last_place_sees_where(db: Database) -> None:
    """With two places shown, the third fan is told their own, and a stranger none."""
    place = await shop(db)
    for number in (1, 2, 3):
        await give(db, place, fan(number), 40 - 10 * number)
    members = MonthBoard(db, BoardPolicy(places=2))
    third = await members.board(place, fan(3).user_id, NOON)
    assert [line.name for line in third.lines] == ["Fan 1", "Fan 2"]
    assert third.mine == BoardLine(3, "Fan 3", 10, me=True)
    assert (await members.board(place, fan(9).user_id, NOON)).mine is None


async def test_a_month_begins_where_the_shop_is(db: Database) -> None:
    """What is earned in the last hour of November in Seoul isn't December's, and one second later is."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    midnight = days(28).replace(hour=15)
    await checkins.check_in(act_of(place, fan(1), midnight - timedelta(seconds=1), "42:1"))
    await checkins.check_in(act_of(place, fan(2), midnight, "42:2"))
    members = MonthBoard(db, BoardPolicy())
    december = await members.board(place, fan(1).user_id, midnight)
    assert (december.month, [line.name for line in december.lines]) == (date(2026, 12, 1), ["Fan 2"])
    november = await members.board(place, fan(1).user_id, midnight - timedelta(seconds=1))
    assert (november.month, [line.name for line in november.lines]) == (date(2026, 11, 1), ["Fan 1"])


async def test_who_left_has_no_place(db: Database) -> None:
    """A member who left isn't listed, and the next ones move up."""
    place = await shop(db)
    for number in (1, 2):
        await give(db, place, fan(number), 30 - 10 * number)
    await db.write(_left, fan(1).user_id)
    board = await MonthBoard(db, BoardPolicy()).board(place, fan(2).user_id, NOON)
    assert board.lines == (BoardLine(1, "Fan 2", 10, me=True),)


def _left(tx: Tx, user_id: int) -> None:
    tx.execute(update(Member).where(col(Member.user_id) == user_id).values(left_at=NOON))


async def test_an_empty_board(db: Database) -> None:
    """A shop where nobody has earned anything has a month and no lines."""
    place = await shop(db)
    assert await MonthBoard(db, BoardPolicy()).board(place, fan(1).user_id, NOON) == Board(date(2026, 11, 1), (), None)


async def test_a_card_tells_what_the_next_check_in_would(db: Database, causes: Causes) -> None:
    """Coins, streak, coupons held and what can be restored, before and after the day's check-in."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    assert await MyCards(db, POLICIES).card(act_of(place, fan(1), NOON)) == MyCard(
        "Fan 1", 0, 0, False, 5, 0, higher=Tier.FAN, lacking=Missing(30, 8, 3)
    )
    for day in (0, 1, 2, 4, 6):
        await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
    await till(db).claim(act_of(place, fan(1), days(6), causes.next()), campaign)
    end = Lapse(date(2027, 11, 30), 34)
    held = MyCard("Fan 1", 34, 1, True, 6, 1, Restorable(6, (days(5).date(),), 20), lapses=(end,))
    held = replace(held, higher=Tier.FAN, lacking=Missing(21, 6, 2))
    assert await MyCards(db, POLICIES).card(act_of(place, fan(1), days(6))) == held
    tomorrow = await MyCards(db, POLICIES).card(act_of(place, fan(1), days(7)))
    assert (tomorrow.length, tomorrow.checked_in, tomorrow.tomorrow) == (1, False, 6)
    lapsed = await MyCards(db, POLICIES).card(act_of(place, fan(1), days(9)))
    assert (lapsed.length, lapsed.checked_in, lapsed.tomorrow) == (0, False, 5)
