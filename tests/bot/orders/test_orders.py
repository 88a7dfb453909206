"""Files and calls from the shop's platform, over real HTTP: codes in, orders in, orders taken back."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import text

from bot.rules.orders.calls import sign
from bot.store.engine.sessions import Tx
from bot.web import OrderCalls, Vitals, serving
from sandbox import Document
from tests.bot.conftest import Play, is_card
from tests.bot.consenting import wants_promotion
from tests.bot.files import csv, hands_in, taps

HEADERS = ("X-Encore-Shop", "X-Encore-Time", "X-Encore-Signature")
HOUR = 3600.0


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def test_codes_and_orders_by_file(play: Play) -> None:
    """A file's codes become a drop; fans claim them; a file of orders redeems them, twice for once."""
    stage = await play(language="en")
    refused = await hands_in(stage, '/newcoupon title="Silk"', csv("code", "SILK-1", "x", "SILK-1"))
    assert "Nothing was imported: 2 of 3 lines" in refused.text
    assert "• Line 3: x is too short" in refused.text
    assert "• Line 4: SILK-1 is in line 2 too" in refused.text

    file = csv("이름;쿠폰코드", "a;Silk-1", "b;Silk-2", encoding="cp949")
    said = stage.owner.says(stage.group, "the codes", document=file)
    asked = stage.owner.says(stage.group, '/newcoupon title="Silk scarf"', reply_to=said)
    preview = await stage.whisper(stage.owner, after=asked)
    assert "2 codes, from Silk-1 to Silk-2" in preview.text
    made = await taps(stage, stage.owner, preview, "Put it up")
    assert "2 coupons" in made.text
    assert "Silk-1 to Silk-2" in made.text
    card = await stage.owner.waits_for(stage.group, is_card, timeout=10)
    ana = stage.fan("Ana")
    assert "Silk-1" in (await ana.presses(card, "claim").answered()).text

    orders = csv(
        "order,code,value,time", 'A-1,Silk-1,"39,000",2026-11-02 11:30', "A-2,Silk-9,5,2026-11-02", "A-3,,5,2026-11-02"
    )
    preview = await hands_in(stage, "/redeem currency=KRW", orders)
    assert "3 paid orders: ₩39,010" in preview.text
    assert "2 with a coupon code, 1 without" in preview.text
    report = await taps(stage, stage.owner, preview, "Take them")
    assert "3 orders taken ✅ 1 coupon is marked as used." in report.text
    assert "Codes that aren't your coupons: Silk-9. Their orders count all the same." in report.text
    preview = await hands_in(stage, "/redeem currency=KRW", orders)
    again = await taps(stage, stage.owner, preview, "Take them")
    assert "3 orders from before count only once" in again.text

    said = stage.owner.says(stage.group, "/order A-1")
    shown = await stage.whisper(stage.owner, after=said)
    assert "₩39,000" in shown.text
    assert "Ana, by the coupon" in shown.text
    said = stage.owner.says(stage.group, "/order A-1 refund")
    taken = await stage.whisper(stage.owner, after=said)
    assert "Ana can use the coupon again" in taken.text


async def test_files_that_cannot_be_read(play_sqlite: Play) -> None:
    """Too large, no text, no orders in it: one kind sentence each."""
    stage = await play_sqlite(language="en")
    large = Document("large.csv", b"x" * 1_000_001, "text/csv")
    assert "too large" in (await hands_in(stage, "/newcoupon title=Silk", large)).text
    sheet = Document("codes.xlsx", b"PK\x03\x04\x00\x00", "application/zip")
    assert "open that spreadsheet" in (await hands_in(stage, "/newcoupon title=Silk", sheet)).text
    brings = await hands_in(stage, "/newcoupon title=Silk stock=5", csv("SILK-1"))
    assert "Your file has 1 code" in brings.text
    nameless = await hands_in(stage, "/redeem", csv("code,price", "SILK-1,5"))
    assert "Which column has the order numbers?" in nameless.text


async def in_pieces(raw: bytes) -> AsyncIterator[bytes]:
    """A body of which the second half takes its time."""
    yield raw[:20]
    await asyncio.sleep(0.05)
    yield raw[20:]


async def test_signed_calls(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    """Good is taken once; unsigned, foreign, late or GET hears what a wrong address hears; refunded is taken back."""
    stage = await play(language="en")
    group_whisper = await stage.ask(stage.owner, "/hook")
    assert "private chat" in group_whisper.text
    stage.owner.starts(stage.bot)
    chat = stage.owner.chat_with(stage.bot)
    said = stage.owner.says(stage.bot, "/hook")
    shown = await stage.owner.waits_for(chat, lambda m: m.sender is stage.bot and "Secret" in m.text, after=said)
    secret = shown.text.partition("Secret: ")[2].split()[0]
    shop = shown.text.partition("X-Encore-Shop: ")[2].split()[0]
    card = await stage.drop('title="Silk scarf" stock=3')
    ana = stage.fan("Ana")
    code = next(word for word in (await ana.presses(card, "claim").answered()).text.split() if "-" in word)
    app, port = stage.app, free_port()
    vitals = Vitals(app.meters, app.db, app.clock.now, lambda: app.intake)
    url = f"http://127.0.0.1:{port}/hooks/orders"
    order = {"order": "A-1", "code": code, "value": 39_000, "currency": "KRW"}

    async with serving(vitals, port, OrderCalls(app.db, app.clock.now, app.policies)), ClientSession() as session:

        async def calls(
            body: Any, *, key: str = secret, to: str = shop, old: int = 0, slowly: bool = False
        ) -> tuple[int, str]:
            raw = json.dumps(body).encode()
            stamp = str(int(app.clock.now().timestamp()) - old)
            headers = dict(zip(HEADERS, (to, stamp, sign(key, stamp, raw)), strict=True))
            async with session.post(url, data=in_pieces(raw) if slowly else raw, headers=headers) as answer:
                return answer.status, await answer.text()

        async with session.get(f"http://127.0.0.1:{port}/nowhere") as answer:
            nowhere = answer.status, await answer.text()
        for wrong in ({"key": "guess"}, {"to": "999"}, {"to": "²"}, {"to": "9" * 30}, {"old": 301}, {"old": -301}):
            assert await calls(order, **wrong) == nowhere
        async with session.post(url, json=order) as answer:
            assert (answer.status, await answer.text()) == nowhere
        async with session.get(url) as answer:
            assert (answer.status, await answer.text()) == nowhere
        assert await calls({**order, "code": "x" * 20_000}) == nowhere

        assert await calls(order) == (200, '{"outcome": "taken"}')
        assert await calls(order, slowly=True) == (200, '{"outcome": "known"}')
        assert await calls({**order, "order": "A-2"}) == (200, '{"outcome": "taken", "reason": "coupon_used"}')
        assert await calls({**order, "value": 1}) == (200, '{"outcome": "refused", "reason": "other_order"}')
        assert await calls({**order, "value": "much"}) == (400, '{"outcome": "malformed", "field": "value"}')
        assert await calls({**order, "vaule": 5}) == (400, '{"outcome": "malformed", "field": "vaule"}')
        assert await calls({**order, "state": "pending"}) == (200, '{"outcome": "waiting"}')
        bad: list[dict[str, Any]] = [
            *({"order": ref} for ref in ("🧵", "x" * 65, "A\0")),
            *({"value": value} for value in (39_000.0, float("nan"), 10**600)),
        ]
        for one in bad:
            told = 400, f'{{"outcome": "malformed", "field": "{next(iter(one))}"}}'
            assert await calls(order | one) == told
        assert await calls([]) == (400, '{"outcome": "malformed"}')
        assert await calls({**order, "state": "refunded"}) == (200, '{"outcome": "taken"}')
        assert await calls({**order, "order": "A-3"}) == (200, '{"outcome": "taken"}')

        said = stage.owner.says(stage.bot, "/hook new")
        await stage.owner.waits_for(chat, lambda m: m.sender is stage.bot and "new secret" in m.text, after=said)
        assert await calls(order) == nowhere
    assert secret not in caplog.text


async def test_a_held_coupon_is_reminded_of(play_sqlite: Play) -> None:
    """In private, a day before its end, once, as they said yes to promotion."""
    stage = await play_sqlite(language="ko")
    await stage.ask(stage.owner, "/setup contact=02-123-4567")
    card = await stage.drop('title="Silk scarf" stock=3 closes=+2d')
    ana = stage.fan("Ana")
    ana.starts(stage.bot)
    await ana.presses(card, "claim").answered()
    await stage.settled()
    await wants_promotion(stage, ana)
    stage.telegram.clock.advance(24 * HOUR + 60)
    told = await ana.waits_for(
        ana.chat_with(stage.bot), lambda m: m.sender is stage.bot and "ends soon" in m.text, timeout=15
    )
    assert "Silk scarf" in told.text
    assert "My coupons" in told.buttons[0].text


async def test_who_comes_first(play_sqlite: Play) -> None:
    """A core fan finds the drop in /coupons before its card hangs, claims it there, and others wait."""
    stage = await play_sqlite(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.ask(ana, "/checkin")
    await stage.ask(ben, "/checkin")
    await stage.app.db.write(_made_core, ana.id)
    await stage.ask(stage.owner, '/newcoupon title="Silk scarf" stock=3 opens=+15m')
    shown = await stage.ask(ana, "/coupons")
    assert "opens for you" in shown.text
    stage.telegram.clock.advance(6 * 60)
    shown = await stage.ask(ana, "/coupons")
    assert "is open for you already" in shown.text
    assert "Yours" in (await ana.presses(shown, "claim").answered()).text
    assert "opens for you" not in (await stage.ask(ben, "/coupons")).text


def _made_core(tx: Tx, user_id: int) -> None:
    tx.execute(
        text("UPDATE member SET tier = 'core', tier_rose_on = '2026-11-02' WHERE user_id = :id"), {"id": user_id}
    )
