"""Figures and what comes by itself, on both databases."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from bot.features.figures.by_itself import EndedAiring, FiguresClock, ended_lately, promise_digest, promise_report
from bot.features.figures.digest import DigestSwitch
from bot.features.figures.lapse_ahead import LapseCount, may_lose
from bot.features.figures.reports import Reports, Wish, day_figures
from bot.features.people.joining import Coming, Going, Link, Reach
from bot.flows.attend import Attending
from bot.flows.check_in import CheckIns
from bot.flows.come_and_go import ComeAndGo
from bot.rules.airings import How
from bot.rules.coins.lapse import end_of
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.coupons.claims import Claimed
from bot.rules.figures.funnel import SourceFunnel
from bot.rules.figures.reports import CameBy, NoStreamYet, PeriodReport, StreamReport
from bot.rules.figures.windows import FiguresPolicy
from bot.rules.orders.told import Belongs
from bot.rules.place import Place
from bot.rules.words import Language
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import TransferHeader
from bot.store.members import standing
from bot.store.places import Group
from bot.store.tables import Airing, LapseRound, Member, Order, Person
from tests.features.people.test_privacy import _on_air
from tests.features.people.test_sources import source_of
from tests.features.scene import (
    NOON,
    POLICIES,
    Causes,
    act_of,
    days,
    dice,
    fan,
    give,
    offer,
    privacy,
    query,
    shop,
    till,
)

POLICY = FiguresPolicy()


async def come(db: Database, place: Place, number: int, at: datetime, source: str | None = None) -> None:
    """A fan comes at an instant, by a link with a source's name."""
    link = Link(f"https://t.me/+{source}", source) if source is not None else None
    group = Group(1, -1001, "Silk room", place, True)
    await ComeAndGo(db, POLICIES, dice()).come(Coming(group, fan(number), link, Reach(Language.KO, False), at), at)


def pay(tx: Tx, place: Place, number: int, ref: str, at: datetime, more: dict[str, Any]) -> None:
    """An order of a fan."""
    member = tx.query(Member).filter(col(Member.user_id) == fan(number).user_id).one()
    told = {"value": 10_000, "currency": "KRW", "day": at.date(), "at": at, "made_at": at, **more}
    told |= {"ref": ref, "key": ref}
    tx.add(Order(community_id=place.community_id, member_id=member.id, belongs=Belongs.CLAIM, **told))
    tx.flush()


async def report(db: Database, place: Place, wish: Wish, at: datetime) -> Any:
    """What `/report` reads."""
    return await Reports(db, POLICY).report(place, wish, at)


async def test_a_week_in_figures(db: Database, causes: Causes) -> None:
    """Came by way with unknown last, left, checked in, claimed, coins; another shop's and older rows aren't counted."""
    place, other = await shop(db), await shop(db, fan(900), -1002)
    await source_of(db, place, "Poster", causes, 120)
    for number, day, source in ((1, 0, "Poster"), (2, 20, "Poster"), (3, 21, "Poster"), (4, 22, None)):
        await come(db, place, number, days(day), source)
    await come(db, other, 6, days(22))
    await ComeAndGo(db, POLICIES, dice()).go(Going(place, -1001, fan(3).user_id, days(22)))
    checkins = CheckIns(db, POLICIES)
    for number, day in ((1, 1), (2, 20), (2, 21), (4, 22)):
        await checkins.check_in(act_of(place, fan(number), days(day), causes.next()))
    campaign, _ = await offer(db, place, NewCampaign("Silk", 9, price=5), causes.next())
    claimed = await till(db, 2).claim(act_of(place, fan(2), days(21), causes.next()), campaign)
    assert isinstance(claimed, Claimed)

    week = await report(db, place, Wish(days=7), days(22))

    assert isinstance(week, PeriodReport)
    fans, coins = week.figures.fans, week.figures.coins
    assert (week.since, fans.came, fans.left, fans.checked_in) == (date(2026, 11, 18), 3, 1, 2)
    assert fans.by == (CameBy("Poster", 2), CameBy(None, 1))
    assert (week.figures.coupons.claimed, week.figures.coupons.coins) == (1, 5)
    assert (coins.issued, coins.spent, coins.lapsing) == (5 + 6 + 5, 5, 0)
    assert coins.owed == 5 + coins.issued - 5
    month = await report(db, place, Wish(days=30), days(22))
    assert (month.figures.fans.came, month.figures.fans.checked_in) == (4, 3)


async def test_a_stream_and_its_buyers(db: Database, causes: Causes) -> None:
    """Only orders of the window count; who bought before isn't a first-time buyer; none begun, none told."""
    place = await shop(db)
    assert isinstance(await report(db, place, Wish(), NOON), NoStreamYet)
    airing_id = await db.write(_on_air, place)
    for number in (1, 2):
        await Attending(db, POLICIES).attend(act_of(place, fan(number), NOON, causes.next()), airing_id, How.TAP)
    told = await report(db, place, Wish(), NOON)
    assert isinstance(told, StreamReport)
    assert told.running
    inside, before = NOON + timedelta(minutes=1), told.starts_at - timedelta(seconds=1)
    for number, ref, at in ((1, "A", inside), (2, "B", inside), (2, "C", before), (1, "D", told.until)):
        await db.write(pay, place, number, ref, at, {})
    await db.write(pay, place, 1, "E", inside, {"currency": "USD", "value": 1_999, "refunded": 999})
    told = await report(db, place, Wish(airing_id=airing_id), told.until)
    orders = told.figures.orders
    assert (told.final, told.figures.fans.attended) == (True, 2)
    assert (orders.orders, orders.new_buyers, orders.refunded) == (3, 1, 1)
    assert {one.currency: one.revenue for one in orders.takings} == {"KRW": 20_000, "USD": 1_000}


async def test_the_funnel(db: Database, causes: Causes) -> None:
    """What the fans of each way did since, and how many stayed; cost and revenue beside it."""
    place = await shop(db)
    await source_of(db, place, "Video", causes, 120)
    for number, source in ((1, "Video"), (2, "Video"), (3, None)):
        await come(db, place, number, days(0), source)
    await CheckIns(db, POLICIES).check_in(act_of(place, fan(1), days(0), causes.next()))
    await ComeAndGo(db, POLICIES, dice()).go(Going(place, -1001, fan(2).user_id, days(3)))
    await db.write(pay, place, 1, "A", days(1), {"refunded": 4_000})
    funnel = await report(db, place, Wish(sources=True), days(8))
    assert isinstance(funnel, SourceFunnel)
    video, unknown = funnel.lines
    assert (video.name, video.came, video.checked_in, video.ordered, video.cost) == ("Video", 2, 1, 1, 120)
    assert (video.old_week, video.stayed_week, video.old_month) == (2, 1, 0)
    assert [(one.currency, one.revenue, one.paid_back) for one in video.takings] == [("KRW", 6_000, 4_000)]
    assert (unknown.name, unknown.came, unknown.invited) == (None, 1, False)


async def test_what_lapses(db: Database) -> None:
    """It is what the month's lapse would take; counted again it is the same."""
    place = await shop(db)
    await give(db, place, fan(1), 30)
    late = datetime(2027, 11, 20, 3, tzinfo=NOON.tzinfo)
    figures = await db.read(day_figures, place, late.date(), late, POLICY)
    assert figures.coins.lapsing is None
    for _ in range(2):
        await LapseCount(db).count(late)
    figures = await db.read(day_figures, place, late.date(), late, POLICY)
    assert (figures.coins.lapsing, figures.coins.owed) == (30, 30)
    assert figures.coins.lapse_on == (end_of(date(2027, 11, 1), place.timezone) - timedelta(hours=1)).date()


def _end(tx: Tx, airing_id: int, at: datetime) -> None:
    tx.execute(update(Airing).where(col(Airing.id) == airing_id).values(state="ended", closed_at=at, on_air_at=at))
    tx.merge(Person(user_id=1, name="Mina", can_write=True))


async def promised(db: Database, like: str) -> int:
    """How many messages were promised under such keys."""
    return int((await query(db, "SELECT count(*) FROM outbox WHERE key LIKE :like", like=like))[0][0])


async def test_a_report_is_promised_once(db: Database) -> None:
    """Ten clocks at once promise one report and one picture; an end after it was taken up again has its own."""
    place = await shop(db)
    airing_id = await db.write(_on_air, place)
    for hours in (1, 2):
        at = NOON + timedelta(hours=hours)
        await db.write(_end, airing_id, at)
        ended = EndedAiring(place.community_id, airing_id, True)
        assert await db.read(ended_lately, at, POLICY) == [ended]
        told = await report(db, place, Wish(airing_id=airing_id), at)
        done = await asyncio.gather(*(db.write(promise_report, ended, told, at, POLICY) for _ in range(10)))
        assert sum(done) == 1
        assert await db.read(ended_lately, at, POLICY) == []
        assert await promised(db, "stream.%") == 2 * hours


async def test_the_digest_comes_once_a_day(db: Database, causes: Causes) -> None:
    """Ten at once promise one; a quiet day is passed over; switched off, none is due any more."""
    place = await shop(db)
    await db.write(_end, 0, NOON)
    await CheckIns(db, POLICIES).check_in(act_of(place, fan(1), NOON, causes.next()))
    at = days(1)
    figures = await db.read(day_figures, place, NOON.date(), at, POLICY)
    empty = await db.read(day_figures, place, days(1).date(), at, POLICY)
    day = date(2026, 11, 3)
    done = await asyncio.gather(*(db.write(promise_digest, place.community_id, day, figures, at) for _ in range(10)))
    assert sum(done) == 1
    assert not await db.write(promise_digest, place.community_id, day + timedelta(days=1), empty, at)
    switch, act = DigestSwitch(db), act_of(place, at=at, cause=causes.next())
    assert await switch.switch(act, off=True) == await switch.switch(act, off=True)
    assert await FiguresClock(db, POLICY).run_due(days(4)) is None
    assert await promised(db, "digest:%") == 1


async def test_a_deleted_person_leaves_the_figures_sound(db: Database, causes: Causes) -> None:
    """Their orders and check-ins stay counted without them, and they don't count as having left."""
    place = await shop(db)
    await come(db, place, 1, NOON)
    await CheckIns(db, POLICIES).check_in(act_of(place, fan(1), NOON, causes.next()))
    before = await report(db, place, Wish(days=7), days(1))
    await privacy(db).delete(place, fan(1).user_id, days(1))
    after = await report(db, place, Wish(days=7), days(1))
    assert after.figures.fans == before.figures.fans
    assert (after.figures.coins.issued, after.figures.coins.spent, after.figures.coins.owed) == (5, 0, 0)


async def test_only_who_may_lose_is_looked_at(db: Database, causes: Causes) -> None:
    """Who earned in the month that lapses, or got something back since. Nothing is counted before the last lapse."""
    place = await shop(db)
    late = datetime(2027, 12, 20, 3, tzinfo=NOON.tzinfo)
    await db.write(_earn, place, 1, datetime(2026, 12, 20, 3, tzinfo=NOON.tzinfo))
    await db.write(_earn, place, 2, datetime(2027, 3, 1, tzinfo=NOON.tzinfo))
    third = await db.write(_earn, place, 3, NOON)
    await LapseCount(db).count(late)
    figures = await db.read(day_figures, place, late.date(), late, POLICY)
    assert figures.coins.lapsing is None
    row = LapseRound(community_id=place.community_id, step="lapse", month="2027-11", done=True)
    await db.write(lambda tx: tx.add(row))
    assert len(await db.read(may_lose, place, late.date())) == 1
    await db.write(_buy_and_get_back, place, third, late - timedelta(days=1))
    assert len(await db.read(may_lose, place, late.date())) == 2
    await LapseCount(db).count(late)
    figures = await db.read(day_figures, place, late.date(), late, POLICY)
    assert figures.coins.lapsing == 14


def _earn(tx: Tx, place: Place, number: int, at: datetime) -> int:
    account = standing(tx, place.community_id, fan(number), NOON).account_id
    header = TransferHeader(place.community_id, f"present:{number}", "present", at)
    ledger.pay(tx, header, member_account=account, shop=place.shop_account, amount=7)
    return account


def _buy_and_get_back(tx: Tx, place: Place, account: int, at: datetime) -> None:
    bought, back = (TransferHeader(place.community_id, key, "claim", at) for key in ("bought", "back"))
    ledger.charge(tx, bought, member_account=account, shop=place.shop_account, amount=7)
    ledger.give_back(tx, back, bought.key)
