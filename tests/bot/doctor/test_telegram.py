"""What `doctor` learns from Telegram: the token, the webhook, the clock, the chats."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from bot.commands.doctor.telegram import examine_telegram
from bot.rules.doctor.chats import Chat, ChatLeft, ChatMoved, ChatUnknown, NoGroupYet
from bot.rules.doctor.findings import Finding, Level
from bot.rules.doctor.machine import ClockFine, ClockOff, ClockWrong
from bot.rules.doctor.telegram import (
    CannotJoinGroups,
    InlineOff,
    NotTelegram,
    TelegramAway,
    TokenRefused,
    UpdatesWait,
    WebhookSet,
)
from sandbox import Sandbox
from tests.bot.doctor.settings import SECRET, TOKEN, at, now
from tests.bot.test_answers import BAD


@asynccontextmanager
async def api(**answers: Any) -> AsyncIterator[str]:
    """A Bot API that says what a test wants, method by method; an answer may be a response of its own."""

    async def page(request: web.BaseRequest) -> web.StreamResponse:
        answer = answers.get(request.path.rsplit("/", 1)[1], {"ok": True, "result": {}})
        return answer if isinstance(answer, web.Response) else web.json_response(answer)

    runner = web.ServerRunner(web.Server(page))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def me(**more: Any) -> dict[str, Any]:
    """What getMe answers."""
    return {"ok": True, "result": {"id": 42, "is_bot": True, "username": "encore_bot", "can_join_groups": True, **more}}


async def test_a_server_that_talks_nonsense() -> None:
    """Each bad answer to each question is a finding, never a traceback."""
    async with Sandbox() as telegram:
        telegram.add_bot(token=TOKEN)
        for code, body, kind in BAD.values():
            for method in ("getMe", "getWebhookInfo", "getChatMember"):
                telegram.faults.answer(method, code=code, body=body, content_type=kind)
                chats = [Chat(-5, "Silk room", is_channel=False)]
                found = await examine_telegram(at(telegram.url), chats, now)
                assert any(finding.level is not Level.FINE for finding in found)
                telegram.faults.clear()


async def test_tokens_and_addresses() -> None:
    """A refused token, a silent address, and a web page in Telegram's place are told apart."""
    async with Sandbox() as telegram:
        refused = await examine_telegram(at(telegram.url), [], now)
    assert TokenRefused() in refused
    page = web.Response(text="<html>Please log in</html>", content_type="text/html")
    async with api(getMe=page) as url:
        assert await examine_telegram(at(url), [], now) == [NotTelegram()]
    (away,) = await examine_telegram(at("http://127.0.0.1:1"), [], now)
    assert isinstance(away, TelegramAway)
    assert SECRET not in away.reason


async def test_what_stands_in_the_way_of_polling() -> None:
    """A webhook is told by its host alone, with what waits and with BotFather's switches."""
    info = {"url": f"https://old.example/hook/{SECRET}", "pending_update_count": 1234}
    off = me(can_join_groups=False, supports_inline_queries=False)
    async with api(getMe=off, getWebhookInfo={"ok": True, "result": info}) as url:
        seen = await examine_telegram(at(url), [], now)
    assert {WebhookSet("old.example"), UpdatesWait(1234), CannotJoinGroups()} <= set(seen)
    assert InlineOff() in seen
    assert NoGroupYet() in seen


@pytest.mark.parametrize(("off", "kind"), [(0, ClockFine), (30, ClockOff), (-3600, ClockWrong)], ids=str)
async def test_a_clock_beside_telegrams(off: int, kind: type[Finding]) -> None:
    """The time is compared with the one in Telegram's answer."""
    there = format_datetime(now() - timedelta(seconds=off), usegmt=True)
    answer = web.json_response(me(), headers={"Date": there})
    async with api(getMe=answer, getWebhookInfo={"ok": True, "result": {"url": ""}}) as url:
        seen = await examine_telegram(at(url), [], now)
    (clock,) = (one for one in seen if type(one).__name__.startswith("Clock"))
    assert isinstance(clock, kind)
    assert getattr(clock, "fast", off > 0) is (off > 0)


async def test_what_telegram_says_of_chats() -> None:
    """A moved group, a removal and an answer that helps nobody."""
    chat = Chat(-1001, "Silk room", is_channel=False)
    cases: dict[type[Finding], dict[str, Any]] = {
        ChatMoved: {
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
        },
        ChatLeft: {"error_code": 403, "description": "Forbidden: bot was kicked from the supergroup chat"},
        ChatUnknown: {"error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 60}},
    }
    for kind, answer in cases.items():
        async with api(getMe=me(), getChatMember={"ok": False, **answer}) as url:
            seen = await examine_telegram(at(url), [chat], now)
        assert isinstance(seen[-1], kind)
