"""drand's client against a local mirror that gives recorded rounds, wrong rounds, or nothing."""

import json
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.outside.drand import Drand, read_pulse
from tests.rules.some_proofs import RECORDED

GOOD = {"round": RECORDED.round, "randomness": RECORDED.randomness, "signature": RECORDED.signature}
FORGED = {"randomness": sha256(b"\xab" * 48).hexdigest(), "signature": "ab" * 48}
"""A round whose hash is right, and which nobody signed."""


class Mirror:
    """Gives each path the answer that the test chose."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""
        self.answers: dict[str, tuple[int, str]] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """The answer of the mirror that the path begins with."""
        self.asked.append(request.path)
        status, text = self.answers[request.path.split("/")[1]]
        return web.Response(status=status, text=text)


@pytest.fixture
async def mirror() -> AsyncIterator[Mirror]:
    """A server on this machine."""
    told = Mirror()
    app = web.Application()
    app.router.add_get("/{path:.*}", told.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield told
    await runner.cleanup()


async def test_a_round_is_asked_of_one_mirror_after_the_other(mirror: Mirror) -> None:
    """A mirror that refuses, or gives nonsense, another round, a wrong hash or a wrong signature is passed over."""
    mirror.answers = {
        "late": (425, ""),
        "odd": (200, "<html>"),
        "other": (200, json.dumps(GOOD | {"round": 1})),
        "wrong": (200, json.dumps(GOOD | {"randomness": "00" * 32})),
        "forged": (200, json.dumps(GOOD | FORGED)),
        "good": (200, json.dumps(GOOD)),
    }
    beacon = Drand(tuple(f"{mirror.url}/{name}" for name in mirror.answers))
    with capture_logs() as logs:
        assert await beacon.fetch(RECORDED.round) == RECORDED
    assert [line["event"] for line in logs] == ["round_refused", *["round_unsound"] * 3, "round_unsigned"]
    chain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    assert mirror.asked == [f"/{name}/{chain}/public/657413" for name in mirror.answers]


async def test_no_mirror_has_it(mirror: Mirror) -> None:
    """If all mirrors refuse or are closed, the client returns None and raises nothing."""
    mirror.answers = {"late": (425, "")}
    assert await Drand((f"{mirror.url}/late", "http://127.0.0.1:9")).fetch(RECORDED.round) is None
    for odd in (
        b"{}",
        b"[" * 4000,
        b'{"round":1e999,"randomness":"","signature":""}',
        b"\xe9",
        b"9" * 4000,
        b"[]",
        b"7",
    ):
        assert read_pulse(odd) is None
