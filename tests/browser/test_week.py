"""An owner fills a week from the starter shelf by buttons alone and reads why a post waits; a fan asks why one came."""

import asyncio
import re
import time

from playwright.async_api import Locator, expect

from tests.browser.page import PATIENCE, Visit

MOST_TAPS = 5
MOST_SECONDS = 180.0
MOST_WAIT = 60.0
"""Seconds in which a busy machine judges a post that is due."""
PLANNED = re.compile(r"\d+:\d\d [AP]M (?!☀)")
"""A line of the calendar that isn't the morning card."""


async def test_next_week_by_buttons_alone(visit: Visit) -> None:
    """From the panel to a planned week within five taps and three minutes; each says why it was picked."""
    await visit.be("owner")
    await visit.open_bot()
    await visit.says("/admin")
    await expect(visit.messages("What shall we do?")).to_be_visible()
    began = time.monotonic()

    await visit.tap("📝 Posts")
    await expect(visit.button("Say something")).to_be_visible()
    await visit.tap("The week's calendar")
    await expect(visit.messages("No posts are planned yet")).to_be_visible()
    await visit.tap("Usual: 10 a week")

    week = visit.messages("The usual week ✅ 10 posts")
    await expect(week).to_be_visible()
    assert time.monotonic() - began < MOST_SECONDS
    assert len(visit.tapped) <= MOST_TAPS
    told = await week.inner_text()
    assert len(PLANNED.findall(told)) == 9  # today's noon, the tenth, is over
    assert "Tips 0%, aiming for 25%" in told
    await expect(visit.next_event).to_contain_text(re.compile("Countdown|live ends"), timeout=2 * PATIENCE)


async def test_why_a_post_waits_and_why_it_came(visit: Visit) -> None:
    """A post near the drop of a moment ago waits: calendar and log say until when. A fan asks of one that came."""
    await visit.be("owner")
    await visit.open_bot()
    await visit.says("/calendar week=usual")
    await expect(visit.messages("10 posts a week")).to_be_visible()
    await until_next(visit, "Countdown")
    await visit.jump("next")

    log = await told_of_a_wait(visit)
    await expect(log).to_contain_text("until tonight at 20:22: too soon after the last promotion")
    await visit.says("/calendar")
    await expect(visit.messages("waits until 8:22 PM: too soon after the last")).to_be_visible()

    await visit.be("fan")
    await visit.open_group()
    await visit.reply_to("Packing day", "/why")
    await expect(visit.whispers("the staff sent this one")).to_contain_text("Packing day")


async def told_of_a_wait(visit: Visit) -> Locator:
    """Ask what wasn't sent until the log names something that waits: the post is judged some time after the jump."""
    waiting = visit.messages("Waiting now")
    asked, until = 0, time.monotonic() + MOST_WAIT
    while not await waiting.count() and time.monotonic() < until:
        asked += 1
        await visit.says("/why")
        await expect(visit.messages("What wasn't sent")).to_have_count(asked, timeout=2 * PATIENCE)
        await asyncio.sleep(1)
    return waiting.last


async def until_next(visit: Visit, title: str) -> None:
    """Wait until the clock's next event has this title."""
    await expect(visit.next_event).to_contain_text(title, timeout=2 * PATIENCE)
