"""The webhook is set, watched and taken away: nothing is lost on the way, and another program's is left alone."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.commands.doctor.telegram import examine_telegram
from bot.meters import Beat
from bot.rules.doctor.findings import Finding
from bot.rules.doctor.telegram import (
    NoWebhook,
    UpdatesWait,
    WebhookFails,
    WebhookFine,
    WebhookLeft,
    WebhookMissing,
    WebhookSet,
)
from bot.rules.webhook import Hindrance
from bot.telegram import polling, webhook_watch
from bot.telegram.webhook_watch import Watch
from bot.web import Vitals
from sandbox import Person
from tests.bot.conftest import Stage, settings
from tests.bot.test_web import free_port
from tests.bot.webhook.hooked import PATH, Hooked, founds, proxy, shop, until

ELSEWHERE = "http://127.0.0.1:9/another"


def sets(hooked: Hooked) -> int:
    """How often the webhook was set, and Telegram took it."""
    return sum(call.method == "setWebhook" and call.status == 200 for call in hooked.telegram.calls)


class Crowd:
    """Fans who come and check in one after another, whether the bot is there or not."""

    def __init__(self, hooked: Hooked) -> None:
        self.hooked = hooked
        self.fans: list[Person] = []

    async def comes(self) -> None:
        """Come until cancelled."""
        while True:
            fan = self.hooked.telegram.add_user(f"Fan {len(self.fans)}", language="en")
            fan.joins(self.hooked.group)
            fan.says(self.hooked.group, "/checkin")
            self.fans.append(fan)
            await asyncio.sleep(0.05)

    async def served(self, stage: Stage) -> None:
        """Wait until each has been answered."""
        async with asyncio.timeout(30):
            await stage.settled(30)
            await asyncio.gather(*(stage.whisper(fan) for fan in self.fans))


async def test_both_ways_under_traffic(url: str) -> None:
    """Polling, webhook, polling, webhook while fans come: all are answered, and each check-in is paid once."""
    async with shop(url) as hooked:
        crowd = Crowd(hooked)
        async with hooked.polls() as stage:
            await founds(stage)
        coming = asyncio.create_task(crowd.comes())
        try:
            for runs in (hooked.hooked, hooked.polls, hooked.hooked, hooked.polls):
                async with runs():
                    await asyncio.sleep(0.4)
                await asyncio.sleep(0.1)
        finally:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await coming
        async with hooked.polls() as stage:
            await crowd.served(stage)
            assert len(crowd.fans) > 10
            assert (await stage.books()).held_by_fans == 5 * len(crowd.fans)
            assert (await hooked.info())["url"] == ""
        deleted = [call for call in hooked.telegram.calls if call.method == "deleteWebhook"]
        assert [call.params.get("drop_pending_updates") for call in deleted] == [False, False]


async def test_it_is_set_once(sqlite_url: str) -> None:
    """A start with the same settings finds the webhook as it should be; one with another address replaces it."""
    async with shop(sqlite_url) as hooked:
        for _ in range(3):
            async with hooked.hooked():
                pass
        assert sets(hooked) == 1
        async with proxy(f"http://127.0.0.1:{hooked.port}") as front:
            async with hooked.hooked(f"{front}{PATH}") as stage:
                await until(lambda: sets(hooked) == 2)
                await founds(stage)
            assert (await hooked.info())["url"].startswith(front)


async def test_another_programs_webhook(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it polls or wants a webhook, the bot names it once, isn't ready, and goes on when it's gone."""
    monkeypatch.setattr(polling, "WEBHOOK_SECONDS", 0.1)
    monkeypatch.setattr(webhook_watch, "WATCH_SECONDS", 0.1)
    async with shop(sqlite_url) as hooked:
        for wants, event in (({}, "webhook_set"), (hook_settings(hooked), "webhook_of_another")):
            await hooked.call("setWebhook", url=ELSEWHERE)
            with capture_logs() as logs:
                async with hooked.polls(**wants) as stage:
                    await until(lambda: stage.app.meters.trouble is not None)
                    await asyncio.sleep(0.4)
                    assert (await hooked.info())["url"] == ELSEWHERE
                    assert [line["event"] for line in logs if line["log_level"] == "warning"] == [event]
                    assert "/another" not in str(logs)
                    stage.app.meters.beats[stage.app.meters.taking] -= 1000
                    problem = await Vitals(
                        stage.app.meters, stage.app.db, stage.app.clock.now, lambda: stage.app.intake
                    ).problem()
                    assert problem is not None
                    assert "webhook" in problem
                    await hooked.call("deleteWebhook")
                    hooked.owner.starts(hooked.bot)
                    await until(lambda: stage.app.meters.trouble is None)


def hook_settings(hooked: Hooked) -> dict[str, str]:
    """Settings for the webhook, where nothing listens."""
    return {"webhook_url": hooked.address, "webhook_listen": str(hooked.port)}


async def test_while_it_runs(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A webhook that somebody removes is set again; one that somebody sets for another address is not fought over."""
    monkeypatch.setattr(webhook_watch, "WATCH_SECONDS", 0.1)
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        await founds(stage)
        with capture_logs() as logs:
            await hooked.call("deleteWebhook")
            await until(lambda: sets(hooked) == 2)
            await stage.ask(stage.fan("Ana"), "/checkin")
            assert "webhook_removed" in [line["event"] for line in logs]
            await hooked.call("setWebhook", url=ELSEWHERE)
            await until(lambda: stage.app.meters.trouble is not None)
            await asyncio.sleep(0.4)
        assert (await hooked.info())["url"] == ELSEWHERE
        assert sets(hooked) == 3
        assert [line["event"] for line in logs].count("webhook_of_another") == 1


async def test_a_webhook_that_is_refused(sqlite_url: str) -> None:
    """Where Telegram refuses the address the log and readiness say its words; the bot tries again."""
    async with shop(sqlite_url) as hooked:
        hooked.telegram.world.loopback = False
        with capture_logs() as logs:
            async with hooked.polls(**hook_settings(hooked)) as stage:
                await until(lambda: stage.app.meters.trouble is not None)
                assert stage.app.meters.trouble == (
                    "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
                )
                hooked.telegram.world.loopback = True
                await until(lambda: sets(hooked) == 1)
                await until(lambda: stage.app.meters.trouble is None)
        assert [line["event"] for line in logs if line["log_level"] == "warning"].count("webhook_failed") >= 1


async def test_telegram_is_away(sqlite_url: str) -> None:
    """A look that fails is repeated, whatever the failure; nothing ends."""
    async with shop(sqlite_url) as hooked:
        hooked.telegram.faults.error("getWebhookInfo", code=502, times=1)
        hooked.telegram.faults.too_many("getWebhookInfo", retry_after=1, times=1)
        hooked.telegram.faults.error("setWebhook", code=500, times=1)
        async with hooked.hooked() as stage:
            await founds(stage)
        assert sets(hooked) == 1


async def test_another_secret(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the address is ours, but deliveries come with another secret, the webhook is set once more."""
    monkeypatch.setattr(webhook_watch, "WATCH_SECONDS", 0.1)
    async with shop(sqlite_url) as hooked:
        async with hooked.hooked() as stage:
            await founds(stage)
            told = await hooked.info()
        await hooked.call(
            "setWebhook",
            url=told["url"],
            allowed_updates=told["allowed_updates"],
            max_connections=100,
            secret_token="another",
        )
        async with hooked.hooked() as stage:
            ana = stage.fan("Ana")
            ana.says(stage.group, "/checkin")
            await stage.whisper(ana)
            assert stage.app.meters.deliveries["strange"] > 0
        assert sets(hooked) == 3


async def test_what_waited_comes_at_once(sqlite_url: str) -> None:
    """After an outage Telegram would wait for a minute or two; a bot that starts gets what waits at once."""
    async with shop(sqlite_url) as hooked:
        async with hooked.hooked() as stage:
            await founds(stage)
        ana = stage.fan("Ana")
        ana.says(stage.group, "/checkin")
        (courier,) = hooked.telegram.world.webhooks._couriers.values()
        async with asyncio.timeout(10):
            while max(lane.delay for lane in courier._lanes.values()) < 60:
                hooked.telegram.clock.advance(10)
                await asyncio.sleep(0.01)
        async with hooked.hooked() as stage:
            await stage.whisper(ana)
            assert (await hooked.info())["max_connections"] == 99
        async with hooked.hooked():
            pass
        assert sets(hooked) == 2


async def test_an_older_server(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that keeps fewer kinds of updates than it was asked for is not asked again and again."""
    monkeypatch.setattr(webhook_watch, "WATCH_SECONDS", 0.05)
    async with shop(sqlite_url) as hooked:
        allow = hooked.bot.queue.allow
        monkeypatch.setattr(
            hooked.bot.queue,
            "allow",
            lambda kinds: allow([one for one in kinds if one != "chat_boost" and not one.endswith("_count")]),
        )
        async with hooked.hooked() as stage:
            await founds(stage)
            await asyncio.sleep(0.4)
        assert sets(hooked) == 1


async def test_the_poller_takes_ours_away_now_and_then(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another Encore sets the webhook again, the bot that polls doesn't fight: it waits, and says why."""
    monkeypatch.setattr(polling, "WEBHOOK_SECONDS", 0.1)
    async with shop(sqlite_url) as hooked:
        async with hooked.hooked():
            url = (await hooked.info())["url"]
        with capture_logs() as logs:
            async with hooked.polls() as stage:
                await founds(stage)
                assert (await hooked.info())["url"] == ""
                await hooked.call("setWebhook", url=url)
                await until(lambda: stage.app.meters.trouble is not None)
                await asyncio.sleep(0.3)
                assert (await hooked.info())["url"] == url
                monkeypatch.setattr(polling, "AGAIN_SECONDS", 0.0)
                await stage.ask(stage.fan("Ana"), "/checkin")
                await until(lambda: stage.app.meters.trouble is None)
        assert [line["event"] for line in logs].count("webhook_taken_away") == 2


async def test_ready_or_not(sqlite_url: str) -> None:
    """Readiness tells what Telegram says of deliveries that fail, how many wait and what to do; later all is well."""
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        await founds(stage)
        app = stage.app
        vitals = Vitals(app.meters, app.db, app.clock.now, lambda: app.intake)
        await until(lambda: all(app.meters.since(beat) is not None for beat in app.meters.rounds))
        assert await vitals.problem() is None
        assert app.webhook is not None
        watch: Watch = app.webhook._watch
        take, app.webhook = app.webhook, None
        hooked.telegram.clock.advance(2)
        stage.fan("Ana").says(stage.group, "/checkin")
        async with asyncio.timeout(10):
            while "last_error_message" not in await hooked.info():
                await asyncio.sleep(0.01)
        await watch.look()
        assert await vitals.problem() == (
            "Telegram can't deliver to WEBHOOK_URL, and 1 wait there: "
            "Wrong response from the webhook: 503 Service Unavailable; "
            "the bot or its database has too much to do, or was just starting: look at its log"
        )
        app.webhook = take
        hooked.telegram.clock.advance(5)
        await stage.settled()
        await watch.look()
        assert await vitals.problem() is None
        app.meters.beats[Beat.WEBHOOK] -= 500
        assert (await vitals.problem() or "").startswith("Telegram hasn't told for 500 s that the webhook is set")


async def test_doctor(sqlite_url: str) -> None:
    """Doctor tells how the webhook is set beside the settings, and why deliveries fail."""
    async with shop(sqlite_url) as hooked:

        async def finds(**more: str) -> list[Finding]:
            found = settings(sqlite_url, hooked.telegram, **more)
            return await examine_telegram(found, [], lambda: datetime.fromtimestamp(hooked.telegram.clock.now(), UTC))

        asked = hook_settings(hooked)
        assert NoWebhook() in await finds()
        assert WebhookMissing() in await finds(**asked)
        await hooked.call("setWebhook", url=ELSEWHERE)
        assert WebhookSet("127.0.0.1") in await finds()
        assert WebhookSet("127.0.0.1") in await finds(**asked)
        await hooked.call("setWebhook", url=hooked.address)
        assert WebhookMissing() in await finds(**asked)
        async with hooked.hooked() as stage:
            await founds(stage)
            assert WebhookFine("127.0.0.1") in await finds(**asked)
            assert WebhookLeft("127.0.0.1") in await finds()
            other = {"webhook_url": f"http://127.0.0.1:{free_port()}/", "webhook_listen": "8081"}
            assert WebhookLeft("127.0.0.1") in await finds(**other)
        stage.fan("Ana").says(stage.group, "/checkin")
        async with asyncio.timeout(10):
            while "last_error_message" not in await hooked.info():
                await asyncio.sleep(0.01)
        found = await finds(**asked)
        assert WebhookFails("Connection refused", Hindrance.UNREACHABLE, 1) in found
        assert not any(isinstance(one, UpdatesWait) for one in found)
        async with hooked.hooked() as stage:
            await stage.settled()
            take, stage.app.webhook = stage.app.webhook, None
            stage.fan("Ben").says(stage.group, "/checkin")
            await until(lambda: stage.app.meters.deliveries["stopping"])
            stage.app.webhook = take
            hooked.telegram.clock.advance(600)
            await stage.settled()
            (fine,) = [one for one in await finds(**asked) if isinstance(one, WebhookFine)]
            assert (fine.reason, fine.minutes) == ("Wrong response from the webhook: 503 Service Unavailable", 10)
