"""How updates reach a webhook: what is posted, in which order, and again when it wasn't taken."""

import asyncio
import json
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox import couriers
from tests.sandbox.client import Scene, keyboard
from tests.sandbox.hook import Hook, Reply, serving, takes


@pytest.fixture
async def hook(scene: Scene) -> AsyncIterator[Hook]:
    """A web server of the bot, where the stand-in lets webhooks be on this machine."""
    scene.telegram.world.loopback = True
    async with serving() as served:
        yield served


def status(code: int, **headers: str) -> Reply:
    """A reply with that status."""

    async def reply(update: dict[str, Any]) -> web.StreamResponse:
        return web.Response(status=code, headers={name.replace("_", "-"): one for name, one in headers.items()})

    return reply


def texts(hook: Hook) -> list[str]:
    """What was said in the messages that came."""
    return [one["message"]["text"] for one in hook.got if "message" in one]


async def test_what_is_posted(scene: Scene, hook: Hook) -> None:
    """An update comes as getUpdates would give it, with the headers that Telegram sends and no other; 2xx takes it."""
    scene.joon.says(scene.group, "before")
    pending = await scene.api.updates()
    hook.replies = [status(201)]

    await scene.api("setWebhook", url=hook.url, secret_token="s3-cret_")
    scene.joon.says(scene.group, "after")

    assert (await hook.gets(2))[0] == pending[0]
    assert texts(hook) == ["before", "after"]
    assert set(hook.headers[0]) == {
        "Host",
        "X-Telegram-Bot-Api-Secret-Token",
        "Content-Type",
        "Content-Length",
        "Connection",
        "Accept-Encoding",
    }
    assert hook.headers[0]["X-Telegram-Bot-Api-Secret-Token"] == "s3-cret_"
    await asyncio.sleep(0.05)
    assert (await scene.api("getWebhookInfo")).result["pending_update_count"] == 0


async def test_order(scene: Scene, hook: Hook) -> None:
    """A chat's messages come one at a time and in order, though the first of them are slow."""

    async def slowly(update: dict[str, Any]) -> web.StreamResponse:
        await asyncio.sleep(0.02)
        return web.Response()

    hook.replies = [slowly]
    await scene.api("setWebhook", url=hook.url)
    said = [str(number) for number in range(5)]
    for text in said:
        scene.joon.says(scene.group, text)

    await hook.gets(5)

    assert texts(hook) == said
    assert hook.most_at_once == 1


@pytest.mark.parametrize(("connections", "most"), [(2, 2), (40, 6)])
async def test_many_at_once(scene: Scene, hook: Hook, connections: int, most: int) -> None:
    """Different people's presses come at once, up to max_connections."""
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="card", reply_markup=keyboard("Claim"))
    card = scene.group.by_id[sent.result["message_id"]]
    go = asyncio.Event()

    async def waits(update: dict[str, Any]) -> web.StreamResponse:
        await go.wait()
        return web.Response()

    hook.replies = [waits]
    await scene.api("setWebhook", url=hook.url, max_connections=connections, allowed_updates=["callback_query"])
    for number in range(6):
        fan = scene.telegram.add_user(f"Fan {number}")
        fan.joins(scene.group)
        fan.presses(card, "Claim")
    await hook.gets(most)
    await asyncio.sleep(0.05)
    go.set()

    await hook.gets(6)

    assert hook.most_at_once == most
    assert len({one["update_id"] for one in hook.got}) == 6


async def test_retries(scene: Scene, hook: Hook) -> None:
    """A refused update comes again at once, then after 2 and 4 seconds; its chat waits behind it, others don't."""

    async def fails_thrice(update: dict[str, Any]) -> web.StreamResponse:
        told = update["message"]["text"]
        return web.Response(status=500 if told == "a" and texts(hook).count("a") <= 3 else 200)

    hook.replies = [fails_thrice]
    await scene.api("setWebhook", url=hook.url)
    scene.joon.says(scene.group, "a")
    scene.joon.says(scene.group, "b")
    await hook.gets(2)
    scene.joon.starts(scene.bot)
    await hook.gets(3)
    scene.telegram.clock.advance(1)
    await asyncio.sleep(0.05)
    assert texts(hook) == ["a", "a", "/start"]
    scene.telegram.clock.advance(1)
    await hook.gets(4)
    scene.telegram.clock.advance(3)
    await asyncio.sleep(0.05)
    assert len(hook.got) == 4

    scene.telegram.clock.advance(1)

    await hook.gets(6)
    assert texts(hook) == ["a", "a", "/start", "a", "a", "b"]


async def test_the_longest_wait(scene: Scene, hook: Hook) -> None:
    """The waits grow to one or two minutes and no further."""
    hook.replies = [status(500)]
    await scene.api("setWebhook", url=hook.url)
    scene.joon.says(scene.group, "a")
    for wait in (0, 2, 4, 8, 16, 32, 64):
        came = len(hook.got)
        scene.telegram.clock.advance(wait)
        await hook.gets(came + 1)
        await asyncio.sleep(0.02)
    for _ in range(3):
        came = len(hook.got)
        scene.telegram.clock.advance(59)
        await asyncio.sleep(0.05)
        assert len(hook.got) == came
        scene.telegram.clock.advance(62)
        await hook.gets(came + 1)
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(("asked", "wait"), [("100", 100), ("100000", 3600)])
async def test_retry_after(scene: Scene, hook: Hook, asked: str, wait: int) -> None:
    """A webhook says itself when to come back, up to an hour."""
    hook.replies = [status(429, Retry_After=asked), takes]
    await scene.api("setWebhook", url=hook.url)
    scene.joon.says(scene.group, "a")
    await hook.gets(1)
    await asyncio.sleep(0.05)
    scene.telegram.clock.advance(wait - 1)
    await asyncio.sleep(0.05)
    assert len(hook.got) == 1

    scene.telegram.clock.advance(1)

    assert len(await hook.gets(2)) == 2


async def test_an_update_that_expires(scene: Scene, hook: Hook) -> None:
    """A press that can't be sent again within 150 seconds is dropped."""
    sent = await scene.api("sendMessage", chat_id=scene.group.id, text="card", reply_markup=keyboard("Claim"))
    hook.replies = [status(503, Retry_After="200"), takes]
    await scene.api("setWebhook", url=hook.url)

    scene.joon.presses(scene.group.by_id[sent.result["message_id"]], "Claim")

    await hook.gets(1)
    await asyncio.sleep(0.05)
    assert (await scene.api("getWebhookInfo")).result["pending_update_count"] == 0


async def test_a_webhook_that_is_gone(scene: Scene, hook: Hook) -> None:
    """After 23 hours of nothing but 410 the webhook is removed; the updates wait for getUpdates."""
    hook.replies = [status(410)]
    await scene.api("setWebhook", url=hook.url)
    scene.joon.says(scene.group, "a")
    await hook.gets(2)
    await asyncio.sleep(0.05)
    told = (await scene.api("getWebhookInfo")).result
    assert (told["url"], told["last_error_message"]) == (hook.url, "Wrong response from the webhook: 410 Gone")

    scene.telegram.clock.advance(23 * 3600 + 1)
    await hook.gets(3)
    await asyncio.sleep(0.05)

    assert (await scene.api("getWebhookInfo")).result["url"] == ""
    assert [one["message"]["text"] for one in await scene.api.updates()] == ["a"]


async def hangs_up(update: dict[str, Any]) -> web.StreamResponse:
    """No answer at all."""
    raise asyncio.CancelledError


async def waits_long(update: dict[str, Any]) -> web.StreamResponse:
    """No answer in time."""
    await asyncio.sleep(30)
    return web.Response()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (status(500), "Wrong response from the webhook: 500 Internal Server Error"),
        (status(302, Location="/other"), "Wrong response from the webhook: 302 Found"),
        (waits_long, "Read timeout expired"),
        (hangs_up, None),
    ],
)
async def test_errors_are_told(
    scene: Scene, hook: Hook, reply: Reply, words: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last error and its time are shown in Telegram's words, and stay after later deliveries succeed."""
    monkeypatch.setattr(couriers, "ANSWER_TIME", 0.1)
    hook.replies = [reply, takes]
    await scene.api("setWebhook", url=hook.url)
    scene.joon.says(scene.group, "a")
    await hook.gets(2)
    await asyncio.sleep(0.05)

    told = (await scene.api("getWebhookInfo")).result

    assert told["pending_update_count"] == 0
    assert (told.get("last_error_message"), "last_error_date" in told) == (words, words is not None)
    await scene.api("setWebhook", url=hook.url, secret_token="new")
    assert "last_error_date" not in (await scene.api("getWebhookInfo")).result


async def test_nobody_listens(scene: Scene, unused_tcp_port: int) -> None:
    """A refused connection is told, and an address elsewhere is never connected to."""
    scene.telegram.world.loopback = True
    for url, ip, words in (
        (f"http://127.0.0.1:{unused_tcp_port}/", "", "Connection refused"),
        ("https://bot.example.com/", "149.154.167.220", "Connection timed out"),
    ):
        await scene.api("setWebhook", url=url, ip_address=ip)
        scene.joon.says(scene.group, "a")
        await asyncio.sleep(0.1)
        told = (await scene.api("getWebhookInfo")).result
        assert (told["last_error_message"], told["pending_update_count"]) == (words, 1)
        await scene.api("deleteWebhook", drop_pending_updates=True)


def in_json(chat: int) -> web.Response:
    """A call as JSON."""
    return web.json_response({"method": "sendMessage", "chat_id": chat, "text": "told"})


def in_form(chat: int) -> web.Response:
    """A call as a form."""
    kind = "application/x-www-form-urlencoded"
    return web.Response(text=f"method=SENDMESSAGE&chat_id={chat}&text=told", content_type=kind)


def in_parts(chat: int) -> web.Response:
    """A call in parts, with a file."""
    with aiohttp.MultipartWriter("form-data") as body:
        for name, value in {"method": "sendDocument", "chat_id": str(chat), "caption": "told"}.items():
            body.append(value).set_content_disposition("form-data", name=name)
        body.append(BytesIO(b"abc")).set_content_disposition("form-data", name="document", filename="a.csv")
    return web.Response(body=body, headers={"Content-Type": body.content_type})


@pytest.mark.parametrize("written", [in_json, in_form, in_parts])
async def test_a_call_in_the_answer(scene: Scene, hook: Hook, written: Any) -> None:
    """A webhook's answer may be a call, in each form; it is done, and recorded like any other."""

    async def calls(update: dict[str, Any]) -> web.StreamResponse:
        response: web.Response = written(update["message"]["chat"]["id"])
        return response

    hook.replies = [calls]
    await scene.api("setWebhook", url=hook.url)
    scene.joon.says(scene.group, "hello")

    sent = await scene.joon.waits_for(scene.group, lambda m: m.text == "told")

    assert sent.posted_by is scene.bot
    assert (sent.file is not None) is (written is in_parts)
    assert scene.telegram.calls[-1].status == 200


@pytest.mark.parametrize("body", ['{"method":"deleteWebhook"}', '{"method":"getMe"}', "{", "[1]", '{"a":1}'])
async def test_answers_that_are_no_call(scene: Scene, hook: Hook, body: str) -> None:
    """Methods of the server's own and any get… aren't done, and an answer that can't be read still takes the update."""

    async def answers(update: dict[str, Any]) -> web.StreamResponse:
        return web.Response(text=body, content_type="application/json")

    hook.replies = [answers]
    await scene.api("setWebhook", url=hook.url)
    before = len(scene.telegram.calls)
    scene.joon.says(scene.group, "hello")
    await hook.gets(1)
    await asyncio.sleep(0.05)

    assert len(scene.telegram.calls) == before
    told = (await scene.api("getWebhookInfo")).result
    assert (told["url"], told["pending_update_count"]) == (hook.url, 0)


async def test_a_refused_call_in_the_answer(scene: Scene, hook: Hook) -> None:
    """A call that is refused is recorded; nobody is told, and the update is taken."""

    async def calls(update: dict[str, Any]) -> web.StreamResponse:
        return in_json(-1)

    hook.replies = [calls]
    await scene.api("setWebhook", url=hook.url)
    waiting = asyncio.create_task(scene.telegram.waits_for_call("sendMessage"))
    await asyncio.sleep(0)
    scene.joon.says(scene.group, "hello")

    assert (await waiting).description == "Bad Request: chat not found"


async def test_redelivery(scene: Scene, hook: Hook) -> None:
    """A test makes an update come again."""
    await scene.api("setWebhook", url=hook.url)
    scene.joon.says(scene.group, "a")
    await hook.gets(1)
    await asyncio.sleep(0.05)

    scene.telegram.redeliver(scene.bot, last=1)

    await hook.gets(2)
    assert hook.got[0] == hook.got[1]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that nobody signed but itself, with its key in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl here")
    pem = tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(pem), "-out", str(tmp_path / "one.pem")]
    subprocess.run([*command, *more], check=True, capture_output=True)
    pem.write_bytes(pem.read_bytes() + (tmp_path / "one.pem").read_bytes())
    return pem


@pytest.mark.parametrize("part", ["certificate", "pem"])
async def test_a_certificate_of_ones_own(scene: Scene, certificate: Path, part: str) -> None:
    """A webhook by https is trusted by the certificate that came with setWebhook, and by no other."""
    secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secured.load_cert_chain(certificate)
    scene.telegram.world.loopback = True
    async with serving(secured) as hook:
        await scene.api("setWebhook", url=hook.url)
        scene.joon.says(scene.group, "a")
        await asyncio.sleep(0.1)
        told = (await scene.api("getWebhookInfo")).result
        unverified = "SSL error {error:0A000086:SSL routines::certificate verify failed}"
        assert (told["last_error_message"], hook.got) == (unverified, [])
        body = aiohttp.FormData({"url": hook.url} | ({"certificate": "attach://pem"} if part == "pem" else {}))
        body.add_field(part, certificate.with_name("one.pem").read_bytes(), filename="cert.pem")
        async with scene.api.session.post(f"{scene.api.root}/setWebhook", data=body) as response:
            assert json.loads(await response.text())["description"] == "Webhook was set"
        await hook.gets(1)
        assert (await scene.api("getWebhookInfo")).result["has_custom_certificate"] is True


async def test_raw_bytes_are_delivered(scene: Scene, hook: Hook) -> None:
    """Bytes that a test puts among the updates are posted too, whether the webhook was set before or after."""
    scene.telegram.sends_raw(scene.bot, lambda number: b'{"update_id": %d, "first": 1}' % number)
    await scene.api("setWebhook", url=hook.url)
    await hook.gets(1)
    scene.telegram.sends_raw(scene.bot, lambda number: b'{"update_id": %d, "second": 1}' % number)
    assert [("first" in one, "second" in one) for one in await hook.gets(2)] == [(True, False), (False, True)]
