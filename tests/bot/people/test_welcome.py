"""Questions at the welcome, as the owner and newcomers meet them."""

from sandbox import Message, Person
from tests.bot.conftest import Play, Stage
from tests.features.scene import query

ASK = '/welcome ask="What do you like?" answers="Silk:silk,Wool:knits"'


async def welcome(stage: Stage, name: str) -> tuple[Person, Message]:
    """Somebody comes, and is welcomed."""
    person = stage.telegram.add_user(name, language="en")
    person.joins(stage.group)
    return person, await stage.whisper(person)


async def tags(stage: Stage) -> list[tuple[str, str]]:
    """Who has which tag."""
    sql = "SELECT p.name, t.tag FROM fan_tag t JOIN member m ON m.id = t.member_id JOIN person p USING (user_id)"
    return [(name, tag) for name, tag in await query(stage.app.db, sql + " ORDER BY p.name, t.tag")]


async def test_a_newcomer_answers_in_the_welcome_itself(play: Play) -> None:
    """The question stands in the whisper, each press edits it, and at the end there are the first steps."""
    stage = await play(language="en")
    stage.owner.says(stage.group, ASK)
    stage.owner.says(stage.group, '/welcome ask="Which size?" answers="S,M,L"')
    await stage.settled()
    ana, asked = await welcome(stage, "Ana")
    assert "What do you like?" in asked.text
    assert [button.text for button in asked.buttons][:3] == ["Silk", "Wool", "Skip"]
    ana.presses(asked, "Wool")
    await stage.settled()
    assert "Which size?" in asked.text
    ana.presses(asked, "Skip")
    await stage.settled()
    assert "Thanks" in asked.text
    assert any("Pick again" in button.text for button in asked.buttons)
    assert await tags(stage) == [("Ana", "knits")]
    ana.presses(asked, "Pick again")
    await stage.settled()
    ana.presses(asked, "Silk")
    await stage.settled()
    assert await tags(stage) == [("Ana", "silk")]
    said = [one.text for one in stage.telegram.messages(stage.group) if one.sender is stage.bot and not one.only_for]
    assert [text for text in said if "Which size" in text and "newcomers" not in text] == []


async def test_the_owner_sees_and_removes_questions(play_sqlite: Play) -> None:
    """In private by buttons; an operator sees them and can't change them; bad answers get one kind sentence."""
    stage = await play_sqlite(language="en")
    owner = stage.owner
    owner.starts(stage.bot)
    await stage.settled()
    chat = owner.chat_with(stage.bot)
    owner.says(stage.bot, "/welcome")
    await stage.settled()
    assert "aren't asked anything yet" in chat.messages[-1].text
    for bad in ("Silk", "Silk,Silk", "a,b,c,d,e", "!!,b"):
        owner.says(stage.bot, f'/welcome ask="What?" answers="{bad}"')
        await stage.settled()
        assert "2 to 4 short answers" in chat.messages[-1].text, bad
    owner.says(stage.bot, ASK)
    owner.says(stage.bot, "/welcome")
    await stage.settled()
    shown = chat.messages[-1]
    assert "Wool → knits" in shown.text
    owner.presses(shown, "What do you like?")
    await stage.settled()
    assert "I won't ask that any more" in shown.text
    _, plain = await welcome(stage, "Ben")
    assert "What do you like?" not in plain.text
