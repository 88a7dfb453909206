"""People come and go as Telegram tells of it: whispers, bursts, rights, kicks, and a group that moves."""

import asyncio
from typing import Any

import pytest
from aiogram.types import ChatMemberBanned, ChatMemberLeft, ChatMemberMember, ChatMemberRestricted

from bot.handlers.people.joining import _inside
from sandbox import Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.features.scene import query

DAY = 86_400.0


def welcomes(stage: Stage, person: Person) -> list[Message]:
    """What a person was welcomed with."""
    return [m for m in person.sees(stage.group) if any(button.callback_data == "me" for button in m.buttons)]


async def outside(stage: Stage) -> list[str]:
    """Names of members who left."""
    sql = "SELECT p.name FROM member m JOIN person p USING (user_id) WHERE m.left_at IS NOT NULL ORDER BY p.name"
    return [name for (name,) in await query(stage.app.db, sql)]


async def test_a_newcomer_is_welcomed_in_a_whisper(play: Play) -> None:
    """One whisper in their language, whose buttons check in and show the card; the group sees nothing."""
    stage = await play()
    ana = stage.telegram.add_user("Ana", language="en")
    ana.joins(stage.group)
    welcome = await stage.whisper(ana)
    assert "Hi Ana, welcome" in welcome.text
    press = ana.presses(welcome, "checkin")
    assert "You're in" in (await press.answered(10)).text
    assert "5 coins" in (await ana.presses(welcome, "My card").answered(10)).text
    await stage.all_sent()
    assert welcomes(stage, ana) == [welcome]
    assert [m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot and "Ana" in m.text] == []
    assert await query(stage.app.db, "SELECT count(*) FROM presence") == [(1,)]


async def test_coming_and_going(play_sqlite: Play) -> None:
    """Leaving, being removed and coming back are seen; a quick return hears nothing, a late one a short word."""
    stage = await play_sqlite(language="en")
    ana, ben = (stage.telegram.add_user(name) for name in ("Ana", "Ben"))
    for person in (ana, ben):
        person.joins(stage.group)
        await stage.whisper(person)
    ana.leaves(stage.group)
    stage.owner.removes(ben, stage.group)
    await stage.settled()
    assert await outside(stage) == ["Ana", "Ben"]
    stage.telegram.clock.advance(60)
    ana.joins(stage.group)
    await stage.settled()
    assert await outside(stage) == ["Ben"]
    ana.leaves(stage.group)
    await stage.settled()
    stage.telegram.clock.advance(8 * DAY)
    again = stage.telegram.add_user("Cleo")
    again.joins(stage.group)
    ana.joins(stage.group)
    await ana.waits_for(stage.group, lambda m: m.only_for is ana and "good to see you again" in m.text, timeout=10)
    assert len(welcomes(stage, ana)) == 2


async def test_without_rights_nobody_is_flooded(play_sqlite: Play) -> None:
    """Forty newcomers share one short-lived message in the group; who started the bot hears it in private."""
    stage = await play_sqlite(rights=None, language="en")
    ana = stage.telegram.add_user("Ana")
    ana.starts(stage.bot)
    await stage.settled()
    mark = len(stage.telegram.calls)
    crowd = [stage.telegram.add_user(f"New {number}") for number in range(40)]
    for person in (*crowd, ana):
        person.joins(stage.group)
    await ana.waits_for(stage.bot, lambda m: "Hi Ana, welcome" in m.text, timeout=10)
    await stage.settled()
    stage.telegram.clock.advance(63)
    shared = await stage.telegram.waits_for(stage.group, lambda m: "everyone who's just come in" in m.text, timeout=10)
    said = [call for call in stage.telegram.calls[mark:] if call.method == "sendMessage"]
    assert len(said) == 2
    await asyncio.sleep(0.1)
    stage.telegram.clock.advance(31)
    await stage.telegram.waits_for_event(lambda e: e.kind == "delete" and e.message is shared, timeout=10)
    assert await query(stage.app.db, "SELECT count(*) FROM presence") == [(41,)]


async def test_two_hundred_at_once(play_sqlite: Play) -> None:
    """A crowd is whispered to one by one, within Telegram's pace; the group sees not a word, nobody is left out."""
    stage = await play_sqlite(language="en")
    await stage.settled()
    public = len(stage.telegram.messages(stage.group))
    crowd = [stage.telegram.add_user(f"New {number}") for number in range(200)]
    for person in crowd:
        person.joins(stage.group)
    for person in crowd:
        await stage.whisper(person)
    ours = [m for m in stage.telegram.messages(stage.group)[public:] if m.sender is stage.bot]
    assert ours == []
    assert all(len(welcomes(stage, person)) == 1 for person in crowd)


async def test_a_refused_whisper_stays_silent(play_sqlite: Play) -> None:
    """Who left before the welcome could be whispered gets none, and the group doesn't get it in their place."""
    stage = await play_sqlite(language="en")
    hasty = [stage.telegram.add_user(f"Hasty {number}") for number in range(5)]
    mark = len(stage.telegram.calls)
    for person in hasty:
        person.joins(stage.group)
        person.leaves(stage.group)
    await stage.settled()
    await asyncio.sleep(0.5)
    open_calls = [call for call in stage.telegram.calls[mark:] if call.method == "sendMessage" and call.status == 200]
    assert open_calls == []


async def test_bots_are_no_fans(play_sqlite: Play) -> None:
    """Another bot in the group is neither counted nor welcomed."""
    stage = await play_sqlite(language="en")
    other = stage.telegram.add_bot("43:OTHER", "other_bot", "Other")
    stage.owner.adds(other, stage.group)
    ana = stage.telegram.add_user("Ana")
    stage.owner.adds(ana, stage.group)
    await stage.whisper(ana)
    assert await query(stage.app.db, "SELECT count(*) FROM member") == [(1,)]


async def test_a_promotion_is_no_coming(play_sqlite: Play) -> None:
    """A member who becomes an administrator and is one no more was there all the time."""
    stage = await play_sqlite(language="en")
    ana = stage.telegram.add_user("Ana")
    ana.joins(stage.group)
    await stage.whisper(ana)
    stage.owner.promotes(ana, stage.group, Rights(can_pin_messages=True))
    stage.owner.promotes(ana, stage.group, None)
    await stage.settled()
    assert len(welcomes(stage, ana)) == 1
    assert await outside(stage) == []


async def test_who_stays_in_another_group_stays(play_sqlite: Play) -> None:
    """Leaving one of the shop's two groups leaves the shop only if Telegram knows them in no other."""
    stage = await play_sqlite(language="en")
    second = stage.telegram.add_group("Second room", creator=stage.owner)
    ana = stage.telegram.add_user("Ana")
    ana.joins(second)
    stage.owner.adds(stage.bot, second, Rights.full())
    ana.joins(stage.group)
    await stage.whisper(ana)
    await stage.settled()
    ana.leaves(stage.group)
    await stage.settled()
    assert await outside(stage) == []
    ana.leaves(second)
    await stage.settled()
    assert await outside(stage) == ["Ana"]


async def test_a_redelivered_coming(play_sqlite: Play) -> None:
    """The updates of a coming, delivered again after the leaving, bring nobody back."""
    stage = await play_sqlite(language="en")
    ana = stage.telegram.add_user("Ana")
    ana.joins(stage.group)
    await stage.whisper(ana)
    came = [update.update_id for update in stage.telegram.sent(stage.bot)][-2:]
    stage.telegram.clock.advance(5)
    ana.leaves(stage.group)
    await stage.settled()
    stage.telegram.redeliver(stage.bot, came)
    await stage.settled()
    assert await outside(stage) == ["Ana"]
    assert len(welcomes(stage, ana)) <= 1


ANA = {"id": 1, "is_bot": False, "first_name": "Ana"}
SILENCED = {name: False for name in ChatMemberRestricted.model_fields if name.startswith("can_")}


@pytest.mark.parametrize(
    ("kind", "status", "more", "inside"),
    [
        (ChatMemberMember, "member", {}, True),
        (ChatMemberRestricted, "restricted", {"is_member": True, "until_date": 0, **SILENCED}, True),
        (ChatMemberRestricted, "restricted", {"is_member": False, "until_date": 0, **SILENCED}, False),
        (ChatMemberLeft, "left", {}, False),
        (ChatMemberBanned, "kicked", {"until_date": 0}, False),
    ],
)
def test_who_is_inside(kind: Any, status: str, more: dict[str, Any], inside: bool) -> None:
    """Someone restricted is inside if Telegram says that they are a member; someone banned never."""
    assert _inside(kind.model_validate({"user": ANA, "status": status, **more})) is inside
