"""The README's lists of things to try, walked in a browser one after the other, as somebody does who reads them."""

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.earned import a_fan_reads_why, the_owner_reads_what_it_earned
from tests.browser.page import PATIENCE, Visit

ROOT = Path(__file__).parents[2]
EDITED_WITHIN = 75_000
"""Milliseconds. A group takes eight edits a minute, and a crowd's taps use them up: the next waits for its turn."""
AT_NIGHT = 2 * PATIENCE
"""Milliseconds. In quiet hours what staff do waits ten seconds, in which they may hold it."""
CHECKER = ROOT / "docs" / "verify.html"
STREAM = "Silk night"
POST = "Wine red has arrived, and it's softer than it looks"


async def test_the_readmes_lists(visit: Visit) -> None:
    """One demo, as its clock only goes forward; whatever the lists say to type or to tap was typed and tapped."""
    await visit.open_group()
    await a_fan_reads_why(visit)
    await visit.be("owner")
    await the_owner_reads_what_it_earned(visit)
    await the_shop_speaks(visit)
    await a_fan_is_asked_once(visit)
    await from_the_link_to_the_streak(visit)
    await a_gift_brings_a_friend(visit)
    await a_packet_from_the_panel(visit)
    await a_raffle_from_the_panel(visit)
    await a_week_from_the_shelf(visit)
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


async def the_shop_speaks(visit: Visit) -> None:
    """The owner says something by buttons, sees it first, and a fan asks why it came."""
    await visit.open_bot()
    await visit.says("/admin")
    await visit.tap("📝 Posts")
    await visit.tap("Say something")
    await expect(visit.messages("What would you like to say?")).to_be_visible()
    await visit.says(POST)
    await expect(visit.messages("This is how it looks")).to_be_visible()
    await visit.tap("Send now")
    await visit.be("fan")
    await visit.open_group()
    await expect(visit.messages(POST)).to_be_visible(timeout=2 * PATIENCE)
    await visit.reply_to(POST, "/why")
    await expect(visit.whispers("Mina Silk shares its news in this room")).to_be_visible(timeout=PATIENCE)


async def a_fan_is_asked_once(visit: Visit) -> None:
    """Ben's third check-in brings the question of news in private; one tap is a yes, another takes it back."""
    await visit.be("fan", 1)
    await visit.open_group()
    await visit.says("check in")
    await expect(visit.whispers("Would you like news and offers from Mina Silk")).to_be_visible(timeout=2 * PATIENCE)
    await visit.tap("Yes, please")
    await expect(visit.whispers("You said yes on")).to_be_visible(timeout=PATIENCE)
    await visit.tap("Stop these")
    assert "You took your yes back" in await visit.hears_alert()


async def a_week_from_the_shelf(visit: Visit) -> None:
    """Three taps fill the week from the starter shelf; the log says what waits or wasn't sent."""
    await visit.open_bot()
    await visit.says("/admin")
    await expect(visit.button("📝 Posts")).to_be_visible()
    await visit.tap("📝 Posts")
    await expect(visit.button("Say something")).to_be_visible()
    await visit.tap("The week's calendar")
    await expect(visit.button("Usual: 10 a week")).to_be_visible()
    await visit.tap("Usual: 10 a week")
    await expect(visit.messages("The usual week ✅ 10 posts")).to_be_visible()
    await visit.says("/why")
    await expect(visit.messages("What wasn't sent")).to_be_visible()


async def from_the_link_to_the_streak(visit: Visit) -> None:
    """A newcomer comes by the source's link, checks in, claims; the owner plans; the stream starts; *I'm here* pays."""
    await visit.be("owner")
    await visit.open_bot()
    await visit.says("/source video")
    await expect(visit.messages("start=src_").last).to_contain_text("video")
    await visit.scan_as("Leo")
    await expect(visit.messages("/start")).to_be_visible()
    await visit.tap("Mina")
    await visit.open_group()
    await expect(visit.whispers("Welcome")).to_be_visible()

    await visit.says("check in")
    await expect(visit.whispers("You're in")).to_be_visible()
    await visit.tap("Claim")
    assert "Code" in await visit.hears_alert()

    await visit.be("owner")
    await visit.open_bot()
    await visit.says(f'/newstream title="{STREAM}" at=21:00')
    await expect(visit.messages(STREAM)).to_have_count(2)

    await visit.be("fan")
    await visit.open_group()
    await visit.says("/streams")
    await visit.tap(f"Remind me · {STREAM}")
    await expect(visit.messages(f"I'll remind you 🔔 {STREAM}")).to_be_visible(timeout=PATIENCE)
    await visit.open_group()
    await until_live(visit, STREAM, "21:00")
    await visit.tap("I'm here")
    assert "+10" in await visit.hears_alert()

    await visit.be("owner")
    await visit.open_bot()
    await visit.says("/report")
    told = visit.messages(f"📊 {STREAM}").last.locator("tr").filter(has_text=re.compile("^Orders[1-9]"))
    await expect(told).to_have_count(1, timeout=PATIENCE)  # orders come in as soon as a stream is on
    await visit.says("/report 7d")
    await expect(visit.messages("video")).not_to_have_count(0)


async def until_live(visit: Visit, title: str, hour: str) -> None:
    """Let the clock go from event to event until this stream starts."""
    for _ in range(20):
        await visit.jump("next")
        if "live starts" in visit.tapped[-1] and hour in visit.tapped[-1]:
            break
    await expect(visit.messages(f"Starting now: {title}")).to_be_visible(timeout=PATIENCE)


async def a_gift_brings_a_friend(visit: Visit) -> None:
    """Ana sends a card, Kai opens it, joins, checks in three times and stays a week: both are paid, and told."""
    await visit.be("fan")
    await visit.open_bot()
    await visit.says("/gift")
    await visit.tap("Plain invitation")
    await expect(visit.messages("A way in for a friend")).to_be_visible(timeout=PATIENCE)
    await visit.tap("Send to a friend")
    await visit.page.locator("[data-item^=talk]").filter(has_text="Kai").click()
    await visit.page.locator("[data-result]").first.click()
    await expect(visit.messages("A gift for you from Ana")).to_be_visible()

    await visit.be("newcomer", 1)
    await visit.page.locator(".chat-line").filter(has_text="Ana").click()
    await visit.tap("Open the gift")
    await expect(visit.messages("Ana has something for you")).to_be_visible(timeout=PATIENCE)
    await visit.tap("Mina")
    await visit.open_group()
    await expect(visit.whispers("So glad Ana brought you here")).to_be_visible(timeout=PATIENCE)
    for day in range(1, 4):
        await visit.says("check in")
        await expect(visit.whispers("+")).to_have_count(day)
        await visit.jump("tomorrow")
    for _ in range(4):
        await visit.jump("tomorrow")
    await visit.open_bot()
    await expect(visit.messages("20 coins for staying")).to_be_visible(timeout=PATIENCE)
    await visit.be("fan")
    await visit.open_bot()
    await expect(visit.messages("Kai stayed")).to_be_visible(timeout=PATIENCE)


async def a_packet_from_the_panel(visit: Visit) -> None:
    """The owner opens a packet by buttons alone, 200 fans tap it, and the sealed draw gives each the same chance."""
    await visit.be("owner")
    await visit.open_bot()
    await visit.says("/admin")
    await visit.tap("Red packets")
    await visit.tap("➕ Red packet")
    await visit.tap("1000")
    await expect(visit.messages("Into how many shares")).to_be_visible()
    await visit.tap("20")
    await expect(visit.messages("It can cost the shop up to 1,000 coins")).to_be_visible()
    await visit.tap("Open it")
    await expect(visit.messages("Where next?")).to_be_visible()
    await visit.open_group()
    await expect(visit.messages("1,000 coins in 20 shares")).to_be_visible(timeout=AT_NIGHT)
    await visit.call_crowd()
    await visit.page.locator("[data-action=close-crowd]").click()
    assert "packet is drawn" in await visit.next_event.inner_text()
    await visit.jump("next")
    await expect(visit.messages("came for 20, so the sealed draw picked")).to_be_visible(timeout=EDITED_WITHIN)


async def a_raffle_from_the_panel(visit: Visit) -> None:
    """The owner opens a raffle by buttons and one typed name, 200 fans enter, and it is drawn by the clock."""
    await visit.open_bot()
    await visit.says("/admin")
    await visit.tap("🎟 Raffles")
    await visit.tap("➕ New raffle")
    await expect(visit.messages("What's the prize")).to_be_visible()
    await visit.says("Silk scarf")
    await expect(visit.messages("When is it drawn")).to_be_visible()
    await visit.tap("In 30 minutes")
    await expect(visit.messages("Nothing has happened yet")).to_be_visible()
    await visit.tap("Open it")
    await expect(visit.messages("Where next?").last).to_be_visible()
    await visit.open_group()
    await expect(visit.button("Enter free")).to_be_visible(timeout=AT_NIGHT)
    await visit.call_crowd()
    await visit.page.locator("[data-action=close-crowd]").click()
    assert "raffle closes" in await visit.next_event.inner_text()
    await visit.jump("next")
    await the_draw_is_checked(visit)


async def the_draw_is_checked(visit: Visit) -> None:
    """The bot computes the draw again by one tap; the next tap opens the page with the proof in hand.

    The file says the same to the page from the disk.
    """
    proof = visit.page.locator("a[download*=encore-draw]").last
    await expect(proof).to_be_visible(timeout=6 * PATIENCE)  # the draw comes ten seconds after the list
    await expect(visit.button("Compute it again")).to_be_visible(timeout=EDITED_WITHIN)
    await visit.tap("Compute it again")
    assert "computed it again" in await visit.hears_alert()
    await expect(visit.messages("The shop's own computer did this").last).to_be_visible(timeout=EDITED_WITHIN)
    async with visit.page.context.expect_page() as opening:
        await visit.tap("Check on my own device")
    served = await opening.value
    await served.wait_for_selector("#verdict[data-result=holds]")
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
