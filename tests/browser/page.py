"""The page as a visitor uses it: by what is written on it, not by how it is made."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from playwright.async_api import Browser, Locator, Page, expect

Role = Literal["owner", "fan", "newcomer"]
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PATIENCE = 30_000
"""Milliseconds in which the bot must have answered. On a busy machine a day's jump takes some ten seconds."""


def find_chromium() -> str | None:
    """Where this machine's Chromium is, if it has one."""
    return next((path for name in NAMES if (path := shutil.which(name)) is not None), None)


class Visit:
    """Somebody at the page."""

    def __init__(self, page: Page, *, by_finger: bool = False) -> None:
        self.page = page
        self.by_finger = by_finger
        """Whether this is a phone: no pointer hovers, and one pane is shown at a time."""
        self.typed: list[str] = []
        """What was said, in order."""
        self.tapped: list[str] = []
        """What stood on the buttons that were tapped, in order."""

    # People

    async def be(self, role: Role, number: int = 0) -> None:
        """Become the owner, the newcomer, or one of the fans."""
        chip = self.page.locator(f".person[data-role={role}]").nth(number)
        await chip.click()
        await expect(chip).to_have_attribute("aria-checked", "true")
        me = await chip.get_attribute("data-person")
        await expect(self.page.locator("body")).to_have_attribute("data-me", me or "")

    def unread_of(self, role: Role, number: int = 0) -> Locator:
        """The badge with how much somebody else has unread."""
        return self.page.locator(f".person[data-role={role}]").nth(number).locator(".badge")

    async def add_fan(self) -> None:
        """Let one more fan come in, and become them."""
        before = await self.page.locator(".person").count()
        await self.page.locator("[data-action=add-fan]").click()
        await expect(self.page.locator(".person")).to_have_count(before + 1)

    # Chats

    async def open_group(self, title: str | None = None) -> None:
        """Open the group, or one of several by its title."""
        await self._open(".chat-line:not([data-kind=private])", title)

    async def is_in_group(self) -> None:
        """Wait until the group is shown, as a button led there."""
        await expect(self.page.locator(".chat:not([data-kind=private])")).to_be_visible(timeout=PATIENCE)

    async def open_bot(self) -> None:
        """Open the private chat with the bot."""
        await self._open(".chat-line[data-with=bot]", None)

    async def open_chat(self, title: str) -> None:
        """Open the chat of this title."""
        await self._open(".chat-line", title)

    async def talk_to(self, name: str) -> None:
        """Open the private chat with somebody else of the cast, which no bot sees."""
        await self.show_list()
        await self.page.locator("[data-action=new-chat]").click()
        await self.page.get_by_role("menuitem").filter(has_text=name).click()
        await expect(self.page.locator(".head h1")).to_have_text(name)

    async def show_list(self) -> None:
        """Go back to the chats, where an open one hides them."""
        back = self.page.locator("[data-action=back]")
        if await back.is_visible():
            await back.click()

    async def _open(self, lines: str, title: str | None) -> None:
        await self.show_list()
        line = self.page.locator(lines).filter(has_text=title) if title else self.page.locator(lines).first
        chat = await line.get_attribute("data-chat")
        await line.click()
        await expect(self.log).to_have_attribute("data-log", chat or "")

    @property
    def log(self) -> Locator:
        """The messages of the open chat."""
        return self.page.locator(".log")

    def messages(self, text: str | re.Pattern[str] | None = None) -> Locator:
        """Messages in the open chat, those that say something."""
        return self.page.locator("[data-kind=message]").filter(has_text=text)

    def whispers(self, text: str | re.Pattern[str] | None = None) -> Locator:
        """Messages in the open chat that only this person sees."""
        return self.page.locator("[data-whisper=true]").filter(has_text=text)

    def services(self, text: str | re.Pattern[str] | None = None) -> Locator:
        """Lines about people's coming and going."""
        return self.page.locator("[data-kind=service]").filter(has_text=text)

    # Acts

    async def says(self, text: str) -> None:
        """Write a message and send it by Enter; a command by the button, as Enter may take one from the menu."""
        self.typed.append(text)
        field = self.page.locator("[data-input=message]")
        await field.fill(text)
        if text.startswith("/"):
            await self.page.locator("[data-action=send]").click()
        else:
            await field.press("Enter")
        await expect(field).to_have_value("")

    async def reply_to(self, text: str, answer: str) -> None:
        """Answer the newest message that says this itself, by its menu."""
        message = self.messages(text).filter(has_not=self.page.locator(".quote")).last
        await message.scroll_into_view_if_needed()
        if self.by_finger:
            await message.locator(".message-more").click()
        else:
            await message.locator(".bubble").click(button="right", position={"x": 12, "y": 10})
        await self.page.locator("[data-item=reply]").click()
        await self.says(answer)

    async def start(self) -> None:
        """Press the Start button of a private chat."""
        await self.page.locator("[data-action=start]").click()
        await expect(self.page.locator("[data-input=message]")).to_be_visible()

    async def types_inline(self, text: str) -> Locator:
        """Type after the bot's name in the open chat; the lines that it offers."""
        await self.page.locator("[data-input=message]").fill(text)
        lines = self.page.locator("[data-result]")
        await expect(lines.first).to_be_visible(timeout=PATIENCE)
        return lines

    def button(self, label: str | re.Pattern[str]) -> Locator:
        """The newest button with that label."""
        return self.page.locator(".key").filter(has_text=label).last

    async def tap(self, label: str | re.Pattern[str]) -> None:
        """Tap the newest button with that label."""
        button = self.button(label)
        text = await button.inner_text()
        await button.click()
        self.tapped.append(text)

    @property
    def alert(self) -> Locator:
        """The alert that stands over everything."""
        return self.page.locator("dialog.alert[open]")

    async def hears_alert(self) -> str:
        """What the alert says; reads it and closes it."""
        box = self.alert
        await expect(box).to_be_visible(timeout=PATIENCE)
        text = await box.locator("p").inner_text()
        await box.locator("[data-action=ok]").click()
        await expect(box).to_be_hidden()
        return text

    def toasts(self, text: str | re.Pattern[str] | None = None) -> Locator:
        """Small answers that go by themselves."""
        return self.page.locator("[data-toast]").filter(has_text=text)

    async def open_link(self, url: str) -> None:
        """Paste a link, as somebody who got it from a friend."""
        await self.show_list()
        await self.page.locator("[data-action=open-link]").click()
        field = self.page.locator("[data-input=link]")
        await field.fill(url)
        await field.press("Enter")

    async def scan_as(self, name: str) -> None:
        """Scan the newest QR code with somebody else's phone, and become them."""
        scan = self.page.locator("[data-action=scan]").last
        self.tapped.append(await scan.inner_text())
        await scan.click()
        await self.page.get_by_role("menuitem").filter(has_text=name).click()

    async def leave(self) -> None:
        """Leave the open group."""
        await self.page.locator("[data-action=more]").click()
        await self.page.locator("[data-item=leave]").click()

    async def come_back(self) -> None:
        """Come back to the group that was left."""
        await self.page.locator("[data-action=return]").click()

    async def call_crowd(self) -> None:
        """Let two hundred fans tap the newest card, and wait until all are answered."""
        await self.page.locator("[data-action=crowd]").last.click()
        await expect(self.page.locator("[data-action=close-crowd]")).to_be_visible(timeout=4 * PATIENCE)

    # Time

    async def jump(self, to: Literal["hour", "tomorrow", "next"]) -> None:
        """Move the clock; returns when the page shows the new time."""
        before, button = await self.now(), await self._jump_button(to)
        self.tapped.append(await button.inner_text())
        await button.click()
        await self.page.wait_for_function(
            "before => Number(document.querySelector('.clock').dataset.now) > before + 30", arg=before
        )

    async def _jump_button(self, to: str) -> Locator:
        """A jump stands beside the clock, or on a phone in its menu."""
        beside = self.page.locator(f"[data-jump={to}]")
        if await beside.is_visible():
            return beside
        await self.page.locator(".clock").click()
        return self.page.locator(f"[data-item={to}]")

    async def now(self) -> int:
        """The time that the page shows, in epoch seconds, at most a minute old."""
        return int(await self.page.locator(".clock").get_attribute("data-now") or 0)

    @property
    def next_event(self) -> Locator:
        """What the clock can jump to, beside the clock."""
        return self.page.locator("[data-jump=next] small")

    async def reads_next_event(self) -> str:
        """What the clock can jump to, wherever it is said."""
        button = await self._jump_button("next")
        told = await button.inner_text()
        if await self.page.get_by_role("menu").is_visible():
            await self.page.keyboard.press("Escape")
        return told


@asynccontextmanager
async def visiting(
    browser: Browser,
    url: str,
    *,
    size: dict[str, int] | None = None,
    locale: str = "en-GB",
    zone: str = "Europe/London",
    dark: bool = False,
    sharp: float = 1,
) -> AsyncIterator[Visit]:
    """Open the page, on a phone if the size is one's; fails if anything on it fails."""
    shown = size or WIDE
    by_finger = shown["width"] == PHONE["width"]
    context = await browser.new_context(
        viewport={"width": shown["width"], "height": shown["height"]},
        is_mobile=by_finger,
        has_touch=by_finger,
        locale=locale,
        timezone_id=zone,
        color_scheme="dark" if dark else "light",
        device_scale_factor=sharp,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    await page.goto(url)
    await page.wait_for_selector("html[data-ready]")
    yield Visit(page, by_finger=by_finger)
    await context.close()
    assert failures == []
