"""Faults on demand: refusals, delays and cut connections."""

import asyncio
import time

import aiohttp
import pytest

from sandbox import Faults, Limits, Sandbox
from sandbox.methods import BY_LOWER_NAME
from sandbox.methods.ask import Ask
from tests.sandbox.client import Answer, Api, Scene


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
        return [bool(faults.meet("sendmessage", 1)) for _ in range(200)]

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
