"""Coins lapse once a month's end, on both databases: late, while being spent, after a refund, in another zone."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.features.coins.lapse import LapseClock
from bot.features.communities import set_reachable
from bot.features.people.preferences import Preferences
from bot.flows.my_card import MyCards
from bot.rules.act import Sender
from bot.rules.coins.lapse import LapsePolicy
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.lots import Lapse
from bot.rules.people.preferences import Preference
from bot.rules.place import Place
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.members import standing
from bot.store.tables import Community
from tests.features.scene import POLICIES, Causes, act_by, act_of, balance, campaigns_of, fan, offer, query, shop, till

NOVEMBER = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 10, 3, 0, tzinfo=UTC)
END = datetime(2027, 11, 30, 15, 0, tzinfo=UTC)
"""As November 2027 ends in Seoul: coins of November 2026 lapse."""
MORNING = datetime(2027, 11, 1, 1, 0, tzinfo=UTC)
"""Ten in the morning of its first day."""
TICK = timedelta(seconds=1)


def lapsing(db: Database, chunk: int = 250) -> LapseClock:
    """The clock's part."""
    return LapseClock(db, LapsePolicy(chunk=chunk))


async def earn(db: Database, place: Place, sender: Sender, coins: int, at: datetime) -> None:
    """The shop pays a fan some coins."""
    await db.write(_earn, place, sender, coins, at)


def _earn(tx: Tx, place: Place, sender: Sender, coins: int, at: datetime) -> None:
    member = standing(tx, place.community_id, sender, at)
    key = f"present:{member.member_id}:{at.isoformat()}"
    ledger.pay(
        tx,
        ledger.TransferHeader(place.community_id, key, "present", at, place.timezone),
        member_account=member.account_id,
        shop=place.shop_account,
        amount=coins,
    )


async def lapsed(db: Database) -> list[tuple[str, int]]:
    """Keys and sums of what has lapsed."""
    return [
        (str(key), int(amount))
        for key, amount in await query(db, "SELECT key, amount FROM transfer WHERE reason = 'lapse' ORDER BY id")
    ]


async def notices(db: Database) -> int:
    """Promised notices."""
    return int((await query(db, "SELECT count(*) FROM outbox WHERE key LIKE 'lapse:%'"))[0][0])


async def test_a_years_coins_lapse_once(db: Database) -> None:
    """Not a second early, once however often the clock looks, and the books balance."""
    place = await shop(db)
    await earn(db, place, fan(1), 30, NOVEMBER)
    await earn(db, place, fan(1), 12, DECEMBER)
    assert await lapsing(db).run_due(END - TICK) == END
    assert await lapsed(db) == []
    for now in (END, END, END + TICK):
        await lapsing(db).run_due(now)
    assert [amount for _, amount in await lapsed(db)] == [30]
    assert (await lapsed(db))[0][0].endswith(":2027-11")
    assert await balance(db, place, fan(1)) == 12
    assert (await db.read(check_books)).sound


async def test_the_oldest_coins_are_spent_first(db: Database, causes: Causes) -> None:
    """What was spent isn't lost again; what a refund gives back has the age of what was paid with."""
    place = await shop(db)
    await earn(db, place, fan(1), 30, NOVEMBER)
    await earn(db, place, fan(1), 30, DECEMBER)
    campaign, number = await offer(db, place, NewCampaign("Silk", 5, price=40), causes.next(), DECEMBER)
    assert isinstance(await till(db).claim(act_of(place, fan(1), DECEMBER, causes.next()), campaign), Claimed)
    await lapsing(db).run_due(END)
    assert await lapsed(db) == []
    # Cancelled: forty come back, thirty of them a year old. They are good until the next month's end.
    await campaigns_of(db).cancel(act_by(place, 1, END, causes.next()), number)
    await lapsing(db).run_due(END + TICK)
    assert await balance(db, place, fan(1)) == 60
    await lapsing(db).run_due(END + timedelta(days=31))
    assert [amount for _, amount in await lapsed(db)] == [60]


async def test_months_that_were_slept_through_are_made_up_for(db: Database) -> None:
    """A bot that was away for half a year, or whose clock jumped, finds what lapsed meanwhile, once."""
    place = await shop(db)
    await earn(db, place, fan(1), 30, NOVEMBER)
    await earn(db, place, fan(1), 12, DECEMBER)
    await earn(db, place, fan(1), 5, DECEMBER + timedelta(days=200))
    await lapsing(db).run_due(END + timedelta(days=100))
    assert [amount for _, amount in await lapsed(db)] == [42]
    await lapsing(db).run_due(END)  # the clock jumped back: what is left was earned later
    await lapsing(db).run_due(END + timedelta(days=100))
    assert [amount for _, amount in await lapsed(db)] == [42]
    assert (await db.read(check_books)).sound


async def test_another_zone_takes_nothing_twice(db: Database) -> None:
    """A shop that moves at the month's end loses its fans nothing early, and no month comes twice."""
    place = await shop(db)
    await earn(db, place, fan(1), 30, NOVEMBER)
    await earn(db, place, fan(1), 7, datetime(2026, 11, 30, 20, tzinfo=UTC))  # December in Seoul, November in New York
    await lapsing(db).run_due(END)
    await db.write(_move, place, "America/New_York")
    await lapsing(db).run_due(END + timedelta(hours=14))
    assert [amount for _, amount in await lapsed(db)] == [30]
    await lapsing(db).run_due(datetime(2028, 1, 1, 5, tzinfo=UTC))
    assert [amount for _, amount in await lapsed(db)] == [30, 7]


def _move(tx: Tx, place: Place, timezone: str) -> None:
    tx.execute(update(Community).where(col(Community.id) == place.community_id).values(timezone=timezone))


async def test_the_lapse_and_spending_at_once(db: Database, causes: Causes) -> None:
    """While the clock takes the old coins, fans spend them: each coin goes one way, no purse falls below nought."""
    place = await shop(db)
    fans = [fan(number) for number in range(40)]
    for one in fans:
        await earn(db, place, one, 10, NOVEMBER)
    campaign, _ = await offer(db, place, NewCampaign("Silk", 100, price=6), causes.next(), END)
    coupons = till(db)
    claims = asyncio.gather(*(coupons.claim(act_of(place, one, END, causes.next()), campaign) for one in fans))
    await asyncio.gather(*(lapsing(db, chunk=7).run_due(END) for _ in range(2)))
    outcomes = await claims
    bought = sum(isinstance(outcome, Claimed) for outcome in outcomes)
    assert sum(amount for _, amount in await lapsed(db)) == 400 - 6 * bought
    assert len(await lapsed(db)) == 40
    books = await db.read(check_books)
    assert books.sound
    assert books.held_by_fans == 0


async def test_the_notice_goes_to_those_who_lose_something(db: Database) -> None:
    """By day, once, in private: to who can be written to, wants service, and wouldn't lose nothing."""
    place = await shop(db)
    loses, young, deaf, quiet = (fan(number) for number in range(4))
    for one in (loses, deaf, quiet):
        await earn(db, place, one, 30, NOVEMBER)
    await earn(db, place, young, 30, DECEMBER)
    for one in (loses, young, quiet):
        await db.write(set_reachable, one, can_write=True)
    await Preferences(db).change(act_of(place, quiet, NOVEMBER), Preference(service=False))
    assert await lapsing(db).run_due(MORNING - TICK) == MORNING
    assert await notices(db) == 0
    for now in (MORNING, MORNING + TICK, MORNING + timedelta(days=3)):
        await lapsing(db).run_due(now)
    ((chat_id, facts),) = await query(db, "SELECT chat_id, facts FROM outbox WHERE key LIKE 'lapse:%'")
    assert chat_id == loses.user_id
    assert all(part in str(facts) for part in ("lapse.LapseNotice", "2027-11-30", "30"))
    assert await lapsed(db) == []


@pytest.mark.parametrize("chunk", [1, 2, 3])
async def test_a_round_that_is_interrupted_goes_on(sqlite_url: str, chunk: int) -> None:
    """However many members a transaction takes, each loses theirs once."""
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        for number in range(3):
            await earn(db, place, fan(number), 10 + number, NOVEMBER)
        await lapsing(db, chunk).run_due(END)
        assert sorted(amount for _, amount in await lapsed(db)) == [10, 11, 12]


async def test_my_card_shows_what_lapses_when(db: Database, causes: Causes) -> None:
    """The next two dates with their sums, and none for an empty purse."""
    place = await shop(db)
    for months in range(3):
        await earn(db, place, fan(1), 10 + months, NOVEMBER + timedelta(days=30 * months))
    card = await MyCards(db, POLICIES).card(act_of(place, fan(1), MORNING))
    assert card.lapses == (
        Lapse(date(2027, 11, 30), 10),
        Lapse(date(2027, 12, 31), 11),
    )
    campaign, _ = await offer(db, place, NewCampaign("Silk", 5, price=33), causes.next(), MORNING)
    await till(db).claim(act_of(place, fan(1), MORNING, causes.next()), campaign)
    assert (await MyCards(db, POLICIES).card(act_of(place, fan(1), MORNING))).lapses == ()
