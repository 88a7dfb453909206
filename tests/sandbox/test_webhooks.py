"""setWebhook, deleteWebhook and getWebhookInfo: what is refused, and what the bot is told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox import Limits, Sandbox
from tests.sandbox.client import Answer, Api, Scene
from tests.sandbox.hook import Hook, serving

HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
PUBLIC = "149.154.167.220"


@pytest.fixture
async def hook(scene: Scene) -> AsyncIterator[Hook]:
    """A web server of the bot, where the stand-in lets webhooks be on this machine."""
    scene.telegram.world.loopback = True
    async with serving() as served:
        yield served


@pytest.fixture
def public(scene: Scene) -> str:
    """The address of a web server that is on no machine of ours."""
    scene.telegram.internet.name("bot.example.com", PUBLIC)
    return "https://bot.example.com/hook"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "not a url"}, "invalid webhook URL specified"),
        ({"url": "ftp://bot.example.com/"}, "invalid webhook URL specified"),
        ({"url": "https://bot.example.com:99999/"}, "invalid webhook URL specified"),
        ({"url": "https:///hook"}, "invalid webhook URL specified"),
        ({"secret_token": "a" * 257}, "secret token is too long"),
        ({"secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "http://bot.example.com/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://bot.example.com:8080/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "https://nowhere.example.com/"}, "bad webhook: Failed to resolve host: Name or service not known"),
        ({"url": "https://localhost/"}, "bad webhook: IP address 127.0.0.1 is reserved"),
        ({"url": "https://127.0.0.1/"}, "bad webhook: IP address 127.0.0.1 is reserved"),
        ({"ip_address": "10.0.0.1"}, "bad webhook: IP address 10.0.0.1 is reserved"),
        ({"ip_address": "2001:67c:4e8::1"}, "bad webhook: IPv6-only addresses are not allowed"),
        ({"ip_address": "here"}, "bad webhook: Invalid IP address specified"),
    ],
)
async def test_refused_webhooks(scene: Scene, public: str, params: dict[str, Any], words: str) -> None:
    """What Telegram refuses is refused in its words; a refused webhook leaves none, not even the one before."""
    assert (await scene.api("setWebhook", url=public)).result is True

    refused = await scene.api("setWebhook", **({"url": public} | params))

    assert (refused.status, refused.refusal) == (400, f"Bad Request: {words}")
    assert (await scene.api("getWebhookInfo")).result["url"] == ""


@pytest.mark.parametrize("port", ["", ":80", ":88", ":443", ":8443"])
async def test_ports(scene: Scene, public: str, port: str) -> None:
    """Telegram posts to four ports."""
    url = public.replace(".com", f".com{port}")
    assert (await scene.api("setWebhook", url=url)).result is True


async def test_what_it_did(scene: Scene, public: str) -> None:
    """Each call says what it changed."""

    async def says(method: str, **params: Any) -> Any:
        return (await scene.api(method, **params)).body["description"]

    assert await says("setWebhook", url=public) == "Webhook was set"
    assert await says("setWebhook", url=public) == "Webhook is already set"
    assert await says("setWebhook", url=public, allowed_updates=["poll"]) == "Webhook is already set"
    assert (await scene.api("getWebhookInfo")).result["allowed_updates"] == ["poll"]
    assert await says("setWebhook", url=public, secret_token="a") == "Webhook was set"
    assert await says("setWebhook", url=public, secret_token="a", drop_pending_updates=True) == "Webhook was set"
    assert await says("deleteWebhook") == "Webhook was deleted"
    assert await says("deleteWebhook") == "Webhook is already deleted"
    assert await says("setWebhook") == "Webhook is already deleted"
    assert await says("setWebhook", url="bot.example.com") == "Webhook was set"
    assert await says("setWebhook", url="") == "Webhook was deleted"


async def test_info(scene: Scene, public: str) -> None:
    """The bot is told how its webhook is set and how much waits."""
    scene.joon.says(scene.group, "hello")
    empty = {"url": "", "has_custom_certificate": False, "pending_update_count": 1}
    assert empty == (await scene.api("getWebhookInfo")).result

    await scene.api("setWebhook", url=public, max_connections=500, allowed_updates=["message", "CALLBACK_QUERY"])

    told = (await scene.api("getWebhookInfo")).result
    assert (told["url"], told["max_connections"], told["ip_address"]) == (public, 100, PUBLIC)
    assert told["allowed_updates"] == ["callback_query", "message"]
    await scene.api("setWebhook", url=public, ip_address="149.154.167.99", max_connections=-1)
    told = (await scene.api("getWebhookInfo")).result
    assert (told["max_connections"], told["ip_address"]) == (1, "149.154.167.99")


async def test_polling_beside_a_webhook(scene: Scene, public: str) -> None:
    """A webhook ends the poll that waits, refuses others, and gives what waits back when it is removed."""
    waiting = asyncio.create_task(scene.api("getUpdates", timeout=30))
    await asyncio.sleep(0.05)

    await scene.api("setWebhook", url=public)

    ended, refused = await waiting, await scene.api("getUpdates")
    assert (ended.status, ended.refusal) == (409, "Conflict: terminated by setWebhook request")
    assert (refused.status, refused.refusal) == (409, HOOKED)
    scene.joon.says(scene.group, "hello")
    await scene.api("deleteWebhook")
    assert [one["message"]["text"] for one in await scene.api.updates()] == ["hello"]
    scene.joon.says(scene.group, "again")
    await scene.api("setWebhook", url=public, drop_pending_updates=True)
    await scene.api("deleteWebhook")
    assert await scene.api.updates() == []


async def test_a_removed_webhook_gets_no_more(scene: Scene, hook: Hook) -> None:
    """Removing a webhook ends the delivery in progress, and the update stays."""
    arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def never(update: dict[str, Any]) -> Any:
        arrived.set_result(None)
        await asyncio.sleep(60)

    hook.replies = [never]
    await scene.api("setWebhook", url=hook.url)
    scene.joon.says(scene.group, "hello")
    await arrived

    await scene.api("deleteWebhook")

    assert [one["message"]["text"] for one in await scene.api.updates()] == ["hello"]
    scene.joon.says(scene.group, "again")
    await asyncio.sleep(0.05)
    assert len(hook.got) == 1


async def test_two_settings_in_one_second(scene: Scene, public: str) -> None:
    """Where there are limits, a webhook is set once a second, and removed at any time."""
    scene.telegram.world.flood.limits = Limits()
    answers: list[Answer] = [
        await scene.api("setWebhook", url=public),
        await scene.api("setWebhook", url=public, secret_token="a"),
        await scene.api("deleteWebhook"),
    ]

    assert [one.status for one in answers] == [200, 429, 200]
    assert answers[1].parameters == {"retry_after": 1}


async def test_log_out(scene: Scene, public: str) -> None:
    """Who logs out loses webhook and updates, and can't come back to this server for ten minutes."""
    waiting = asyncio.create_task(scene.api("getUpdates", timeout=30))
    await asyncio.sleep(0.05)

    assert (await scene.api("logOut")).result is True

    ended, refused = await waiting, await scene.api("getMe")
    assert (ended.status, ended.refusal) == (refused.status, refused.refusal) == (400, "Logged out")
    scene.telegram.clock.advance(601)
    assert (await scene.api("getMe")).status == 200
    await scene.api("setWebhook", url=public)
    await scene.api("logOut")
    scene.telegram.clock.advance(601)
    assert (await scene.api("getWebhookInfo")).result["url"] == ""


async def test_close(scene: Scene) -> None:
    """A bot is closed ten minutes after its launch at the earliest; then its poll ends, and it may come back."""
    early = await scene.api("close")
    assert (early.status, early.parameters) == (429, {"retry_after": 600})
    scene.telegram.clock.advance(600)
    waiting = asyncio.create_task(scene.api("getUpdates", timeout=30))
    await asyncio.sleep(0.05)

    assert (await scene.api("close")).result is True

    ended = await waiting
    assert (ended.status, ended.refusal) == (500, "Internal Server Error: restart")
    assert (await scene.api("getMe")).status == 200


async def test_the_option(session: Any) -> None:
    """A stand-in that allows it takes webhooks on its own machine, by http and on any port."""
    async with serving() as hook, Sandbox(limits=Limits.none(), loopback=True) as telegram:
        bot, joon = telegram.add_bot(), telegram.add_user("Joon")
        telegram.internet.name("bot.example.com", "127.0.0.1")
        await Api(session, telegram.url)("setWebhook", url=hook.url.replace("127.0.0.1", "bot.example.com"))
        joon.starts(bot)
        assert (await hook.gets(1))[0]["message"]["text"] == "/start"
        assert hook.headers[0]["Host"].startswith("bot.example.com:")
