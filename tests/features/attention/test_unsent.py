"""The owner's log: counts by day, a day in words, and what becomes of what is held; on both databases."""

import asyncio
from datetime import date, datetime, timedelta

from sqlalchemy import delete, update

from bot.domains import DOMAINS, lines_of
from bot.features.attention.unsent import Unsent
from bot.rules.attention.unsent import (
    ON_A_PAGE,
    HeldNoMore,
    HeldSentNow,
    HeldStopped,
    ReasonCount,
    UnsentCount,
    UnsentPolicy,
)
from bot.rules.attention.why import About
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.backup import drop_overdue
from bot.store.engine.db import Database
from bot.store.messages import departures
from bot.store.messages.payloads import SAY
from bot.store.tables import Outbox
from bot.store.tables.attention import Verdict
from tests.features.attention.verdicts import add_verdict
from tests.features.scene import NOON, OWNER, Causes, act_of, fan, offer, query, shop, undo

A_DAY = timedelta(days=1)
NINE_HOURS = timedelta(hours=9)
TODAY = date(2026, 11, 2)


def log_of(db: Database) -> Unsent:
    """The owner's log."""
    return Unsent(db, lines_of(DOMAINS), UnsentPolicy())


async def test_counts_by_day(db: Database) -> None:
    """Seven local days, the newest first, each with its reasons; what was sent and other shops' are left out."""
    place, there = await shop(db), await shop(db, fan(9), -1009)
    now = NOON + 6 * A_DAY
    for ruling, reason, days in (
        (Ruling.DROP, Reason.NO_CONSENT, 0),
        (Ruling.DROP, Reason.NO_CONSENT, 0),
        (Ruling.FOLD, Reason.GAP, 0),
        (Ruling.DROP, Reason.TOO_LATE, 6),
        (Ruling.SEND, Reason.WITHIN, 6),
        (Ruling.DROP, Reason.TOO_LATE, -1),
    ):
        await add_verdict(db, place, ruling, reason, at=NOON + days * A_DAY)
    await add_verdict(db, there, Ruling.DROP, Reason.NIGHT, chat_id=-1009)
    week = await log_of(db).week(place, now)
    assert week.days == (
        UnsentCount(TODAY + 6 * A_DAY, 1, (ReasonCount(Reason.TOO_LATE, 1),)),
        UnsentCount(TODAY, 3, (ReasonCount(Reason.NO_CONSENT, 2), ReasonCount(Reason.GAP, 1))),
    )
    assert week.held == ()


async def test_days_are_the_shops(db: Database) -> None:
    """Half past midnight in Seoul is the new day, though it is yesterday in London."""
    place = await shop(db)
    await add_verdict(db, place, Ruling.DROP, Reason.GAP, at=datetime.fromisoformat("2026-11-02T15:30:00+00:00"))
    week = await log_of(db).week(place, NOON + A_DAY)
    assert [one.day for one in week.days] == [date(2026, 11, 3)]


async def test_a_day_in_words(db: Database, causes: Causes) -> None:
    """What several rooms and fans missed of one thing for one reason is one line with its title; pages turn."""
    place = await shop(db)
    drop, _ = await offer(db, place, NewCampaign("Silk scarf", 3), causes.next())
    for chat_id in (-1001, -1002, 101):
        await add_verdict(db, place, Ruling.FOLD, Reason.MOST, subject_id=drop, chat_id=chat_id)
    for number in range(ON_A_PAGE):
        await add_verdict(db, place, Ruling.DROP, Reason.TOO_LATE, kind="morning", subject_id=100 + number)
    first = await log_of(db).day(place, TODAY, 1, NOON)
    assert (first.page, first.pages, len(first.lines)) == (1, 2, ON_A_PAGE)
    (line,) = (await log_of(db).day(place, TODAY, 2, NOON)).lines
    assert line.about == About("drop", "Silk scarf")
    assert (line.rooms, line.fans, line.ruling, line.reason) == (2, 1, Ruling.FOLD, Reason.MOST)
    assert (await log_of(db).day(place, TODAY, 99, NOON)).page == 2
    assert (await log_of(db).day(place, TODAY - A_DAY, 1, NOON)).lines == ()


async def test_what_could_not_leave_in_time(db: Database) -> None:
    """The bot was away until its time was over: the log says so on the local day on which it was given up."""
    place = await shop(db)
    await add_verdict(db, place, Ruling.WAITING, None, waits=True)
    await db.write(lambda tx: tx.execute(update(Outbox).values(not_after=NOON)))
    await db.write(departures.expire, NOON + timedelta(hours=13))
    week = await log_of(db).week(place, NOON + timedelta(hours=13))
    assert week.days == (UnsentCount(TODAY + A_DAY, 1, (ReasonCount(Reason.TOO_LATE, 1),)),)


async def test_what_a_restored_backup_gives_up(db: Database) -> None:
    """What was due before the restore isn't sent, and the log of that day says so."""
    place = await shop(db)
    await add_verdict(db, place, Ruling.WAITING, None, waits=True)
    await db.write(lambda tx: tx.execute(update(Outbox).values(act=SAY)))
    assert await db.write(drop_overdue, NOON + timedelta(hours=13)) == 1
    week = await log_of(db).week(place, NOON + timedelta(hours=13))
    assert week.days == (UnsentCount(TODAY + A_DAY, 1, (ReasonCount(Reason.TOO_LATE, 1),)),)


async def test_held_and_sent_now(db: Database, causes: Causes) -> None:
    """Pressed, what is held in all rooms falls due as if staff had typed it; pressed again by the update, the same."""
    place = await shop(db)
    drop, _ = await offer(db, place, NewCampaign("Silk scarf", 3), causes.next())
    await db.write(lambda tx: tx.execute(delete(Outbox)))
    await db.write(lambda tx: tx.execute(delete(Verdict)))
    ids = [
        await add_verdict(db, place, Ruling.HOLD, Reason.GAP, waits=True, subject_id=drop, chat_id=chat)
        for chat in (-1001, -1002)
    ]
    other = await add_verdict(db, place, Ruling.HOLD, Reason.GAP, waits=True, subject_id=drop + 1)
    held = (await log_of(db).week(place, NOON)).held
    assert [(line.rooms, line.until) for line in held] == [(2, NOON + NINE_HOURS), (1, NOON + NINE_HOURS)]
    act = act_of(place, cause=causes.next())
    sent = await log_of(db).send_now(act, ids[1])
    assert sent == HeldSentNow(place.community_id, About("drop", "Silk scarf"), 2)
    assert await log_of(db).send_now(act, ids[1]) == sent
    assert await query(db, "SELECT count(*) FROM verdict WHERE by_staff") == [(2,)]
    due = await query(db, "SELECT due_at = made_at FROM outbox WHERE verdict_id <> :other", other=other)
    assert [bool(one) for (one,) in due] == [True, True]


async def test_held_and_stopped(db: Database, causes: Causes) -> None:
    """Taken back, it isn't sent and the log says who did it; undone, it waits for the budget again."""
    place = await shop(db)
    held = await add_verdict(db, place, Ruling.HOLD, Reason.GAP, waits=True)
    stopped = await log_of(db).stop(act_of(place, cause=causes.next()), held)
    assert isinstance(stopped, HeldStopped)
    assert await query(db, "SELECT state FROM outbox") == [("expired",)]
    assert await query(db, "SELECT ruling, reason FROM verdict") == [("drop", "cancelled")]
    assert isinstance(await log_of(db).stop(act_of(place, cause=causes.next()), held), HeldNoMore)
    assert isinstance(await undo(db, place, OWNER.user_id, NOON, causes.next(), stopped.audit_id), Undone)
    assert await query(db, "SELECT state, ruling FROM outbox JOIN verdict ON verdict.id = verdict_id") == [
        ("waiting", "waiting")
    ]


async def test_stopped_and_over(db: Database, causes: Causes) -> None:
    """What was taken back can't wait again once its time is over."""
    place = await shop(db)
    held = await add_verdict(db, place, Ruling.HOLD, Reason.GAP, waits=True)
    stopped = await log_of(db).stop(act_of(place, cause=causes.next()), held)
    assert isinstance(stopped, HeldStopped)
    await db.write(lambda tx: tx.execute(update(Outbox).values(not_after=NOON)))
    later = NOON + timedelta(minutes=1)
    assert isinstance(await undo(db, place, OWNER.user_id, later, causes.next(), stopped.audit_id), TooLateToUndo)


async def test_what_cannot_be_pressed(db: Database, causes: Causes) -> None:
    """Another shop's, a fan's own, what was decided otherwise meanwhile, and nothing at all."""
    place, there = await shop(db), await shop(db, fan(9), -1009)
    for verdict in (
        await add_verdict(db, there, Ruling.HOLD, Reason.GAP, waits=True, chat_id=-1009),
        await add_verdict(db, place, Ruling.HOLD, Reason.FAN_DAY, waits=True, chat_id=101),
        await add_verdict(db, place, Ruling.SEND, Reason.WITHIN),
        9_999,
    ):
        assert await log_of(db).send_now(act_of(place, cause=causes.next()), verdict) == HeldNoMore(place.community_id)
        assert await log_of(db).stop(act_of(place, cause=causes.next()), verdict) == HeldNoMore(place.community_id)
    assert await query(db, "SELECT count(*) FROM outbox WHERE state <> 'waiting'") == [(0,)]


async def test_many_press_at_once(db: Database, causes: Causes) -> None:
    """Of ten who press *don't send* at the same moment one takes it back, the others hear that it is gone."""
    place = await shop(db)
    held = await add_verdict(db, place, Ruling.HOLD, Reason.GAP, waits=True)
    log = log_of(db)
    acts = [act_of(place, cause=causes.next()) for _ in range(10)]
    outcomes = await asyncio.gather(*(log.stop(act, held) for act in acts))
    assert sorted(type(one).__name__ for one in outcomes) == ["HeldNoMore"] * 9 + ["HeldStopped"]
    assert await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'held.stopped'") == [(1,)]
