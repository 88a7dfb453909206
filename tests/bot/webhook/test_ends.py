"""The process that takes deliveries ends under load, by SIGTERM and by `kill -9`: nothing is lost or doubled."""

import asyncio
import random
import signal
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.engine.db import Database
from bot.store.ledger import check_books
from bot.store.tables import CheckIn, Coupon, Inbox
from sandbox import Limits, Rights, Sandbox
from tests.bot.conftest import NOON, is_card
from tests.bot.process import Born, in_time, result, running, start
from tests.bot.test_kill import Load
from tests.bot.test_web import free_port

TOKEN = "42:TEST"
KILLS = 4
FANS = 12
"""Fans who tap between two kills."""
ENDS_IN = 10.0
"""Seconds in which a process must have ended after SIGTERM."""


def variables(telegram: Sandbox, url: str, port: int) -> dict[str, str]:
    """The environment of a bot to which Telegram delivers."""
    return {
        "BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": telegram.url,
        "DATABASE_URL": url,
        "LOG_LEVEL": "error",
        "WEBHOOK_URL": f"http://127.0.0.1:{port}/shop/telegram",
        "WEBHOOK_LISTEN": str(port),
    }


async def until_taken(port: int) -> None:
    """Wait until the process listens."""
    async with asyncio.timeout(90):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


def counts(session: Session) -> dict[str, Any]:
    """What fans got."""

    def count(what: Any) -> int:
        return session.execute(select(what)).scalar_one() or 0

    return {
        "check-ins": count(func.count(col(CheckIn.member_id))),
        "coupons": count(func.count(col(Coupon.id))),
        "codes": count(func.count(col(Coupon.code).distinct())),
        "left in the inbox": count(func.count(col(Inbox.update_id))),
    }


async def got(url: str) -> dict[str, Any]:
    """What fans got, and the coins that they hold; the books are sound."""
    async with Database.open(url) as db:
        books = await db.read(check_books)
        assert books.sound
        return {**await db.read(counts), "coins": books.held_by_fans}


async def test_kills_under_load(url: str, tmp_path: Path) -> None:
    """Killed again and again while Telegram delivers: everyone who tapped is served once, without tapping again."""
    dice, port = random.Random(7), free_port()
    async with Sandbox(limits=Limits.none(), latency=0.003, start=NOON, loopback=True) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot", name="Encore")
        owner = telegram.add_user("Mina", language="en")
        group = telegram.add_group("Silk room", creator=owner, kind="supergroup")

        async def begin() -> Born:
            process = await start(tmp_path, "run", first=in_time(telegram), **variables(telegram, url, port))
            await until_taken(port)
            return process

        process = await begin()
        load = Load(telegram, bot, owner, group)
        try:
            owner.adds(bot, group, Rights.full())
            await owner.waits_for(group, lambda m: m.sender is bot, timeout=90)
            owner.says(group, "/newcoupon title=Scarf stock=100000")
            load.card = await owner.waits_for(group, is_card, timeout=90)
            for kill in range(1, KILLS + 1):
                load.tap(FANS)
                await asyncio.sleep(dice.uniform(0.0, 0.25))
                process.send_signal(signal.SIGKILL)
                await process.wait()
                load.tap(2)
                process = await begin()
                if kill % 2 == 0:
                    await load.all_served()
            async with asyncio.timeout(30):
                while telegram.pending(bot):
                    await asyncio.sleep(0.05)
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 60) == 0
        assert [call for call in telegram.calls if call.method == "getUpdates"] == []
    fans = KILLS * (FANS + 2)
    assert await got(url) == {
        "check-ins": fans,
        "coupons": fans,
        "codes": fans,
        "left in the inbox": 0,
        "coins": 5 * fans,
    }


async def test_sigterm_under_load(url: str, tmp_path: Path) -> None:
    """A stop among many deliveries ends within ten seconds with code 0; the next start serves all who weren't."""
    port = free_port()
    async with Sandbox(limits=Limits.none(), latency=0.02, start=NOON, loopback=True) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot", name="Encore")
        owner = telegram.add_user("Mina", language="en")
        group = telegram.add_group("Silk room", creator=owner, kind="supergroup")
        load = Load(telegram, bot, owner, group)
        asked = variables(telegram, url, port) | {"LOG_LEVEL": "info"}
        async with running(tmp_path, in_time(telegram), **asked) as process:
            owner.adds(bot, group, Rights.full())
            await owner.waits_for(group, lambda m: m.sender is bot, timeout=90)
            owner.says(group, "/newcoupon title=Scarf stock=100000")
            load.card = await owner.waits_for(group, is_card, timeout=90)
            load.tap(80)
            await asyncio.sleep(0.15)
            began = time.monotonic()
            assert await process.stops(60) == 0
            assert time.monotonic() - began < ENDS_IN
            problems = [line for line in process.events if line["level"] in {"warning", "error"}]
            assert [line for line in problems if line["event"] != "webhook_undelivered"] == []
        unserved = sum(not load.served(fan) for fan in load.fans)
        async with running(tmp_path, in_time(telegram), **asked):
            await load.all_served()
            async with asyncio.timeout(30), Database.open(url) as db:
                # What was delivered may still wait in the inbox.
                while telegram.pending(bot) or (await db.read(counts))["left in the inbox"]:
                    await asyncio.sleep(0.05)
    assert unserved > 0
    found = await got(url)
    assert (found["check-ins"], found["coupons"], found["coins"]) == (80, 80, 400)


async def test_nowhere_to_listen(tmp_path: Path, sqlite_url: str) -> None:
    """A port in use, a folder that isn't there and a missing setting end the start with 2 and a line that names it."""
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Sandbox() as telegram:
        telegram.add_bot(token=TOKEN)
        asked = variables(telegram, sqlite_url, port)
        for listen, words in (
            (str(port), f"encore: WEBHOOK_LISTEN: {port} can't be had: it is in use"),
            ("unix:/nowhere/a.sock", "encore: WEBHOOK_LISTEN: unix:/nowhere/a.sock can't be had: FileNotFoundError"),
        ):
            code, _, lines = await result(tmp_path, "run", **asked | {"WEBHOOK_LISTEN": listen})
            assert (code, lines[-1]) == (2, words)
        del asked["WEBHOOK_LISTEN"]
        assert await result(tmp_path, "run", **asked) == (
            2,
            "",
            ["encore: WEBHOOK_URL is wrong: it needs WEBHOOK_LISTEN, where its deliveries come in"],
        )
    server.close()
