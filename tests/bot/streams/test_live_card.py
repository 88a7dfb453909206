"""What the live card says is true for who reads it: it names what can be claimed, and there is one of it."""

import asyncio
from collections.abc import Callable

import pytest

from bot.rules.coupon_states import KeptFor
from sandbox import Message
from tests.bot.conftest import Play, Stage
from tests.bot.coupons.test_coupons import claim
from tests.bot.raffles.test_rounds import UNHURRIED
from tests.bot.streams.test_streams import HOUR, MINUTE, live_card, plan, public, shops_channel, silence

CORE_AND_UP = {"ko": "최애 이상", "zh": "挚爱粉及以上", "en": "Core and up"}


async def shows(card: Message, holds: Callable[[str], bool]) -> None:
    """Wait until the card's text is so."""
    try:
        async with asyncio.timeout(10):
            while not holds(card.text):
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(card.text) from None


async def on_air(stage: Stage) -> Message:
    """A stream begins that nobody planned; its card."""
    await stage.ask(stage.owner, "/golive")
    return await live_card(stage)


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_the_card_names_a_drop_while_it_can_be_claimed(play_sqlite: Play, language: str) -> None:
    """What is kept for the coin shop, gifts or hearts isn't named, nor what is taken, cancelled or over by now."""
    stage = await play_sqlite(language=language, pacing=UNHURRIED)
    card, ana = await on_air(stage), stage.fan("Ana", language)
    for kept in KeptFor:
        await stage.ask(stage.owner, f"/newcoupon title=Kept-{kept} stock=5 for={kept}")
    drop = await stage.drop("title=Satin stock=1")
    await shows(card, lambda text: "Satin" in text)
    assert "Kept" not in card.text
    await claim(stage, ana, drop)
    await shows(card, lambda text: "Satin" not in text)
    await stage.ask(stage.owner, "/newcoupon title=Velvet stock=5 tier=core")
    await shows(card, lambda text: f"Velvet ({CORE_AND_UP[language]})" in text.replace("（", " (").replace("）", ")"))
    await stage.drop("title=Linen stock=5 closes=+5m")
    await shows(card, lambda text: "Linen" in text)
    assert "Velvet" not in card.text
    stage.telegram.clock.advance(5 * MINUTE)
    await shows(card, lambda text: "Linen" not in text)
    await shows(card, lambda text: "Velvet" in text)
    await stage.ask(stage.owner, "/coupon 5 cancel")
    await shows(card, lambda text: "Velvet" not in text)


async def test_a_drop_taken_back_leaves_the_card(play_sqlite: Play) -> None:
    """What staff undo is named no longer, and named again when its cancellation is undone."""
    stage = await play_sqlite(language="en")
    card = await on_air(stage)
    await stage.drop("title=Satin stock=5")
    await shows(card, lambda text: "Satin" in text)
    off = await stage.ask(stage.owner, "/coupon 1 cancel")
    await shows(card, lambda text: "Satin" not in text)
    await stage.owner.presses(off, "undo").answered(10)
    await shows(card, lambda text: "Satin" in text)


async def test_a_delay_leaves_one_card(play: Play) -> None:
    """The card shows the new time at once. At that time a new one hangs in its place, in the groups and the channel."""
    stage = await play(language="en")
    channel = await shops_channel(stage)
    question = await silence(stage)
    cards = [await live_card(stage, chat) for chat in (stage.group, channel)]
    await stage.owner.presses(question, ":15").answered(10)
    for card in cards:
        await shows(card, lambda text: "⏰ Silk night starts" in text)
    stage.telegram.clock.advance(15 * MINUTE)
    for card in cards:
        anew = await live_card(stage, card.chat, after=card)
        assert "Starting now" in anew.text
    await stage.all_sent()
    for card in cards:
        assert card.deleted
        named = [m.text for m in stage.owner.sees(card.chat) if m.only_for is None and "Silk night" in m.text]
        named = [text for text in named if not text.startswith("/")]
        assert len(named) == 2, named  # the notice of the delay, and the card


async def test_a_delay_before_the_start_is_told_once(play_sqlite: Play) -> None:
    """Where no card hangs yet, the notice tells the new time, and the card comes at that time only."""
    stage = await play_sqlite(language="en")
    await plan(stage)
    await stage.ask(stage.owner, "/delay 1h")
    await stage.all_sent()
    stage.telegram.clock.advance(8 * HOUR)
    await stage.all_sent()
    assert not any("Starting now" in text for text in public(stage))
    stage.telegram.clock.advance(HOUR)
    await live_card(stage)
    await stage.all_sent()
    assert sum("Silk night" in text for text in public(stage)) == 2
