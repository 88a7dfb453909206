"""What the demo's evening brought: the points behind a fan's tier, and the report of the stream that is on."""

from playwright.async_api import expect

from tests.browser.page import Visit

REPORTED_WITHIN = 60_000
"""Milliseconds in which the report of a stream must have come after its end."""
PICTURE = 1080
"""Pixels across a report's picture."""


async def a_fan_reads_why(visit: Visit) -> None:
    """The card names the tier; *why* names the points of each kind, what the tier opens and what is missing."""
    await visit.says("/me")
    await expect(visit.whispers("⭐ Fan · check-ins ×1.1")).to_be_visible()
    await visit.tap("Why Fan?")
    why = visit.whispers("Points halve every 30 days")
    await expect(why).to_be_visible()
    for words in ("Orders: 50", "What you get: check-ins pay ×1.1.", "Loyal is"):
        await expect(why).to_contain_text(words)


async def the_owner_reads_what_it_earned(visit: Visit) -> None:
    """A claim waits for a decision; `/endlive` brings the report, as a table and as a picture."""
    await visit.open_bot()
    await visit.says("/orders")
    await expect(visit.messages("Whose orders are these?")).to_contain_text("Chloe")
    await visit.tap("✅ 1")
    assert "Chloe" in await visit.hears_alert()
    await visit.says("/endlive")
    report = visit.messages("Orders paid until")
    await expect(report).to_be_visible(timeout=REPORTED_WITHIN)
    for words in ("Revenue$206.60", "Paid back$29.00", "Orders6", "From fans I know4", "With a coupon3"):
        await expect(report.locator("tr").filter(has_text=words)).to_have_count(1)
    picture = visit.messages("in figures. Share it as it is").locator("img.photo")
    await expect(picture).to_be_visible(timeout=REPORTED_WITHIN)
    assert await picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth }") == PICTURE
