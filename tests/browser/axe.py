"""What axe-core finds on a page."""

from typing import Any

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it has no stubs
from playwright.async_api import Page

RESTS = "Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))).then(() => null)"
"""Waits until nothing moves: what fades in has too little contrast for a moment."""


async def problems_of(page: Page) -> list[str]:
    """Each problem with the first element that has it."""
    await page.evaluate(RESTS)
    found: dict[str, Any] = (await Axe().run(page)).response
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]
