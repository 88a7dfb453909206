"""Reminders: who is told of which start, once, whatever happens in between; on both databases."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlmodel import col

from bot.features.streams.reminders import Reminders
from bot.features.streams.rounds import begin_due, continue_round, list_unfinished
from bot.rules.streams.reminders import NoMoreReminders, Reminding, StreamGone
from bot.rules.streams.streams import StreamPolicy
from bot.store.airings import count_subscribers
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Member, Person, Subscription
from tests.features.scene import NOON, Causes, act_of, days, fan, query, shop
from tests.features.studio import EIGHT, WEEK, Studio, at

DAY = 1440


async def studio_with(db: Database, causes: Causes, fans: int, *, weekly: bool = False, **policy: object) -> Studio:
    """A studio with an airing two days from now, and fans who asked to be reminded of it."""
    studio = await Studio.open(db, causes, **policy)
    await studio.plan(EIGHT + timedelta(days=2), weekly=weekly, url="https://example.com/live")
    for number in range(fans):
        await studio.subscribes(fan(number), NOON)
    return studio


def before(minutes: float) -> datetime:
    """So many minutes before that airing."""
    return EIGHT + timedelta(days=2) - timedelta(minutes=minutes)


async def told(studio: Studio, now: datetime) -> Counter[str]:
    """What fans hear if the clock comes by now."""
    await studio.tick(now)
    return Counter({what: count for what, count in (await studio.post(now)).items() if "to one" in what})


async def crowd(studio: Studio, count: int) -> None:
    """Many members who asked to be reminded of the first stream."""
    await studio.db.write(_crowd, studio.place.community_id, count)


def _crowd(tx: Tx, community_id: int, count: int) -> None:
    users = range(10_000, 10_000 + count)
    tx.execute(
        insert(Person),
        [
            {"user_id": user, "name": "Fan", "can_write": True, "telegram_language": "ko", "community_id": community_id}
            for user in users
        ],
    )
    tx.execute(
        insert(Member),
        [
            {"community_id": community_id, "user_id": user, "tier": "new", "joined_at": NOON, "reminders": True}
            | {"hidden": False}
            for user in users
        ],
    )
    made = tx.query(Member).filter(col(Member.user_id) >= users[0]).all()
    tx.execute(insert(Subscription), [{"stream_id": 1, "member_id": one.id, "at": NOON} for one in made])


async def test_asking_and_stopping(db: Database, causes: Causes) -> None:
    """Asking is idempotent and says what comes; stopping too; asking again begins anew."""
    studio = await studio_with(db, causes, 0, weekly=True)
    reminders = Reminders(db, studio.policy)
    first = await studio.subscribes(fan(1), NOON)
    assert first == Reminding("Silk night", before(0), weekly=True, again=False, muted=False)
    assert (await studio.subscribes(fan(1), NOON)).again
    for _ in range(2):
        assert await reminders.stop(act_of(studio.place, fan(1)), 1) == NoMoreReminders("Silk night")
    assert await db.read(count_subscribers, 1) == 0
    assert not (await studio.subscribes(fan(1), days(1))).again
    assert await db.read(count_subscribers, 1) == 1


async def test_asking_switches_reminders_on(db: Database, causes: Causes) -> None:
    """Whoever has them off in their settings and asks for one means it, and is told."""
    studio = await studio_with(db, causes, 1)
    await db.write(lambda tx: tx.execute(update(Member).values(reminders=False)))
    assert await db.read(count_subscribers, 1) == 0
    assert (await studio.subscribes(fan(0), NOON)).muted
    assert await db.read(count_subscribers, 1) == 1


@pytest.mark.parametrize("gone", ["unknown", "another shop's", "cancelled", "over", "on, and only once"])
async def test_a_stream_that_is_gone(db: Database, causes: Causes, gone: str) -> None:
    """There is nothing to be reminded of: said kindly, and nothing is written down."""
    studio = await studio_with(db, causes, 0)
    now, stream, place = NOON, 1, studio.place
    match gone:
        case "unknown":
            stream = 99
        case "another shop's":
            place = await shop(db, fan(900), -1009)
        case "cancelled":
            await studio.cancel(NOON)
        case "over":
            now = before(-181)
            await studio.tick(now)
        case _:
            now = before(-5)
            await studio.tick(now)
    reminders = Reminders(db, studio.policy)
    assert await reminders.ask(act_of(place, fan(1), now), stream) == StreamGone()
    assert await query(db, "SELECT * FROM subscription") == []
    if gone in {"unknown", "another shop's", "cancelled"}:
        assert await reminders.stop(act_of(place, fan(1), now), stream) == StreamGone()


async def test_asking_while_a_weekly_one_is_on(db: Database, causes: Causes) -> None:
    """What is on needs no reminder: the next one is named."""
    studio = await studio_with(db, causes, 0, weekly=True)
    await studio.tick(before(0))
    assert (await studio.subscribes(fan(1), before(-5))).at == before(0) + WEEK


async def test_three_rounds(db: Database, causes: Causes) -> None:
    """A day, an hour and ten minutes before, each once, in private, and none at the start."""
    studio = await studio_with(db, causes, 2)
    heard = {}
    for minutes in (DAY + 1, DAY, DAY - 1, 61, 60, 59, 11, 10, 9, 0, -1):
        heard[minutes] = (await told(studio, before(minutes)))["Reminder to one"]
    assert {minutes: count for minutes, count in heard.items() if count} == {DAY: 2, 60: 2, 10: 2}


async def test_the_alarm_is_set_for_the_next_round(db: Database, causes: Causes) -> None:
    """The clock wakes when a round is due, as much earlier as it takes to tell everyone."""
    studio = await studio_with(db, causes, 0)
    await crowd(studio, 50)
    early = timedelta(seconds=2)
    assert (await studio.tick(NOON))[1] == before(DAY) - early
    assert (await studio.tick(before(DAY)))[1] == before(60) - early
    assert (await studio.tick(before(10)))[1] is None


async def test_an_outage_over_two_rounds(db: Database, causes: Causes) -> None:
    """The later one is told, late; the older one isn't told besides."""
    studio = await studio_with(db, causes, 1)
    assert await told(studio, before(30)) == {"Reminder to one": 1}
    assert await told(studio, before(29)) == {}
    assert await told(studio, before(10)) == {"Reminder to one": 1}


async def test_an_outage_over_the_start(db: Database, causes: Causes) -> None:
    """Nobody is reminded of what has begun."""
    studio = await studio_with(db, causes, 1)
    assert await told(studio, before(-1)) == {}


async def test_a_promise_that_waited_too_long(db: Database, causes: Causes) -> None:
    """Promised, and then the way out was shut until the next round: each fan hears the later one only."""
    studio = await studio_with(db, causes, 1)
    await studio.tick(before(60))
    await studio.tick(before(10))
    assert await studio.post(before(10)) == {"Reminder to one": 1}
    await studio.tick(before(0))
    assert await studio.post(before(0)) == {"card": 1}


async def test_who_asks_late(db: Database, causes: Causes) -> None:
    """A round that has been told isn't told again to who came after it; the next one is."""
    studio = await studio_with(db, causes, 1)
    assert await told(studio, before(60)) == {"Reminder to one": 1}
    await studio.subscribes(fan(9), before(59))
    assert await told(studio, before(58)) == {}
    assert await told(studio, before(10)) == {"Reminder to one": 2}


@pytest.mark.parametrize("why", ["stopped", "muted", "unreachable", "left"])
async def test_who_is_not_told(db: Database, causes: Causes, why: str) -> None:
    """Who stopped, switched reminders off, blocked the bot or left the shop hears nothing."""
    studio = await studio_with(db, causes, 2)
    silent = fan(0).user_id
    match why:
        case "stopped":
            await Reminders(db, studio.policy).stop(act_of(studio.place, fan(0)), 1)
        case "muted":
            await db.write(
                lambda tx: tx.execute(update(Member).where(col(Member.user_id) == silent).values(reminders=False))
            )
        case "left":
            await db.write(
                lambda tx: tx.execute(update(Member).where(col(Member.user_id) == silent).values(left_at=NOON))
            )
        case _:
            await db.write(
                lambda tx: tx.execute(update(Person).where(col(Person.user_id) == silent).values(can_write=False))
            )
    await studio.tick(before(60))
    assert await studio.post_to(before(60)) == [(fan(1).user_id, "Reminder to one")]


async def test_a_stream_without_reminders(db: Database, causes: Causes) -> None:
    """Planned with `remind=off`: who asked hears of moves only."""
    studio = await Studio.open(db, causes)
    await studio.plan(remind=())
    await studio.subscribes(fan(1), NOON)
    for minutes in (-60, -10, 0):
        assert await told(studio, at(minutes)) == {}
    await studio.delay(at(1), by=timedelta(minutes=30))
    assert await told(studio, at(1)) == {"DelayNotice to one": 1}


async def test_a_late_plan(db: Database, causes: Causes) -> None:
    """Planned half an hour before: only the last round is left, and the alarm is set for it."""
    studio = await Studio.open(db, causes)
    await studio.plan(made=at(-30))
    await studio.subscribes(fan(1), at(-30))
    assert (await studio.tick(at(-30)))[1] is not None
    assert await told(studio, at(-29)) == {}
    assert await told(studio, at(-10)) == {"Reminder to one": 1}


async def test_a_move_tells_instead_of_a_round(db: Database, causes: Causes) -> None:
    """Moved three minutes before a round: fans hear of the move, not the same again by the round."""
    studio = await studio_with(db, causes, 1)
    await told(studio, before(DAY))
    await studio.delay(before(63), to=before(1))
    assert await told(studio, before(63)) == {"DelayNotice to one": 1}
    assert await told(studio, before(61)) == {}
    assert await told(studio, before(11)) == {"Reminder to one": 1}


async def test_a_move_stops_a_round_under_way(db: Database, causes: Causes) -> None:
    """The rest of a round that says the old time isn't told; everyone hears the new one, once."""
    studio = await studio_with(db, causes, 5, chunk=2)
    await db.write(begin_due, (await studio.planned())[0], before(60), studio.policy)
    ((airing_id, key),) = await db.read(list_unfinished)
    assert await db.write(continue_round, airing_id, key, before(60), studio.policy)
    assert await studio.post(before(60)) == {"Reminder to one": 2}
    await studio.delay(before(60), by=timedelta(hours=3))
    assert await told(studio, before(60)) == {"DelayNotice to one": 5}
    assert await db.read(list_unfinished) == []


async def test_twelve_hundred_fans_in_chunks(db: Database, causes: Causes) -> None:
    """Interrupted between chunks, a round goes on where it was: everyone hears it, nobody twice."""
    studio = await studio_with(db, causes, 0)
    await crowd(studio, 1_200)
    now = before(60)
    await db.write(begin_due, (await studio.planned())[0], now, studio.policy)
    ((airing_id, key),) = await db.read(list_unfinished)
    assert await db.write(continue_round, airing_id, key, now, studio.policy)
    assert await studio.waiting() == {"Reminder to one": 500, "card": 1}
    await studio.tick(now)
    first = await studio.post_to(now)
    await studio.tick(now + timedelta(seconds=30))
    assert await studio.post(now + timedelta(seconds=30)) == {}
    assert len(first) == len({user_id for user_id, _ in first}) == 1_200
    assert await db.read(list_unfinished) == []


async def test_a_round_is_over_with_its_time(db: Database, causes: Causes) -> None:
    """What isn't promised by the start isn't promised any more."""
    studio = await studio_with(db, causes, 3, chunk=1)
    await db.write(begin_due, (await studio.planned())[0], before(10), studio.policy)
    ((airing_id, key),) = await db.read(list_unfinished)
    assert not await db.write(continue_round, airing_id, key, before(0), studio.policy)
    assert not await db.write(continue_round, airing_id, key, before(0), studio.policy)
    assert await studio.post(before(0)) == {"card": 1}


async def test_each_week_anew(db: Database, causes: Causes) -> None:
    """Who asked for a weekly stream is reminded of each airing."""
    studio = await studio_with(db, causes, 1, weekly=True)
    for week in range(3):
        for minutes in (DAY, 60, 10):
            assert await told(studio, before(minutes) + week * WEEK) == {"Reminder to one": 1}
        await studio.tick(before(0) + week * WEEK)
        await studio.post(before(0) + week * WEEK)
        await studio.tick(before(-181) + week * WEEK)


async def test_in_the_fans_own_language(db: Database, causes: Causes) -> None:
    """Each hears it in their own language, else in the shop's."""
    studio = await studio_with(db, causes, 0)
    for number, code in enumerate(("ko", "zh-hans", "fr", None)):
        await studio.subscribes(replace(fan(number), language=code), NOON)
    await studio.tick(before(60))
    rows = await query(db, "SELECT facts FROM outbox WHERE act = 'tell' ORDER BY chat_id")
    assert [("zh" if '"zh"' in str(row[0]) or "'zh'" in str(row[0]) else "ko") for row in rows] == [
        "ko",
        "zh",
        "ko",
        "ko",
    ]


def test_a_chunk_is_small_enough() -> None:
    """No write holds the writer for long."""
    assert StreamPolicy().chunk <= 500


async def test_an_airing_far_off_costs_the_clock_no_write(
    db: Database, causes: Causes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock comes by for every *remind me*: only a round that is due, and not begun, is a transaction."""
    studio = await studio_with(db, causes, 2)
    written: list[str] = []
    write = db.write

    async def counted(use_case: Any, *args: Any) -> Any:
        written.append(use_case.__name__)
        return await write(use_case, *args)

    monkeypatch.setattr(db, "write", counted)
    reminders = Reminders(db, studio.policy)
    assert await reminders.run_due(NOON) == before(DAY) - timedelta(seconds=2 / studio.policy.private_per_second)
    assert written == []
    await reminders.run_due(before(DAY))
    assert written == ["begin_due", "continue_round"]
    await reminders.run_due(before(DAY - 1))
    assert written == ["begin_due", "continue_round"]
