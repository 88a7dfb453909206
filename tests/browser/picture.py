"""Takes the README's picture: `python -m tests.browser.picture FILE.png [ko|zh|en]`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.browser.demo import Demo
from tests.browser.page import FLAGS, WIDE, find_chromium, visiting

ZONES = {"ko": "Asia/Seoul", "zh": "Asia/Shanghai", "en": "Europe/London"}
WORDS = {"ko": "출석", "zh": "打卡", "en": "check in"}
LOCALES = {"ko": "ko-KR", "zh": "zh-CN", "en": "en-GB"}


async def take(demo: Demo, language: str, file: Path) -> None:
    """A fan has just checked in and claimed the drop."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        zone, locale = ZONES[language], LOCALES[language]
        async with visiting(browser, demo.url, size=WIDE, locale=locale, zone=zone, sharp=1.5) as visit:
            heard = await visit.whispers().count()
            await visit.says(WORDS[language])
            await expect(visit.whispers()).to_have_count(heard + 1)
            await visit.page.locator(".key.primary").last.click()
            await visit.hears_alert()
            await expect(visit.whispers()).to_have_count(heard + 2)
            await visit.page.mouse.move(0, 0)
            await visit.page.evaluate("document.activeElement?.blur()")
            await visit.page.screenshot(path=file, animations="disabled")
        await browser.close()


def main(file: str, language: str = "en") -> None:
    """Start the demo, take the picture, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(language, Path(folder), zone=ZONES[language]).comes_up()
        try:
            asyncio.run(take(demo, language, Path(file)))
        finally:
            demo.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
