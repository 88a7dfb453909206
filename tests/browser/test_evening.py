"""`make demo` as a visitor meets it: the whole bot, in a browser."""

import re

from playwright.async_api import Browser, expect

from bot.rules.words import Language
from tests.browser.demo import Demo
from tests.browser.earned import a_fan_reads_why, the_owner_reads_what_it_earned
from tests.browser.page import PHONE, WIDE, Visit, visiting
from tests.browser.tongues import LOCALES
from tests.browser.walker import Walker

WIDER = ({"width": 768, "height": 1024}, WIDE, {"width": 1366, "height": 768}, {"width": 1920, "height": 1080})
SCREENS = [*((PHONE, locale) for locale in LOCALES.values()), *((size, "en-GB") for size in WIDER)]
"""In Korean the time takes most room."""

CODE = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")
DAY = 86_400


async def test_an_evening(visit: Visit, demo: Demo) -> None:
    """A fan checks in by word and by button, claims a drop and comes back the next day; nobody else sees.

    Meanwhile the owner ends the stream that is on, and reads what it earned.
    """
    await visit.be("fan")
    await visit.open_group()
    await expect(visit.messages("Silk scarf −20%").last).to_be_visible()

    await visit.says("check in")
    await expect(visit.whispers("You're in ✅ +11 coins (Fan ×1.1) · 4 days running")).to_be_visible()
    walker = Walker(visit, Language.EN)
    await a_fan_reads_why(walker)

    await visit.tap("Claim")
    code = CODE.search(await visit.hears_alert())
    assert code is not None
    await expect(visit.whispers(code.group())).to_be_visible()
    await visit.button("Copy").click()
    assert await visit.page.evaluate("navigator.clipboard.readText()") == code.group()

    await visit.be("owner")
    await visit.open_group()
    await expect(visit.messages("Got one!!")).to_be_visible()
    await expect(visit.whispers(code.group())).to_have_count(0)
    await expect(visit.whispers("You're in")).to_have_count(0)
    await the_owner_reads_what_it_earned(walker)

    await visit.be("fan")
    began = await visit.now()
    await visit.jump("tomorrow")
    assert DAY <= await visit.now() - began < DAY + 120
    await visit.open_bot()
    await visit.start()
    await visit.says("/me")
    await expect(visit.messages("here's your card")).to_be_visible()
    await visit.tap("Check in")
    assert "5 days running" in await visit.hears_alert()
    assert demo.stop() == 0


async def test_the_whole_cast_is_in_view(demo: Demo, browser: Browser) -> None:
    """On screens of the usual widths nobody of the cast stands outside the bar, nor the button that adds a fan."""
    for size, locale in SCREENS:
        async with visiting(browser, demo.url, size=size, locale=locale) as visit:
            await expect(visit.page.locator(".person")).to_have_count(6)
            bar = visit.page.locator(".people")
            assert await bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth"), (size, locale)


async def test_two_hundred_fans(visit: Visit) -> None:
    """A crowd empties the drop: each of them is answered, the card says that all are gone, the page stays quick."""
    await visit.be("fan")
    await visit.open_group()

    await visit.call_crowd()

    await expect(visit.page.locator(".crowd strong")).to_have_text("All 200 answered")
    await expect(visit.page.locator(".crowd-answers li")).to_have_count(2)
    assert not CODE.search(await visit.page.locator(".crowd-answers").inner_text())
    await expect(visit.services("197 others joined")).to_have_count(1)
    await expect(visit.messages("All 50 are gone")).to_be_visible()
    await expect(visit.page.locator("article.message")).not_to_have_count(0)
    assert await visit.page.locator(".log [data-message]").count() < 150


async def test_a_newcomer(visit: Visit) -> None:
    """Who isn't in the group sees nothing but a way to open a link; a start link opens the bot."""
    await visit.be("newcomer")
    await expect(visit.page.locator(".chat-line")).to_have_count(0)

    await visit.open_link("https://t.me/+nothing")
    await expect(visit.toasts("expired")).to_be_visible()
    await visit.open_link("https://t.me/encore_demo_bot?start=hello")

    await expect(visit.messages("/start")).to_be_visible()
    await expect(visit.page.locator(".chat-line")).to_have_count(1)
