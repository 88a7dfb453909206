"""The page that checks a draw, from the disk and without a network: good proofs, changed ones, one's own line."""

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from bot.rules.proofs import write_proof
from tests.rules.some_proofs import GOOD, RECORDED, TAMPERED, an_old_draw

PAGE = Path(__file__).parents[2] / "docs" / "verify.html"


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """The page as somebody opens it from the disk."""
    context = await browser.new_context(locale="en-US", offline=True)
    opened = await context.new_page()
    await opened.goto(PAGE.as_uri())
    yield opened
    await context.close()


async def result(page: Page, text: str) -> str:
    """What the page says of a file with this text."""
    await page.evaluate("() => { shown = null; delete document.querySelector('#verdict').dataset.result }")
    await page.set_input_files("#file", {"name": "draw.json", "mimeType": "application/json", "buffer": text.encode()})
    await page.wait_for_selector("#verdict[data-result]:not([data-result=busy])")
    return await page.get_attribute("#verdict", "data-result") or ""


async def test_a_good_proof_and_ones_own_line(page: Page) -> None:
    """It holds, in every language; winners, seal and list are shown, and a fan finds their line by salt and id."""
    struck = ((a_first_winner(), "left"),)
    text = write_proof(an_old_draw(40, pulse=RECORDED, struck=struck))
    assert await result(page, text) == "holds"
    told, shown = json.loads(text), await page.inner_text("#verdict")
    assert told["commitment"] in shown
    assert told["list_hash"] in shown
    assert ", ".join(f"#{number}" for number in told["winners"]) in shown
    assert "left the group" in shown
    assert "round 657413" in shown
    for code, says in (("ko", "추첨이 맞아요"), ("zh", "抽奖没有问题"), ("en", "The draw holds")):
        await page.click(f"[data-language={code}]")
        assert says in await page.inner_text("#verdict")
    await page.fill("#number", "#7")
    await page.fill("#salt", sha256(b"7").digest()[:16].hex())
    await page.fill("#id", "707")
    await page.wait_for_selector("#mine-told[data-result=yes]")
    await page.fill("#id", "708")
    await page.wait_for_selector("#mine-told[data-result=no]")


def a_first_winner() -> int:
    """Who would have won the draw of forty first."""
    told = json.loads(write_proof(an_old_draw(40, pulse=RECORDED)))
    return int(told["winners"][0])


async def test_changed_proofs(page: Page) -> None:
    """The page finds what the command line finds, and says it first."""
    for name, tampered in TAMPERED.items():
        assert await result(page, tampered.text()) != "holds", name
    assert await result(page, write_proof(GOOD["old"])) == "holds"
