"""Two bots with one token on two databases: the one that came second ends, the one that was there serves on."""

import asyncio
from pathlib import Path

from sandbox import Rights, Sandbox
from tests.bot.process import running

TOKEN = "42:TEST"
QUICK = """
from bot.rules import polling
polling.STEADY_AFTER, polling.ENDS_AFTER = 4.0, 4.0
"""
"""So that the test needn't take two minutes."""


async def test_the_one_that_came_second_ends(tmp_path: Path) -> None:
    """It ends with code 3 and one line; the other warns, stays, and answers afterwards as before."""
    async with Sandbox() as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot")
        owner = telegram.add_user("Mina", language="en")
        group = telegram.add_group("Silk room", creator=owner)
        ana = telegram.add_user("Ana", language="en")
        ana.joins(group)
        variables = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        first = {**variables, "DATABASE_URL": f"sqlite:///{tmp_path}/first.db"}
        second = {**variables, "DATABASE_URL": f"sqlite:///{tmp_path}/second.db"}
        async with running(tmp_path, QUICK, **first) as stays:
            await stays.logs("started", seconds=60)
            owner.adds(bot, group, Rights.full())
            await stays.logs("arrived", seconds=60)
            await asyncio.sleep(5)
            owner.says(group, "a word, so that a poll is answered")
            await asyncio.sleep(1)
            async with running(tmp_path, QUICK, **second) as ends:
                assert await ends.ends(90) == 3
            assert ends.lines[-1] == "encore: another process is polling with this BOT_TOKEN; stop it first"
            await stays.logs("another_polls", seconds=10)
            said = ana.says(group, "/checkin")
            await ana.waits_for(group, lambda m: m.only_for is ana, timeout=20, after=said)
            assert await stays.stops() == 0
