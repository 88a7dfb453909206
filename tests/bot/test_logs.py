"""What stands in the logs: every update with its ids, never what somebody wrote, a code or a token."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from sandbox import Limits, Rights, Sandbox
from tests.bot.conftest import is_card
from tests.bot.process import running
from tests.bot.speech import CODE, code_in

SECRET = "Zanzibar"
"""Written by people, in commands and names, and into a row that then can't be read."""
LOGGED = ("message", "callback_query")
PART_OF_TOKEN = "AAH-secret"


async def test_logs_hold_ids_and_no_words(sqlite_url: str, tmp_path: Path) -> None:
    """One line for each handled update; no token, text, name or code in any, not in that of an exception either."""
    async with Sandbox(limits=Limits.none()) as telegram:
        bot = telegram.add_bot(token=f"42:{PART_OF_TOKEN}", username="encore_test_bot")
        owner = telegram.add_user(f"Mina {SECRET}", language="en")
        group = telegram.add_group(f"{SECRET} room", creator=owner)
        ana = telegram.add_user(SECRET, username=SECRET.lower())
        ana.joins(group)
        folder = tmp_path / "cwd"
        folder.mkdir()
        settings = {"BOT_TOKEN": bot.token, "TELEGRAM_API_URL": telegram.url, "DATABASE_URL": sqlite_url}
        async with running(folder, **settings) as process:
            await process.logs("started")
            owner.adds(bot, group, Rights.full())
            await process.logs("arrived")
            said = owner.says(group, f'/newcoupon title="{SECRET} scarf" stock=5')
            card = await owner.waits_for(group, is_card, timeout=10, after=said)
            press = ana.presses(card, "claim")
            code = code_in((await press.answered()).text)
            ana.says(group, f"{SECRET}, everybody!")
            ana.says(group, f"/makeup {SECRET}")
            owner.says(group, f"/redeem {SECRET}")
            owner.says(group, f"/redeem {code}")
            ana.forges(group, card, f"claim:{SECRET}")
            ana.starts(bot, SECRET)
            telegram.faults.cut_before("sendMessage", times=2)
            ana.says(group, "/me")
            await process.logs("handled", times=len([one for one in telegram.sent(bot) if one.kind in LOGGED]))
            with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=10)) as database, database:
                database.execute("UPDATE coupon SET answer = ?", (f'{{"code": "{code}", "title": "{SECRET}"',))
            claim = next(one for one in telegram.sent(bot) if one.payload.get("id") == press.id)
            telegram.redeliver(bot, [claim.update_id])
            await process.logs("handler_failed")
            await asyncio.wait_for(ana.waits_for(group, lambda m: "Oops" in m.text, timeout=10), 10)
            assert await process.stops() == 0

        everything = "\n".join(process.lines)
        for secret in (SECRET, SECRET.lower(), PART_OF_TOKEN, code, "scarf", telegram.url, sqlite_url):
            assert secret not in everything
        assert not CODE.search(everything)
        events = process.events
        assert all({"event", "level", "timestamp"} <= event.keys() for event in events)
        handled = [event for event in events if event["event"] == "handled"]
        assert all({"cause", "chat", "user", "handler"} <= event.keys() for event in handled)
        causes = [event["cause"] for event in handled]
        assert len(set(causes)) == len(causes)
        told = {int(cause.partition(":")[2]) for cause in causes}
        assert told == {one.update_id for one in telegram.sent(bot) if one.kind in LOGGED}
        (failed,) = (event for event in events if event["event"] == "handler_failed")
        assert failed["error"] == "ValidationError"
        assert failed["where"].startswith("store/causes.py:")
        assert failed["user"] == ana.id
