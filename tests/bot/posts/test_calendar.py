"""The calendar as staff say and press it: a week filled by buttons, places changed, pauses, and what the group sees."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.bot.conftest import Play
from tests.bot.posts.saying import Desk
from tests.features.scene import query

USUAL = {"ko": "보통: 주 10개", "zh": "平常：一周 10 条", "en": "Usual: 10 a week"}
WEEK = {"ko": "앞으로 7일", "zh": "接下来七天", "en": "The next seven days"}
FILLED = {"ko": "보통의 한 주", "zh": "平常的一周", "en": "The usual week"}
NEXT = timedelta(hours=1)


async def jump(desk: Desk, instant: datetime) -> None:
    """Let the clock jump, and wait until what is due was done."""
    stage = desk.stage
    stage.telegram.clock.set(instant.timestamp())
    await stage.settled()
    await stage.app.jobs.tick()
    await stage.all_sent()


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_a_week_is_filled_by_two_taps(play_sqlite: Play, language: str) -> None:
    """`/calendar` and one tap: ten places with posts of the starter shelf; the first of them comes at its time."""
    desk = await Desk.open(play_sqlite, language)
    page = await desk.says("/calendar", WEEK[language])
    page = await desk.taps(page, USUAL[language], FILLED[language])
    filled = await query(
        desk.stage.app.db, "SELECT count(*), count(post_id) FROM posting WHERE kind = 'post' AND state = 'planned'"
    )
    ((places, posts),) = filled
    assert places >= 10
    assert posts == places
    ((due, title),) = await query(
        desk.stage.app.db,
        "SELECT due_at, post_id FROM posting WHERE kind = 'post' AND state = 'planned' ORDER BY due_at LIMIT 1",
    )
    assert title
    said = len(desk.room())
    at = datetime.fromisoformat(str(due)).replace(tzinfo=UTC)
    desk.who.says(desk.stage.group, "hello")
    await jump(desk, at + timedelta(seconds=1))
    assert await query(
        desk.stage.app.db, "SELECT state FROM posting WHERE post_id IS NOT NULL AND state <> 'planned'"
    ) == [("posted",)]
    assert len(desk.room()) == said + 1


async def test_the_set_up_ends_with_how_often_to_speak(play_sqlite: Play) -> None:
    """Done, then one tap: the week stands."""
    desk = await Desk.open(play_sqlite)
    panel = await desk.says("/setup", "Step 1")
    panel = await desk.taps(panel, "Done", "How often should I say something?")
    page = await desk.taps(panel, "Calm: 5 a week", "A calm week")
    assert "The next seven days" in page.text


async def test_a_place_is_swapped_pinned_skipped_and_moved(play_sqlite: Play) -> None:
    """By buttons alone; each change is told above the page, and the last one is undone by its button."""
    desk = await Desk.open(play_sqlite)
    page = await desk.says("/calendar", "The next seven days")
    page = await desk.taps(page, "Usual: 10 a week", "The usual week")
    ((due, wall),) = await query(
        desk.stage.app.db,
        "SELECT due_at, wall FROM posting WHERE kind = 'post' AND state = 'planned' ORDER BY due_at LIMIT 1 OFFSET 3",
    )
    assert due
    day = datetime.fromisoformat(wall)
    page = await desk.taps(page, f"{day:%a}", "Tap one to pin")
    line = next(button.text for button in page.buttons if f"{day:%-I:%M}" in button.text)
    page = await desk.taps(page, line, "Furthest behind")
    page = await desk.taps(page, "Swap", "Which one instead?")
    page = await desk.taps(page, page.buttons[0].text, "Chosen ✅")
    page = await desk.taps(page, "Unpin", "Unpinned")
    page = await desk.taps(page, "Pin", "Pinned")
    page = await desk.taps(page, "Move", "When should it go out")
    page = await desk.taps(page, page.buttons[0].text, "Moved, this once")
    page = await desk.taps(page, "Skip", "Skipped.")
    assert "Taken back" in await desk.toast(page, "Undo")
    states = await query(desk.stage.app.db, "SELECT state, pinned FROM posting WHERE moved_to IS NOT NULL")
    assert [(state, bool(pinned)) for state, pinned in states] == [("planned", True)]


async def test_slots_by_buttons_and_by_lines(play_sqlite: Play) -> None:
    """Days, a time, what fills it; then the same by one line, in three ways, and what can't be."""
    desk = await Desk.open(play_sqlite)
    page = await desk.says("/calendar", "The next seven days")
    page = await desk.taps(page, "Usual: 10 a week", "The usual week")
    page = await desk.taps(page, "Slots", "Slots of the week")
    page = await desk.taps(page, "Add a slot", "On which days?")
    page = await desk.taps(page, "Tue", "Now: Tue")
    page = await desk.taps(page, "Next", "At what time?")
    page = await desk.taps(page, "16:00", "What should go out?")
    page = await desk.taps(page, "Tips", "Added ✅")
    assert "Tue 16:00: Tips" in page.text
    page = await desk.taps(page, "✖️ Tue 16:00", "Taken out.")
    assert "Tue 16:00" not in page.text
    for line, answer in (
        ("/calendar add tue,thu 17:00 tips", "Tue Thu 17:00: Tips"),
        ("/calendar remove tue,thu 17:00", "✖️ Tue Thu 17:00: Tips"),
        ("/calendar add 0 11 * * 3 any", "Wed 11:00: any pillar"),
        ("/calendar add fri 10:00 /redpacket 1000 20", "/redpacket 1000 20"),
        ("/calendar add fri 10:10 tips", "too close to the slot at 10:00"),
        ("/calendar add fri 14:00 shoes", "I don't know the pillar shoes"),
        ("/calendar add fri 14:00 /redpacket many", "I still need shares"),
        ("/calendar add fri 14:00 /ban them", "I can't open"),
        ("/calendar add 0 25 * * * tips", "never comes up"),
        ("/calendar week=wild", "There's no wild week"),
        ("/calendar off sun", "Sun is a day off now"),
        ("/calendar on sun", "isn't a day off"),
        ("/calendar off someday", "as a day"),
        ("/pause 2h", "Paused until"),
        ("/resume", "Back on"),
        ("/resume", "Nothing is paused"),
        ("/pause promotions 2h", "Promotion is paused until"),
        ("/pause forever", "as a length of time"),
    ):
        await desk.says(line, answer)


async def test_pause_with_one_tap(play_sqlite: Play) -> None:
    """It holds at once; a length can be tapped after; then everything goes on."""
    desk = await Desk.open(play_sqlite)
    page = await desk.says("/calendar", "The next seven days")
    page = await desk.taps(page, "Usual: 10 a week", "The usual week")
    page = await desk.taps(page, "Pause", "Paused.")
    page = await desk.taps(page, "A day", "Paused until")
    page = await desk.taps(page, "Calendar", "Everything planned is paused until")
    assert "⏸ paused" in page.text
    page = await desk.taps(page, "Resume", "Back on")
    page = await desk.taps(page, "Calendar", "The next seven days")
    page = await desk.taps(page, "Days off", "Days off")
    page = await desk.taps(page, "Sun", "Day off ✅")
    assert "Always: Sun" in page.text


async def test_a_fan_cant(play_sqlite: Play) -> None:
    """Commands and forged presses of a fan change nothing."""
    desk = await Desk.open(play_sqlite)
    await desk.says("/calendar", "The next seven days")
    fan = desk.stage.fan("Ana", "en")
    whisper = await desk.stage.ask(fan, "/pause")
    assert "staff" in whisper.text.lower()
    assert await query(desk.stage.app.db, "SELECT paused_at FROM week") == [(None,)]


async def test_an_activity_comes_at_its_time(play_sqlite: Play) -> None:
    """A packet that was prepared hangs in the group as if staff had opened it."""
    desk = await Desk.open(play_sqlite)
    at = desk.stage.app.clock.now()
    local = at.astimezone(UTC) + timedelta(minutes=45)
    await desk.stage.ask(desk.who, "/setup timezone=UTC morning=off")
    await desk.says(f"/calendar add daily {local:%H:%M} /redpacket 1000 20", "/redpacket 1000 20")
    await jump(desk, local.replace(second=0, microsecond=0) + timedelta(seconds=1))
    assert await query(desk.stage.app.db, "SELECT coins, shares FROM packet") == [(1000, 20)]
    assert await query(
        desk.stage.app.db, "SELECT state FROM posting WHERE kind = 'activity' AND state <> 'planned'"
    ) == [("posted",)]
