"""The owner's first set-up, played in a demo that begins before the bot is in the group."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.demo import Demo
from tests.browser.page import PHONE, visiting


async def test_the_first_set_up(browser: Browser, demo_folder: Path) -> None:
    """On a phone, with taps and names alone: the bot is added, asks six questions, and the shop is open."""
    demo = Demo("en", demo_folder, "--empty").comes_up()
    try:
        async with visiting(browser, demo.url, size=PHONE) as visit:
            await visit.open_group()
            await visit.page.locator("[data-action=add-bot]").click()
            await expect(visit.page.locator("[data-action=add-bot]")).to_have_count(0)
            await visit.tap("set up in private")
            for tap, words in (("English", "Step 2 of 6"), ("London", "Step 3 of 6")):
                await visit.tap(tap)
                await expect(visit.messages(words)).to_be_visible()
            for name, words in (("Mina Silk", "Step 4 of 6"), ("Lumi", "Step 5 of 6"), ("petals", "Step 6 of 6")):
                await visit.says(name)
                await expect(visit.messages(words)).to_be_visible()
            await visit.tap("9:00")
            await visit.tap("Save")
            await expect(visit.messages("Mina Silk").last).to_be_visible()
            await visit.page.locator("[data-action=back]").click()
            done = visit.page.locator(".task[data-done=true]")
            await expect(done).to_have_count(2)
            await expect(done.first).to_contain_text("As Mina, add the bot")
        assert demo.stop() == 0
    finally:
        if demo.process.poll() is None:
            demo.stop()
