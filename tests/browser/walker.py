"""Somebody who walks through the README's lists in one language, on one screen, and takes pictures on the way."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from bot.rules.words import Language
from tests.browser.demo import Demo
from tests.browser.page import PATIENCE, PHONE, WIDE, Visit, visiting
from tests.browser.tongues import LOCALES, ZONES, Tongue

PICTURES = Path(__file__).parents[2] / "build" / "pictures"
SHARP = {PHONE["width"]: 2.0, WIDE["width"]: 1.0}
"""Pixels of a picture for one of the page."""


@dataclass(frozen=True, slots=True)
class Walk:
    """In which language, and how wide the screen is."""

    language: Language
    width: int

    def __str__(self) -> str:
        """As its folder of pictures is called."""
        return f"{self.language.value}-{self.width}"


ALL = [Walk(language, size["width"]) for language in Language for size in (WIDE, PHONE)]
USUAL = [Walk(Language.EN, WIDE["width"]), Walk(Language.KO, PHONE["width"]), Walk(Language.ZH, PHONE["width"])]
"""A walk takes most of a minute: `make test` plays these, `make pictures` plays all."""


def walks() -> list[Walk]:
    """Which walks are played: all with `WALKS=all` in the environment."""
    return ALL if os.environ.get("WALKS") == "all" else USUAL


class Walker:
    """A visit that is told in English what to say, to tap and to expect, and does it in its own language."""

    def __init__(self, visit: Visit, language: Language, pictures: Path | None = None) -> None:
        self.visit = visit
        self.word = Tongue(language)
        self._pictures = pictures
        """Where pictures are kept; without it none are taken."""
        self._taken = 0

    async def says(self, words: str) -> None:
        """Write this."""
        await self.visit.says(self.word(words))

    async def tap(self, label: str) -> None:
        """Tap the newest button that says this."""
        await self.visit.tap(self.word(label))

    async def sees_button(self, label: str, *, within: float = PATIENCE) -> None:
        """Wait for a button that says this."""
        await expect(self.visit.button(self.word(label))).to_be_visible(timeout=within)

    async def reads(self, words: str, *, within: float = PATIENCE) -> Locator:
        """Wait for a message that says this; the newest that does."""
        message = self.visit.messages(self.word(words)).last
        await expect(message).to_be_visible(timeout=within)
        return message

    async def is_whispered(self, words: str, *, within: float = PATIENCE) -> Locator:
        """Wait for a whisper that says this; the newest that does."""
        whisper = self.visit.whispers(self.word(words)).last
        await expect(whisper).to_be_visible(timeout=within)
        return whisper

    async def is_alerted(self, words: str, *, picture: str | None = None) -> None:
        """Read the alert, keep a picture of it if it shall have one, and close it."""
        await expect(self.visit.alert).to_be_visible(timeout=PATIENCE)
        if picture:
            await self.keeps(picture)
        assert self.word(words) in await self.visit.hears_alert()

    async def jumps_to(self, event: str) -> None:
        """Move the clock to the next event, which is this."""
        assert self.word(event) in await self.visit.reads_next_event()
        await self.visit.jump("next")

    async def keeps(self, name: str, *, of: Locator | None = None, page: Page | None = None) -> None:
        """Keep a picture of the page, scrolled to where this message is seen; or of another page."""
        if self._pictures is None:
            return
        if of is not None:
            await of.evaluate("one => one.scrollIntoView({ block: 'nearest' })")
        self._taken += 1
        file = self._pictures / f"{self._taken:02}-{name}.png"
        await (page or self.visit.page).screenshot(path=file, full_page=True, animations="disabled")


def new_folder(walk: Walk) -> Path:
    """The folder of a walk's pictures, without those of the walk before."""
    folder = PICTURES / str(walk)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@asynccontextmanager
async def walking(walk: Walk, browser: Browser, folder: Path) -> AsyncIterator[Walker]:
    """Open a demo in the walk's language; a walk that fails leaves a picture of where it was."""
    zone = ZONES[walk.language]
    demo = Demo(walk.language.value, folder, zone=zone).comes_up()
    size = PHONE if walk.width == PHONE["width"] else WIDE
    look = {"size": size, "locale": LOCALES[walk.language], "zone": zone, "sharp": SHARP[walk.width]}
    try:
        async with visiting(browser, demo.url, **look) as visit:  # type: ignore[arg-type]  # one dict for all
            walker = Walker(visit, walk.language, new_folder(walk))
            try:
                yield walker
            except Exception:
                await walker.keeps("failed")
                raise
        assert demo.stop() == 0
    finally:
        if demo.process.poll() is None:
            demo.stop()
