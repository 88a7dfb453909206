"""`/why`, the button under private messages, the log and the warning, over the stand-in."""

from datetime import timedelta

import pytest

from bot.features.attention.warnings import StaffWarnings
from sandbox import Message
from tests.bot.conftest import NOON, Play, Stage, is_card
from tests.bot.speech import speaks
from tests.features.scene import query

HOUR = 3600.0
NIGHT = NOON + 19 * HOUR
"""Ten in the evening in London, by whose clock an English shop lives: quiet hours."""


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff are warned, as they are outside of tests."""
    monkeypatch.setattr(StaffWarnings, "grace", timedelta(seconds=10))


async def replies(stage: Stage, person_is_owner: bool, message: Message) -> Message:
    """The whisper that answers `/why` in reply to a message."""
    person = stage.owner if person_is_owner else stage.fan("Ana")
    said = person.says(stage.group, "/why", reply_to=message)
    return await stage.whisper(person, after=said)


async def test_a_card_explained(play: Play) -> None:
    """Staff hear why it went out and who could see it; a fan hears no figures; both hear what it is."""
    stage = await play(language="en")
    card = await stage.drop()
    await stage.all_sent()
    told = await replies(stage, True, card)
    assert "Silk scarf" in told.text
    assert "because you sent it yourselves" in told.text
    assert "active fan" in told.text
    fans = await replies(stage, False, card)
    assert "Silk scarf" in fans.text
    assert "active fan" not in fans.text
    assert "/settings" in fans.text


async def test_what_is_no_message_of_ours(play_sqlite: Play) -> None:
    """A fan's message, an answer to a command, and no reply at all each get one kind sentence."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    hello = ana.says(stage.group, "hello")
    assert "didn't write" in (await replies(stage, True, hello)).text
    assert "Reply with /why" in (await stage.ask(ana, "/why")).text
    assert "What wasn't sent" in (await stage.ask(stage.owner, "/why")).text


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_the_button_under_a_private_message(play_sqlite: Play, language: str) -> None:
    """Who got it hears why by an alert; who forges the press hears nothing of it; the owner's notes have no button."""
    stage = await play_sqlite(language=language)
    ana, ben = stage.fan("Ana", language), stage.fan("Ben", language)
    for person in (ana, ben):
        person.starts(stage.bot)
        person.says(stage.group, "/checkin")
    await stage.settled()
    stage.owner.starts(stage.bot)
    stage.owner.says(stage.group, "/newitem title=Hello price=1 kind=favour")
    await stage.settled()
    ((item,),) = await query(stage.app.db, "SELECT id FROM item")
    under = next(m for m in ana.sees(stage.group) if m.sender is stage.bot)
    await ana.forges(stage.group, under, f"pay:{item}:1:1").answered(10)
    await stage.settled()
    ((purchase,),) = await query(stage.app.db, "SELECT id FROM purchase")
    await stage.owner.forges(stage.group, under, f"handover:{purchase}").answered(10)
    told = await ana.waits_for(
        stage.bot, lambda m: any((b.callback_data or "").startswith("why:") for b in m.buttons), timeout=10
    )
    button = next(b for b in told.buttons if (b.callback_data or "").startswith("why:"))
    answer = await ana.presses(told, button.text).answered(10)
    assert answer.text
    assert speaks(answer.text, language) or language == "en"
    forged = await ben.forges(ben.chat_with(stage.bot), ben.sees(stage.bot)[-1], button.callback_data or "").answered(
        10
    )
    assert forged.text != answer.text
    assert not any((b.callback_data or "").startswith("why:") for m in stage.owner.sees(stage.bot) for b in m.buttons)


@pytest.mark.usefixtures("warned")
async def test_staff_are_warned_and_hold_it(play: Play) -> None:
    """A drop at ten in the evening goes out in ten seconds; held it waits until nine, and then it goes."""
    stage = await play(language="en", begins=NIGHT)
    told = await stage.ask(stage.owner, "/newcoupon title=Scarf stock=3")
    assert "quiet hours" in told.text
    assert "10 seconds" in told.text
    press = stage.owner.presses(told, "Hold until")
    await press.answered(10)
    stage.telegram.clock.advance(60)
    await stage.all_sent()
    assert not any(is_card(m) for m in stage.group.messages)
    week = await stage.ask(stage.owner, "/why")
    assert "Waiting now" in week.text
    assert "Scarf" in week.text
    stage.telegram.clock.advance(11 * HOUR)
    await stage.owner.waits_for(stage.group, lambda m: m.only_for is None and is_card(m), timeout=20)


@pytest.mark.usefixtures("warned")
async def test_staff_are_warned_and_let_it_go(play_sqlite: Play) -> None:
    """Not held, it is out after ten seconds, and then it is too late to hold it."""
    stage = await play_sqlite(language="en", begins=NIGHT)
    told = await stage.ask(stage.owner, "/newcoupon title=Scarf stock=3")
    stage.telegram.clock.advance(11)
    await stage.owner.waits_for(stage.group, lambda m: m.only_for is None and is_card(m), timeout=20)
    answer = await stage.owner.presses(told, "Hold until").answered(10)
    assert "already out" in (answer.text or "")


@pytest.mark.usefixtures("warned")
async def test_what_is_held_is_sent_now(play_sqlite: Play) -> None:
    """From the log staff send a held card at once, or take it back."""
    stage = await play_sqlite(language="en", begins=NIGHT)
    for title in ("Scarf", "Cap"):
        told = await stage.ask(stage.owner, f"/newcoupon title={title} stock=3")
        await stage.owner.presses(told, "Hold until").answered(10)
        await stage.settled()
    week = await stage.ask(stage.owner, "/why")
    await stage.owner.presses(week, "Now: Scarf").answered(10)
    card = await stage.owner.waits_for(stage.group, lambda m: m.only_for is None and is_card(m), timeout=20)
    assert "Scarf" in card.text
    week = await stage.ask(stage.owner, "/why")
    assert "Scarf" not in week.text
    await stage.owner.presses(week, "Don't send").answered(10)
    stage.telegram.clock.advance(12 * HOUR)
    await stage.all_sent()
    assert [m.text for m in stage.group.messages if m.only_for is None and is_card(m) and "Cap" in m.text] == []
