"""`/settings` as a fan uses it: in private a panel that changes in place, in the group whispers."""

import asyncio

from sandbox import Message, Person
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks


async def panel(stage: Stage, person: Person) -> Message:
    """The settings in private chat."""
    said = person.says(stage.bot, "/settings")
    return await person.waits_for(stage.bot, lambda m: bool(m.buttons), timeout=10, after=said)


async def change(stage: Stage, person: Person, shown: Message, data: str) -> None:
    """Press a button of the panel in private and wait until it has changed."""
    edited = asyncio.create_task(
        stage.telegram.waits_for_event(lambda e: e.kind == "edit" and e.message is shown, timeout=10)
    )
    await asyncio.sleep(0)
    person.presses(shown, data)
    await edited


async def test_the_language_changes_at_once(play: Play) -> None:
    """The panel turns into the chosen language in place, and so does the next answer, in the group too."""
    stage = await play(language="ko")
    ana = stage.fan("Ana", "en")
    ana.starts(stage.bot)
    await stage.ask(ana, "/checkin")
    shown = await panel(stage, ana)
    count = len(ana.sees(stage.bot))
    assert "Your settings" in shown.text
    for code in ("ko", "zh", "en"):
        await change(stage, ana, shown, f"settings:language:{code}")
        assert speaks(shown.text, code)
        assert speaks((await stage.ask(ana, "/top")).text.replace("Ana", ""), code)
    await change(stage, ana, shown, "settings:language:zh")
    await change(stage, ana, shown, "settings:language:auto")
    assert "as in Telegram" in shown.text
    assert speaks((await stage.ask(ana, "/top")).text, "en")
    assert len(ana.sees(stage.bot)) == count


async def test_switches(play_sqlite: Play) -> None:
    """Reminders and the board's name go off and on again, and the buttons say what they would do."""
    stage = await play_sqlite(language="en")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    for person in (ana, ben):
        person.starts(stage.bot)
        await stage.ask(person, "/checkin")
    shown = await panel(stage, ana)
    await change(stage, ana, shown, "settings:hidden:on")
    assert "hidden, only you see your place" in shown.text
    assert "Ana" not in (await stage.ask(ben, "/top")).text
    assert "Ana" in (await stage.ask(ana, "/top")).text
    await change(stage, ana, shown, "settings:hidden:off")
    assert "Ana" in (await stage.ask(ben, "/top")).text
    await change(stage, ana, shown, "settings:reminders:off")
    assert "Live reminders: off" in shown.text
    await change(stage, ana, shown, "settings:reminders:on")
    assert "on, for the lives you ask about" in shown.text


async def test_in_the_group_it_is_whispered(play_sqlite: Play) -> None:
    """The panel and its changes are seen by nobody else; a forged press is told that the button is old."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    shown = await stage.ask(ana, "/settings")
    press = ana.presses(shown, "settings:language:ko")
    changed = await stage.whisper(ana, after=press)
    assert changed is shown
    assert speaks(changed.text, "ko")
    forged = ana.forges(stage.group, shown, "settings:language:xx")
    assert speaks((await forged.answered(10)).text, "ko")
    assert [m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot and "설정" in m.text] == []
