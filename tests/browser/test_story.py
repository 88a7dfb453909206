"""The evening that Encore exists for, played in a browser from the source's link to the streak."""

from playwright.async_api import expect

from tests.browser.page import Visit


async def test_from_the_link_to_the_streak(visit: Visit) -> None:
    """A newcomer comes by the source's link, checks in, claims; the owner plans; the stream starts; *I'm here* pays."""
    await visit.be("owner")
    await visit.open_bot()
    await visit.says("/source video")
    await expect(visit.messages("start=src_")).to_be_visible()
    await visit.says('/newstream title="Late show" at=22:30 url=https://example.com/late')
    await expect(visit.messages("Late show")).to_have_count(2)

    await visit.scan_as("Leo")
    await expect(visit.messages("/start")).to_be_visible()
    await visit.tap("Mina")
    await visit.open_group()
    await expect(visit.whispers("Welcome")).to_be_visible()
    await visit.says("check in")
    await expect(visit.whispers("You're in")).to_be_visible()
    await visit.tap("Claim")
    assert "Code" in await visit.hears_alert()

    await visit.says("/streams")
    await visit.tap("Remind me · Late show")
    assert "Late show" in await visit.hears_alert()
    await until_live(visit, "Autumn scarves, first look")
    await visit.tap("I'm here")
    assert "+10" in await visit.hears_alert()
    await until_live(visit, "Late show")
    await visit.tap("I'm here")
    assert "2 streams in a row" in await visit.hears_alert()
    await visit.open_bot()
    await expect(visit.messages("Late show")).not_to_have_count(0)

    await visit.be("owner")
    await visit.open_bot()
    await visit.says("/report 7d")
    await expect(visit.messages("video")).not_to_have_count(0)


async def until_live(visit: Visit, title: str) -> None:
    """Let the clock go from event to event until this stream starts."""
    for _ in range(12):
        starts = "live starts" in await visit.next_event.inner_text()
        await visit.jump("next")
        if starts:
            break
    await expect(visit.messages(f"Starting now: {title}")).to_be_visible()
