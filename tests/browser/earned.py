"""What the demo's evening brought: the points behind a fan's tier, and the report of the stream that is on."""

from playwright.async_api import expect

from tests.browser.walker import Walker

REPORTED_WITHIN = 60_000
"""Milliseconds in which the report of a stream must have come after its end."""
PICTURE = 1080
"""Pixels across a report's picture."""


async def a_fan_reads_why(walker: Walker) -> None:
    """The card names the tier; *why* names the points of each kind, what the tier opens and what is missing."""
    await walker.says("/me")
    card = await walker.is_whispered("⭐ Fan · check-ins ×1.1")
    await walker.keeps("my-card", of=card)
    await walker.tap("Why Fan?")
    why = await walker.is_whispered("Points halve every 30 days")
    for words in ("Orders: 50", "What you get: check-ins pay ×1.1.", "Loyal is"):
        await expect(why).to_contain_text(walker.word(words))
    await walker.keeps("why-this-tier", of=why)


async def the_owner_reads_what_it_earned(walker: Walker) -> None:
    """A claim waits for a decision; `/endlive` brings the report, as a table and as a picture."""
    await walker.visit.open_bot()
    await walker.says("/orders")
    claims = await walker.reads("Whose orders are these?")
    await expect(claims).to_contain_text(walker.word("Chloe"))
    await walker.keeps("whose-orders")
    await walker.tap("✅ 1")
    await walker.is_alerted("Chloe", picture="order-settled")
    await walker.says("/endlive")
    report = await walker.reads("Orders paid until", within=REPORTED_WITHIN)
    for words in ("Revenue$206.60", "Paid back$29.00", "Orders6", "From fans I know4", "With a coupon3"):
        await expect(report.locator("tr").filter(has_text=walker.word(words))).to_have_count(1)
    await walker.keeps("report", of=report)
    told = await walker.reads("in figures. Share it as it is", within=REPORTED_WITHIN)
    picture = told.locator("img.photo")
    await expect(picture).to_be_visible(timeout=REPORTED_WITHIN)
    assert await picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth }") == PICTURE
    await walker.keeps("what-it-brings", of=told)
