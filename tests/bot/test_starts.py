"""The start is told in time, once, to every chat: under Telegram's limits, beside reminders and crowds."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from sandbox import Message
from tests.bot.big_shop import BigShop, at_work, big_shop, lateness

WITHIN = 2.0
"""Seconds in which fifty groups and the channel hear: at 29.5 messages a second the last one leaves after 1.7. What
other processes took from bot, stand-in and test, which share a thread here, is added."""
WITHIN_TWO_HUNDRED = 8.0
SOON = timedelta(seconds=1)
"""Enough for the bot to be up."""
ANSWERED = 1.0
"""Seconds in which a person is answered while the start is being told."""


def told_in_time(shop: BigShop, planned: datetime, within: float = WITHIN, title: str = "Silk night") -> None:
    """Every chat was told once, none before the time, the last one soon enough, and no call met a 429."""
    calls = shop.announced(title)
    assert Counter(call.params["chat_id"] for call in calls) == {chat.id: 1 for chat in shop.chats}
    late = lateness(calls, planned)
    assert min(late) >= 0.0
    assert max(late) < within + shop.waited
    assert [call for call in shop.telegram.calls if call.status == 429] == []
    assert all(len(shop.cards(chat, title)) == 1 for chat in shop.chats)


async def until(shop: BigShop, instant: datetime, seconds: float = 0.0) -> None:
    """Wait until so many seconds after an instant of the stand-in's clock."""
    await asyncio.sleep(max(0.0, (instant - shop.now()).total_seconds() + seconds))


async def test_fifty_groups_in_two_seconds(url: str) -> None:
    """Fifty groups and the channel hear of the start within two seconds, each once, and nobody meets a 429."""
    async with big_shop(url) as shop:
        planned = await shop.plans(SOON)
        async with at_work(shop, planned):
            await shop.all_told(10)
        told_in_time(shop, planned)


async def test_two_hundred_groups_in_eight_seconds(sqlite_url: str) -> None:
    """Two hundred groups and the channel hear of the start within eight seconds."""
    async with big_shop(sqlite_url, groups=200) as shop:
        planned = await shop.plans(SOON)
        async with at_work(shop, planned):
            await shop.all_told(15)
        told_in_time(shop, planned, WITHIN_TWO_HUNDRED)


async def test_while_two_thousand_are_reminded(sqlite_url: str) -> None:
    """A round of reminders of another stream makes way for the start and goes on after it."""
    async with big_shop(sqlite_url) as shop:
        planned = await shop.plans(timedelta(hours=1), remind=())
        await shop.plans(timedelta(hours=2), "Later")
        await shop.subscribes(2000, 2)
        shop.telegram.clock.set(planned.timestamp() - 1.5)
        async with at_work(shop, planned):
            await shop.all_told(10)
            await asyncio.sleep(0.5)
        told_in_time(shop, planned)
        reminded = [call.at for call in shop.telegram.calls if "Later" in call.params.get("text", "")]
        before = sum(at < planned.timestamp() for at in reminded)
        assert before > 20
        assert len(reminded) > before


async def test_while_three_hundred_tap(sqlite_url: str) -> None:
    """Three hundred fans tap the first card while the others are still being told: all in time, all answered."""
    async with big_shop(sqlite_url) as shop:
        room = shop.chats[0]
        fans = [shop.telegram.add_user(f"Fan {number}", language="ko") for number in range(300)]
        for fan in fans:
            fan.joins(room)
        shop.bot.queue.drop()
        planned = await shop.plans(SOON)
        async with at_work(shop, planned):
            card = await shop.owner.waits_for(room, hangs, timeout=10)
            presses = [fan.presses(card, "here:") for fan in fans]
            await shop.all_told(10)
            answers = await asyncio.gather(*(press.answered(10) for press in presses))
        told_in_time(shop, planned)
        assert all(answer.text for answer in answers)
        waited = sorted(answer.at - press.at for answer, press in zip(answers, presses, strict=True))
        assert waited[len(waited) // 2] < ANSWERED + shop.waited


def hangs(message: Message) -> bool:
    """Whether it is a live card."""
    return message.only_for is None and any((one.callback_data or "").startswith("here:") for one in message.buttons)


@pytest.mark.parametrize("before", [0.8, 0.0])
async def test_golive_when_it_starts_anyway(sqlite_url: str, before: float) -> None:
    """Said in the last second, or at the very instant: one announcement a chat, and the owner is answered at once."""
    async with big_shop(sqlite_url) as shop:
        planned = await shop.plans(SOON)
        async with at_work(shop, planned):
            await until(shop, planned, -before)
            said = shop.owner.says(shop.chats[0], "/golive https://example.com/live")
            answer = await shop.owner.waits_for(
                shop.chats[0], lambda m: m.only_for is shop.owner and "live" in m.text, timeout=10, after=said
            )
            await shop.all_told(10)
            await asyncio.sleep(1)
        calls = shop.announced()
        assert shop.told() == dict.fromkeys(shop.told(), 1)
        assert max(lateness(calls, planned)) < WITHIN + shop.waited
        assert answer.at - said.at < ANSWERED + shop.waited
        assert [call for call in shop.telegram.calls if call.status == 429] == []
        for chat in shop.chats:
            (card,) = shop.cards(chat)
            assert [button.url for button in card.buttons if button.url] == ["https://example.com/live"]
