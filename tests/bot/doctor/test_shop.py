"""`doctor` beside a shop that stands, and as an operator runs it."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.doctor.machine import examine_machine
from bot.commands.doctor.telegram import examine_telegram
from bot.rules.doctor.chats import (
    GROUP_RIGHTS,
    ChannelClosed,
    ChannelFine,
    ChatGone,
    GroupFine,
    HomeLost,
    NotAdministrator,
    RightsMissing,
)
from bot.rules.doctor.database import BooksFine, DatabaseFine, SchemaFine, UpdatesAside
from bot.rules.doctor.findings import Level, Part
from bot.rules.doctor.machine import ClockFine
from bot.rules.doctor.telegram import NoWebhook, TokenFine
from bot.store.engine.schema import HEAD
from bot.store.engine.sessions import Tx
from bot.store.tables import FanGroup
from sandbox import Limits, Rights, Sandbox
from tests.bot.conftest import Play, settings
from tests.bot.doctor.settings import SECRET, TOKEN, now
from tests.bot.process import result

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
MISSING = RightsMissing("Second room", ("can_pin_messages", "can_manage_tags"))


async def test_a_shop_as_it_stands(play_sqlite: Play) -> None:
    """Rights are told chat by chat, and a bot that runs is neither disturbed nor overlooked."""
    stage = await play_sqlite(rights=Rights.full())
    second = stage.telegram.add_group("Second room", creator=stage.owner)
    rights = {name: True for name in GROUP_RIGHTS if name not in MISSING.rights}
    stage.owner.adds(stage.bot, second, Rights(**rights))
    third = stage.telegram.add_group("Third room", creator=stage.owner)
    stage.owner.adds(stage.bot, third, None)
    news, closed = (stage.telegram.add_channel(name, creator=stage.owner) for name in ("News", "Closed news"))
    stage.owner.adds(stage.bot, news, Rights(can_post_messages=True))
    stage.owner.adds(stage.bot, closed, Rights())
    await stage.settled()
    await stage.app.db.write(know, "Gone", -5)
    polls = sum(call.method == "getUpdates" for call in stage.telegram.calls)

    on_machine, chats = await examine_machine(settings(stage.url, stage.telegram))
    seen = await examine_telegram(settings(stage.url, stage.telegram), chats, now)

    assert [finding for finding in on_machine if finding.level is not Level.FINE] == []
    assert DatabaseFine("SQLite", 1, 0) in on_machine
    assert SchemaFine(HEAD) in on_machine
    assert BooksFine(0, 0) in on_machine
    assert TokenFine("encore_test_bot") in seen
    assert NoWebhook() in seen
    assert ClockFine() in seen
    told = {finding for finding in seen if finding.part is Part.GROUPS}
    assert told == {
        GroupFine("Silk room"),
        MISSING,
        NotAdministrator("Third room", privacy=True),
        ChannelFine("News"),
        ChannelClosed("Closed news"),
        ChatGone("Gone"),
    }
    assert sum(call.method == "getUpdates" for call in stage.telegram.calls) <= polls + 1
    stage.telegram.calls[:] = [call for call in stage.telegram.calls if call.method != "getChatMember"]


async def test_a_shop_without_its_home_group(play_sqlite: Play) -> None:
    """Nobody steers it: `doctor` says what to do."""
    stage = await play_sqlite()
    stage.owner.removes(stage.bot, stage.group)
    await stage.settled()
    on_machine, _ = await examine_machine(settings(stage.url, stage.telegram))
    assert [finding for finding in on_machine if finding.level is Level.WRONG] == [HomeLost("Silk room")]


async def test_updates_that_were_set_aside(play: Play) -> None:
    """How many there are is told, and never what is in them."""
    stage = await play(language="en")
    stage.telegram.sends_raw(stage.bot, lambda number: b'{"update_id":%d,"message":"Sesame"}' % number)
    stage.telegram.sends_raw(stage.bot, lambda number: b'{"update_id":%d,"message":[]}' % number)
    async with asyncio.timeout(10):
        while stage.app.meters.set_aside < 2:
            await asyncio.sleep(0.02)
    on_machine, _ = await examine_machine(settings(stage.url, stage.telegram))
    assert UpdatesAside(2) in on_machine


def know(tx: Tx, title: str, chat_id: int) -> None:
    """A chat that the database believes in."""
    tx.add(FanGroup(community_id=1, chat_id=chat_id, title=title, joined_at=NOW))
    tx.flush()


async def test_as_an_operator_runs_it(tmp_path: Path) -> None:
    """Exit codes: 1 if something must be mended, 0 if only warnings are left, 2 with one line for bad settings."""
    async with Sandbox(limits=Limits.none()) as telegram:
        variables = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "LANG": "ko_KR.UTF-8"}
        code, out, problems = await result(tmp_path, "doctor", **variables)
        assert (code, problems) == (1, [])
        assert "✗ 텔레그램이 BOT_TOKEN을 받아 주지 않아요." in out
        telegram.add_bot(token=TOKEN)
        code, out, problems = await result(tmp_path, "doctor", "--language", "zh", **variables)
        assert (code, problems) == (0, [])
        assert "! 还没有数据库。" in out
        assert "✗" not in out
        assert "\x1b" not in out
        assert SECRET not in out
        assert os.listdir(tmp_path) == []  # noqa: PTH208  # a folder of nothing
    code, out, problems = await result(tmp_path, "doctor", BOT_TOKEN=SECRET)
    assert (code, out, len(problems)) == (2, "", 1)
    assert problems[0].startswith("encore: BOT_TOKEN")
    assert SECRET not in problems[0]
