"""Telegram delivers updates to the bot: they are stored before they are confirmed, once, and nobody else is heard."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import func, select
from sqlmodel import col
from structlog.testing import capture_logs

from bot.commands.demo import stage as demo
from bot.rules.listen import Tcp
from bot.store.engine.sessions import Rx
from bot.store.messages import inbox
from bot.store.tables import CheckIn, Inbox, SetAside
from bot.telegram import inbox as intake
from bot.telegram import webhook
from bot.web import deliveries
from bot.web.deliveries import SECRET
from bot.web.guard import PortLimits
from sandbox import Limits, Sandbox
from tests.bot.conftest import NOON
from tests.bot.test_web import free_port
from tests.bot.webhook.hooked import PATH, Hooked, founds, proxy, shop, until

Answer = tuple[int, str, str | None]


async def post(hooked: Hooked, update: Any, secret: str | None = "", path: str = PATH, method: str = "POST") -> Answer:
    """Deliver as Telegram does, or nearly so: status, text, and `Retry-After`. An empty secret is the right one."""
    if secret == "":
        secret = hooked.telegram.world.webhooks._couriers[hooked.bot.id].hook.secret
    headers = {"Content-Type": "application/json"} | ({SECRET: secret} if secret is not None else {})
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    url = f"http://127.0.0.1:{hooked.port}{path}"
    async with ClientSession() as session, session.request(method, url, data=body, headers=headers) as answer:
        return answer.status, await answer.text(), answer.headers.get("Retry-After")


def rows(table: Any) -> Any:
    """A read that counts the rows of a table."""

    def count(rx: Rx) -> int:
        found: int = rx.execute(select(func.count()).select_from(table)).scalar_one()
        return found

    return count


async def test_a_check_in_by_webhook(url: str) -> None:
    """A shop is founded and fans check in, without a single poll; the inbox is empty afterwards."""
    async with shop(url) as hooked, hooked.hooked() as stage:
        await founds(stage)
        fans = stage.fans(12)
        for fan in fans:
            fan.says(stage.group, "/checkin")
        for fan in fans:
            await stage.whisper(fan)
        await stage.settled()
        assert (await stage.books()).held_by_fans == 5 * len(fans)
        await until(lambda: not stage.app.intake or not stage.app.intake._done)
        assert await stage.app.db.read(rows(Inbox)) == 0
        assert [call for call in hooked.telegram.calls if call.method == "getUpdates"] == []
        told = await hooked.info()
        assert told["url"].startswith(f"{hooked.address}?encore=")
        assert told["max_connections"] == 100
        assert {"message", "callback_query", "chat_member"} <= set(told["allowed_updates"])


async def test_strangers_are_not_heard(sqlite_url: str) -> None:
    """Without the secret, by another path or another method there is one dull answer; nothing is stored or logged."""
    update = {"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}}
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        with capture_logs() as logs:
            answers = [
                await post(hooked, update, secret=None),
                await post(hooked, update, secret="wrong"),
                await post(hooked, update, secret="ë€"),
                await post(hooked, update, path="/other"),
                await post(hooked, update, path=f"/more{PATH}"),
                await post(hooked, update, path=f"{PATH}/more"),
                await post(hooked, update, method="PUT"),
                await post(hooked, update, method="GET"),
                await post(hooked, b"x" * 100_000, secret=None),
            ]
        assert set(answers) == {(404, "404: Not Found", None)}
        assert stage.app.meters.deliveries["strange"] == len(answers)
        assert stage.app.meters.taken.total() == 0
        assert logs == []


async def test_the_secret_is_nowhere(sqlite_url: str) -> None:
    """The secret stands in no log line, no address and no repr; it isn't the token, and the same at each start."""
    secrets = set()
    for _ in range(2):
        with capture_logs() as logs:
            async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
                stage.fan("Ana").starts(stage.bot)
                await stage.settled()
                secret = hooked.telegram.world.webhooks._couriers[hooked.bot.id].hook.secret
                told = await hooked.info()
                assert secret not in repr(stage.app.wanted)
                assert secret not in str(told)
        assert len(secret) == 64
        assert "TEST" not in secret
        assert secret not in str(logs)
        secrets.add(secret)
    assert len(secrets) == 1


async def test_an_update_that_comes_again(url: str) -> None:
    """It is answered 200 while it waits, while it is handled and long after, and acts once."""
    async with shop(url) as hooked, hooked.hooked() as stage:
        await founds(stage)
        ana = stage.fan("Ana")
        await stage.ask(ana, "/checkin")
        (update,) = [json.loads(one.written) for one in hooked.telegram.sent(stage.bot) if b"/checkin" in one.written]
        answered, taken = len(ana.sees(stage.group)), stage.app.meters.taken["message"]
        answers = await asyncio.gather(*(post(hooked, update) for _ in range(8)))
        assert {status for status, _, _ in answers} == {200}
        new = {**update, "update_id": update["update_id"] + 1000}
        answers = await asyncio.gather(*(post(hooked, new) for _ in range(8)))
        assert {status for status, _, _ in answers} == {200}
        await stage.settled()
        assert stage.app.meters.taken["message"] == taken + 1
        assert await stage.app.db.read(rows(CheckIn)) == 1
        assert len(ana.sees(stage.group)) == answered + 1


@pytest.mark.runs_once
async def test_updates_in_one_commit(sqlite_url: str) -> None:
    """Deliveries that come while a commit runs share the next one."""
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        await founds(stage)
        fans = stage.fans(60)
        begun = stage.app.meters.transactions
        async with asyncio.timeout(10):
            with pytest.MonkeyPatch.context() as patch:
                saves: list[int] = []
                save = inbox.save

                def noted(tx: Any, bot_id: int, given: Any, *more: Any) -> Any:
                    saves.append(len(given))
                    return save(tx, bot_id, given, *more)

                patch.setattr(inbox, "save", noted)
                for fan in fans:
                    fan.starts(stage.bot)
                await stage.settled()
        assert sum(saves) == len(fans)
        assert len(saves) < len(fans) / 2
        assert begun < stage.app.meters.transactions


BAD = (b"{", b"", b"[]", b'{"update_id": "x"}', b'\xff{"update_id": 900}', b'{"update_id": 901, "message": 7}')


async def test_bodies_that_cannot_be_read(url: str) -> None:
    """With the right secret they are set aside and answered 200, once each; updates around them are handled."""
    async with shop(url) as hooked, hooked.hooked() as stage:
        await founds(stage)
        ana = stage.fan("Ana")
        stage.telegram.sends_raw(stage.bot, lambda number: b'{"update_id": %d, "message": "text"}' % number)
        await stage.ask(ana, "/checkin")
        for body in BAD * 2:
            assert await post(hooked, body) == (200, "", None)
        await stage.settled()
        assert await stage.app.db.read(rows(SetAside)) == len(BAD) + 1
        assert stage.app.meters.set_aside == len(BAD) + 1
        assert (await stage.books()).held_by_fans == 5


async def test_a_body_that_is_too_long(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read to its end, not kept, and set aside under its number."""
    monkeypatch.setattr(deliveries, "LARGEST_BODY", 10_000)
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        body = b'{"update_id": 77, "message": {"text": "' + b"x" * 300_000 + b'"}}'
        assert await post(hooked, body) == (200, "", None)

        def aside(rx: Rx) -> list[Any]:
            return [
                tuple(row) for row in rx.execute(select(col(SetAside.key), col(SetAside.body), col(SetAside.reason)))
            ]

        assert await stage.app.db.read(aside) == [("42:77", "", "too long to keep")]


async def test_a_body_that_does_not_come(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is slow is refused, so that Telegram brings it again; one without the secret isn't waited for."""
    monkeypatch.setattr(deliveries, "BODY_SECONDS", 0.2)
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        secret = hooked.telegram.world.webhooks._couriers[hooked.bot.id].hook.secret
        for given, status in ((secret, b"503"), ("wrong", b"404")):
            reader, writer = await asyncio.open_connection("127.0.0.1", hooked.port)
            head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{SECRET}: {given}\r\nContent-Length: 50\r\n\r\n" + "{"
            writer.write(head.encode())
            line = await asyncio.wait_for(reader.readline(), 3)
            assert line.split()[1] == status
            writer.close()
        assert stage.app.meters.deliveries["slow"] == 1


async def test_a_full_backlog(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While too many updates wait in memory deliveries are refused for a second, and then all of them are handled."""
    monkeypatch.setattr(intake, "BACKLOG", 10)
    async with shop(sqlite_url) as hooked, hooked.hooked(concurrency=2) as stage:
        await founds(stage)
        hooked.telegram.faults.slow(0.15, "sendMessage", times=20)
        fans = stage.fans(40)
        for fan in fans:
            fan.says(stage.group, "/checkin")
            fan.starts(stage.bot)
        await until(lambda: stage.app.meters.deliveries["busy"] > 0)
        assert stage.app.intake is not None
        assert stage.app.intake.depth <= 10 + 100
        await stage.settled(30)
        assert (await stage.books()).held_by_fans == 5 * len(fans)


async def test_a_database_that_is_away(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries are refused after their time. Once the database is back all updates are handled, none twice."""
    monkeypatch.setattr(webhook, "STORE_SECONDS", 0.1)
    monkeypatch.setattr(intake, "RETRY_SECONDS", (0.05,))
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        await founds(stage)
        save = inbox.save
        full = True

        def fails(*args: Any) -> Any:
            if full:
                raise OSError("no space left on device")
            return save(*args)

        monkeypatch.setattr(inbox, "save", fails)
        fans = stage.fans(5)
        for fan in fans:
            fan.says(stage.group, "/checkin")
        await until(lambda: stage.app.meters.deliveries["away"] > 0)
        told = await hooked.info()
        assert told["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"
        assert (await stage.books()).held_by_fans == 0
        full = False
        hooked.telegram.clock.advance(10)
        await stage.settled()
        for fan in fans:
            await stage.whisper(fan)
        assert (await stage.books()).held_by_fans == 5 * len(fans)
        assert all(len([m for m in fan.sees(stage.group) if m.only_for is fan]) == 1 for fan in fans)


async def test_while_it_starts_and_stops(sqlite_url: str) -> None:
    """Before the bot takes updates and after it has begun to stop, deliveries are refused for two seconds."""
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        await founds(stage)
        await stage.app.finish()
        update = {"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}}
        assert await post(hooked, update) == (503, "", "2")
        app, stage.app.webhook = stage.app, None
        assert await post(hooked, update) == (503, "", "2")
        assert app.meters.deliveries["stopping"] == 2


@pytest.mark.parametrize("strip", ["", "/shop", "/shop/bot"])
async def test_below_a_path(sqlite_url: str, strip: str) -> None:
    """The webhook may be below a path, whether the proxy passes the path on or takes its beginning away."""
    async with (
        shop(sqlite_url) as hooked,
        proxy(f"http://127.0.0.1:{hooked.port}", strip) as front,
        hooked.hooked(f"{front}/shop/bot") as stage,
    ):
        await founds(stage)
        await stage.ask(stage.fan("Ana"), "/checkin")
        assert (await stage.books()).held_by_fans == 5


async def test_a_unix_socket(sqlite_url: str, tmp_path: Path) -> None:
    """Behind a proxy a socket does; one that was left by a killed process is replaced, one in use and a file aren't."""
    path = tmp_path / "hook.sock"
    async with shop(sqlite_url) as hooked, proxy(str(path)) as front:
        for _ in range(2):
            async with hooked.hooked(f"{front}/telegram", f"unix:{path}") as stage:
                if not await stage.app.db.read(rows(CheckIn)):
                    await founds(stage)
                    await stage.ask(stage.fan("Ana"), "/checkin")
                assert path.is_socket()
                with pytest.raises(OSError, match="another process listens there"):
                    async with hooked.hooked(f"{front}/telegram", f"unix:{path}"):
                        pass
            assert not path.exists()
            server = await asyncio.start_unix_server(lambda _r, _w: None, path)
            server.close()
            await server.wait_closed()
            assert path.is_socket()
        path.unlink()
        path.write_text("mine")
        with pytest.raises(FileExistsError):
            async with hooked.hooked(f"{front}/telegram", f"unix:{path}"):
                pass
        assert path.read_text() == "mine"


async def test_connections_stay_open(sqlite_url: str) -> None:
    """Telegram's connection is used again; a stranger's is closed after the answer."""
    update = {"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}}
    async with shop(sqlite_url) as hooked, hooked.hooked():
        secret = hooked.telegram.world.webhooks._couriers[hooked.bot.id].hook.secret
        url = f"http://127.0.0.1:{hooked.port}{PATH}"
        async with ClientSession() as session:
            for given, stays in ((secret, True), ("wrong", False)):
                for _ in range(2):
                    async with session.post(url, json=update, headers={SECRET: given}) as answer:
                        assert (answer.headers.get("Connection", "keep-alive") != "close") is stays


async def test_the_demo_polls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of a real bot beside it don't make the demo take deliveries."""
    monkeypatch.setenv("WEBHOOK_URL", "https://shop.example/telegram")
    monkeypatch.setenv("WEBHOOK_LISTEN", "8081")
    async with Sandbox(limits=Limits.none(), start=NOON) as telegram:
        telegram.add_bot(token=demo.TOKEN)
        async with demo.running(telegram, tmp_path / "demo.db", free_port()) as app:
            await telegram.waits_for_call("getMe", timeout=10)
            await until(lambda: app.poller is not None)
            assert app.webhook is None


async def test_a_connection_that_rests_is_cut(sqlite_url: str) -> None:
    """A connection on which nothing more is delivered is closed after its time, so that it takes nobody's place."""
    update = {"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}}
    async with shop(sqlite_url) as hooked, hooked.hooked() as stage:
        assert stage.app.wanted is not None
        takes = deliveries.Deliveries(stage.app.wanted, lambda: stage.app.webhook, stage.app.meters)
        port, secret, body = free_port(), stage.app.wanted.secret, json.dumps(update).encode()
        limits = PortLimits(idle=0.3)
        async with deliveries.taking_deliveries(takes, Tcp("127.0.0.1", port), limits):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{SECRET}: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
            for _ in range(3):
                writer.write(head.encode() + body)
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
                await asyncio.sleep(0.2)
            assert await asyncio.wait_for(reader.read(), 3) == b""
            writer.close()
