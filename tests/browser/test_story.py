"""The README's lists of things to try, walked in a browser one after the other, as somebody does who reads them."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from bot.rules.words import Language
from tests.browser.earned import a_fan_reads_why, the_owner_reads_what_it_earned
from tests.browser.page import PATIENCE, Visit
from tests.browser.walker import Walk, Walker, walking, walks

ROOT = Path(__file__).parents[2]
EDITED_WITHIN = 75_000
"""Milliseconds. A group takes eight edits a minute, and a crowd's taps use them up: the next waits for its turn."""
AT_NIGHT = 2 * PATIENCE
"""Milliseconds. In quiet hours what staff do waits ten seconds, in which they may hold it."""
CHECKER = ROOT / "docs" / "verify.html"
STREAM = "Silk night"
POST = "Wine red has arrived, and it's softer than it looks"


@pytest.mark.parametrize("walk", walks(), ids=str)
async def test_the_readmes_lists(walk: Walk, browser: Browser, demo_folder: Path) -> None:
    """One demo, as its clock only goes forward; whatever the lists say to type or to tap was typed and tapped."""
    async with walking(walk, browser, demo_folder) as walker:
        await walker.visit.open_group()
        await a_fan_reads_why(walker)
        await walker.visit.be("owner")
        await the_owner_reads_what_it_earned(walker)
        await the_shop_speaks(walker)
        await a_fan_is_asked_once(walker)
        await from_the_link_to_the_streak(walker)
        await a_gift_brings_a_friend(walker)
        await a_packet_from_the_panel(walker)
        await a_raffle_from_the_panel(walker)
        await a_week_from_the_shelf(walker)
        await the_five_things_are_done(walker)
        if walk.language is Language.EN:
            assert_all_is_done(walker.visit)


def assert_all_is_done(visit: Visit) -> None:
    """Whatever the lists say to type or to tap was typed and tapped."""
    assert [command for command in to_type() if command not in visit.typed] == []
    done = "\n".join(visit.tapped).casefold()
    assert [label for label in to_tap() if label.casefold() not in done] == []


def lists() -> str:
    """What the README says to try."""
    _, found, after = (ROOT / "README.md").read_text(encoding="utf-8").partition("\nTry this.")
    assert found
    return after.partition("\n## ")[0]


def to_type() -> list[str]:
    """Commands, and words in quotes."""
    return [command or word for command, word in re.findall(r'`(/[^`]+)`|(?<=[Ss]ay )"([^"]+)"', lists())]


def to_tap() -> list[str]:
    """Buttons, in italics."""
    return re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", lists())


async def the_shop_speaks(walker: Walker) -> None:
    """The owner says something by buttons, sees it first, and a fan asks why it came."""
    await walker.visit.open_bot()
    await walker.says("/admin")
    await walker.tap("📝 Posts")
    await walker.tap("Say something")
    await walker.reads("What would you like to say?")
    await walker.says(POST)
    await walker.keeps("post-before", of=await walker.reads("This is how it looks"))
    await walker.tap("Send now")
    await walker.visit.be("fan")
    await walker.visit.open_group()
    await walker.keeps("post", of=await walker.reads(POST, within=2 * PATIENCE))
    await walker.visit.reply_to(walker.word(POST), "/why")
    why = await walker.is_whispered("Mina Silk shares its news in this room")
    await walker.keeps("why-it-came", of=why)


async def a_fan_is_asked_once(walker: Walker) -> None:
    """Ben's third check-in brings the question of news in private; one tap is a yes, another takes it back."""
    await walker.visit.be("fan", 1)
    await walker.visit.open_group()
    await walker.says("check in")
    await walker.is_whispered("Would you like news and offers from Mina Silk", within=2 * PATIENCE)
    await walker.keeps("asked-once")
    await walker.tap("Yes, please")
    await walker.keeps("yes", of=await walker.is_whispered("You said yes on"))
    await walker.tap("Stop these")
    await walker.is_alerted("You took your yes back", picture="yes-taken-back")


async def a_week_from_the_shelf(walker: Walker) -> None:
    """Three taps fill the week from the starter shelf; the log says what waits or wasn't sent."""
    await walker.visit.open_bot()
    await walker.says("/admin")
    await walker.sees_button("📝 Posts")
    await walker.tap("📝 Posts")
    await walker.sees_button("Say something")
    await walker.tap("The week's calendar")
    await walker.sees_button("Usual: 10 a week")
    await walker.keeps("empty-week")
    await walker.tap("Usual: 10 a week")
    await walker.keeps("week", of=await walker.reads("The usual week ✅ 10 posts"))
    await walker.says("/why")
    await walker.keeps("what-the-shop-says", of=await walker.reads("What wasn't sent"))


async def the_five_things_are_done(walker: Walker) -> None:
    """Whoever walked through the lists has tried the five things too."""
    await walker.visit.show_list()
    await expect(walker.visit.page.locator(".task[data-done=true]")).to_have_count(5)
    await walker.keeps("five-things")


async def from_the_link_to_the_streak(walker: Walker) -> None:
    """A newcomer comes by the source's link, checks in, claims; the owner plans; the stream starts; *I'm here* pays."""
    visit = walker.visit
    await visit.be("owner")
    await visit.open_bot()
    await walker.says("/source video")
    made = await walker.reads("Ready ✅ video")
    await expect(made).to_contain_text("start=src_")
    await walker.keeps("link-and-code", of=made)
    await visit.scan_as(walker.word("Leo"))
    await expect(visit.messages("/start")).to_be_visible()
    await walker.sees_button("Mina")
    await walker.keeps("newcomer")
    await walker.tap("Mina")
    await visit.is_in_group()
    await walker.keeps("welcome", of=await walker.is_whispered("Welcome"))

    await walker.says("check in")
    await walker.keeps("checked-in", of=await walker.is_whispered("You're in ✅"))
    await walker.tap("Claim")
    await walker.is_alerted("Code", picture="claimed")
    await walker.keeps("claimed-code", of=await walker.is_whispered("Code"))

    await visit.be("owner")
    await visit.open_bot()
    await walker.says(f'/newstream title="{STREAM}" at=21:00')
    await expect(visit.messages(walker.word(STREAM))).to_have_count(2)
    await walker.keeps("stream-planned")
    await a_stream_starts(walker)
    await the_owner_counts_again(walker)


async def a_stream_starts(walker: Walker) -> None:
    """A fan wants to be reminded, the clock goes on, and *I'm here* pays."""
    visit = walker.visit
    await visit.be("fan")
    await visit.open_group()
    await walker.says("/streams")
    await walker.sees_button(f"Remind me · {STREAM}")
    await walker.keeps("streams")
    await walker.tap(f"Remind me · {STREAM}")
    await walker.keeps("reminded", of=await walker.reads(f"I'll remind you 🔔 {STREAM}"))
    await visit.open_group()
    for _ in range(20):
        await visit.jump("next")
        if walker.word("live starts") in visit.tapped[-1] and walker.word("21:00") in visit.tapped[-1]:
            break
    await walker.keeps("live", of=await walker.reads(f"Starting now: {STREAM}"))
    await walker.tap("I'm here")
    await walker.is_alerted("+10", picture="try-this")


async def the_owner_counts_again(walker: Walker) -> None:
    """`/report` is of the stream that is on, or of some days."""
    visit = walker.visit
    await visit.be("owner")
    await visit.open_bot()
    await walker.says("/report")
    orders = re.compile(f"^{walker.word('Orders')}[1-9]")
    told = visit.messages(walker.word(f"📊 {STREAM}")).last
    await expect(told).to_be_visible(timeout=PATIENCE)
    for _ in range(10):  # orders come in as soon as a stream is on, but a report may be quicker
        if await told.locator("tr").filter(has_text=orders).count():
            break
        await walker.tap("🔄 Refresh")
        await visit.page.wait_for_timeout(1000)
    await expect(told.locator("tr").filter(has_text=orders)).to_have_count(1)
    await walker.keeps("report-of-tonight", of=told)
    await walker.says("/report 7d")
    week = await walker.reads("📊 The last 7 days")
    await expect(week).to_contain_text(walker.word("video"))
    await walker.keeps("report-of-a-week", of=week)


async def a_gift_brings_a_friend(walker: Walker) -> None:
    """Ana sends a card, Kai opens it, joins, checks in three times and stays a week: both are paid, and told."""
    visit = walker.visit
    await visit.be("fan")
    await visit.open_bot()
    await walker.says("/gift")
    await walker.tap("Plain invitation")
    await walker.keeps("gift", of=await walker.reads("A way in for a friend"))
    await walker.tap("Send to a friend")
    await visit.page.locator("[data-item^=talk]").filter(has_text=walker.word("Kai")).click()
    await visit.page.locator("[data-result]").first.click()
    await walker.keeps("gift-sent", of=await walker.reads("A gift for you from Ana"))

    await visit.be("newcomer", 1)
    await visit.open_chat(walker.word("Ana"))
    await walker.tap("Open the gift")
    await walker.keeps("gift-opened", of=await walker.reads("Ana has something for you"))
    await walker.tap("Mina")
    await visit.is_in_group()
    await walker.keeps("brought", of=await walker.is_whispered("So glad Ana brought you here"))
    for day in range(1, 4):
        await walker.says("check in")
        await expect(visit.whispers(walker.word("You're in ✅"))).to_have_count(day)
        await visit.jump("tomorrow")
    for _ in range(4):
        await visit.jump("tomorrow")
    await visit.open_bot()
    await walker.keeps("friend-paid", of=await walker.reads("20 coins for staying"))
    await visit.be("fan")
    await visit.open_bot()
    await walker.keeps("giver-paid", of=await walker.reads("Kai stayed"))


async def a_packet_from_the_panel(walker: Walker) -> None:
    """The owner opens a packet by buttons alone, 200 fans tap it, and the sealed draw gives each the same chance."""
    visit = walker.visit
    await visit.be("owner")
    await visit.open_bot()
    await walker.says("/admin")
    await walker.sees_button("Red packets")
    await walker.keeps("panel")
    await walker.tap("Red packets")
    await walker.tap("➕ Red packet")
    await walker.tap("1000")
    await walker.reads("Into how many shares")
    await walker.tap("20")
    await walker.keeps("packet-before", of=await walker.reads("It can cost the shop up to 1,000 coins"))
    await walker.tap("Open the packet")
    await walker.reads("Where next?")
    await visit.open_group()
    await walker.reads("1,000 coins in 20 shares", within=AT_NIGHT)
    await visit.call_crowd()
    await walker.keeps("crowd")
    await visit.page.locator("[data-action=close-crowd]").click()
    await walker.jumps_to("packet is drawn")
    drawn = await walker.reads("came for 20, so the sealed draw picked", within=EDITED_WITHIN)
    await walker.keeps("packet-drawn", of=drawn)


async def a_raffle_from_the_panel(walker: Walker) -> None:
    """The owner opens a raffle by buttons and one typed name, 200 fans enter, and it is drawn by the clock."""
    visit = walker.visit
    await visit.open_bot()
    await walker.says("/admin")
    await walker.tap("🎟 Raffles")
    await walker.tap("➕ New raffle")
    await walker.reads("What's the prize")
    await walker.says("Silk scarf")
    await walker.reads("When is it drawn")
    await walker.tap("In 30 minutes")
    await walker.keeps("raffle-before", of=await walker.reads("Nothing has happened yet"))
    await walker.tap("Open the raffle")
    await walker.reads("Where next?")
    await visit.open_group()
    await walker.sees_button("Enter free", within=AT_NIGHT)
    await walker.keeps("raffle")
    await visit.call_crowd()
    await visit.page.locator("[data-action=close-crowd]").click()
    proofs = visit.page.locator("a[download*=encore-draw]")
    before = await proofs.count()  # the evening's raffle was drawn meanwhile
    await walker.jumps_to("raffle closes")
    await expect(proofs).to_have_count(before + 1, timeout=6 * PATIENCE)  # the draw comes ten seconds after the list
    await the_draw_is_checked(walker, proofs.last)


async def the_draw_is_checked(walker: Walker, proof: Locator) -> None:
    """The bot computes the draw again by one tap; the next tap opens the page with the proof in hand.

    The file says the same to the page from the disk.
    """
    visit = walker.visit
    await expect(visit.page.locator("[data-action=close-crowd]")).to_be_hidden()
    await walker.keeps("raffle-drawn", of=proof)
    await walker.tap("Compute it again")
    await walker.is_alerted("computed it again", picture="computed-again")
    checked = await walker.reads("The shop's own computer did this", within=EDITED_WITHIN)
    await expect(checked).to_contain_text(walker.word("Silk scarf"))
    await walker.keeps("what-travels", of=checked)
    async with visit.page.context.expect_page() as opening:
        await walker.tap("Check on my own device")
    served = await opening.value
    await served.wait_for_selector("#verdict[data-result=holds]")
    await walker.keeps("draw-checked", page=served)
    told = await served.inner_text("#said")
    await served.close()
    async with visit.page.expect_download() as taking:
        await proof.click()
    taken = await taking.value
    checker = await visit.page.context.new_page()
    await checker.goto(CHECKER.as_uri())
    await checker.set_input_files("#file", await taken.path())
    await checker.wait_for_selector("#verdict[data-result]:not([data-result=busy])")
    assert await checker.get_attribute("#verdict", "data-result") == "holds"
    assert await checker.inner_text("#said") == told
    await checker.close()
