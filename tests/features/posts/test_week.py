"""The week on both databases: planned as rows, filled once, moved with zones and clocks, changed and undone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from bot.features.posts.fill import Prepared, Wanted, fill_posting
from bot.features.posts.plan import plan_week
from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posting import Content
from bot.rules.posts.slots import as_wall
from bot.rules.posts.week import MoveNotFree, PostingGone, PostingShown
from bot.rules.slots import PostingState, Why
from bot.rules.verdicts import Reason, Ruling
from bot.store.engine.db import Database
from bot.store.tables.attention import Verdict
from bot.store.tables.posts import Post, Week
from tests.features.calendars import FAULTY
from tests.features.posts.weeks import ShopsWeek
from tests.features.scene import NOON, OWNER, Causes, query, undo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TONIGHT = NOON + 8 * HOUR
"""Eight in the evening of the first Monday, Seoul."""
EVENINGS = "0 20 * * *"


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


async def test_what_no_room_was_told_was_not_sent(week: ShopsWeek) -> None:
    """A post that the budget kept from all rooms counts for no share. It fills the next slot, and is no line then."""
    (post,) = await week.has("tips")
    await week.clock.run_due(TONIGHT)
    of_posts = col(Verdict.kind) == "post"
    folded = update(Verdict).where(of_posts).values(ruling=Ruling.FOLD, reason=Reason.GAP)
    rulings = select(col(Verdict.ruling)).where(of_posts).order_by(col(Verdict.id))
    await week.db.write(lambda tx: tx.execute(folded))
    await week.clock.run_due(TONIGHT + DAY)
    assert [sending.post_id for sending in await week.sendings()] == [post, post]
    assert await week.db.read(lambda session: session.execute(rulings).scalars().all()) == ["drop", "waiting"]
    await week.deliver(TONIGHT + DAY)
    await week.heard(TONIGHT + DAY + HOUR)
    await week.clock.run_due(TONIGHT + 2 * DAY)
    *_, first, second, third = await week.rows(PostingState.POSTED, PostingState.SKIPPED)
    assert [first.details["has"], second.details["has"], third.reason] == [0, 0, Why.USED_UP]


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
