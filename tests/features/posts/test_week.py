"""The week on both databases: planned as rows, filled once, moved with zones and clocks, changed and undone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.features.posts.clock import next_due
from bot.features.posts.fill import Prepared, Wanted, fill_posting
from bot.features.posts.plan import plan_week
from bot.features.posts.slots import NewSlot
from bot.features.posts.week import skip as skip_case
from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posting import Content
from bot.rules.posts.ready_weeks import Pace
from bot.rules.posts.slot_pages import SlotsChanged, SlotTooMany, SlotTooNear
from bot.rules.posts.slots import as_wall
from bot.rules.posts.week import MoveNotFree, PostingGone, PostingShown
from bot.rules.slots import PostingState, SlotKind, Why
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import FanGroup
from bot.store.tables.posts import Post, Week
from tests.features.calendars import FAULTY
from tests.features.posts.weeks import ShopsWeek
from tests.features.scene import NOON, OWNER, Causes, query, undo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TONIGHT = NOON + 8 * HOUR
"""Eight in the evening of the first Monday, Seoul."""
EVENINGS = "0 20 * * *"


@pytest.fixture
async def week(db: Database, causes: Causes) -> ShopsWeek:
    """A week of posts at eight in the evening."""
    week = await ShopsWeek.open(db, causes)
    await week.slot(EVENINGS)
    return week


async def test_seven_days_are_planned_as_rows(week: ShopsWeek) -> None:
    """A row for each evening of the next seven days, keyed by the wall clock's time; a second run adds none."""
    await week.has(*["tips"] * 10)
    await week.clock.run_due(NOON)
    rows = await week.rows()
    assert [row.wall for row in rows] == [f"2026-11-{day:02d}T20:00" for day in range(2, 10)]
    assert len({row.post_id for row in rows}) == len(rows)
    await week.clock.run_due(NOON)
    assert [row.id for row in await week.rows()] == [row.id for row in rows]


async def test_a_post_is_sent_once_at_its_time(week: ShopsWeek) -> None:
    """Not before, then in every room, and never again whatever comes back."""
    (post,) = await week.has("tips")
    await week.clock.run_due(TONIGHT - timedelta(seconds=1))
    assert await week.sendings() == []
    for late in (0, 0, 1, 30, 59):
        await week.clock.run_due(TONIGHT + timedelta(minutes=late))
    (sending,) = await week.sendings()
    assert (sending.post_id, sending.pillar, sending.by_staff) == (post, "tips", False)
    assert sending.not_after == TONIGHT + HOUR
    assert (await week.promised())["share_post"] == 1
    (row,) = await week.rows(PostingState.POSTED)
    assert (row.id, row.reason) == (sending.posting_id, Why.SHARE)


async def test_two_at_once_fill_it_once(week: ShopsWeek) -> None:
    """Two clocks that find the same slot due send one post."""
    await week.has("tips")
    await week.clock.run_due(NOON)
    await asyncio.gather(*(week.clock.run_due(TONIGHT) for _ in range(4)))
    assert len(await week.sendings()) == 1


async def test_what_was_rendered_for_another_post_is_not_sent(week: ShopsWeek) -> None:
    """The pick changes while its post is rendered: the transaction asks for the new one."""
    first, second = await week.has("tips", "tips")
    await week.clock.run_due(NOON)
    (row, *_) = await week.rows()
    policies = week.policies
    wanted = await week.db.write(fill_posting, row.id or 0, None, frozenset(), TONIGHT, policies)
    assert isinstance(wanted, Wanted)
    other = second if wanted.post_id == first else first
    await week.db.write(
        lambda tx: tx.execute(update(Post).where(col(Post.id) == wanted.post_id).values(on_shelf=False))
    )
    prepared = Prepared(wanted, Content("rendered"))
    again = await week.db.write(fill_posting, row.id or 0, prepared, frozenset(), TONIGHT, policies)
    assert isinstance(again, Wanted)
    assert again.post_id == other
    assert await week.sendings() == []


async def test_an_hour_late_is_too_late(week: ShopsWeek) -> None:
    """After sixty minutes away a slot expires with its reason, and the next one is filled."""
    await week.has("tips", "arrivals")
    await week.clock.run_due(NOON)
    await week.clock.run_due(TONIGHT + timedelta(minutes=61))
    (row,) = await week.rows(PostingState.EXPIRED)
    assert (row.wall, row.reason) == ("2026-11-02T20:00", Why.TOO_LATE)
    await week.clock.run_due(TONIGHT + DAY)
    assert len(await week.sendings()) == 1


async def test_an_empty_shelf_is_skipped_with_its_reason_and_the_owner_hears_it_once_a_week(week: ShopsWeek) -> None:
    """A week before, once a week; the slots stay empty and say why."""
    await week.has("tips")
    await week.run(NOON, NOON + 5 * DAY)
    rows = await week.rows(PostingState.SKIPPED)
    assert {row.reason for row in rows} == {Why.USED_UP}
    told = await query(week.db, "SELECT count(*) FROM outbox WHERE key LIKE 'shelf:%'")
    assert told == [(1,)]
    await week.run(NOON + 5 * DAY, NOON + 9 * DAY)
    assert await query(week.db, "SELECT count(*) FROM outbox WHERE key LIKE 'shelf:%'") == [(2,)]


async def test_shares_are_kept_over_four_weeks(week: ShopsWeek) -> None:
    """Thirty-five evenings: each pillar is within one post of its share of the last 28 days."""
    await week.has(*[pillar for pillar in SHARES_AT_FIRST for _ in range(9)])
    await week.run(NOON, NOON + 35 * DAY)
    sent = [one for one in await week.sendings() if one.due_at > NOON + 7 * DAY]
    assert len(sent) == 28
    for pillar, share in SHARES_AT_FIRST.items():
        assert abs(sum(1 for one in sent if one.pillar == pillar) - share * len(sent) / 100) <= 1


async def test_the_same_seed_picks_the_same(week: ShopsWeek) -> None:
    """Another seed may pick otherwise; the same one doesn't."""
    await week.has(*["tips"] * 20)
    first = [row.post_id for row in await planned_with(week, 1)]
    assert [row.post_id for row in await planned_with(week, 1)] == first
    assert [row.post_id for row in await planned_with(week, 2)] != first


async def planned_with(week: ShopsWeek, seed: int) -> list[Any]:
    """What is planned with a seed."""
    await week.db.write(lambda tx: tx.execute(update(Week).values(seed=seed)))
    await week.db.write(plan_week, week.place.community_id, NOON, week.policies.calendar)
    return await week.rows()


@pytest.mark.parametrize(
    ("timezone", "begin", "expected"),
    [
        pytest.param(
            "Europe/London",
            datetime(2026, 3, 27, 12, tzinfo=UTC),
            ["2026-03-27 20:00", "2026-03-28 20:00", "2026-03-29 19:00", "2026-03-30 19:00"],
            id="London into summer time",
        ),
        pytest.param(
            "Australia/Sydney",
            datetime(2026, 4, 3, 0, tzinfo=UTC),
            ["2026-04-03 09:00", "2026-04-04 09:00", "2026-04-05 10:00", "2026-04-06 10:00"],
            id="Sydney out of it",
        ),
        pytest.param(
            "Asia/Seoul",
            datetime(2026, 3, 27, 0, tzinfo=UTC),
            ["2026-03-27 11:00", "2026-03-28 11:00", "2026-03-29 11:00", "2026-03-30 11:00"],
            id="Seoul, which has none",
        ),
    ],
)
async def test_eight_stays_eight_where_the_clocks_change(
    db: Database, causes: Causes, timezone: str, begin: datetime, expected: list[str]
) -> None:
    """Planned before the change, sent at eight by the shop's clock after it, once each."""
    week = await ShopsWeek.open(db, causes)
    await week.move_to(timezone, begin)
    await week.slot(EVENINGS, at=begin)
    await week.has(*["tips"] * 20, at=begin)
    await week.run(begin, begin + 4 * DAY)
    assert [f"{one.due_at:%Y-%m-%d %H:%M}" for one in await week.sendings()][:4] == expected


async def test_a_change_of_zone_moves_what_is_planned(week: ShopsWeek) -> None:
    """From Seoul to London: tonight's eight o'clock comes nine hours later, and nothing comes twice."""
    await week.has(*["tips"] * 20)
    await week.clock.run_due(NOON)
    ids = {row.wall: row.id for row in await week.rows()}
    await week.move_to("Europe/London", NOON + HOUR)
    await week.run(NOON + HOUR, NOON + 3 * DAY)
    sent = await week.sendings()
    assert [f"{one.due_at:%d %H:%M}" for one in sent] == ["02 20:00", "03 20:00", "04 20:00"]
    assert sent[0].posting_id == ids["2026-11-02T20:00"]


async def test_a_zone_that_changes_just_before_its_time(week: ShopsWeek) -> None:
    """The clock holds a row due that isn't any more: the transaction looks at the zone again."""
    await week.has("tips")
    await week.clock.run_due(NOON)
    (row, *_) = await week.rows()
    await week.move_to("Europe/London", TONIGHT)
    found = await week.db.write(fill_posting, row.id or 0, None, frozenset(), TONIGHT, week.policies)
    assert found is None
    assert await week.sendings() == []


async def test_a_faulty_template_gives_its_place_to_another(week: ShopsWeek) -> None:
    """Its post isn't sent, another one is; with no other it is tried again until an hour has passed."""
    faulty = await week.has("tips", text=FAULTY)
    await week.clock.run_due(TONIGHT)
    assert await week.sendings() == []
    good = await week.has("tips", at=TONIGHT)
    await week.clock.run_due(TONIGHT + timedelta(minutes=6))
    assert [one.post_id for one in await week.sendings()] == good
    await week.run(TONIGHT + HOUR, TONIGHT + DAY + 2 * HOUR)
    (row,) = await week.rows(PostingState.EXPIRED)
    assert row.reason == Why.BROKEN
    assert faulty


# What staff do.


async def test_swapped_pinned_skipped_moved_and_each_undone(week: ShopsWeek) -> None:
    """Every change is kept through planning, is in the log, and is taken back by its entry."""
    posts = await week.has(*["tips"] * 12)
    await week.clock.run_due(NOON)
    (row, *_) = await week.rows()
    row_id, spare = row.id or 0, posts[-1]
    taken = await week.weeks.take(week.act(), row_id, spare)
    assert isinstance(taken, PostingShown)
    assert (taken.line.pinned, taken.line.why) == (True, Why.PINNED)
    assert taken.done is not None
    skipped = await week.weeks.skip(week.act(), row_id, on=True)
    assert isinstance(skipped, PostingShown)
    assert skipped.line.why == Why.BY_YOU
    await week.clock.run_due(NOON + HOUR)
    assert [one.state for one in await week.rows() if one.id == row_id] == [PostingState.SKIPPED]
    back = await week.weeks.skip(week.act(), row_id, on=False)
    assert isinstance(back, PostingShown)
    moved = await week.weeks.move(week.act(), row_id, as_wall("2026-11-02T18:00"))
    assert isinstance(moved, PostingShown)
    assert moved.line.at == NOON + 6 * HOUR
    await week.clock.run_due(NOON + 2 * HOUR)
    for done in (moved.done, back.done, skipped.done, taken.done):
        assert done is not None
        outcome = await undo(week.db, week.place, OWNER.user_id, NOON + 2 * HOUR, week.causes.next(), done.audit_id)
        assert type(outcome).__name__ == "Undone", outcome
    await week.clock.run_due(NOON + 3 * HOUR)
    (line, *_) = await week.lines(NOON + 3 * HOUR)
    assert (line.at, line.pinned, line.state, line.why) == (TONIGHT, False, PostingState.PLANNED, Why.SHARE)


async def test_a_moved_post_comes_at_its_new_time_only(week: ShopsWeek) -> None:
    """It comes at six, not again at eight, and a plan in between leaves it there."""
    await week.has(*["tips"] * 12)
    await week.clock.run_due(NOON)
    (row, *_) = await week.rows()
    await week.weeks.move(week.act(), row.id or 0, as_wall("2026-11-02T18:00"))
    await week.run(NOON + HOUR, TONIGHT + HOUR)
    assert [one.due_at for one in await week.sendings()] == [NOON + 6 * HOUR]


async def test_where_a_slot_cant_be_moved(week: ShopsWeek) -> None:
    """Not into the past, not near another one."""
    await week.slot("0 18 * * *")
    await week.has(*["tips"] * 20)
    await week.clock.run_due(NOON)
    row = next(row for row in await week.rows() if row.wall.endswith("20:00"))
    for wall, minutes in ((as_wall("2026-11-02T18:20"), 30), (as_wall("2026-11-02T11:00"), 0)):
        outcome = await week.weeks.move(week.act(), row.id or 0, wall)
        assert isinstance(outcome, MoveNotFree)
        assert outcome.minutes == minutes


async def test_a_press_that_comes_again_acts_once(week: ShopsWeek) -> None:
    """The same update skips once, and hears the same."""
    await week.has("tips")
    await week.clock.run_due(NOON)
    (row, *_) = await week.rows()
    act = week.act()
    first = await week.weeks.skip(act, row.id or 0, on=True)
    assert await week.weeks.skip(act, row.id or 0, on=True) == first
    assert await query(week.db, "SELECT count(*) FROM audit_entry WHERE act = 'posting.changed'") == [(1,)]


async def test_what_is_over_cant_be_changed(week: ShopsWeek) -> None:
    """A slot whose time has come, another shop's, one that never was."""
    await week.has("tips")
    await week.clock.run_due(TONIGHT)
    (row,) = await week.rows(PostingState.POSTED)
    for posting_id in (row.id or 0, 4711):
        assert await week.weeks.skip(week.act(TONIGHT + HOUR), posting_id, on=True) == PostingGone()
        assert await week.weeks.pin(week.act(TONIGHT + HOUR), posting_id, on=True) == PostingGone()
        assert await week.weeks.take(week.act(TONIGHT + HOUR), posting_id, 1) == PostingGone()


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
