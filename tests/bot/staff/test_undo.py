"""Taking back as staff meet it: `/undo` is never a surprise, and no message says that something is up that isn't."""

import pytest

from sandbox import Message, Person
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.staff.test_admin import opens_panel, taps
from tests.bot.streams.test_streams import has_button, live_card

STAYS = {"ko": "되돌릴 수 없어요", "zh": "撤不回来", "en": "can't take that back"}
GONE = {"ko": "되돌렸어요", "zh": "已撤回", "en": "Taken back"}


async def made(stage: Stage, line: str, who: Person | None = None) -> tuple[Message, Message]:
    """A drop is made in the group; the answer, and the drop's card."""
    said = (who or stage.owner).says(stage.group, f"/newcoupon {line}")
    answer = await stage.whisper(who or stage.owner, after=said)
    return answer, await stage.owner.waits_for(stage.group, is_card, timeout=10, after=said)


async def is_down(stage: Stage, card: Message) -> bool:
    """Whether a drop was taken back, once everything is sent."""
    await stage.all_sent()
    return all(button.disabled for button in card.buttons)


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_undo_after_going_live(play_sqlite: Play, language: str) -> None:
    """It says that this can't be taken back, leaves what was done before, and offers to take that back by name."""
    stage = await play_sqlite(language=language)
    _, card = await made(stage, "title=Satin stock=5")
    await stage.ask(stage.owner, "/golive")
    stays = await stage.ask(stage.owner, "/undo")
    assert STAYS[language] in stays.text
    assert "/endlive" in stays.text
    assert not await is_down(stage, card)
    assert "#1 Satin" in stays.buttons[0].text
    answer = await stage.owner.presses(stays, "undo:").answered(10)
    assert GONE[language] in answer.text
    assert await is_down(stage, card)
    assert GONE[language] in stays.text
    assert stays.buttons == []
    ended = await stage.ask(stage.owner, "/endlive")
    after = await stage.ask(stage.owner, "/undo")
    assert "/golive" in after.text
    assert after.buttons == []
    assert ended.text


async def test_undo_leaves_what_hearts_opened(play_sqlite: Play) -> None:
    """What a heart goal opened in the name of staff isn't their last act: their goal is, and it has hearts by now."""
    stage = await play_sqlite(language="en")
    await stage.ask(stage.owner, "/golive")
    await stage.ask(stage.owner, '/hearts goals=1 gives="packet:60/3"')
    card = await live_card(stage)
    await stage.owner.waits_for(stage.group, lambda m: m is card and has_button(m, "heart:"), timeout=10)
    await stage.fan("Ana").presses(card, "heart:").answered(10)
    packet = await stage.owner.waits_for(stage.group, lambda m: has_button(m, "packet:"), timeout=10)
    assert "/hearts cancel" in (await stage.ask(stage.owner, "/undo")).text
    await stage.all_sent()
    assert has_button(packet, "packet:")


async def test_an_undone_act_says_so_where_it_was_told(play_sqlite: Play) -> None:
    """By its button, by `/undo` and in private: the message says that it was taken back, and has no button."""
    stage = await play_sqlite(language="en")
    answer, card = await made(stage, "title=Satin stock=5")
    assert "Satin" in answer.text
    await stage.owner.presses(answer, "undo").answered(10)
    assert await is_down(stage, card)
    assert "Taken back" in answer.text
    assert answer.buttons == []

    answer, card = await made(stage, "title=Linen stock=5")
    heard = await stage.ask(stage.owner, "/undo")
    assert heard is not answer
    for message in (heard, answer):
        assert "#2 Linen is down" in message.text
        assert message.buttons == []

    stage.owner.starts(stage.bot)
    await stage.settled()
    said = stage.owner.says(stage.bot, "/newcoupon title=Velvet stock=5")
    answer = await stage.owner.waits_for(stage.bot, lambda m: "Velvet" in m.text and m.sender is stage.bot, after=said)
    await stage.owner.presses(answer, "undo").answered(10)
    await stage.all_sent()
    assert "#3 Velvet is down" in answer.text
    assert [button.callback_data for button in answer.buttons] == ["admin"]


async def test_an_old_button_changes_nothing(play_sqlite: Play) -> None:
    """After a restart nobody knows which message told of the act: its button says that it was taken back already."""
    stage = await play_sqlite(language="en")
    answer, card = await made(stage, "title=Satin stock=5")
    await stage.stop()
    stage.start_again()
    await stage.ask(stage.owner, "/undo")
    assert await is_down(stage, card)
    assert "undo:" in (answer.buttons[0].callback_data or "")
    heard = await stage.owner.presses(answer, "undo").answered(10)
    assert "taken back already" in heard.text
    await stage.all_sent()
    assert answer.buttons == []


async def test_the_panels_list_takes_back_and_stays(play_sqlite: Play) -> None:
    """The page of what happened lately shows what came of it, and the act's own message says so too."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    answer, card = await made(stage, "title=Satin stock=5")
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Lately", "What happened lately")
    await taps(stage, stage.owner, panel, "#1 Satin", "is down")
    assert "What happened lately" in panel.text
    assert "↩️" in panel.text
    assert await is_down(stage, card)
    assert answer.buttons == []


async def test_the_other_hour_takes_the_first_answers_button(play_sqlite: Play) -> None:
    """Who meant the evening gets another answer, and the first one no longer says that something is planned."""
    stage = await play_sqlite(language="en")
    first = await stage.ask(stage.owner, "/newstream title=Satin at=8:00")
    press = stage.owner.presses(first, "hour:")
    second = await stage.whisper(stage.owner, after=press)
    await stage.all_sent()
    assert "Satin" in second.text
    assert "Taken back" in first.text
    assert first.buttons == []
