"""Answers that are no word of the Bot API, on every way out: a passing failure, never a traceback, never an "Oops"."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter, TelegramServerError
from aiogram.methods import GetChat, GetChatAdministrators, GetChatMember, GetFile, GetMe, SendDocument
from aiogram.types import BufferedInputFile
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.messages.payloads import POST
from bot.store.tables import Outbox
from bot.store.tables.messages import OutboxState
from bot.telegram import inbox as intake
from bot.telegram import outbox_sender as sender
from bot.telegram import pacer
from bot.telegram.answers import Granted, Refused, Unclear, message_id_of, place_in, read_answer
from bot.telegram.session import LightSession, UnclearAnswerError
from bot.updates import Unread
from sandbox import Sandbox
from tests.bot.conftest import Play, is_card

JSON = "application/json"
HTML = "text/html"
SECRET = b"Sesame"
"""Stands in each body: it must not reach an error's text."""
NGINX = b"<html><head><title>Sesame</title></head><body><center>nginx</center></body></html>"
BAD: dict[str, tuple[int, bytes, str]] = {
    **{f"{code} of nginx": (code, NGINX, HTML) for code in (200, 301, 403, 404, 413, 429, 502, 504)},
    "Latin-1": (200, "<p>Sesame é</p>".encode("latin-1"), HTML),
    "JSON in Latin-1": (200, '{"ok":true,"result":{"first_name":"Sesame é"}}'.encode("latin-1"), JSON),
    "a bare list": (200, b'["Sesame"]', JSON),
    "a bare number": (200, b"7", JSON),
    "null": (200, b"null", JSON),
    "nothing": (200, b"", JSON),
    "ok without a result": (200, b'{"ok":true}', JSON),
    "ok as a word": (200, b'{"ok":"true","result":[]}', JSON),
    "ok with a 502": (502, b'{"ok":true,"result":[]}', JSON),
    "not ok without a code": (200, b'{"ok":false,"description":"Sesame"}', JSON),
    "a code as a word": (400, b'{"ok":false,"error_code":"400","description":"Sesame"}', JSON),
    "a code that is none": (200, b'{"ok":false,"error_code":299,"description":"Sesame"}', JSON),
    "another code than the status": (400, b'{"ok":false,"error_code":403,"description":"Sesame"}', JSON),
    "too deep": (200, b'{"ok":true,"result":' + b"[" * 3000 + b"]" * 3000 + b"}", JSON),
    "too deep an object": (200, b'{"ok":true,"result":' + b'{"a":' * 3000 + b"1" + b"}" * 3001, JSON),
    "a number of 5,000 digits": (200, b'{"ok":true,"result":' + b"9" * 5000 + b"}", JSON),
    "not a number": (200, b'{"ok":true,"result":NaN}', JSON),
    "cut": (200, b'{"ok":true,"result":{"id":4', JSON),
}


@asynccontextmanager
async def on_the_line() -> AsyncIterator[tuple[Sandbox, Bot, LightSession]]:
    """A session on a stand-in, without the rest of the bot."""
    async with Sandbox() as telegram:
        told = telegram.add_bot()
        session = LightSession(telegram.url)
        bot = Bot(told.token, session=session)
        try:
            yield telegram, bot, session
        finally:
            if session._session is not None:
                await session._session.close()


@pytest.mark.parametrize("name", BAD)
async def test_no_word_of_the_bot_api(name: str) -> None:
    """On each way out a bad answer is one passing failure that tells nothing of what came."""
    code, body, kind = BAD[name]
    async with on_the_line() as (telegram, bot, session):
        telegram.faults.answer(code=code, body=body, content_type=kind, times=None)
        telegram.faults.answer("getUpdates", code=code, body=body, content_type=kind, times=None)
        ways = (
            lambda: session.call(bot, "sendMessage", {"chat_id": 5, "text": "hello"}),
            lambda: session.hello(bot),
            lambda: bot(GetMe()),
            lambda: bot(GetChatMember(chat_id=5, user_id=5)),
            lambda: bot(GetFile(file_id="x")),
            lambda: bot(SendDocument(chat_id=5, document=BufferedInputFile(b"x", "x.txt"))),
        )
        for way in ways:
            with pytest.raises(TelegramServerError) as caught:
                await way()
            assert SECRET.decode() not in str(caught.value)
        if name == "too deep":  # a list of updates, none of which can be read
            assert [type(one) for one in await session.poll(bot, {"timeout": 0}, 0)] == [Unread]
            return
        with pytest.raises(TelegramServerError) as caught:
            await session.poll(bot, {"timeout": 0}, 0)
        assert SECRET.decode() not in str(caught.value)


async def test_who_is_told_to_wait_waits() -> None:
    """A 429 is honoured as Telegram says it, and with nginx's header if that is sane."""
    known = b'{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":7}}'
    unknown = b'{"ok":false,"error_code":429,"description":"Too Many Requests"}'
    assert read_answer(429, known) == Refused(429, "Too Many Requests", 7)
    assert read_answer(200, known) == Refused(429, "Too Many Requests", 7)
    assert read_answer(429, unknown) == Refused(429, "Too Many Requests", 1)
    assert read_answer(429, NGINX, "9") == Refused(429, "too many requests", 9)
    assert read_answer(429, NGINX, "99999999") == Unclear(429)
    assert read_answer(429, NGINX, "86399") == Refused(429, "too many requests", 300)
    assert read_answer(429, NGINX, "Wed, 21 Oct 2026 07:28:00 GMT") == Unclear(429)
    assert read_answer(429, NGINX, "٣") == Unclear(429)
    async with on_the_line() as (telegram, bot, session):
        telegram.faults.answer("sendMessage", code=200, body=known, content_type=JSON)
        with pytest.raises(TelegramRetryAfter):
            await session.call(bot, "sendMessage", {"chat_id": 5, "text": "hello"})


async def test_a_refusal_with_status_200() -> None:
    """`ok: false` with a clear code is that refusal, whatever the status of HTTP."""
    body = b'{"ok":false,"error_code":400,"description":"Bad Request: chat not found","parameters":null}'
    async with on_the_line() as (telegram, bot, session):
        telegram.faults.answer("sendMessage", code=200, body=body, content_type=JSON)
        with pytest.raises(TelegramBadRequest, match="chat not found"):
            await session.call(bot, "sendMessage", {"chat_id": 5, "text": "hello"})
        telegram.faults.answer("getChat", code=200, body=body, content_type=JSON)
        with pytest.raises(TelegramBadRequest, match="chat not found"):
            await bot(GetChat(chat_id=5))


@pytest.mark.parametrize("code", [401, 404])
async def test_only_the_hello_believes_that_the_token_is_unknown(code: int) -> None:
    """In the middle of a run a 401 or a 404 for what every server knows passes; a 404 for what is new is an answer."""
    body = json.dumps({"ok": False, "error_code": code, "description": "no"}).encode()
    async with on_the_line() as (telegram, bot, session):
        telegram.faults.answer(code=code, body=body, content_type=JSON, times=None)
        for way in (session.call(bot, "sendMessage", {}), bot(GetMe()), bot(GetChat(chat_id=5))):
            with pytest.raises(UnclearAnswerError):
                await way
        with pytest.raises(Exception, match="no") as caught:
            await session.call(bot, "deleteEphemeralMessage", {})
        assert isinstance(caught.value, UnclearAnswerError) is (code == 401)
        with pytest.raises(Exception, match="no") as caught:
            await session.hello(bot)
        assert not isinstance(caught.value, UnclearAnswerError)


def administrator(**more: Any) -> dict[str, Any]:
    """An administrator as a server of Bot API 6 tells of one."""
    user = {"id": 5, "is_bot": False, "first_name": "Mina"}
    return {"user": user, "status": "administrator", "can_be_edited": False, "can_invite_users": True, **more}


async def test_what_older_servers_leave_out() -> None:
    """A right that a server doesn't know is one that nobody has; a status that nobody knows is no clear answer."""
    async with on_the_line() as (telegram, bot, _):

        def answers(method: str, result: Any) -> None:
            body = json.dumps({"ok": True, "result": result}).encode()
            telegram.faults.answer(method, code=200, body=body, content_type=JSON)

        answers("getChatAdministrators", [administrator(), {**administrator(), "status": "creator"}])
        one, two = await bot(GetChatAdministrators(chat_id=-5))
        assert (one.can_invite_users, one.can_send_welcome_messages) == (True, False)  # type: ignore[union-attr]
        assert two.status == "creator"
        answers("getChatMember", administrator())
        assert (await bot(GetChatMember(chat_id=-5, user_id=5))).status == "administrator"
        answers("getChatMember", {"user": administrator()["user"], "status": "restricted", "is_member": True})
        assert (await bot(GetChatMember(chat_id=-5, user_id=5))).is_member is True  # type: ignore[union-attr]
        answers("getChat", {"id": -5, "type": "supergroup", "title": "Silk room", "linked_chat_id": -6})
        assert (await bot(GetChat(chat_id=-5))).linked_chat_id == -6
        odd: tuple[Any, ...] = (
            administrator(status="guest"),
            administrator(user={"id": "x"}),
            {"user": administrator()["user"], "status": "restricted"},
            [],
            None,
            True,
        )
        for result in odd:
            answers("getChatMember", result)
            with pytest.raises(UnclearAnswerError):
                await bot(GetChatMember(chat_id=-5, user_id=5))


async def test_a_file_that_was_sent_is_not_sent_again() -> None:
    """What is sent is done when the server says ok, however odd the rest of its answer."""
    async with on_the_line() as (telegram, bot, _):
        telegram.faults.answer("sendDocument", code=200, body=b'{"ok":true,"result":7}', content_type=JSON)
        sent = await bot(SendDocument(chat_id=5, document=BufferedInputFile(b"x", "x.txt")))
        assert (sent.message_id, sent.ephemeral_message_id) == (0, None)
        telegram.faults.answer(
            "sendDocument",
            code=200,
            body=b'{"ok":true,"result":{"message_id":0,"ephemeral_message_id":7}}',
            content_type=JSON,
        )
        sent = await bot(SendDocument(chat_id=5, document=BufferedInputFile(b"x", "x.txt")))
        assert (sent.message_id, sent.ephemeral_message_id) == (0, 7)


def test_which_message_was_sent() -> None:
    """Its number, place and date are taken from an answer only if they are there."""
    sent = {"message_id": 7, "chat": {"id": -5}, "date": 1_793_588_400}
    where = place_in(sent)
    assert where is not None
    assert (where.message_id, where.chat_id, where.date) == (7, -5, 1_793_588_400)
    for broken in (True, {}, {"message_id": "7"}, {"message_id": True}, {"message_id": -7}):
        assert message_id_of(broken) is None
    for missing in (True, {**sent, "chat": 5}, {**sent, "date": "now"}, {**sent, "date": 10**15}):
        assert place_in(missing) is None
    assert read_answer(200, b'{"ok":true,"result":true}') == Granted(result=True)


@pytest.mark.parametrize("method", ["sendMessage", "answerCallbackQuery", "editMessageText", "getUpdates"])
async def test_a_fan_is_served_under_each_bad_answer(
    play_sqlite: Play, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """What the fan was paid is told, whatever the server said to the first try; nobody reads that nothing happened."""
    monkeypatch.setattr(intake, "RETRY_SECONDS", (0.05,) * 8)
    stage = await play_sqlite(language="en")
    card = await stage.drop("title=Scarf stock=50")
    for code, body, kind in BAD.values():
        fan = stage.fan("Ana")
        stage.telegram.faults.answer(method, code=code, body=body, content_type=kind)
        said = fan.says(stage.group, "/checkin")
        heard = await fan.waits_for(stage.group, lambda m: m.sender is stage.bot and m.only_for is fan, after=said)  # noqa: B023
        assert "5 coins" in heard.text
        press = fan.presses(card, "claim")
        assert "Scarf" in (await press.answered(10)).text
        stage.telegram.faults.clear()
    books = await stage.books()
    assert (books.sound, books.held_by_fans) == (True, 5 * len(BAD))


async def test_an_answer_is_promised_while_nobody_answers(play_sqlite: Play) -> None:
    """The coins are paid while every send answers with HTML; the fan reads of them once the server is back."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.settled()
    stage.telegram.faults.answer(times=None)
    said = ana.says(stage.group, "/checkin")
    await asyncio.sleep(3)
    assert (await stage.books()).held_by_fans == 5
    stage.telegram.faults.clear()
    stage.telegram.clock.advance(20)
    heard = await ana.waits_for(stage.group, lambda m: m.sender is stage.bot, timeout=20, after=said)
    assert "5 coins" in heard.text
    assert [m.text for m in ana.sees(stage.group) if "nothing was changed" in m.text.lower()] == []


@pytest.mark.parametrize("name", ["502 of nginx", "403 of nginx", "a bare list", "too deep"])
async def test_an_announcement_is_not_given_up(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """However often a server answers with no clear word, what was promised waits for it."""
    monkeypatch.setattr(sender, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(pacer, "PATIENCE", 0.05)
    stage = await play_sqlite(language="en")
    code, body, kind = BAD[name]
    stage.telegram.faults.answer("sendMessage", code=code, body=body, content_type=kind, times=None, chat=stage.group)
    stage.owner.says(stage.group, "/newcoupon title=Scarf stock=5")
    async with asyncio.timeout(20):
        while not any(row.attempts > sender.MOST_TRIES for row in await stage.app.db.read(promised)):
            stage.telegram.clock.advance(1)
            await asyncio.sleep(0.05)
    assert {row.state for row in await stage.app.db.read(promised)} <= {OutboxState.WAITING, OutboxState.SENDING}
    stage.telegram.faults.clear()
    stage.telegram.clock.advance(1)
    await stage.owner.waits_for(stage.group, is_card, timeout=10)


def promised(session: Session) -> list[Outbox]:
    """Cards that are to be hung."""
    return list(session.execute(select(Outbox).where(col(Outbox.act) == POST)).scalars())
