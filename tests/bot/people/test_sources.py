"""A source from the owner's command to the member whom it brought, over the stand-in."""

import asyncio
import re

import pytest

from sandbox import Chat, Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.speech import speaks
from tests.features.scene import query

LINK = re.compile(r"https://t\.me/encore_test_bot\?start=(src_[A-Za-z0-9_-]{16,60})")
PNG = b"\x89PNG\r\n\x1a\n"


def payload_in(text: str) -> str:
    """What stands in a source's link; fails if there is none."""
    found = LINK.search(text)
    assert found is not None, text
    return found.group(1)


async def source(stage: Stage, line: str = "Autumn poster cost=120") -> Message:
    """The owner asks for a source; the picture that answers."""
    said = stage.owner.says(stage.group, f"/source {line}")
    return await stage.whisper(stage.owner, after=said)


async def opens(stage: Stage, person: Person, payload: str) -> Message:
    """Someone opens a source's link; the answer in private."""
    said = person.starts(stage.bot, payload)
    return await person.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)


async def came_by(stage: Stage, person: Person) -> list[str | None]:
    """The name of a member's source."""
    rows = await query(
        stage.app.db,
        "SELECT s.name FROM member m LEFT JOIN source s ON s.id = m.source_id WHERE m.user_id = :user",
        user=person.id,
    )
    return [name for (name,) in rows]


def link_into(group: Chat, answer: Message) -> str:
    """The door's address."""
    urls = [button.url for button in answer.buttons if button.url is not None]
    assert len(urls) == 1
    assert urls[0] in [link.url for link in group.links]
    return urls[0]


@pytest.mark.parametrize("language", ["ko", "zh", "en"])
async def test_from_the_qr_code_to_the_report(play_sqlite: Play, language: str) -> None:
    """A picture for the screen, a door for who opens it, a member with that source, a figure for the owner."""
    stage = await play_sqlite(language=language)
    picture = await source(stage)
    assert picture.only_for is stage.owner
    assert picture.file is not None
    assert picture.file.content.startswith(PNG)
    assert speaks(picture.text.replace("Autumn poster", ""), language) or language == "en"
    payload = payload_in(picture.text)
    assert len(payload) <= 64
    ana = stage.telegram.add_user("Ana", language=language)
    door = await opens(stage, ana, payload)
    assert "Silk room" in door.buttons[0].text
    ana.joins(stage.group, link_into(stage.group, door))
    welcome = await stage.whisper(ana)
    assert "Ana" in welcome.text
    assert await came_by(stage, ana) == ["Autumn poster"]
    report = await stage.ask(stage.owner, "/report sources")
    assert "Autumn poster" in report.text
    assert "120" in report.text
    listed = await stage.ask(stage.owner, "/source")
    assert "Autumn poster" in listed.text
    again = await source(stage, "autumn POSTER")
    assert payload_in(again.text) == payload
    assert [link.name for link in stage.group.links] == ["Autumn poster"]


async def test_a_crowd_at_one_door(play: Play) -> None:
    """Fifty who open the same code at once get one and the same link, made once, and are all counted."""
    stage = await play(language="en")
    payload = payload_in((await source(stage)).text)
    crowd = [stage.telegram.add_user(f"New {number}") for number in range(50)]
    doors = await asyncio.gather(*(opens(stage, person, payload) for person in crowd))
    assert len({link_into(stage.group, door) for door in doors}) == 1
    assert len([call for call in stage.telegram.calls if call.method == "createChatInviteLink"]) == 1
    for person, door in zip(crowd, doors, strict=True):
        person.joins(stage.group, link_into(stage.group, door))
    await stage.settled()
    rows = await query(stage.app.db, "SELECT count(*) FROM member WHERE source_id IS NOT NULL")
    assert rows == [(50,)]


async def test_a_revoked_link_is_made_again(play_sqlite: Play) -> None:
    """A link that an administrator took back is replaced when somebody next stands before it."""
    stage = await play_sqlite(language="en")
    payload = payload_in((await source(stage)).text)
    ana, ben = (stage.telegram.add_user(name) for name in ("Ana", "Ben"))
    first = link_into(stage.group, await opens(stage, ana, payload))
    stage.group.links[0].is_revoked = True
    stage.telegram.clock.advance(11 * 60)
    second = link_into(stage.group, await opens(stage, ben, payload))
    assert first != second
    ben.joins(stage.group, second)
    await stage.whisper(ben)
    assert await came_by(stage, ben) == ["Autumn poster"]


async def test_a_public_group_needs_no_link(play_sqlite: Play) -> None:
    """Without the right to invite the public address is the door, and the opened link alone tells the source."""
    stage = await play_sqlite(language="en", rights=Rights(can_pin_messages=True))
    stage.group.username = "silkroom"
    shown = await source(stage)
    ana = stage.telegram.add_user("Ana")
    door = await opens(stage, ana, payload_in(shown.text))
    assert [button.url for button in door.buttons] == ["https://t.me/silkroom"]
    ana.joins(stage.group)
    await stage.whisper(ana)
    assert await came_by(stage, ana) == ["Autumn poster"]


async def test_a_group_that_moved_unheard(play_sqlite: Play) -> None:
    """Before the bot hears that a group has a new id, an opened link is no fault: its touch is kept."""
    stage = await play_sqlite(language="en", kind="group")
    payload = payload_in((await source(stage)).text)
    stage.telegram.upgrade(stage.group)
    stage.bot.queue.drop()
    stage.telegram.clock.advance(11 * 60)
    answer = await opens(stage, stage.telegram.add_user("Ana", language="en"), payload)
    assert "Hi Ana" in answer.text
    assert answer.buttons == []
    assert await query(stage.app.db, "SELECT count(*) FROM first_touch") == [(1,)]


async def test_a_closed_door(play_sqlite: Play) -> None:
    """No right and no public name: a kind word for the fan, one for the owner, told before in the caption."""
    stage = await play_sqlite(language="en", rights=Rights(can_pin_messages=True))
    stage.owner.starts(stage.bot)
    await stage.settled()
    shown = await source(stage)
    assert "I can't invite into Silk room" in shown.text
    people = [stage.telegram.add_user(f"New {number}") for number in range(3)]
    for person in people:
        answer = await opens(stage, person, payload_in(shown.text))
        assert "a little later" in answer.text
        assert answer.buttons == []
    hint = await stage.owner.waits_for(stage.bot, lambda m: "couldn't get in" in m.text, timeout=10)
    await stage.settled()
    hints = [m for m in stage.owner.sees(stage.bot) if "couldn't get in" in m.text]
    assert hints == [hint]


async def test_who_is_inside_came_by_nothing(play_sqlite: Play) -> None:
    """A member, met or silent, is greeted kindly and keeps the source that they had: none."""
    stage = await play_sqlite(language="en")
    payload = payload_in((await source(stage)).text)
    silent = stage.fan("Silent")
    answer = await opens(stage, silent, payload)
    assert "You're in already, Silent" in answer.text
    press = silent.presses(answer, "Check in")
    assert "You're in" in (await press.answered(10)).text
    assert await came_by(stage, silent) == [None]
    assert await query(stage.app.db, "SELECT count(*) FROM first_touch") == [(0,)]


async def test_an_unknown_token_is_a_plain_start(play_sqlite: Play) -> None:
    """A made-up or mistyped payload opens the chat as any start does."""
    stage = await play_sqlite(language="en")
    ana = stage.telegram.add_user("Ana")
    for payload in ("src_0000000000000000", "src_", "src"):
        assert "Where would you like to start?" in (await opens(stage, ana, payload)).text


async def test_a_fan_makes_no_source(play_sqlite: Play) -> None:
    """Sources and figures are the staff's."""
    stage = await play_sqlite(language="en")
    ana = stage.fan()
    for line in ("/source Mine", "/source", "/report"):
        assert "staff" in (await stage.ask(ana, line)).text
    assert await query(stage.app.db, "SELECT count(*) FROM source") == [(0,)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "Each way in can have a name"),
        ("cost=5", "I still need"),
        ("Poster cost=much", "whole number"),
        ("Poster cost=-1", "choose a number"),
        ("x" * 33, "too long"),
        ("name=Poster", "doesn't know"),
        ('"" cost=1', "I still need"),
    ],
)
async def test_what_a_source_cant_be(play_sqlite: Play, line: str, told: str) -> None:
    """Each mistake has its one kind sentence, and nothing is made."""
    stage = await play_sqlite(language="en")
    assert told in (await stage.ask(stage.owner, f"/source {line}")).text
    assert await query(stage.app.db, "SELECT count(*) FROM source") == [(0,)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("“가을 포스터” cost=120", "가을 포스터"),
        ("<b>&", "<b>&"),
        ("포스터 cost＝1,200", "포스터"),
        ("🎁 " + "길" * 30, "🎁 " + "길" * 30),
    ],
)
async def test_what_a_source_can_be(play_sqlite: Play, line: str, name: str) -> None:
    """Quotes, full-width signs, markup and long names all give a picture with the name and a link of that name."""
    stage = await play_sqlite(language="en")
    shown = await source(stage, line)
    assert name in shown.text
    ana = stage.telegram.add_user("Ana")
    link_into(stage.group, await opens(stage, ana, payload_in(shown.text)))
    assert [link.name for link in stage.group.links] == [name]


async def test_where_whispers_dont_go(play_sqlite: Play) -> None:
    """Without rights the picture goes to private chat, and to who never opened it the words alone, for a while."""
    stage = await play_sqlite(language="en", rights=None)
    said = stage.owner.says(stage.group, "/source Poster")
    words = await stage.owner.waits_for(stage.group, lambda m: bool(LINK.search(m.text)), timeout=10, after=said)
    assert words.file is None
    await stage.settled()
    stage.telegram.clock.advance(31)
    await stage.telegram.waits_for_event(lambda e: e.kind == "delete" and e.message is words, timeout=10)
    stage.owner.starts(stage.bot)
    await stage.settled()
    stage.owner.says(stage.group, "/source Poster")
    picture = await stage.owner.waits_for(stage.bot, lambda m: m.file is not None, timeout=10)
    assert LINK.search(picture.text)
