"""The week on both databases: its slots, pauses and days off, activities, and rooms that are quiet or gone."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import update

from bot.features.posts.clock import next_due
from bot.features.posts.slots import NewSlot
from bot.features.posts.week import skip as skip_case
from bot.rules.posts.ready_weeks import Pace
from bot.rules.posts.slot_pages import SlotsChanged, SlotTooMany, SlotTooNear
from bot.rules.posts.week import PostingGone
from bot.rules.slots import PostingState, SlotKind, Why
from bot.store.engine.sessions import Tx
from bot.store.tables import FanGroup
from tests.features.posts.weeks import ShopsWeek
from tests.features.scene import NOON, OWNER, query, undo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TONIGHT = NOON + 8 * HOUR
"""Eight in the evening of the first Monday, Seoul."""
EVENINGS = "0 20 * * *"


async def test_slots_have_room_between_them(week: ShopsWeek) -> None:
    """Nearer than thirty minutes, also across midnight and the week's end, and more than thirty a week are refused."""

    async def add(cron: str) -> Any:
        return await week.slots.add(week.act(), slot_of(cron))

    near = await add("20 20 * * 3")
    assert isinstance(near, SlotTooNear)
    assert (near.clock, near.other, near.weekday) == ("20:20", "20:00", 3)
    assert isinstance(await add("0 10 * * *"), SlotsChanged)
    assert isinstance(await add("50 23 * * 0"), SlotsChanged)
    assert isinstance(await add("10 0 * * 1"), SlotTooNear)
    many = await add("0 12-16 * * 1,2,3,4")
    assert isinstance(many, SlotTooMany)
    assert many.times == 35


def slot_of(cron: str) -> Any:
    """A slot that any pillar fills."""
    return NewSlot(SlotKind.POST, cron)


async def test_a_ready_week_fills_itself_and_is_undone(week: ShopsWeek) -> None:
    """Five, ten and eighteen posts from the starter shelf; one undo brings the slots of before back."""
    changed = None
    for pace, times in ((Pace.CALM, 5), (Pace.USUAL, 10), (Pace.BUSY, 18)):
        changed = await week.slots.choose(week.act(), pace)
        assert (changed.pace, changed.times) == (pace, times)
        lines = [line for line in await week.lines(NOON) if line.open]
        assert lines
        assert all(line.title for line in lines)
    assert await query(week.db, "SELECT count(*) FROM post") == [(40,)]
    outcome = await undo(
        week.db, week.place, OWNER.user_id, NOON, week.causes.next(), changed.audit_id if changed else None
    )
    assert type(outcome).__name__ == "Undone"
    shown = await week.slots.show(week.place)
    assert shown.times == 10


async def test_no_day_of_a_ready_week_has_more_than_three_promotions(week: ShopsWeek) -> None:
    """The morning card counted, with ninety minutes between them, and none in quiet hours."""
    await week.slots.add(week.act(), morning())
    for pace in Pace:
        await week.slots.choose(week.act(), pace)
        await week.clock.run_due(NOON)
        walls = sorted(datetime.fromisoformat(row.wall) for row in await week.rows(PostingState.PLANNED))
        by_day: dict[Any, list[datetime]] = {}
        for wall in walls:
            by_day.setdefault(wall.date(), []).append(wall)
        for times in by_day.values():
            assert len(times) <= 3
            assert all(9 <= at.hour < 21 for at in times)
            assert all(b - a >= timedelta(minutes=90) for a, b in pairwise(times))


def morning() -> Any:
    """The morning slot at nine."""
    return NewSlot(SlotKind.MORNING, "0 9 * * *")


async def test_a_pause_skips_and_ends(week: ShopsWeek) -> None:
    """What falls into it is skipped with its reason; after it everything goes on by itself."""
    await week.has(*["tips"] * 12)
    changed = await week.pauses.pause(week.act(), NOON + 30 * HOUR)
    assert changed.what == "paused"
    (line, _, third, *_) = await week.lines(NOON)
    assert (line.why, third.why) == (Why.PAUSED, Why.SHARE)
    await week.run(NOON, NOON + 3 * DAY)
    assert [row.reason for row in await week.rows(PostingState.SKIPPED)] == [Why.PAUSED]
    assert len(await week.sendings()) == 2


async def test_a_pause_without_an_end_and_resume(week: ShopsWeek) -> None:
    """It holds until somebody says otherwise; `/resume` twice says that nothing was paused."""
    await week.has(*["tips"] * 12)
    await week.pauses.pause(week.act(), None)
    assert (await week.pauses.pause(week.act(), None)).what == "already"
    await week.run(NOON, NOON + 3 * DAY)
    assert await week.sendings() == []
    assert (await week.pauses.resume(week.act(NOON + 3 * DAY))).what == "resumed"
    assert (await week.pauses.resume(week.act(NOON + 3 * DAY))).what == "running"
    await week.run(NOON + 3 * DAY, NOON + 4 * DAY)
    assert len(await week.sendings()) == 1


async def test_a_pause_of_promotion_holds_planned_posts_too(week: ShopsWeek) -> None:
    """Planned posts are promotion."""
    await week.has("tips", "tips")
    await week.pauses.pause_promotions(week.act(), NOON + DAY)
    await week.run(NOON, NOON + DAY)
    assert [row.reason for row in await week.rows(PostingState.SKIPPED)] == [Why.PAUSED]


@pytest.mark.parametrize("day", ["2026-11-03", "2"])
async def test_a_day_off(week: ShopsWeek, day: str) -> None:
    """By date or by weekday; pressed again it is none, and the undo puts it back."""
    await week.has(*["tips"] * 12)
    off = await week.pauses.day_off(week.act(), day)
    assert off.what == "off"
    lines = await week.lines(NOON)
    assert [line.why for line in lines[:3]] == [Why.SHARE, Why.DAY_OFF, Why.SHARE]
    outcome = await undo(week.db, week.place, OWNER.user_id, NOON, week.causes.next(), off.audit_id)
    assert type(outcome).__name__ == "Undone"
    assert [line.why for line in await week.lines(NOON)][1] == Why.SHARE
    assert (await week.pauses.day_off(week.act(), day)).what == "off"
    assert (await week.pauses.day_off(week.act(), day)).what == "on"


async def test_an_activity_is_opened_in_the_owners_name_once(week: ShopsWeek) -> None:
    """By its line and under one cause, as an operator would, and not as if a person typed it now."""
    await week.slot("0 18 * * *", command="/redpacket 1000 20")
    await week.run(NOON, NOON + 7 * HOUR)
    ((act, line),) = week.opens.acts
    assert line == "/redpacket 1000 20"
    assert (act.actor_id, act.role.value, act.by_clock) == (week.place.owner_id, "operator", True)
    (row,) = [one for one in await week.rows(PostingState.POSTED) if one.kind == SlotKind.ACTIVITY]
    assert act.cause == f"posting:{row.id}"


async def test_an_activity_that_is_refused_says_so(week: ShopsWeek) -> None:
    """It stays closed, with the reason in the calendar."""
    week.opens.refuses = True
    await week.slot("0 18 * * *", command="/redpacket 1000 20")
    await week.run(NOON, NOON + 7 * HOUR)
    (row,) = [one for one in await week.rows(PostingState.SKIPPED) if one.kind == SlotKind.ACTIVITY]
    assert row.reason == Why.REFUSED


async def test_an_activity_that_is_worn_out_isnt_opened(week: ShopsWeek) -> None:
    """Packets rest in every room, so the calendar opens none and says why; a raffle is opened all the same."""
    await week.slot("0 18 * * *", command="/redpacket 1000 20")
    await week.slot("0 19 * * *", command="/newraffle prize=Scarf winners=1 closes=+1h")
    await week.wears_out("packet", NOON)
    await week.run(NOON, NOON + 8 * HOUR)
    (row,) = [one for one in await week.rows(PostingState.SKIPPED) if one.kind == SlotKind.ACTIVITY]
    assert row.reason == Why.WORN_OUT
    assert [line.partition(" ")[0] for _, line in week.opens.acts] == ["/newraffle"]


async def test_a_kill_between_opening_and_the_mark_opens_it_again_under_its_cause(week: ShopsWeek) -> None:
    """The use case knows its cause, so the second call opens nothing; the calendar is marked then."""
    await week.slot("0 18 * * *", command="/redpacket 1000 20")
    await week.clock.run_due(NOON)

    week.opens.killed = True
    with pytest.raises(asyncio.CancelledError):
        await week.clock.run_due(NOON + 6 * HOUR)
    week.opens.killed = False
    await week.clock.run_due(NOON + 6 * HOUR)
    assert len({act.cause for act, _ in week.opens.acts}) == 1
    assert len([row for row in await week.rows(PostingState.POSTED) if row.kind == SlotKind.ACTIVITY]) == 1


async def test_a_quiet_room_gets_edits_twice_and_then_nothing(week: ShopsWeek) -> None:
    """Nobody is heard after the first post: two take its place, the next is skipped; then somebody writes."""
    await week.has(*["tips"] * 12)
    await week.heard(NOON)
    for number in range(5):
        await week.clock.run_due(TONIGHT + number * DAY)
        await week.deliver(TONIGHT + number * DAY)
    states = [(row.state, row.reason) for row in await week.rows() if row.due_at <= TONIGHT + 4 * DAY]
    assert states == [("posted", "share")] * 3 + [("skipped", "quiet")] * 2
    copies = await query(week.db, "SELECT message_id FROM post_copy ORDER BY id")
    assert len(copies) == 3
    assert len(set(copies)) == 1
    await week.heard(TONIGHT + 4 * DAY + HOUR)
    await week.clock.run_due(TONIGHT + 5 * DAY)
    assert len(await week.sendings()) == 4


async def test_a_poll_isnt_sent_into_a_quiet_room(week: ShopsWeek) -> None:
    """Only words take the place of words."""
    await week.has("tips")
    await week.heard(NOON)
    await week.clock.run_due(TONIGHT)
    await week.deliver(TONIGHT)
    await week.has("questions", poll=True, at=TONIGHT)
    await week.clock.run_due(TONIGHT + DAY)
    assert [row.reason for row in await week.rows(PostingState.SKIPPED)] == [Why.QUIET]


async def test_in_no_room(week: ShopsWeek) -> None:
    """The bot was removed everywhere: skipped, with the reason."""
    await week.has("tips")
    await week.db.write(lambda tx: tx.execute(update(FanGroup).values(left_at=NOON)))
    await week.clock.run_due(TONIGHT)
    assert [row.reason for row in await week.rows(PostingState.SKIPPED)] == [Why.NO_ROOM]


async def test_an_error_is_tried_again_and_other_slots_go_on(week: ShopsWeek, monkeypatch: pytest.MonkeyPatch) -> None:
    """One slot fails: it is tried again after five minutes, and expires with its reason after an hour."""
    await week.has("tips")
    await week.clock.run_due(NOON)

    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.features.posts.fill.begin_sending", fails)
    await week.clock.run_due(TONIGHT)
    (row, *_) = await week.rows()
    assert row.details["tried"] == Why.FAILED
    assert await week.db.read(next_due, TONIGHT) == TONIGHT + timedelta(minutes=5)
    await week.clock.run_due(TONIGHT + timedelta(minutes=61))
    (expired,) = await week.rows(PostingState.EXPIRED)
    assert expired.reason == Why.FAILED


async def test_a_slot_that_goes_takes_its_plan_along(week: ShopsWeek) -> None:
    """Taken out: nothing is planned for it any more; taken up again it is planned from then on."""
    await week.has("tips")
    await week.clock.run_due(NOON)
    (line,) = (await week.slots.show(week.place)).slots
    removed = await week.slots.remove(week.act(), line.id)
    assert isinstance(removed, SlotsChanged)
    assert await week.rows() == []
    again = await week.slots.add(week.act(NOON + 10 * HOUR), slot_of(EVENINGS))
    assert isinstance(again, SlotsChanged)
    assert again.added[0].id == line.id
    assert (await week.rows())[0].wall == "2026-11-03T20:00"


async def test_a_use_case_keeps_nothing_of_another_shop(week: ShopsWeek) -> None:
    """A place of this shop can't be changed by staff of another."""
    await week.has("tips")
    await week.clock.run_due(NOON)
    (row, *_) = await week.rows()
    there = replace(week.place, community_id=week.place.community_id + 1)
    act = replace(week.act(), place=there)

    def skip(tx: Tx) -> Any:
        return skip_case(tx, act, row.id or 0, week.policies.calendar, on=True)

    assert await week.db.write(skip) == PostingGone()
