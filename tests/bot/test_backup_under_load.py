"""Backup and restore of a bot that runs, as an operator does them."""

import asyncio
from pathlib import Path
from typing import Any

from bot.store.engine.db import Database
from bot.store.ledger import check_books
from sandbox import Limits, Rights, Sandbox
from tests.bot.conftest import is_card
from tests.bot.copies import SAID, TOKEN, check_copy, query
from tests.bot.process import in_time, result, running
from tests.features.scene import NOON

FANS = 120


async def test_a_backup_under_load_and_back(tmp_path: Path) -> None:
    """A copy made while fans tap is whole and without messages; restored, fans have their coins and the bot goes on."""
    async with Sandbox(limits=Limits.none(), latency=0.02, start=NOON.timestamp()) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot")
        owner = telegram.add_user("Mina", language="en")
        group = telegram.add_group("Silk room", creator=owner)
        fans = [telegram.add_user(f"Fan {number}", language="en") for number in range(FANS)]
        for one in fans:
            one.joins(group)
        variables = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        clock = in_time(telegram)
        async with running(tmp_path, clock, **variables) as process:
            await process.logs("started")
            owner.adds(bot, group, Rights.full())
            await process.logs("arrived")
            said = owner.says(group, "/newcoupon title=Scarf stock=5000")
            card = await owner.waits_for(group, is_card, timeout=10, after=said)
            telegram.faults.error("getChatAdministrators", code=502, times=None)
            # The bot's coming waits in the inbox as long as Telegram doesn't say whose the group is.
            owner.adds(bot, telegram.add_group(SAID, creator=owner), Rights.full())
            await process.logs("update_waits")
            taps = asyncio.create_task(tap_on(fans, group, card))
            await back_up_while_it_runs(tmp_path, variables)
            await taps
            last = await result(tmp_path, "backup", "last.db", first=clock, **variables)
            assert last[0] == 0
            assert await process.stops() == 0
        live = query(tmp_path / "data/encore.db", "SELECT body FROM inbox")
        assert any(SAID in body for (body,) in live)
        for name in ("first.db", "last.db"):
            check_copy(tmp_path / name)
        assert query(tmp_path / "last.db", "SELECT count(*) FROM coupon") == [(FANS,)]

        code, out, problems = await result(tmp_path, "restore", "last.db", first=clock, **variables)
        assert (code, problems) == (0, [])
        assert "the books balance" in out
        assert f"fans hold {5 * FANS} coins" in out
        check_what_is_kept(tmp_path, out, live)
        telegram.faults.clear()
        async with running(tmp_path, clock, **variables) as process:
            await process.logs("started")
            again = await fans[1].presses(card, "claim").answered(10)
            assert code_of(tmp_path / "last.db", fans[1].id) in (again.text or "")
            said = fans[2].says(group, "/me")
            mine = await fans[2].waits_for(group, lambda m: m.only_for is fans[2], timeout=10, after=said)
            assert "5 coins" in mine.text
            assert await process.stops() == 0
    async with Database.open(f"sqlite:///{tmp_path}/data/encore.db") as db:
        assert (await db.read(check_books)).sound


async def back_up_while_it_runs(folder: Path, variables: dict[str, str]) -> None:
    """A backup of a running bot's database, which then can't be restored yet."""
    code, out, problems = await result(folder, "backup", "first.db", **variables)
    assert (code, problems) == (0, [])
    assert "1 shop" in out
    assert out.endswith("no messages\n")
    code, out, problems = await result(folder, "restore", "first.db", **variables)
    assert (code, out) == (1, "")
    assert problems == ["encore: a bot is using this database; stop it first, then restore"]


def check_what_is_kept(folder: Path, out: str, live: list[Any]) -> None:
    """The replaced database is beside the new one, and the new one holds nothing that was written."""
    (kept,) = (folder / "data").glob("encore.db.before-restore-*")
    assert str(kept.relative_to(folder)) in out
    assert query(kept, "SELECT body FROM inbox") == live
    assert SAID.encode() not in (folder / "data/encore.db").read_bytes()


def code_of(path: Path, user_id: int) -> str:
    """The code that a fan holds."""
    found: str = query(path, "SELECT code FROM coupon JOIN member ON member.id = member_id WHERE user_id = ?", user_id)[
        0
    ][0]
    return found


async def tap_on(fans: list[Any], group: Any, card: Any) -> None:
    """Everyone checks in and claims, some at a time, while something else goes on."""
    for start in range(0, len(fans), 20):
        presses = []
        for one in fans[start : start + 20]:
            one.says(group, "/checkin")
            presses.append(one.presses(card, "claim"))
        await asyncio.gather(*(press.answered(20) for press in presses))
        await asyncio.sleep(0.1)
    for one in fans:
        await one.waits_for(group, lambda m, one=one: m.only_for is one and "coin" in m.text, timeout=20)
