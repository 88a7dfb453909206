"""Takes the README's picture: `python -m tests.browser.picture FILE.png [ko|zh|en]`.

A live evening in the demo: on the wide screen a fan checks in, claims the drop, and two hundred others tap it; on the
phone another fan looks at the live's card with its hearts.
"""

import asyncio
import base64
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from bot.commands.demo.cast import EARLY, WORD
from bot.rules.words import Language
from tests.browser.demo import Demo
from tests.browser.page import FLAGS, PATIENCE, PHONE, Visit, find_chromium, visiting
from tests.browser.tongues import LOCALES, ZONES

DESKTOP = {"width": 1180, "height": 820}
SHARP = 1.5
"""Pixels of the picture for one of the page."""
FRAME = {"width": 1500, "height": 960}
SHOWN = """
<style>
  body {{ margin: 0; width: 1500px; height: 960px; position: relative; overflow: hidden;
         background: linear-gradient(140deg, #efe7da, #dfe3f2) }}
  img {{ position: absolute; box-shadow: 0 24px 70px rgb(40 34 24 / 28%) }}
  .desktop {{ left: 46px; top: 70px; width: 1180px; border-radius: 16px }}
  .phone {{ right: 42px; top: 96px; width: 374px; border-radius: 38px; border: 9px solid #15171d }}
</style>
<img class="desktop" src="data:image/png;base64,{desktop}"><img class="phone" src="data:image/png;base64,{phone}">
"""


async def take(demo: Demo, language: Language, file: Path) -> None:
    """Play the evening in two windows, and put both into one picture."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        look = {"locale": LOCALES[language], "zone": ZONES[language], "sharp": SHARP}
        async with (
            visiting(browser, demo.url, size=DESKTOP, **look) as desktop,  # type: ignore[arg-type]  # one dict for both
            visiting(browser, demo.url, size=PHONE, **look) as phone,  # type: ignore[arg-type]
        ):
            pictures = {"phone": await watch_the_live(phone, language), "desktop": await claim(desktop, language)}
        await put_together(browser, pictures, file)
        await browser.close()


async def claim(visit: Visit, language: Language) -> str:
    """A fan checks in and claims; then the crowd taps."""
    await visit.open_group()
    heard = await visit.whispers().count()
    await visit.says(WORD[language])
    await expect(visit.whispers()).to_have_count(heard + 1, timeout=2 * PATIENCE)
    await visit.page.locator(".key.primary").last.click()
    await visit.hears_alert()
    await expect(visit.whispers()).to_have_count(heard + 2, timeout=2 * PATIENCE)
    await visit.call_crowd()
    return await picture_of(visit)


async def watch_the_live(visit: Visit, language: Language) -> str:
    """Another fan sends a heart on the live's card."""
    await visit.be("fan", 1)
    await visit.open_group()
    heart = visit.button("❤")
    await heart.scroll_into_view_if_needed()
    await heart.click()
    await expect(visit.toasts()).to_have_count(0, timeout=2 * PATIENCE)  # the card's bar follows meanwhile
    card = visit.messages(EARLY[language]).last
    await card.evaluate("one => one.scrollIntoView({ block: 'start' })")
    await visit.page.locator(".log").evaluate("log => log.scrollBy(0, -70)")
    await asyncio.sleep(0.5)
    return await picture_of(visit)


async def picture_of(visit: Visit) -> str:
    """What is on the screen, as base64."""
    await visit.page.mouse.move(0, 0)
    await visit.page.evaluate("document.activeElement?.blur()")
    return base64.b64encode(await visit.page.screenshot(animations="disabled")).decode()


async def put_together(browser: Browser, pictures: dict[str, str], file: Path) -> None:
    """The phone stands before the wide screen."""
    page = await browser.new_page(
        viewport={"width": FRAME["width"], "height": FRAME["height"]}, device_scale_factor=1.3
    )
    await page.set_content(SHOWN.format(**pictures))
    await page.screenshot(path=file)


def main(file: str, name: str = "en") -> None:
    """Start the demo, take the picture, stop it."""
    language = Language(name)
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(language.value, Path(folder), zone=ZONES[language]).comes_up()
        try:
            asyncio.run(take(demo, language, Path(file)))
        finally:
            demo.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
