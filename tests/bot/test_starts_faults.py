"""What goes wrong while a start is told: others hear in time, the one concerned hears once, and nothing is given up."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.tables import Outbox
from sandbox import Chat, Person, Rights
from tests.bot.big_shop import BigShop, at_work, big_shop, lateness

GROUPS = 6
SOON = timedelta(seconds=1)
QUICK = 1.0
"""Seconds in which seven chats hear, though one of them makes trouble."""

Trouble = Callable[[BigShop, Chat], object]
TROUBLES: dict[str, tuple[Trouble, int]] = {
    "429": (lambda shop, chat: shop.telegram.faults.too_many("sendMessage", chat=chat, retry_after=1), 1),
    "429 for longer": (lambda shop, chat: shop.telegram.faults.too_many("sendMessage", chat=chat, retry_after=3), 1),
    "500": (lambda shop, chat: shop.telegram.faults.error("sendMessage", chat=chat, times=3), 1),
    "502 everywhere": (lambda shop, _: shop.telegram.faults.error("sendMessage", code=502, times=5), 1),
    "cut before": (lambda shop, chat: shop.telegram.faults.cut_before("sendMessage", chat=chat, times=2), 1),
    "cut after": (lambda shop, chat: shop.telegram.faults.cut_after("sendMessage", chat=chat), 2),
}
"""What happens, and how many messages the chat that it happens to shows at most."""


@pytest.mark.parametrize("name", TROUBLES)
async def test_trouble_with_one_group(sqlite_url: str, name: str) -> None:
    """All others hear in time, and the chat concerned is told too: once, or twice where its answer was lost."""
    cause, at_most = TROUBLES[name]
    async with big_shop(sqlite_url, GROUPS) as shop:
        planned = await shop.plans(SOON)
        concerned = shop.chats[GROUPS // 2]
        cause(shop, concerned)
        async with at_work(shop):
            await shop.all_told(10)
            await asyncio.sleep(0.3)
        assert shop.told() == {chat.id: at_most if chat is concerned else 1 for chat in shop.chats}
        others = [call for call in shop.announced() if call.params["chat_id"] != concerned.id]
        assert max(lateness(others, planned)) < QUICK


async def test_the_network_was_away_for_long(sqlite_url: str) -> None:
    """However often a start couldn't be sent, it is told when Telegram is back; only time ends it."""
    async with big_shop(sqlite_url, GROUPS) as shop:
        await shop.plans(SOON)
        async with Database.open(shop.url) as db:
            await db.write(_tried_often)
        away = shop.telegram.faults.cut_before("sendMessage", times=None)
        async with at_work(shop):
            await asyncio.sleep(SOON.total_seconds() + 3)
            assert shop.announced() == []
            away.times = 0
            shop.telegram.clock.advance(30)
            await shop.all_told(10)
        assert shop.told() == dict.fromkeys(shop.told(), 1)


@pytest.mark.parametrize("heard", [True, False], ids=["told of it", "learnt by a refusal"])
async def test_a_group_became_a_supergroup_before(url: str, heard: bool) -> None:
    """The announcement follows it, once, also by /golive, and the old group hears nothing."""
    async with big_shop(url, GROUPS, kind="group") as shop:
        await shop.plans(SOON if heard else timedelta(hours=1))
        old = shop.chats[1]
        new = shop.telegram.upgrade(old)
        if not heard:
            shop.bot.queue.drop()
        shop.chats[1] = new
        async with at_work(shop) as app:
            if not heard:
                shop.owner.says(shop.bot, "/golive")
            await shop.all_told(10)
            await asyncio.sleep(0.3)
            await shop.drained(app.db)
        assert shop.told() == dict.fromkeys(shop.told(), 1)
        assert shop.cards(old) == []


async def test_a_group_becomes_a_supergroup_while_it_is_on(url: str) -> None:
    """The live card hangs anew in the new group, can be tapped there, and ends there; other chats see nothing new."""
    async with big_shop(url, 2, kind="group") as shop:
        ana = in_group(shop, "Ana", shop.chats[1])
        await shop.plans(SOON)
        async with at_work(shop) as app:
            await shop.all_told(10)
            new = shop.telegram.upgrade(shop.chats[1])
            shop.chats[1] = new
            card = await ana.waits_for(new, lambda m: bool(m.buttons), timeout=10)
            assert "+10" in (await ana.presses(card, "here:").answered(10)).text
            shop.owner.says(shop.bot, "/endlive")
            await ana.waits_for(new, lambda m: m is card and not m.buttons, timeout=10)
            await shop.drained(app.db)
        assert len(shop.announced()) == 3 + 1


@pytest.mark.parametrize("heard", [True, False], ids=["told of it", "learnt by a refusal"])
async def test_the_bot_was_removed_from_one_group(sqlite_url: str, heard: bool) -> None:
    """The others hear in time; the group that doesn't want the bot sees nothing and isn't tried again."""
    async with big_shop(sqlite_url, GROUPS) as shop:
        planned = await shop.plans(SOON)
        gone = shop.chats.pop(2)
        shop.owner.removes(shop.bot, gone)
        if not heard:
            shop.bot.queue.drop()
        async with at_work(shop) as app:
            await shop.all_told(10)
            await shop.drained(app.db)
        assert shop.told() == dict.fromkeys(shop.told(), 1)
        assert max(lateness(shop.announced(), planned)) < QUICK
        refused = [call for call in shop.telegram.calls if call.status == 403]
        assert len(refused) == (0 if heard else 1)


async def test_a_link_that_telegram_refuses(sqlite_url: str) -> None:
    """The start is told without it, everywhere and once, and the card can still be tapped and counts."""
    async with big_shop(sqlite_url, 2) as shop:
        await shop.plans(SOON, url="https://live.example.com:99999/silk")
        ana = shop.telegram.add_user("Ana", language="en")
        ana.joins(shop.chats[0])
        async with at_work(shop) as app:
            await shop.all_told(10)
            card = next(m for m in shop.chats[0].messages if "Silk night" in m.text)
            assert "+10" in (await ana.presses(card, "here:").answered(10)).text
            await ana.waits_for(shop.chats[0], lambda m: m is card and "🙋" in m.text, timeout=10)
            await shop.drained(app.db)
        # The refusals are the test's own doing: nothing else was refused.
        for call in [call for call in shop.telegram.calls if call.status == 400]:
            if call.method == "deleteEphemeralMessage":
                continue  # the probe, with ids of nobody
            assert "invalid: Wrong HTTP URL" in call.description
            shop.telegram.calls.remove(call)
        assert shop.told() == dict.fromkeys(shop.told(), 1)


async def test_a_group_that_came_after_the_plan(url: str) -> None:
    """A group that joins the shop between plan and start hears of the start as the others do."""
    async with big_shop(url, 2) as shop:
        await shop.plans(timedelta(hours=1))
        late = shop.telegram.add_group("Late room", creator=shop.owner)
        async with at_work(shop) as app:
            shop.owner.adds(shop.bot, late, Rights.full())
            await shop.owner.waits_for(late, lambda m: m.sender is shop.bot, timeout=10)
            shop.chats.append(late)
            shop.telegram.clock.advance(3600)
            await shop.all_told(10)
            await shop.drained(app.db)
        assert shop.told() == dict.fromkeys(shop.told(), 1)


async def test_a_database_that_fails_while_the_start_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was accepted is marked when the database is back: nobody is told twice, nobody is forgotten."""
    async with big_shop(sqlite_url, GROUPS) as shop:
        await shop.plans(SOON)
        async with at_work(shop) as app:
            real = app.db.write
            failures = iter(range(3))

            async def write(use_case: Callable[..., object], *args: object) -> object:
                if use_case.__name__ == "mark" and next(failures, None) is not None:
                    raise OSError("disk full")
                return await real(use_case, *args)

            monkeypatch.setattr(app.db, "write", write)
            monkeypatch.setattr("bot.telegram.outbox_sender.STEADY", 0.2)
            await shop.all_told(10)
            await shop.drained(app.db)
        assert shop.told() == dict.fromkeys(shop.told(), 1)


def _tried_often(tx: Tx) -> None:
    tx.execute(update(Outbox).values(attempts=50))


def in_group(shop: BigShop, name: str, chat: Chat) -> Person:
    """A fan in one of the groups."""
    person = shop.telegram.add_user(name)
    person.joins(chat)
    shop.bot.queue.drop()
    return person
