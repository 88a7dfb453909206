"""`/privacy` as a fan uses it: told in three languages, stopped, deleted after asking once more."""

import asyncio
import json

import pytest

from sandbox import Message, Person
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks
from tests.features.scene import everything

NAME = "Anastasia Unmistakable"


async def privacy(stage: Stage, person: Person) -> Message:
    """The notice in private chat."""
    said = person.says(stage.bot, "/privacy")
    return await person.waits_for(
        stage.bot,
        lambda m: any((button.callback_data or "").startswith("privacy:") for button in m.buttons),
        timeout=10,
        after=said,
    )


async def press(stage: Stage, person: Person, shown: Message, data: str) -> None:
    """Press a button in private and wait until the message has changed."""
    edited = asyncio.create_task(
        stage.telegram.waits_for_event(lambda e: e.kind == "edit" and e.message is shown, timeout=10)
    )
    await asyncio.sleep(0)
    person.presses(shown, data)
    await edited


async def traces(stage: Stage, person: Person) -> list[str]:
    """Tables that still know the person."""
    rows = await everything(stage.app.db)
    written = {table: json.dumps([[str(value) for value in row] for row in found]) for table, found in rows.items()}
    return [table for table, found in written.items() if str(person.id) in found or "Unmistakable" in found]


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_delete_me(play_sqlite: Play, language: str) -> None:
    """Asked once more, kept at first, then deleted for good; a new act makes a new fan who isn't paid twice."""
    stage = await play_sqlite(language=language)
    ana = stage.telegram.add_user(NAME, language=language)
    ana.joins(stage.group)
    await stage.whisper(ana)
    ana.starts(stage.bot)
    await stage.ask(ana, "/checkin")
    card = await stage.drop()
    await ana.presses(card, "claim").answered(10)
    notice = await privacy(stage, ana)
    assert speaks(notice.text, language)
    await press(stage, ana, notice, "privacy:delete")
    assert speaks(notice.text, language)
    await press(stage, ana, notice, "privacy:keep")
    assert "member" in await traces(stage, ana)
    notice = await privacy(stage, ana)
    await press(stage, ana, notice, "privacy:delete")
    await press(stage, ana, notice, "privacy:yes")
    await stage.settled()
    assert speaks(notice.text, language)
    assert notice.buttons == []
    assert await traces(stage, ana) == []
    assert (await stage.books()).held_by_fans == 0
    ana.says(stage.group, "/checkin")
    await stage.settled()
    refused = await ana.presses(card, "claim").answered(10)
    assert speaks(refused.text.replace("Silk scarf", ""), language)
    books = await stage.books()
    assert books.sound
    assert books.held_by_fans == 0


async def test_stop(play_sqlite: Play) -> None:
    """One tap turns off all that comes unasked; afterwards there is nothing left to stop."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    ana.starts(stage.bot)
    await stage.ask(ana, "/checkin")
    notice = await privacy(stage, ana)
    await press(stage, ana, notice, "privacy:stop")
    assert "Stopped" in notice.text
    again = await privacy(stage, ana)
    left = [button.callback_data for button in again.buttons]
    assert left == ["privacy:data", "settings:show", "privacy:delete"]


async def test_the_owner_is_told_why_not(play_sqlite: Play) -> None:
    """Who owns the shop stays, with one kind sentence, before they are asked anything."""
    stage = await play_sqlite(language="en")
    shown = await stage.ask(stage.owner, "/privacy")
    asked = stage.owner.presses(shown, "privacy:delete")
    assert "You own Silk room" in (await stage.whisper(stage.owner, after=asked)).text
    forged = stage.owner.forges(stage.group, shown, "privacy:yes")
    await forged.answered(10)
    await stage.settled()
    assert shown.text.startswith("You own Silk room")


async def test_a_stranger_is_told_too(play_sqlite: Play) -> None:
    """`/privacy` answers whoever asks; who left nothing has nothing to delete but their own row."""
    stage = await play_sqlite(language="en")
    stranger = stage.telegram.add_user(NAME)
    stranger.starts(stage.bot)
    await stage.settled()
    notice = await privacy(stage, stranger)
    await press(stage, stranger, notice, "privacy:delete")
    await press(stage, stranger, notice, "privacy:yes")
    assert await traces(stage, stranger) == []


async def test_a_redelivered_deletion(play_sqlite: Play) -> None:
    """The check-in and the deletion after it, delivered once more in their order, leave nothing either."""
    stage = await play_sqlite(language="en")
    ana = stage.fan(NAME)
    ana.starts(stage.bot)
    await stage.settled()
    ana.says(stage.bot, "/checkin")
    notice = await privacy(stage, ana)
    await press(stage, ana, notice, "privacy:delete")
    await press(stage, ana, notice, "privacy:yes")
    await stage.settled()
    assert await traces(stage, ana) == []
    stage.telegram.redeliver(stage.bot, last=4)
    await stage.settled()
    assert await traces(stage, ana) == []
    assert (await stage.books()).sound


async def test_in_the_group_it_is_whispered(play_sqlite: Play) -> None:
    """The whisper itself asks once more and says that it is done; nobody else sees it."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    notice = await stage.ask(ana, "/privacy")
    asked = ana.presses(notice, "privacy:delete")
    question = await stage.whisper(ana, after=asked)
    assert "5 coins" in question.text
    done = ana.presses(question, "privacy:yes")
    assert "Done" in (await stage.whisper(ana, after=done)).text
    assert question is notice
    assert [m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot and "Delete" in m.text] == []
