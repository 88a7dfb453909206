"""The page of a draw and its proof: the card's button leads there, and no other address does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import ClientSession

from bot.content.button import Button
from bot.features.packets.cards import CARD as PACKET
from bot.features.raffles.facts import CARD
from bot.rules.raffles.proofs import check_proof, page_path
from bot.telegram.keyboards import keyboard
from bot.web import DrawPages, Vitals, serving
from sandbox import Message, Person
from tests.bot.conftest import Play, Stage
from tests.bot.raffles.test_raffles import drawn, opened
from tests.bot.test_web import free_port, get
from tests.features.scene import query

SHOP = "https://shop.example"


@asynccontextmanager
async def served(stage: Stage) -> AsyncIterator[int]:
    """The bot's pages; their port."""
    app, port = stage.app, free_port()
    vitals = Vitals(app.meters, app.db, app.clock.now, lambda: app.intake)
    async with serving(vitals, port, draws=DrawPages(app.db, app.files[CARD], app.files[PACKET])):
        yield port


async def my_line(fan: Person, stage: Stage, card: Message) -> Message:
    """What *my number and how to check* tells a fan; that they won may be told before it."""
    press = fan.presses(card, "myentry")
    return await fan.waits_for(stage.group, lambda m: m.only_for is fan and "Salt" in m.text, timeout=10, after=press)


def checks(message: Message) -> list[str]:
    """Where the buttons lead that check the draw."""
    return [button.url for button in message.buttons if button.url is not None]


async def test_the_button_leads_to_the_page_with_the_proof(play: Play) -> None:
    """Page and proof exist only after the draw, and the proof is the group's file, on both databases."""
    stage = await play(language="en", metrics_port=9108, public_url=SHOP)
    ana = stage.fan("Ana")
    card = await opened(stage, "prize=Scarf closes=+30m")
    await ana.presses(card, "enter").answered()
    assert checks(card) == []
    (row,) = await query(stage.app.db, "SELECT id, commitment FROM raffle")
    path = page_path(*row)
    async with served(stage) as port:
        assert (await get(port, path))[0] == 404
        assert (await get(port, path + "proof.json"))[0] == 404
        told = await drawn(stage, card)
        file = told.file
        assert file is not None
        assert checks(told) == [SHOP + path]
        mine = await my_line(ana, stage, card)
        assert checks(mine) == [SHOP + path]
        status, page = await get(port, urlsplit(checks(mine)[0]).path)
        assert status == 200
        assert page.count('<body data-proof="proof.json">') == 1
        status, proof = await get(port, path + "proof.json")
        assert (status, proof.encode()) == (200, file.content)
        raffle, seal = str(row[0]), row[1][:32]
        for wrong in (
            f"/draws/{raffle}/{'0' * 32}/",
            f"/draws/{raffle}/{seal[:-1]}/",
            f"/draws/{raffle}/{seal}",
            f"/draws/{raffle}/{seal.upper()}/" if seal.upper() != seal else "/draws/",
            f"/draws/{int(raffle) + 1}/{seal}/",
            f"/draws/０/{seal}/",
            f"/draws/{'9' * 18}/{seal}/",
            f"/draws/{'9' * 30}/{seal}/proof.json",
            f"/draws/-1/{seal}/",
            "/draws/",
        ):
            assert (await get(port, wrong))[0] == 404, wrong


async def test_a_place_drawn_again_shows_at_once(play_sqlite: Play) -> None:
    """After a redraw the kept proof is not served any more."""
    stage = await play_sqlite(language="en", metrics_port=9108, public_url=SHOP)
    fans = [stage.fan(name) for name in ("Ana", "Ben", "Eve")]
    card = await opened(stage, "prize=Scarf closes=+30m reserves=2")
    for fan in fans:
        await fan.presses(card, "enter").answered()
    path = urlsplit(checks(await drawn(stage, card))[0]).path + "proof.json"
    async with served(stage) as port:
        first, again = await asyncio.gather(get(port, path), get(port, path))
        assert first == again
        winner = json.loads(first[1])["winners"][0]
        said = stage.owner.says(stage.group, f"/raffle 1 redraw {winner}")
        await stage.owner.waits_for(stage.group, lambda m: m.file is not None, timeout=10, after=said)
        checked = check_proof((await get(port, path))[1])
        assert checked.faults == ()
        assert winner not in checked.winners


async def test_a_page_tells_browsers_to_be_careful(play_sqlite: Play) -> None:
    """No other site frames it, nothing is told onward, no search engine lists it; it may fetch from its server only."""
    stage = await play_sqlite(language="en", metrics_port=9108, public_url=SHOP)
    card = await opened(stage, "prize=Scarf closes=+30m")
    path = urlsplit(checks(await drawn(stage, card))[0]).path
    async with (
        served(stage) as port,
        ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as answer,
    ):
        text = await answer.text()
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "default-src 'none'" in text
    assert "connect-src 'self'" in text


async def test_without_a_public_address_no_button_leads_nowhere(play_sqlite: Play) -> None:
    """Card, proof and my line have the button that computes the draw again, and none that opens a page."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    card = await opened(stage, "prize=Scarf closes=+30m")
    await ana.presses(card, "enter").answered()
    told = await drawn(stage, card)
    assert [button.text for button in card.buttons] == ["My number and how to check", "🔍 Compute it again"]
    mine = await my_line(ana, stage, card)
    for message in (told, mine):
        assert [button.text for button in message.buttons] == ["🔍 Compute it again"]
    assert "docs/" not in mine.text


def test_a_row_of_pages_only_is_no_keyboard() -> None:
    """Buttons that lead to pages are left out where there's no address, and so are rows of nothing else."""
    page, press = Button("check", "Check", page="/draws/1/ab/"), Button("mine", "Mine", press="mine:1")
    assert keyboard(((page,),), "bot") is None
    assert keyboard(((page, press), (page,)), "bot") == {
        "inline_keyboard": [[{"text": "Mine", "callback_data": "mine:1"}]]
    }
    linked = {"text": "Check", "url": f"{SHOP}/draws/1/ab/"}
    assert keyboard(((page,),), "bot", address=SHOP) == {"inline_keyboard": [[linked]]}
