"""A forum on the page: topics as tabs, messages filed by topic, writing in one, and the demo's forum."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from sandbox import Topic
from tests.browser.bot import ScriptedBot
from tests.browser.demo import Demo
from tests.browser.page import PHONE, WIDE, Visit, visiting

DROPS, CHAT = "Drops and lives", "Chat"


def tab(visit: Visit, name: str) -> Locator:
    """A topic's tab."""
    return visit.page.get_by_role("tab").filter(has_text=name)


@pytest.fixture
def topic(bot: ScriptedBot) -> Topic:
    """The scripted bot's group becomes a forum with a topic."""
    bot.mina.makes_forum(bot.group)
    return bot.mina.makes_topic(bot.group, "Drops")


async def test_messages_stand_in_their_topic(bot: ScriptedBot, topic: Topic, browser: Browser) -> None:
    """A tab shows what was said in its topic alone; another one's badge counts, and goes when it is opened."""
    async with visiting(browser, bot.telegram.url) as ana:
        await ana.open_group()
        bot.mina.says(bot.group, "hello all")
        await expect(ana.messages("hello all")).to_be_visible()
        await bot.sends("a card", message_thread_id=topic.thread_id)
        await bot.sends("only for you", only=bot.ana, message_thread_id=topic.thread_id)
        await expect(tab(ana, "Drops").locator(".badge")).to_have_text("2")
        await expect(ana.messages("a card")).to_have_count(0)

        await tab(ana, "Drops").click()
        await expect(ana.messages("a card")).to_be_visible()
        await expect(ana.messages("only for you")).to_be_visible()
        await expect(ana.messages("hello all")).to_have_count(0)
        await expect(tab(ana, "Drops").locator(".badge")).to_have_count(0)


async def test_what_is_written_goes_to_the_open_topic(bot: ScriptedBot, topic: Topic, browser: Browser) -> None:
    """A message is said in the topic that is open; the keyboard moves between tabs."""
    async with visiting(browser, bot.telegram.url) as ana:
        await ana.open_group()
        await ana.says("in general")
        await expect(ana.messages("in general")).to_be_visible()
        await tab(ana, "General").focus()
        await ana.page.keyboard.press("ArrowRight")
        await ana.page.keyboard.press("Enter")
        await ana.says("in drops")
        await expect(ana.messages("in drops")).to_be_visible()

    assert {"in general": None, "in drops": topic.thread_id} == {
        one.text: one.thread for one in bot.group.messages if one.sender is bot.ana and one.text
    }


async def test_a_closed_topic_takes_nothing(bot: ScriptedBot, topic: Topic, browser: Browser) -> None:
    """The owner closes the open topic from the menu: others can't write there until it is open again."""
    async with visiting(browser, bot.telegram.url) as visit:
        await visit.be("owner")
        await visit.open_group()
        await tab(visit, "Drops").click()
        await visit.page.locator("[data-action=more]").click()
        await visit.page.get_by_role("menuitem").filter(has_text="Close the topic").click()
        await expect(tab(visit, "Drops")).to_have_attribute("data-closed", "true")
        await expect(visit.page.locator(".writing")).to_be_visible()

        await visit.be("fan")
        await visit.open_group()
        await tab(visit, "Drops").click()
        await expect(visit.page.locator(".instead")).to_contain_text("closed")
        bot.mina.closes_topic(bot.group, topic, closed=False)
        await expect(visit.page.locator(".writing")).to_be_visible()


@pytest.fixture
def forum(chromium: str, demo_folder: Path) -> Iterator[Demo]:
    """The demo, whose group has topics."""
    running = Demo("en", demo_folder, "--forum").comes_up()
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
async def test_the_demos_forum(forum: Demo, browser: Browser, size: dict[str, int]) -> None:
    """Drops hang in their topic, talk in another; a check-in is answered where it was said, and a tap too."""
    async with visiting(browser, forum.url, size=size) as visit:
        await visit.open_group()
        await tab(visit, DROPS).click()
        await expect(visit.messages("Silk scarf").last).to_be_visible()
        await visit.tap("Claim")
        await visit.hears_alert()
        await tab(visit, CHAT).click()
        before = await visit.whispers().count()
        await visit.says("check in")
        await expect(visit.whispers()).to_have_count(before + 1)
        await expect(visit.messages("Silk scarf")).to_have_count(0)
        overflow = await visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0
