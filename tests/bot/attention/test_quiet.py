"""`/quiet` as the owner, an operator and a fan meet it: by line, by buttons, by the panel, in three languages."""

import pytest

from sandbox import Message, Press, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks


async def in_private(stage: Stage, line: str) -> Message:
    """What the bot answers the owner in private."""
    said = stage.owner.says(stage.bot, line)
    return await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)


async def pressed(stage: Stage, panel: Message, label: str) -> Message:
    """The panel after a press, which edits it."""
    press: Press = stage.owner.presses(panel, label)
    await press.answered(10)
    await stage.settled()
    return next(m for m in stage.owner.sees(stage.bot) if m.message_id == panel.message_id)


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_by_line(play_sqlite: Play, language: str) -> None:
    """Looked at, changed, misread and refused: each answer is the reader's language and says what to do."""
    stage = await play_sqlite(language=language)
    for line, shows in (
        ("/quiet", "21:00"),
        ("/quiet 22:00-08:00", "22:00"),
        ("/quiet 밤 11시부터 아침 7시까지", "23:00"),
        ("/quiet 晚上10点到早上8点", "22:00"),
        ("/quiet off", "07:00"),
        ("/quiet someday", "someday"),
        ("/quiet 15:00-08:00", "16"),
        ("/quiet most=4 promotional=2 gap=60m", "4"),
        ("/quiet most=2 promotional=3", "3"),
        ("/quiet most=99", "12"),
    ):
        told = await stage.ask(stage.owner, line)
        assert shows in (told.text + "".join(button.text for button in told.buttons)), line
        assert speaks(told.text.replace("Silk room", ""), language) or language == "en", line


async def test_by_buttons_in_private(play_sqlite: Play) -> None:
    """One message is the page: hours, numbers and undo are taps on it."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    page = await in_private(stage, "/quiet")
    page = await pressed(stage, page, "Quiet hours")
    page = await pressed(stage, page, "22:00 – 08:00")  # as the button has it
    assert "22:00 to 08:00" in page.text
    page = await pressed(stage, page, "More: 7")
    assert "At most 7 messages" in page.text
    page = await pressed(stage, page, "Fewer: 2")
    page = await pressed(stage, page, "Shorter: 1 hour")
    assert "7 messages a day in each room, 2 of them promotion" in page.text
    assert "1 hour between" in page.text
    await stage.owner.presses(page, "Undo").answered(10)
    assert "1 hour 30 minutes between" in (await in_private(stage, "/quiet")).text


async def test_who_may(play_sqlite: Play) -> None:
    """An operator looks and has no buttons to change anything; a fan hears that it is for staff."""
    stage = await play_sqlite(language="en")
    operator = stage.fan("Ben")
    stage.owner.promotes(operator, stage.group, Rights.full())
    shown = await stage.ask(operator, "/quiet")
    assert [button.text for button in shown.buttons] == ["📋 What wasn't sent"]
    assert "owner" in (await stage.ask(operator, "/quiet 22:00-08:00")).text
    assert "21:00" not in (await stage.ask(stage.fan("Ana"), "/quiet")).text


async def test_by_the_panel(play_sqlite: Play) -> None:
    """The panel has a section for it, in which hours are tapped and done as if they had been typed."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    page = await in_private(stage, "/admin")
    page = await pressed(stage, page, "How much I say")
    page = await pressed(stage, page, "Change quiet hours")
    page = await pressed(stage, page, "Quiet hours")
    page = await pressed(stage, page, "23:00-07:00")
    page = await pressed(stage, page, "Save it")
    assert "23:00 to 07:00" in page.text
