"""The page that checks a draw, from the disk and without a network: it says of every file what `verify-draw` says."""

import json
import random
from collections.abc import AsyncIterator
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from bot.commands.verify_draw import check, sentences_of
from bot.rules.packets.proofs import check_packet_proof, write_packet_proof
from bot.rules.raffles.proofs import check_proof, page_path, write_proof
from bot.store.engine.db import Database
from bot.store.messages.telling import Attachment
from bot.web import DrawPages
from tests.rules.packets import test_proofs as packets
from tests.rules.some_proofs import GOOD, MALFORMED, TAMPERED, WRITTEN, a_long_story, places_in

PAGE = Path(__file__).parents[2] / "docs" / "verify.html"
LINES = (
    """() => [...document.querySelectorAll("#verdict [data-part]")].map((one) => [one.dataset.part, one.textContent])"""
)


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """The page as somebody opens it from the disk."""
    context = await browser.new_context(locale="en-US", offline=True)
    opened = await context.new_page()
    await opened.goto(PAGE.as_uri())
    yield opened
    await context.close()


async def result(page: Page, content: bytes) -> str:
    """What the page makes of a file with this content."""
    await page.evaluate("() => { shown = null; delete document.querySelector('#verdict').dataset.result }")
    await page.set_input_files("#file", {"name": "draw.json", "mimeType": "application/json", "buffer": content})
    await page.wait_for_selector("#verdict[data-result]:not([data-result=busy])")
    return await page.get_attribute("#verdict", "data-result") or ""


async def agree(page: Page, name: str, text: str) -> str:
    """The page says the same as `verify-draw` does without the means to check a signature; its verdict."""
    verdict = await result(page, text.encode())
    checked = check_proof(text)
    assert await page.evaluate(LINES) == [[one.part, one.text] for one in sentences_of(checked)], name
    assert verdict == ("unreadable" if checked.draw is None else "wrong" if checked.faults else "holds"), name
    return verdict


async def test_the_page_says_what_verify_draw_says(page: Page) -> None:
    """Of good files, of each that was tampered with, of each that is no proof: verdict and every line are the same."""
    for name, draw in GOOD.items():
        assert await agree(page, name, write_proof(draw)) == "holds"
    for name, tampered in TAMPERED.items():
        verdict = await agree(page, name, tampered.text())
        assert (verdict == "holds") == tampered.needs_key, name
    for name, malformed in MALFORMED.items():
        assert await agree(page, name, malformed.text()) == "unreadable"
    for name, text in WRITTEN.items():
        assert await agree(page, name, text) == "unreadable"
    assert await result(page, b"\xff" + write_proof(GOOD["named"]).encode()) == "unreadable"


async def test_the_page_says_the_same_of_red_packets(page: Page) -> None:
    """Good ones of each kind, and each that was changed: verdict and every line are those of `verify-draw`."""
    texts = {name: write_packet_proof(draw) for name, draw in packets.GOOD.items()}
    texts |= {name: packets.changed(change) for name, (change, _) in packets.TAMPERED.items()}
    for name, text in texts.items():
        verdict = await result(page, text.encode())
        assert await page.evaluate(LINES) == [[one.part, one.text] for one in sentences_of(check(text))], name
        assert (verdict == "holds") == (name in packets.GOOD), name


async def test_a_share_is_found_and_a_packet_is_told_in_three_languages(page: Page) -> None:
    """A fan finds their share by salt and id; a rush has no list to look in."""
    text = write_packet_proof(packets.FAIR)
    claims = check_packet_proof(text).claims
    assert claims is not None
    await result(page, text.encode())
    for code, says in (("ko", "나눈 몫"), ("zh", "每份金额"), ("en", "Drawn for them")):
        await page.click(f"[data-language={code}]")
        shown = await page.inner_text("#verdict")
        assert says in shown
        assert "undefined" not in shown
    number = claims.order[1]
    await page.fill("#number", str(number))
    await page.fill("#salt", sha256(b"%d" % number).digest()[:16].hex())
    await page.fill("#id", str(700 + number))
    await page.wait_for_selector("#mine-told[data-result=yes]")
    assert f"You got share 2: {claims.split[1]}" in await page.inner_text("#mine-told")
    await result(page, write_packet_proof(packets.GOOD["rush"]).encode())
    assert await page.is_hidden("#mine")


@pytest.mark.parametrize("kind", ["draw", "packet"])
async def test_the_cards_seal_is_compared(page: Page, kind: str) -> None:
    """Pasted with words around it: the same, the list's, another's, or too short; in every language."""
    text = write_proof(GOOD["named"]) if kind == "draw" else write_packet_proof(packets.FAIR)
    told = json.loads(text)
    assert await page.is_hidden("#seals")
    await result(page, text.encode())
    for code, yes, no, short in (
        ("en", "is that card's", "isn't that card's", "all 64"),
        ("ko", "그 카드의 것이에요", "그 카드의 것이 아니에요", "64자리"),
        ("zh", "就是那张卡片的", "不是那张卡片的", "64 位"),
    ):
        await page.click(f"[data-language={code}]")
        for pasted, says, is_same in (
            (f"Seal {told['commitment'].upper()}.", yes, "yes"),
            (told["list_hash"], "", "yes"),
            ("00" * 32, no, "no"),
            (told["commitment"] + "00", short, None),
            ("abc", short, None),
        ):
            await page.fill("#seal", pasted)
            await page.wait_for_function(
                "(says) => document.querySelector('#seal-told').innerText.includes(says)", arg=says
            )
            assert await page.get_attribute("#seal-told", "data-result") == is_same, (code, pasted)
    await page.fill("#seal", told["commitment"])
    await result(page, TAMPERED["another seal"].text().encode())
    assert await page.get_attribute("#seal-told", "data-result") == "no"


ODD: list[Any] = [None, True, 0, -1, 1, 2, 4, 2**31, 2**53, "", "left", "00" * 32, "\u202e", [], {}, [1], {"at": 1}]


async def test_the_page_agrees_about_files_of_chance(page: Page) -> None:
    """Values are put anywhere into good proofs, or change places; page and command line say the same of each."""
    chance = random.Random(9)
    for nth in range(150):
        told = json.loads(write_proof(GOOD[chance.choice(sorted(GOOD))]))
        ways = [way for way in places_in(told) if way]
        for _ in range(chance.choice((1, 1, 2))):
            *way, last = chance.choice(ways)
            inner = told
            try:
                for step in way:
                    inner = inner[step]
                inner[last] = deepcopy(chance.choice([*ODD, told[chance.choice(sorted(told))]]))
            except (KeyError, IndexError, TypeError):
                continue  # the first change took this place away
        await agree(page, f"file {nth}: {json.dumps(told)}", json.dumps(told))


async def test_a_good_proof_in_three_languages_and_ones_own_line(page: Page) -> None:
    """It is told in every language; a fan finds their line by salt and id, and links lead to the messages."""
    draw = a_long_story(40)
    assert await agree(page, "forty", write_proof(draw)) == "holds"
    for code, says in (("ko", "파일의 앞뒤가 맞아요"), ("zh", "文件前后一致"), ("en", "The file fits together")):
        await page.click(f"[data-language={code}]")
        shown = await page.inner_text("#verdict")
        assert says in shown
        assert "undefined" not in shown
        assert (code == "en") == ("lost the place" in shown)
    links = await page.eval_on_selector_all("#verdict a", "(all) => all.map((one) => one.href)")
    assert [link.split("/")[2] for link in links] == ["api.drand.sh", "t.me", "t.me"]
    number = json.loads(write_proof(draw))["winners"][0]
    await page.fill("#number", f"#{number}")
    await page.fill("#salt", sha256(b"%d" % number).digest()[:16].hex())
    await page.fill("#id", str(700 + number))
    await page.wait_for_selector("#mine-told[data-result=yes]")
    assert "By this file you won" in await page.inner_text("#mine-told")
    await page.fill("#id", "1")
    await page.wait_for_selector("#mine-told[data-result=no]")


async def test_somebody_elses_words_are_never_ours(page: Page) -> None:
    """Markup and addresses in a prize stay text within quotes."""
    words = "<img src=x onerror=document.title=1> https://t.me/c/1/2"
    text = write_proof(GOOD["sealed alone"]).replace("Silk Live", words)
    assert await agree(page, "markup", text) == "holds"
    assert await page.evaluate("document.querySelectorAll('#verdict img, #verdict a').length") == 0
    assert f'The file calls the shop: "{words}"' in await page.inner_text("#verdict")


class OneRaffle:
    """Stands for the database: one raffle."""

    def __init__(self, commitment: str) -> None:
        self.row = SimpleNamespace(community_id=1, seal=commitment, version=0)

    async def read(self, _reader: Any, _raffle_id: int) -> SimpleNamespace:
        """Its row."""
        return self.row


async def test_the_served_page_has_the_proof_in_hand(browser: Browser) -> None:
    """It fetches, checks and tells the proof by itself, and says that both came from the shop's server."""
    text = write_proof(GOOD["a long story"])
    told = json.loads(text)
    there = [Attachment("proof.json", text.encode(), None, None)]

    async def proof(_community: int, _raffle: int) -> Attachment | None:
        return there[0] if there else None

    pages = DrawPages(cast("Database", OneRaffle(told["commitment"])), proof, proof)
    app = web.Application()
    pages.add_to(app.router)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    context = await browser.new_context(locale="en-US")
    opened = await context.new_page()
    try:
        await opened.goto(f"http://127.0.0.1:{runner.addresses[0][1]}{page_path(1, told['commitment'])}")
        await opened.wait_for_selector("#verdict[data-result=holds]")
        assert await opened.evaluate(LINES) == [[one.part, one.text] for one in sentences_of(check_proof(text))]
        assert "came from the shop's server" in await opened.inner_text("#served")
        # The file from the group can be checked in its place.
        assert await result(opened, TAMPERED["another seed"].text().encode()) == "wrong"
        await opened.route("**/proof.json", lambda route: route.abort())
        await opened.reload()
        await opened.wait_for_selector("#verdict[data-result=missing]")
        assert "couldn't be loaded" in await opened.inner_text("#verdict")
    finally:
        await context.close()
        await runner.cleanup()
