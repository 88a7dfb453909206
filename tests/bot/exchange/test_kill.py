"""`kill -9` while a file of members is taken in and undone: each line counts once."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing

from bot.rules.exchange.lines import MovePolicy
from sandbox import Document, Limits, Message, Rights, Sandbox
from tests.bot.conftest import NOON
from tests.bot.process import UP
from tests.bot.test_kill import start, until_polled

FANS = 6 * MovePolicy().given_at_once
"""Half of them are here when the file comes: three writes give them theirs."""
POINTS = 100
"""Points of the first line. Each further one has one more, so that no two could be mixed up."""


async def test_kills_while_a_file_is_taken_in_and_undone(sqlite_url: str) -> None:
    """Whoever kills when, everybody has exactly their points, and after the undo nobody has any of them."""
    dice = random.Random(3)
    async with Sandbox(limits=Limits.none(), latency=0.003, start=NOON) as telegram:
        bot = telegram.add_bot(token="42:TEST", username="encore_test_bot", name="Encore")
        owner = telegram.add_user("Mina", language="en")
        group = telegram.add_group("Silk room", creator=owner, kind="supergroup")
        process = await start(telegram, sqlite_url)
        fans = [telegram.add_user(f"Fan {number}", language="en") for number in range(FANS)]
        here = fans[: FANS // 2]
        meant = {fan.id: POINTS + at for at, fan in enumerate(fans)}
        everything = sum(meant.values())

        async def kill(once: Callable[[int], bool] = lambda _coins: True) -> None:
            """Kill the bot once so many coins are there, or a moment later, and start it again."""
            nonlocal process
            await _until(sqlite_url, once)
            await asyncio.sleep(dice.uniform(0.0, 0.02))
            process.send_signal(signal.SIGKILL)
            await process.wait()
            owner.says(group, "hello")  # a poll that finds nothing would last half a minute
            polls = sum(call.method == "getUpdates" for call in telegram.calls)
            process = await start(telegram, sqlite_url)
            await until_polled(telegram, polls)

        async def hears(text: str) -> Message:
            return await owner.waits_for(bot, lambda m: m.sender is bot and text in m.text, timeout=UP)

        try:
            owner.starts(bot)
            owner.adds(bot, group, Rights.full())
            await owner.waits_for(group, lambda m: m.sender is bot, timeout=UP)
            for fan in here:
                fan.joins(group)
            lines = "\n".join(["id,points", *(f"{user_id},{points}" for user_id, points in meant.items())])
            owner.says(bot, "/import", document=Document("fans.csv", lines.encode(), "text/csv"))
            preview = await hears("Nothing is done yet")
            owner.presses(preview, "Take them in")
            await kill(lambda coins: coins > 0)
            if any("Take them in" in button.text for button in preview.buttons):
                owner.presses(preview, "Take them in")
            await kill()
            await hears("Taken in")
            for fan in fans[FANS // 2 :]:
                fan.joins(group)
            await kill(lambda coins: coins > sum(meant[fan.id] for fan in here))
            held = await _until(sqlite_url, lambda coins: coins >= everything)
            owner.says(bot, "/undo")
            await kill(lambda coins: coins < everything)
            await kill()
            await hears("The file is undone")
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), UP) == 0
    assert held == meant
    assert set(_held(sqlite_url).values()) == {0}


def _held(url: str) -> dict[int, int]:
    """Balances of fans by Telegram id."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:
        rows = db.execute(
            "SELECT m.user_id, a.balance FROM account a JOIN member m ON m.id = a.member_id JOIN community c "
            "ON c.id = m.community_id WHERE m.user_id <> c.owner_id"
        ).fetchall()
    return dict(rows)


async def _until(url: str, once: Callable[[int], bool]) -> dict[int, int]:
    """Wait until the coins of all fans are so many; who has how many."""
    async with asyncio.timeout(UP):
        while not once(sum((held := _held(url)).values())):
            await asyncio.sleep(0.005)
    return held
