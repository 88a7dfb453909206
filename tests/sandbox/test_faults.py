"""Faults on demand: refusals, delays and cut connections."""

import asyncio
import json
import time

import aiohttp
import pytest

from sandbox import EVERYTHING, FILE, Document, Faults, Limits, Sandbox
from sandbox.methods import BY_LOWER_NAME
from sandbox.methods.ask import Ask
from tests.sandbox.client import TOKEN, Answer, Api, Scene


async def send(scene: Scene, chat: int | None = None) -> Answer:
    """A send to the group."""
    return await scene.api("sendMessage", chat_id=chat or scene.group.id, text="x")


async def test_too_many(scene: Scene) -> None:
    """A 429 on demand closes that method in that chat for as long as it says; then the call works."""
    scene.telegram.faults.too_many("sendMessage", chat=scene.group, retry_after=1)

    first, second = await send(scene), await send(scene)

    assert [first.status, second.status] == [429, 429]
    assert first.parameters == {"retry_after": 1}
    scene.joon.starts(scene.bot)
    assert (await send(scene, scene.joon.id)).body["ok"]


async def test_times(scene: Scene) -> None:
    """A fault hits so many calls of its method and chat, and then no more."""
    fault = scene.telegram.faults.error("sendMessage", code=502, chat=scene.group, times=2)
    scene.joon.starts(scene.bot)

    assert (await send(scene, scene.joon.id)).body["ok"]
    assert [(await send(scene)).status for _ in range(3)] == [502, 502, 200]
    assert fault.times == 0


@pytest.mark.parametrize(("code", "text"), [(500, "Internal Server Error"), (502, "Bad Gateway")])
async def test_server_errors(scene: Scene, code: int, text: str) -> None:
    """A server error does nothing and says so."""
    scene.telegram.faults.error(code=code)
    before = len(scene.group.messages)

    answer = await send(scene)

    assert (code, text, before) == (answer.status, answer.refusal, len(scene.group.messages))


async def test_cut_before(scene: Scene) -> None:
    """The connection is closed and nothing was done."""
    scene.telegram.faults.cut_before("sendMessage")
    before = len(scene.group.messages)

    with pytest.raises(aiohttp.ClientError):
        await send(scene)

    assert before == len(scene.group.messages)
    assert (await send(scene)).body["ok"]


async def test_cut_after(scene: Scene) -> None:
    """The message is there, but the bot never learns it."""
    scene.telegram.faults.cut_after("sendMessage")
    before = len(scene.group.messages)

    with pytest.raises(aiohttp.ClientError):
        await send(scene)

    assert before + 1 == len(scene.group.messages)
    assert scene.telegram.calls[-1].status == 0


async def test_slow(scene: Scene) -> None:
    """A slow call takes that long, once."""
    scene.telegram.faults.slow(0.2, "sendMessage")
    began = time.monotonic()

    await send(scene)
    slow = time.monotonic() - began
    await send(scene)

    assert slow >= 0.2
    assert time.monotonic() - began - slow < 0.2


async def test_every_method_but_polling(scene: Scene) -> None:
    """A fault without a method spares getUpdates, unless it is named."""
    scene.telegram.faults.error(times=None)
    assert (await scene.api("getMe")).status == 500
    assert (await scene.api("getUpdates")).status == 200

    scene.telegram.faults.error("getUpdates")

    assert (await scene.api("getUpdates")).status == 500
    scene.telegram.faults.clear()
    assert (await scene.api("getMe")).status == 200


def test_probability_is_repeatable() -> None:
    """The same seed hits the same calls."""

    def hits(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.error("sendMessage", probability=0.3)
        return [bool(faults.take_hits("sendmessage", 1)) for _ in range(200)]

    assert hits(7) == hits(7)
    assert hits(7) != hits(8)
    assert 30 < sum(hits(7)) < 90


async def test_latency(session: aiohttp.ClientSession) -> None:
    """Every call but a poll takes the base latency."""
    async with Sandbox(limits=Limits.none(), latency=0.1) as telegram:
        telegram.add_bot()
        api = Api(session, telegram.url)
        began = time.monotonic()
        await api("getMe")
        assert time.monotonic() - began >= 0.1
        began = time.monotonic()
        await api("getUpdates")
        assert time.monotonic() - began < 0.1


async def test_a_client_that_dies_while_it_waits(scene: Scene) -> None:
    """A call that Telegram received is done, though the client hung up before the answer."""
    scene.telegram.faults.slow(0.1, "sendMessage")
    dying = asyncio.create_task(send(scene))
    await asyncio.sleep(0.05)
    dying.cancel()

    sent = await scene.joon.waits_for(scene.group, lambda m: m.text == "x")

    assert sent.posted_by is scene.bot


async def test_its_own_failures_are_raised(session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in the stand-in is a 500 for the bot, and can't be taken for Telegram's in a test that passes."""

    def mistaken(ask: Ask) -> None:
        raise ZeroDivisionError(ask.method)

    monkeypatch.setitem(BY_LOWER_NAME, "getme", ("getMe", mistaken))

    async def serve() -> Answer:
        async with Sandbox() as telegram:
            telegram.add_bot()
            return await Api(session, telegram.url)("getMe")

    with pytest.raises(ZeroDivisionError, match="getMe"):
        await serve()


@pytest.mark.parametrize(("code", "start"), [(400, "Bad Request"), (403, "Forbidden")])
async def test_refusals_on_demand(scene: Scene, code: int, start: str) -> None:
    """A test makes Telegram refuse with any words, once."""
    scene.telegram.faults.refuse("sendMessage", "CHAT_WRITE_FORBIDDEN", code=code, chat=scene.group)

    first, second = await send(scene), await send(scene)

    assert (code, f"{start}: CHAT_WRITE_FORBIDDEN", True) == (first.status, first.refusal, second.body["ok"])


async def test_accepted_late_by_the_clock(scene: Scene) -> None:
    """A late call waits for the stand-in's clock, which a test moves; the message is dated when it was accepted."""
    began = scene.telegram.clock.now()
    scene.telegram.faults.late(90, "sendMessage", chat=scene.group)
    sending = asyncio.create_task(send(scene))
    await asyncio.sleep(0.05)
    scene.telegram.clock.advance(60)
    await asyncio.sleep(0.05)
    assert not sending.done()

    scene.telegram.clock.advance(31)

    late, prompt = await sending, await send(scene)
    assert late.result["date"] >= int(began) + 90
    assert prompt.result["date"] - late.result["date"] <= 1


async def test_a_short_delay_passes_by_itself(scene: Scene) -> None:
    """A late call that no test hurries is accepted when real time has passed."""
    began = scene.telegram.clock.now()
    scene.telegram.faults.late(0.2, "sendMessage")

    assert (await send(scene)).body["ok"]
    assert scene.telegram.clock.now() - began >= 0.2


async def test_dates_follow_the_clock(scene: Scene) -> None:
    """An answer's date is the stand-in's present, also after a test moved it."""
    scene.telegram.clock.set(1_900_000_000)

    assert (await send(scene)).result["date"] == 1_900_000_000


async def test_any_answer(scene: Scene) -> None:
    """A fault answers with any code, body and content type in the method's place; nothing is done."""
    faults, before = scene.telegram.faults, len(scene.group.messages)
    address, told = f"{scene.api.root}/sendMessage", {"chat_id": scene.group.id, "text": "hello"}
    faults.answer("sendMessage", code=200, body=b"\xe9[]", content_type="text/html; charset=latin-1")
    async with scene.api.session.post(address, json=told) as odd:
        assert (odd.status, odd.content_type, await odd.read()) == (200, "text/html", b"\xe9[]")
    faults.answer("sendMessage")
    async with scene.api.session.post(address, json=told) as down:
        assert (down.status, b"502 Bad Gateway" in await down.read()) == (502, True)
    assert len(scene.group.messages) == before
    assert (await send(scene)).status == 200


async def test_an_outage(scene: Scene) -> None:
    """A fault may hit everything: calls, polls, downloads and wrong tokens, until it is cleared."""
    scene.telegram.faults.answer(EVERYTHING, code=502, times=None)
    root, url = scene.api.root, scene.api.url
    addresses = (f"{root}/getMe", f"{root}/getUpdates", f"{url}/file/bot{TOKEN}/documents/a", f"{url}/bot1:X/getMe")
    for address in addresses:
        async with scene.api.session.get(address) as down:
            assert (down.status, down.content_type, "502 Bad Gateway" in await down.text()) == (502, "text/html", True)

    scene.telegram.faults.clear()

    assert (await scene.api("getMe")).status == 200


async def test_faults_of_downloads(scene: Scene) -> None:
    """The download of a file has faults of its own, which no other call meets."""
    scene.telegram.faults.error(FILE, code=504)
    scene.joon.says(scene.group, document=Document("a.csv", b"abc"))
    number = (await scene.api.read_all())[-1]["message"]["document"]["file_id"]
    path = (await scene.api("getFile", file_id=number)).result["file_path"]
    address = f"{scene.api.url}/file/bot{TOKEN}/{path}"
    async with scene.api.session.get(address) as refused:
        assert (refused.status, (await refused.json())["description"]) == (504, "Gateway Timeout")
    scene.telegram.faults.cut_before(FILE, times=None)
    with pytest.raises(aiohttp.ClientError):
        await scene.api.session.get(address)
    scene.telegram.faults.clear()
    async with scene.api.session.get(address) as came:
        assert await came.read() == b"abc"


async def test_headers_of_an_answer(scene: Scene) -> None:
    """A fault sends any headers, and with them bodies that aren't packed as they say."""
    scene.telegram.faults.answer("getMe", code=429, headers={"Retry-After": "7"})
    async with scene.api.session.get(f"{scene.api.root}/getMe") as refused:
        assert (refused.status, refused.headers["Retry-After"]) == (429, "7")
    scene.telegram.faults.answer("getMe", code=200, body=b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(aiohttp.ClientPayloadError):
        await (await scene.api.session.get(f"{scene.api.root}/getMe")).read()


async def test_an_answer_that_is_cut(scene: Scene) -> None:
    """A body may end before the length that was announced."""
    scene.telegram.faults.answer("getMe", code=200, body=b'{"ok":true,"result":{}}', keeps=9)
    async with scene.api.session.get(f"{scene.api.root}/getMe") as cut:
        assert (cut.status, cut.headers["Content-Length"]) == (200, "23")
        with pytest.raises(aiohttp.ClientPayloadError):
            await cut.read()
    assert (await scene.api("getMe")).status == 200


async def test_an_answer_that_is_slow(scene: Scene) -> None:
    """A body may come in pieces, over as many seconds as a test wants."""
    scene.telegram.faults.answer("getUpdates", code=200, body=b'{"ok":true,"result":[]}', lasts=0.3)
    began = time.monotonic()
    async with scene.api.session.get(f"{scene.api.root}/getUpdates") as slow:
        first = time.monotonic() - began
        assert json.loads(await slow.read()) == {"ok": True, "result": []}
    assert first < 0.3 <= time.monotonic() - began


@pytest.mark.parametrize(
    ("code", "words"),
    [(401, "Unauthorized"), (409, "Conflict"), (413, "Request Entity Too Large"), (503, "Service Unavailable")],
)
async def test_words_of_errors(scene: Scene, code: int, words: str) -> None:
    """Any HTTP error comes with its usual words, in JSON."""
    scene.telegram.faults.error("getMe", code=code)

    answer = await scene.api("getMe")

    assert answer.body == {"ok": False, "error_code": code, "description": words}
