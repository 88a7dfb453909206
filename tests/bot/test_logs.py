"""What stands in the logs: every update with its ids, never what somebody wrote, a code or a token."""

import asyncio
import json
import os
import re
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from sandbox import Limits, Rights, Sandbox
from tests.bot import stray
from tests.bot.conftest import is_card
from tests.bot.process import ROOT, running
from tests.bot.speech import CODE, code_in

SECRET = "Zanzibar"
"""Written by people, in commands and names, and into a row that then can't be read."""
LOGGED = ("message", "callback_query")
TEXT_EVENT = re.compile(r"\d{4}-\d\d-\d\dT\S+Z \[(?:warning|error) +\] (?:library_told|uncaught|warned) ")
PART_OF_TOKEN = "AAH-secret"


@pytest.mark.parametrize("form", ["json", "text"])
async def test_all_that_others_say_is_an_event(form: str) -> None:
    """Libraries, tasks, threads, destructors, warnings and the end itself: a line each, without their words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bot.stray", form),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, told = await asyncio.wait_for(process.communicate(), 30)
    lines = told.decode().splitlines()
    assert (process.returncode, out) == (1, b"")
    assert not any(word in told.decode() for word in (stray.SECRET, "postgresql", "Traceback", "second line"))
    if form == "text":
        assert all(TEXT_EVENT.match(line) for line in lines), lines
        return
    events = [json.loads(line) for line in lines]
    assert all({"event", "level", "timestamp"} <= event.keys() for event in events)
    told_by = Counter(event.get("library", event["event"]) for event in events)
    assert {name: told_by[name] for name in stray.LOGGERS[1:]} == dict.fromkeys(stray.LOGGERS[1:], 2)
    assert told_by["asyncio"] == 2 + 5, "two tasks, a callback, a session and what the loop was told"
    assert told_by["uncaught"] == 3, "a thread, a destructor and the end"
    assert told_by["warned"] >= 2
    assert told_by["broken"] == 1
    errors = {event["where"] for event in events if event.get("error") == "ValueError"}
    assert all(where.startswith("bot/stray.py:") for where in errors), errors


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
