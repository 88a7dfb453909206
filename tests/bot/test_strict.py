"""Under Telegram's own flood limits: nothing that we send to a group runs into them, and everybody is answered."""

import asyncio
from collections.abc import Callable

from bot.telegram.pacer import Limits as PacerLimits
from sandbox import Call, Limits, Message
from tests.bot.conftest import Play, Stage
from tests.bot.speech import code_in


def too_many(stage: Stage) -> list[Call]:
    """Calls that met the flood control."""
    return [call for call in stage.telegram.calls if call.status == 429]


async def test_a_lively_evening_within_the_limits(play_sqlite: Play) -> None:
    """Sixty fans check in and tap, two drops come and count down: no 429, all answered, few edits, no chatter."""
    stage = await play_sqlite(language="en", limits=Limits(), pacing=PacerLimits())
    fans = stage.fans(60)
    await stage.settled()
    for drop in range(2):
        said = stage.owner.says(stage.group, f"/newcoupon title=Drop{drop} stock=40")
        card = await stage.owner.waits_for(stage.group, on_sale(f"Drop{drop}"), timeout=15, after=said)
        for start in range(0, 60, 12):
            some = fans[start : start + 12]
            for fan in some:
                fan.says(stage.group, "출석")
            answers = await asyncio.gather(*(fan.presses(card, "claim").answered(10) for fan in some))
            assert all(answer.text for answer in answers)
            assert len({code_in(answer.text) for answer in answers if "-" in answer.text}) == len(
                [answer for answer in answers if "-" in answer.text]
            )
            stage.telegram.clock.advance(5)
        await stage.owner.waits_for(stage.group, lambda m, card=card: m is card and "All 40" in m.text, timeout=10)  # type: ignore[misc]
    await stage.settled()
    assert all(sum(m.only_for is fan and "코인" in m.text for m in fan.sees(stage.group)) >= 2 for fan in fans)
    assert too_many(stage) == []
    posted = [m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot]
    assert len(posted) == 1 + 2
    edits = [call for call in stage.telegram.calls if call.method == "editMessageText"]
    assert 2 <= len(edits) <= 8
    books = await stage.books()
    assert (books.sound, books.held_by_fans) == (True, 300)


def on_sale(title: str) -> Callable[[Message], bool]:
    """Whether a message is the card of this drop."""

    def fits(message: Message) -> bool:
        return title in message.text and any(one.callback_data for one in message.buttons) and not message.only_for

    return fits


async def test_answers_in_public_keep_the_limits_too(play_sqlite: Play) -> None:
    """A bot without rights answers strangers in the group: one by one, those who must wait a little later."""
    stage = await play_sqlite(language="en", rights=None, limits=Limits(), pacing=PacerLimits())
    fans = stage.fans(6)
    await stage.settled()
    for fan in fans:
        fan.says(stage.group, "/checkin")
    for fan in fans:
        await fan.waits_for(stage.group, replies_to(fan.name), timeout=30)
    assert too_many(stage) == []
    assert (await stage.books()).held_by_fans == 30


def replies_to(name: str) -> Callable[[Message], bool]:
    """Whether a message answers the person of this name."""

    def fits(message: Message) -> bool:
        asked = message.reply_to
        return asked is not None and asked.sender is not None and asked.sender.name == name

    return fits
