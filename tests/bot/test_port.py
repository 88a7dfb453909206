"""The port under strangers: bounded in connections and time, and a right answer to whatever bytes come."""

import asyncio
import contextlib
import gzip
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.clock import Clock
from bot.features.orders.hook import Hooks
from bot.meters import Meters
from bot.rules.orders.calls import sign
from bot.store.engine.db import Database
from bot.web import OrderCalls, Vitals, serving
from bot.web.guard import PortLimits
from tests.bot.test_web import free_port, get
from tests.features.scene import OWNER, POLICIES, act_by, shop

SECRET = "s3cret"  # no shop's but this test's
ORDER = {"order": "A-1", "code": "SILK-1", "value": 5, "currency": "KRW"}


@dataclass
class Port:
    """A port and the shop behind it."""

    number: int
    shop: int
    secret: str
    clock: Clock

    async def says(self, raw: bytes, seconds: float = 15) -> bytes:
        """Send bytes; all that comes back until the other side ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.number)
        try:
            writer.write(raw)
            with contextlib.suppress(ConnectionError):
                async with asyncio.timeout(seconds):
                    return await reader.read()
            return b""
        finally:
            writer.close()

    async def calls(self, body: bytes, *more: bytes, signed: bytes | None = None) -> tuple[int, bytes]:
        """A signed call; its status and answer."""
        stamp = str(int(self.clock.now().timestamp()))
        signature = sign(self.secret, stamp, body if signed is None else signed)
        head = b"\r\n".join(
            (
                b"POST /hooks/orders HTTP/1.1",
                b"Host: shop",
                b"X-Encore-Shop: %d" % self.shop,
                b"X-Encore-Time: " + stamp.encode(),
                b"X-Encore-Signature: " + signature.encode(),
                b"Content-Length: %d" % len(body),
                *more,
            )
        )
        return parted(await self.says(head + b"\r\n\r\n" + body))


def parted(answer: bytes) -> tuple[int, bytes]:
    """The status and the body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@contextlib.asynccontextmanager
async def open_port(url: str, limits: PortLimits) -> AsyncIterator[Port]:
    """A shop with a hook, and its port."""
    meters, clock = Meters(), Clock.real()
    async with Database.open(url, meters) as db:
        place = await shop(db)
        hooks = Hooks(db, lambda: SECRET, listening=True)
        await hooks.show(act_by(place, OWNER.user_id, clock.now(), "test:1"))
        orders = OrderCalls(db, clock.now, POLICIES)
        number = free_port()
        async with serving(Vitals(meters, db, clock.now, lambda: None), number, orders, limits=limits):
            yield Port(number, place.community_id, SECRET, clock)


@pytest.fixture
async def port(sqlite_url: str) -> AsyncIterator[Port]:
    """A port with its usual limits, and no failure in the log."""
    with capture_logs() as logs:
        async with open_port(sqlite_url, PortLimits()) as opened:
            yield opened
    assert [line for line in logs if line["log_level"] in {"error", "critical"}] == []


NESTED = b"[" * 8_000 + b"]" * 8_000


@pytest.mark.parametrize(
    "body",
    [
        NESTED,
        b'{"order":' * 1_500 + b"1" + b"}" * 1_500,
        b'{"value": ' + b"9" * 5_000 + b"}",
        json.dumps({**ORDER, "value": 2**63}).encode(),
        json.dumps({**ORDER, "value": -1}).encode(),
        json.dumps({**ORDER, "value": 1e400}).encode(),
        json.dumps({**ORDER, "at": "99999-01-01T00:00:00+00:00"}).encode(),
        json.dumps({**ORDER, "at": "0000-01-01T00:00:00+00:00"}).encode(),
        json.dumps({**ORDER, "at": "0001-01-01T00:00:00+14:00"}).encode(),
        json.dumps({**ORDER, "at": "9999-12-31T23:59:59-14:00"}).encode(),
        json.dumps({**ORDER, "order": "\ud800"}).encode(),
        json.dumps({**ORDER, "state": ["paid"]}).encode(),
        json.dumps({**ORDER, "state": {}}).encode(),
        b'{"order": "caf\xe9"}',
        b"\xff\xfe\x00",
        b"",
        b"null",
        b"NaN",
        gzip.compress(b"{}"),
    ],
)
async def test_signed_calls_that_cannot_be_read(port: Port, body: bytes) -> None:
    """Each gets the promised 400 in JSON, which names the field if there is one, and leaves nothing in the log."""
    status, answer = await port.calls(body)
    assert status == 400
    told = json.loads(answer)
    assert told.pop("outcome") == "malformed"
    assert set(told) <= {"field"}
    assert told.get("field") in {None, "order", "value", "at", "state"}


async def test_packed_and_doubled(port: Port) -> None:
    """A packed body isn't unpacked; a header that stands twice, or holds other bytes, makes no call a shop's."""
    packed = gzip.compress(json.dumps(ORDER).encode())
    assert await port.calls(packed, b"Content-Encoding: gzip") == (400, b'{"outcome": "malformed"}')
    assert (await port.calls(gzip.compress(b"0" * 10_000_000), b"Content-Encoding: gzip"))[0] in {400, 404}
    body = json.dumps(ORDER).encode()
    nowhere = parted(await port.says(b"GET /nowhere HTTP/1.1\r\nHost: shop\r\n\r\n"))
    assert nowhere[0] == 404
    good = await port.calls(body)
    assert good[0] == 200
    for odd in (b"caf\xe9", b"\xed\xa0\x80", b"9" * 4_000, "²".encode()):
        for name in (b"X-Encore-Shop", b"X-Encore-Time", b"X-Encore-Signature"):
            head = b"POST /hooks/orders HTTP/1.1\r\nHost: shop\r\n%s: %s\r\nContent-Length: 0\r\n\r\n" % (name, odd)
            assert parted(await port.says(head)) == nowhere
    doubled = b"POST /hooks/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"
    assert parted(await port.says(doubled))[0] == 400
    assert (await port.calls(body, b"X-Encore-Shop: 999"))[0] in {200, 404}


async def test_bytes_of_all_kinds(port: Port) -> None:
    """Thousands of broken requests by a seeded generator: each is answered by a status or cut, and the port lives."""
    dice = random.Random(10)
    whole = b"POST /hooks/orders HTTP/1.1\r\nHost: shop\r\nX-Encore-Shop: 1\r\nContent-Length: 2\r\n\r\n{}"
    draw = b"/draws/1/" + b"a" * 32 + b"/"
    paths = (b"/healthz", b"/readyz", b"/metrics", b"/hooks/orders", draw, b"/%ff", b"//", b"*")

    async def one() -> None:
        raw = bytearray(whole.replace(b"/hooks/orders", dice.choice(paths)))
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(raw))
            raw[at : at + dice.choice((0, 1, 4))] = dice.randbytes(dice.choice((0, 1, 3)))
        reader, writer = await asyncio.open_connection("127.0.0.1", port.number)
        try:
            writer.write(bytes(raw))
            writer.write_eof()
            with contextlib.suppress(ConnectionError):
                answer = await asyncio.wait_for(reader.read(), 30)
                assert not answer or (answer.startswith(b"HTTP/1.") and b"Traceback" not in answer), raw
                assert b" 500 " not in answer[:20], raw
        finally:
            writer.close()

    for _ in range(75):
        await asyncio.gather(*(one() for _ in range(20)))
    assert await get(port.number, "/healthz") == (200, "alive\n")


async def test_slow_senders(sqlite_url: str) -> None:
    """Who sends its headers drop by drop is cut after the time for reading, and others are served meanwhile."""
    limits = PortLimits(connections=20, read=1.0)
    async with open_port(sqlite_url, limits) as port:
        slow = [await asyncio.open_connection("127.0.0.1", port.number) for _ in range(60)]
        for _, writer in slow:
            writer.write(b"GET /healthz HTTP/1.1\r\nHo")
        assert await get(port.number, "/healthz") == (200, "alive\n")
        begun = asyncio.get_running_loop().time()

        async def drips(writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.1)

        dripping = [asyncio.create_task(drips(writer)) for _, writer in slow]
        async with asyncio.timeout(10):
            for reader, _ in slow:
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""
        assert asyncio.get_running_loop().time() - begun < 6
        for task in dripping:
            task.cancel()
        for _, writer in slow:
            writer.close()
        assert await get(port.number, "/healthz") == (200, "alive\n")


async def test_a_body_that_never_ends(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that doesn't come in time is a wrong address; one that is read too slowly ends the whole connection."""
    monkeypatch.setattr("bot.web.hooks.BODY_SECONDS", 0.3)
    async with open_port(sqlite_url, PortLimits()) as port:
        head = b"POST /hooks/orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\nx"
        assert parted(await port.says(head))[0] == 404
    monkeypatch.setattr("bot.web.hooks.BODY_SECONDS", 30)
    async with open_port_again(sqlite_url, PortLimits(whole=0.3)) as number:
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        writer.write(b"POST /hooks/orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\nx")
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()


@contextlib.asynccontextmanager
async def open_port_again(url: str, limits: PortLimits) -> AsyncIterator[int]:
    """A port on a shop that is there; its number."""
    meters, clock, number = Meters(), Clock.real(), free_port()
    async with Database.open(url, meters) as db:
        orders = OrderCalls(db, clock.now, POLICIES)
        async with serving(Vitals(meters, db, clock.now, lambda: None), number, orders, limits=limits):
            yield number


async def test_what_fails_is_told_in_json(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug behind a page is one event and a 500 in JSON, after which the platform sends again."""

    def fails(*_: Any) -> None:
        raise LookupError("of a customer")

    monkeypatch.setattr("bot.web.hooks.read_call", fails)
    with capture_logs() as logs:
        async with open_port(sqlite_url, PortLimits()) as port:
            assert await port.calls(b"{}") == (500, b'{"outcome": "failed"}')
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["page_failed"]
