"""`kill -9` under load: the bot is another process, the stand-in lives on in this one."""

import asyncio
import random
import re
import signal
import sqlite3
from pathlib import Path

from sandbox import Bot, Chat, Limits, Message, Person, Press, Rights, Sandbox
from tests.bot.conftest import NOON, is_card
from tests.bot.process import Born, in_time
from tests.bot.process import start as begin

KILLS = 20
AT_ONCE = 5
"""Kills without a rest between them: a press that waited for two minutes is handled, but no more answered."""
FANS = 12
"""Fans who tap between two kills."""
CODE = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")
ROOT = Path(__file__).resolve().parents[2]


async def start(telegram: Sandbox, url: str) -> Born:
    """Start the bot in the folder of its database."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    variables = {"BOT_TOKEN": "42:TEST", "TELEGRAM_API_URL": telegram.url, "DATABASE_URL": url, "LOG_LEVEL": "error"}
    return await begin(folder, "run", first=in_time(telegram), **variables)


async def until_polled(telegram: Sandbox, before: int) -> None:
    """Wait until the process asks for updates."""
    async with asyncio.timeout(90):
        while sum(call.method == "getUpdates" for call in telegram.calls) <= before:
            await asyncio.sleep(0.02)


class Load:
    """Fans who check in and claim while the bot is killed and started again."""

    def __init__(self, telegram: Sandbox, bot: Bot, owner: Person, group: Chat) -> None:
        self.telegram = telegram
        self.bot = bot
        self.owner = owner
        self.group = group
        self.card: Message | None = None
        self.fans: list[Person] = []
        self.presses: dict[Person, Press] = {}

    def tap(self, count: int) -> None:
        """New fans check in and tap the drop, once each."""
        if self.card is None:
            raise LookupError("no drop yet")
        for _ in range(count):
            fan = self.telegram.add_user(f"Fan {len(self.fans)}", language="en")
            fan.joins(self.group)
            fan.says(self.group, "/checkin")
            self.presses[fan] = fan.presses(self.card, "claim")
            self.fans.append(fan)

    def served(self, fan: Person) -> bool:
        """Whether a fan has heard of the check-in and of the coupon, without tapping again."""
        texts = [m.text for m in fan.sees(self.group) if m.only_for is fan]
        answer = self.presses[fan].answer
        if answer is not None and answer.text:
            texts.append(answer.text)
        return any("coin" in text for text in texts) and any(CODE.search(text) for text in texts)

    async def all_served(self) -> None:
        """Wait until everybody is."""
        async with asyncio.timeout(90):
            while not all(self.served(fan) for fan in self.fans):
                await asyncio.sleep(0.05)


async def test_twenty_kills_under_load(sqlite_url: str) -> None:
    """No confirmed tap is lost, nothing is doubled, and everyone who had tapped is served without tapping again."""
    dice = random.Random(7)
    async with Sandbox(limits=Limits.none(), latency=0.003, start=NOON) as telegram:
        bot = telegram.add_bot(token="42:TEST", username="encore_test_bot", name="Encore")
        owner = telegram.add_user("Mina", language="en")
        group = telegram.add_group("Silk room", creator=owner, kind="supergroup")
        process = await start(telegram, sqlite_url)
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
                polls = sum(call.method == "getUpdates" for call in telegram.calls)
                process = await start(telegram, sqlite_url)
                await until_polled(telegram, polls)
                if kill % AT_ONCE == 0:
                    await load.all_served()
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 60) == 0
    fans = len(load.fans)
    assert fans == KILLS * (FANS + 2)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as db:
        count = {
            name: db.execute(query).fetchone()[0]
            for name, query in {
                "check-ins": "SELECT count(*) FROM check_in",
                "payments": "SELECT count(*) FROM transfer WHERE reason = 'checkin'",
                "coupons": "SELECT count(*) FROM coupon",
                "codes": "SELECT count(DISTINCT code) FROM coupon",
                "taken": "SELECT taken FROM campaign",
                "left in the inbox": "SELECT count(*) FROM inbox",
                "coins": "SELECT sum(balance) FROM account WHERE kind = 'member'",
            }.items()
        }
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    assert count == {
        "check-ins": fans,
        "payments": fans,
        "coupons": fans,
        "codes": fans,
        "taken": fans,
        "left in the inbox": 0,
        "coins": 5 * fans,
    }
