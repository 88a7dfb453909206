"""The demo's page for everybody: what axe finds, and whether a label is cut off, on a phone and on a wide screen."""

from playwright.async_api import Browser, Page

from tests.browser.axe import problems_of
from tests.browser.demo import Demo
from tests.browser.page import PHONE, WIDE, Visit, visiting

LOCALES = ("en-GB", "ko-KR", "zh-CN")
CUT_OFF = """() => {
  const labels = "button, summary, h1, .person strong, .person small, .jump small, .clock, .task, .chat-line strong";
  return [...document.querySelectorAll(labels)]
    .filter((one) => one.offsetParent && getComputedStyle(one).visibility !== "hidden")
    .filter((one) => ["hidden", "clip"].includes(getComputedStyle(one).overflowX))
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.textContent);
}"""


async def test_everybody_can_use_it(demo: Demo, browser: Browser) -> None:
    """Neither axe nor a ruler finds anything: in light and dark, in three languages, at 1280 and 390 wide."""
    for size in (WIDE, PHONE):
        for locale in LOCALES:
            async with visiting(browser, demo.url, size=size, locale=locale) as visit:
                await look_around(visit, f"{locale} {size['width']}")
        async with visiting(browser, demo.url, size=size, dark=True) as visit:
            await look_around(visit, f"dark {size['width']}")


async def look_around(visit: Visit, name: str) -> None:
    """The list, the group and the chat with the bot."""
    await check(visit.page, f"{name}: list")
    await visit.open_group()
    await check(visit.page, f"{name}: group")
    back = visit.page.locator("[data-action=back]")
    if await back.is_visible():
        await back.click()
    await visit.open_bot()
    await check(visit.page, f"{name}: bot")


async def check(page: Page, where: str) -> None:
    """Nothing is cut off, and axe names nothing."""
    assert await page.evaluate(CUT_OFF) == [], where
    assert await problems_of(page) == [], where
