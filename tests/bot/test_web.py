"""Health, readiness and numbers, as whoever watches the bot sees them."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from bot.clock import Clock
from bot.meters import BUCKETS, Beat, Histogram, Meters, Phase
from bot.running import App
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.updates import kind_of_update
from bot.web import Vitals, serving
from sandbox import Limits, Rights, Sandbox
from tests.bot.conftest import Play
from tests.bot.process import ROOT, result, running

TOKEN = "42:TEST"
Page = tuple[int, str]


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def get(port: int, path: str) -> Page:
    """A page: its status and its text."""
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as response:
        return response.status, await response.text()


@asynccontextmanager
async def told(app: App) -> AsyncIterator[int]:
    """The pages of a bot that a test plays with; their port."""
    port = free_port()
    async with serving(Vitals(app.meters, app.db, app.clock.now, lambda: app.intake), port):
        yield port


async def numbers(port: int) -> dict[str, float]:
    """All samples, as `name{label=value}`."""
    status, page = await get(port, "/metrics")
    assert status == 200
    return {
        sample.name + "".join(f"{{{key}={value}}}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


async def test_numbers_of_an_evening(play: Play) -> None:
    """What fans do, what Telegram refuses and what waits can be read, on both databases."""
    stage = await play()
    ana = stage.fan()
    await stage.ask(ana, "/checkin")
    card = await stage.drop()
    await ana.presses(card, "claim").answered()
    stage.telegram.faults.too_many("sendMessage", retry_after=1)
    await stage.ask(ana, "/me")
    stage.telegram.faults.error("sendMessage", code=500)
    await stage.ask(ana, "/me")
    await stage.settled()
    async with told(stage.app) as port:
        found = await numbers(port)
    assert found["encore_running"] == 1
    assert found["encore_updates_taken_total{kind=callback_query}"] == 1
    assert found["encore_updates_handled_total{kind=callback_query}"] == 1
    assert found["encore_updates_handled_total{kind=message}"] == found["encore_updates_taken_total{kind=message}"]
    assert found["encore_handling_seconds_count"] == sum(
        value for name, value in found.items() if name.startswith("encore_updates_handled_total")
    )
    assert found["encore_handling_seconds_sum"] > 0
    assert found["encore_telegram_calls_total{kind=answer}{result=ok}"] == 1
    assert found["encore_telegram_calls_total{kind=whisper}{result=limited}"] == 1
    assert found["encore_telegram_calls_total{kind=whisper}{result=unreachable}"] == 1
    assert found["encore_telegram_calls_total{kind=whisper}{result=ok}"] >= 4
    assert found["encore_inbox_updates"] == 0
    assert found["encore_outbox_due{lane=live}"] == 0
    assert 0 < found["encore_commits_total"] <= found["encore_transactions_total"]
    assert found["encore_writer_wait_seconds_count"] == found["encore_transactions_total"]
    assert found["encore_books_sound"] == 1
    assert found["encore_round_age_seconds{round=sender}"] < 60
    assert found["process_resident_memory_bytes"] > 0
    assert not any("Ana" in name or "Silk" in name for name in found)


async def test_bugs_and_refused_whispers_are_counted(play_sqlite: Play) -> None:
    """An update that meets a bug counts as failed, a whisper that Telegram refuses as refused."""
    stage = await play_sqlite()
    ana = stage.fan()
    await stage.ask(ana, "/checkin")
    await stage.app.db.write(change, "UPDATE check_in SET answer = '{'")
    message = [one for one in stage.telegram.sent(stage.bot) if one.kind == "message"][-1]
    stage.telegram.redeliver(stage.bot, [message.update_id])
    await ana.waits_for(stage.group, lambda m: "Oops" in m.text, timeout=10)
    await stage.settled()
    assert stage.app.meters.failed["message"] == 1
    assert stage.app.meters.whispers_refused == 0
    stage.owner.promotes(stage.bot, stage.group, None)
    await stage.settled()
    await stage.app.db.write(change, "UPDATE fan_group SET is_admin = true")
    stage.app.communities.forget()
    said = ana.says(stage.group, "/me")
    await ana.waits_for(stage.group, lambda m: m.sender is stage.bot and m.only_for is None, timeout=10, after=said)
    assert stage.app.meters.whispers_refused == 1
    stage.telegram.calls[:] = [call for call in stage.telegram.calls if call.status != 400]


def change(tx: Tx, statement: str) -> None:
    """Change rows past all rules."""
    tx.execute(text(statement))


async def test_what_waits_is_seen(play_sqlite: Play) -> None:
    """Updates that can't be handled yet, and promised messages that are late, show with their age."""
    stage = await play_sqlite()
    stage.telegram.faults.error("getChatAdministrators", code=502, times=None)
    # The bot comes to a channel, and Telegram doesn't say whose it is.
    stage.owner.adds(stage.bot, stage.telegram.add_channel("News", creator=stage.owner), Rights.full())
    async with told(stage.app) as port, asyncio.timeout(20):
        while not stage.app.meters.postponed["my_chat_member"]:
            await asyncio.sleep(0.02)
        stage.telegram.clock.advance(600)
        found = await numbers(port)
        assert found["encore_inbox_updates"] == 1
        assert found["encore_inbox_oldest_seconds"] >= 600
        assert found["encore_updates_postponed_total{kind=my_chat_member}"] >= 1
        stage.telegram.faults.clear()
        await stage.app.db.write(change, LATE.format(stage.group.id))
        found = await numbers(port)
        assert found["encore_outbox_due{lane=bulk}"] == 1
        assert found["encore_outbox_oldest_seconds{lane=bulk}"] > 86_400
        assert found["encore_outbox_due{lane=live}"] == 0


LATE = """INSERT INTO outbox (community_id, chat_id, lane, act, facts, due_at, state, attempts, made_at)
VALUES (1, {}, 'bulk', 'delete', '{{"message_id": 1}}', '2026-10-01 00:00:00', 'waiting', 0, '2026-10-01 00:00:00')"""


async def test_ready_and_the_reasons_why_not(play: Play) -> None:
    """A bot that works is ready; one that starts, stops, or hears nothing is alive all the same, and says why."""
    stage = await play()
    meters = stage.app.meters
    async with asyncio.timeout(10):
        while any(meters.since(beat) is None for beat in meters.rounds):
            await asyncio.sleep(0.01)
    async with told(stage.app) as port:
        async with asyncio.timeout(10):
            while any(meters.since(beat) is None for beat in meters.rounds):  # the first rounds, of many features
                await asyncio.sleep(0.01)
        assert await get(port, "/readyz") == (200, "ready\n")
        meters.phase = Phase.STARTING
        assert await get(port, "/readyz") == (503, "not ready: the bot is starting\n")
        meters.phase = Phase.RUNNING
        for beat, reason in (
            (Beat.POLL, "no poll of Telegram"),
            (Beat.SENDER, "the sender hasn't looked"),
            (Beat.JOBS, "the alarm clock hasn't rung"),
        ):
            meters.beats[beat] = time.monotonic() - 100
            status, line = await get(port, "/readyz")
            assert status == 503
            assert line.startswith(f"not ready: {reason}")
            assert "100 s" in line
            meters.beat(beat)
        assert await get(port, "/readyz") == (200, "ready\n")
        await stage.app.finish()
        assert await get(port, "/readyz") == (503, "not ready: the bot is stopping\n")
        assert await get(port, "/healthz") == (200, "alive\n")


async def test_a_database_that_is_away() -> None:
    """Readiness tells of a database that can't be reached, without its address; the other numbers can be read."""
    meters = Meters(phase=Phase.RUNNING)
    for beat in Beat:
        meters.beat(beat)
    port = free_port()
    async with (
        Database.open("postgresql://me:secret@127.0.0.1:1/shop", meters) as db,
        serving(Vitals(meters, db, Clock.real().now, lambda: None), port),
    ):
        assert await get(port, "/readyz") == (
            503,
            "not ready: the database can't be used: ConnectionRefusedError\n",
        )
        found = await numbers(port)
    assert found["encore_running"] == 1
    assert "encore_outbox_due{lane=live}" not in found


async def test_who_hears_it(tmp_path: Path) -> None:
    """Only this machine: the port is on the loopback address, a taken one is told in one line, without one none."""
    port = free_port()
    async with Sandbox(limits=Limits.none()) as telegram:
        telegram.add_bot(token=TOKEN)
        variables = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "METRICS_PORT": str(port)}
        async with running(tmp_path, **variables) as process:
            await process.logs("started")
            assert await get(port, "/healthz") == (200, "alive\n")
            assert (await numbers(port))["encore_running"] == 1
            listening = {line.split()[1] for line in tcp_lines(process.process.pid)}
            assert listening == {f"0100007F:{port:04X}"}
            other = variables | {"DATABASE_URL": "sqlite:///other.db"}
            code, out, problems = await result(tmp_path, "run", **other)
            assert (code, out) == (2, "")
            assert [line for line in problems if line.startswith("encore: ")] == [
                f"encore: METRICS_PORT: port {port} can't be had: it is in use"
            ]
            assert await process.stops() == 0
        del variables["METRICS_PORT"]
        async with running(tmp_path, **variables) as process:
            await process.logs("started")
            assert tcp_lines(process.process.pid) == []
            assert await process.stops() == 0


def tcp_lines(pid: int) -> list[str]:
    """What a process listens on, as Linux tells it."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(str(link.readlink()))
        except OSError:
            continue
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    return [line for line in lines if line.split()[3] == "0A" and f"socket:[{line.split()[9]}]" in inodes]


async def test_readiness_through_a_start_and_a_stop(tmp_path: Path) -> None:
    """Until Telegram answers, which a proxy's page isn't, the bot is alive and starting; then it gets ready."""
    port = free_port()
    async with Sandbox(limits=Limits.none()) as telegram:
        bot = telegram.add_bot(token=TOKEN)
        telegram.faults.answer("getMe", code=404, times=None)
        variables = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "METRICS_PORT": str(port)}
        async with running(tmp_path, **variables) as process:
            await process.logs("waiting_for_telegram", seconds=60)
            why = "the bot is starting: no clear answer (HTTP 404)"
            assert await get(port, "/readyz") == (503, f"not ready: {why}\n")
            assert (await get(port, "/healthz"))[0] == 200
            telegram.faults.clear()
            await process.logs("started")
            owner = telegram.add_user("Mina")
            owner.adds(bot, telegram.add_group("Silk room", creator=owner), Rights.full())
            await process.logs("arrived")
            async with asyncio.timeout(15):
                while (answer := await get(port, "/readyz")) == (503, "not ready: the first rounds haven't come yet\n"):
                    await asyncio.sleep(0.05)
            assert answer == (200, "ready\n")
            assert await process.stops() == 0


def test_the_library_is_loaded_for_who_asks() -> None:
    """A bot without METRICS_PORT doesn't load Prometheus's library."""
    code = "import sys, bot.app; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(("seconds", "place"), [(0.0, 0), (0.005, 0), (0.0051, 1), (10.0, 10), (10.1, 11)])
def test_a_histogram_counts_by_upper_bounds(seconds: float, place: int) -> None:
    """A bound belongs to its own bucket; what took longer than all falls into the last."""
    measured = Histogram()
    measured.observe(seconds)
    assert measured.counts.index(1) == place
    assert sum(measured.counts) == 1
    assert len(measured.counts) == len(BUCKETS) + 1


def test_kinds_of_updates() -> None:
    """An update's kind is the name of its part beside the number."""
    assert kind_of_update({"update_id": 1, "message": {}}) == "message"
    assert kind_of_update({"callback_query": {}, "update_id": 1}) == "callback_query"
    assert kind_of_update({"update_id": 1}) == "unknown"
