"""Rewards that travel, played in a browser to their end: a gift and the friend it brings, a packet, a raffle."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.page import PATIENCE, Visit

CHECKER = Path(__file__).parents[2] / "docs" / "verify.html"


async def test_rewards_to_their_end(visit: Visit) -> None:
    """One demo, played on: its clock only goes forward."""
    await a_gift_brings_a_friend(visit)
    await a_packet_from_the_panel(visit)
    await a_raffle_from_the_panel(visit)


async def a_gift_brings_a_friend(visit: Visit) -> None:
    """Ana sends a card, Leo opens it, joins, checks in three times and stays a week: both are paid, and told."""
    await visit.open_bot()
    await visit.start()
    await visit.says("/gift")
    await expect(visit.messages("A way in for a friend")).to_be_visible()
    await visit.tap("Send to a friend")
    await visit.page.locator("[data-item^=talk]").filter(has_text="Leo").click()
    await visit.page.locator("[data-result]").first.click()
    await expect(visit.messages("A gift for you from Ana")).to_be_visible()

    await visit.be("newcomer")
    await visit.page.locator(".chat-line").filter(has_text="Ana").click()
    await visit.tap("Open the gift")
    await expect(visit.messages("Ana has something for you")).to_be_visible(timeout=PATIENCE)
    await visit.tap("Mina")
    await visit.open_group()
    await expect(visit.whispers("Ana sent you well")).to_be_visible()
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
    await expect(visit.messages("Leo stayed")).to_be_visible(timeout=PATIENCE)


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
    await expect(visit.messages("1,000 coins in 20 shares")).to_be_visible()
    await visit.call_crowd()
    await visit.page.locator("[data-action=close-crowd]").click()
    assert "packet is drawn" in await visit.next_event.inner_text()
    await visit.jump("next")
    await expect(visit.messages("came for 20, so the sealed draw picked")).to_be_visible(timeout=4 * PATIENCE)


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
    await expect(visit.button("Enter free")).to_be_visible(timeout=PATIENCE)
    await visit.call_crowd()
    await visit.page.locator("[data-action=close-crowd]").click()
    assert "raffle closes" in await visit.next_event.inner_text()
    await visit.jump("next")
    await the_draw_is_checked(visit)


async def the_draw_is_checked(visit: Visit) -> None:
    """The proof that hangs in the group, taken down and computed again by the page that needs no bot and no network."""
    proof = visit.page.locator("a[download*=encore-draw]").last
    await expect(proof).to_be_visible(timeout=6 * PATIENCE)  # the draw comes ten seconds after the list
    async with visit.page.expect_download() as taking:
        await proof.click()
    taken = await taking.value
    checker = await visit.page.context.new_page()
    await checker.goto(CHECKER.as_uri())
    await checker.set_input_files("#file", await taken.path())
    await checker.wait_for_selector("#verdict[data-result]:not([data-result=busy])")
    assert await checker.get_attribute("#verdict", "data-result") == "holds"
    await checker.close()
