"""Reports as the owner meets them: by command, by buttons, by themselves, with and without tables and pictures."""

import pytest

from bot.outside.pictures import Painter
from bot.rules.figures.drawing import Drawing
from sandbox import Message, Press
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks
from tests.bot.streams.test_streams import live_card

HOUR = 3600.0
PNG = b"\x89PNG"


async def in_private(stage: Stage, words: str, after: Message | Press | None = None) -> Message:
    """The bot's next private message to the owner with these words."""
    return await stage.owner.waits_for(
        stage.bot, lambda m: m.sender is stage.bot and words in m.text, timeout=30, after=after
    )


async def ends_a_stream(stage: Stage) -> Message:
    """A stream that was planned in private goes on air, one fan comes, and it ends; the command that ended it."""
    owner = stage.owner
    said = owner.starts(stage.bot)
    await in_private(stage, "", said)
    said = owner.says(stage.bot, '/newstream title="Silk night" at=+1h length=2h')
    await in_private(stage, "Silk night", said)
    stage.telegram.clock.advance(HOUR)
    card = await live_card(stage)
    await in_private(stage, "Silk night", owner.says(stage.bot, "/golive"))
    await stage.fan("Ana").presses(card, "here:").answered(10)
    stage.telegram.clock.advance(HOUR)
    return owner.says(stage.bot, "/endlive")


async def test_it_comes_by_itself_once(play: Play) -> None:
    """After the end the owner gets a table and a picture in private, once; buttons lead to other reports."""
    stage = await play(language="en")
    ended = await ends_a_stream(stage)
    told = await in_private(stage, "Tapped “I'm here” | 1", ended)
    assert "Silk night" in told.text
    picture = await in_private(stage, "Share it", ended)
    assert picture.file is not None
    assert picture.file.content.startswith(PNG)
    stage.telegram.clock.advance(120)
    await stage.all_sent()
    assert len([m for m in stage.owner.sees(stage.bot) if "Tapped “I'm here”" in m.text]) == 1

    press = stage.owner.presses(told, "7 days")
    await press.answered(10)
    week = await in_private(stage, "The last 7 days", press)
    press = stage.owner.presses(week, "Sources")
    await press.answered(10)
    assert "Unknown · 1 came" in (await in_private(stage, "Sources", press)).text


async def test_by_its_length_without_a_private_chat(play_sqlite: Play) -> None:
    """A stream that ends by its length is reported too: whispered to an owner who never started the bot."""
    stage = await play_sqlite(language="en")
    await stage.ask(stage.owner, '/newstream title="Silk night" at=+1h length=1h')
    stage.telegram.clock.advance(HOUR)
    card = await live_card(stage)
    await stage.fan("Ana").presses(card, "here:").answered(10)
    stage.telegram.clock.advance(HOUR + 1)
    told = await stage.owner.waits_for(
        stage.group, lambda m: m.only_for is stage.owner and "Tapped “I'm here”" in m.text, timeout=30
    )
    assert "Silk night" in told.text


async def test_an_older_server_gets_text(play_sqlite: Play) -> None:
    """Where the server knows no rich messages, the same comes as plain text, and it is asked only once."""
    stage = await play_sqlite(language="en", knows_whispers=False)
    ended = await ends_a_stream(stage)
    told = await in_private(stage, "1 tapped “I'm here”", ended)
    assert "|" not in told.text
    said = stage.owner.says(stage.bot, "/report stream 1")
    await in_private(stage, "1 tapped “I'm here”", said)
    assert len([call for call in stage.telegram.calls if call.method == "sendRichMessage"]) == 1


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_what_can_be_asked(play_sqlite: Play, language: str) -> None:
    """Days, a stream that isn't there, one that hasn't begun, none yet, nonsense: each in the reader's language."""
    stage = await play_sqlite(language=language)
    owner = stage.owner
    for line, number in (("/report", 1), ("/report 30d", 2), ("/report sources", 1), ("/report stream 9", 1)):
        before = len(whispers(stage))
        owner.says(stage.group, line)
        await stage.settled()
        told = whispers(stage)[before:]
        assert len(told) == number, line
        for one in told:
            assert speaks(one.text.replace("Silk room", ""), language) or language == "en", line
    await stage.ask(owner, '/newstream title="Silk night" at=+8h')
    assert "Silk night" in (await stage.ask(owner, "/report stream 1")).text
    assert "30d" in (await stage.ask(owner, "/report 31d")).text
    assert "₩" not in (await stage.ask(stage.fan("Ana"), "/report")).text


def whispers(stage: Stage) -> list[Message]:
    """What the bot whispered to the owner so far."""
    return [m for m in stage.owner.sees(stage.group) if m.only_for is stage.owner and m.sender is stage.bot]


async def test_no_picture_where_none_can_be_drawn(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no font has the letters the words come alone."""

    async def cannot(_painter: Painter, _drawing: Drawing, _language: str) -> bytes | None:
        return None

    monkeypatch.setattr(Painter, "draw", cannot)
    stage = await play_sqlite(language="en")
    ended = await ends_a_stream(stage)
    await in_private(stage, "Tapped “I'm here”", ended)
    await stage.all_sent()
    assert [call for call in stage.telegram.calls if call.method == "sendPhoto"] == []


async def test_the_morning_digest(play: Play) -> None:
    """Yesterday in three lines, each morning on which there is something to tell, until a button stops it."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    await stage.ask(stage.fan("Ana"), "/checkin")
    stage.telegram.clock.advance(31 * HOUR)
    told = await in_private(stage, "Yesterday")
    assert "1 checked in" in told.text
    assert len(told.text.split("\n")) == 4
    press = stage.owner.presses(told, "No more")
    assert "No more morning summaries" in (await press.answered(10)).text
    off = await in_private(stage, "no more morning summaries", press)
    await stage.ask(stage.fan("Ben"), "/checkin")
    stage.telegram.clock.advance(24 * HOUR)
    await stage.all_sent()
    assert len([m for m in stage.owner.sees(stage.bot) if "Yesterday" in m.text]) == 1
    press = stage.owner.presses(off, "Send them again")
    await press.answered(10)
    await in_private(stage, "morning summary is back", press)
