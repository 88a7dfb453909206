"""Operators and hosts by the owner's word, over the stand-in: how they get the role, what they may, how it ends."""

from collections.abc import Callable

import pytest

from bot.rules.panel import Section
from sandbox import Message, Person, Rights
from sandbox.commands import commands_for
from tests.bot.conftest import Play, Stage
from tests.bot.staff.test_admin import opens_panel, taps
from tests.bot.staff.test_offered import running
from tests.bot.staff.walking import Walker
from tests.features.scene import query

FOR_FANS = "for the shop's staff"
NOT_FOR_HOSTS = "for the operators"
MONEY = ("coin", "revenue", "order", "₩", "$", "spent", "sold", "1,234")


async def hears(stage: Stage, person: Person, shows: str) -> Message:
    """What somebody is told in private."""
    return await person.waits_for(stage.bot, lambda m: shows in m.text, timeout=10)


async def a_host(stage: Stage, name: str = "Sora") -> Person:
    """A fan to whom the owner gives the role of a host by replying."""
    sora = stage.fan(name)
    sora.starts(stage.bot)
    await stage.settled()
    word = sora.says(stage.group, "hello")
    said = stage.owner.says(stage.group, "/staff add host", reply_to=word)
    assert f"{name} is a host now" in (await stage.whisper(stage.owner, after=said)).text
    await stage.all_sent()
    return sora


async def test_an_evening_by_a_host(play: Play) -> None:
    """They hear of the role, plan and run a stream by lines and in the panel, and are told no for all the rest."""
    stage = await play(language="en")
    sora = await a_host(stage)
    told = await hears(stage, sora, "You're a host of Silk room now")
    assert [button.text for button in told.buttons] == ["🗂 Open the panel"]
    assert "is planned" in (await stage.ask(sora, '/newstream title="Silk night" at=+2h')).text
    assert "now starts" in (await stage.ask(sora, "/delay 15m")).text
    assert "starts at its old time" in (await stage.ask(sora, "/undo")).text
    assert "You're live" in (await stage.ask(sora, "/golive")).text
    refused = await stage.ask(sora, '/hearts goals=100 gives="packet:500/20"')
    assert "can't promise the shop's coins" in refused.text
    assert "Heart goal set" in (await stage.ask(sora, '/hearts goals=100 gives="raffle:scarf/1/10"')).text
    assert "100" in (await stage.ask(sora, "/hearts")).text
    for line in (
        "/report",
        "/orders",
        "/redpacket 10 2",
        "/coupon",
        "/undo 1",
        "/staff",
        "/hook",
        "/items",
        "/source x",
    ):
        heard = await stage.ask(sora, line)
        assert not any(word in heard.text.lower() for word in ("revenue", "₩", "$")), line
    assert "is over" in (await stage.ask(sora, "/endlive")).text
    assert (await stage.books()).sound


async def test_the_panel_of_a_host(play_sqlite: Play) -> None:
    """Streams and heart goals, no other section, nothing of what happened lately; forged presses lead nowhere else."""
    stage = await play_sqlite(language="en")
    await stage.ask(stage.owner, "/redpacket 1234 10")
    await stage.ask(stage.owner, "/newcoupon title=Silk stock=5")
    sora = await a_host(stage)
    panel = await opens_panel(stage, sora)
    assert [button.text for button in panel.buttons] == ["📺 Lives", "❤️ Heart goals"]
    await taps(stage, sora, panel, "Lives", "Lives")
    assert any("Plan a live" in button.text for button in panel.buttons)
    for data in ("admin:1:l", "admin:1:s:coupons", "admin:1:s:fans", "admin:1:t:coupons:1", "admin:1:b:newcoupon"):
        await sora.forges(panel.chat, panel, data).answered(10)
        await stage.settled()
        shown = [m for m in stage.telegram.messages(panel.chat) if m.sender is stage.bot]
        assert not any(word in shown[-1].text for word in ("1,234", "Silk stock", "drop")), (data, shown[-1].text)
    assert NOT_FOR_HOSTS in (await sora.forges(panel.chat, panel, "admin:1:b:report").answered(10)).text


async def test_a_host_sees_no_money_on_any_page(play_sqlite: Play) -> None:
    """Each page that is offered or guessed, each question, and each preview: nothing is said of coins or revenue."""
    stage = await play_sqlite(language="en")
    fan = stage.fan("Ana")
    stage.owner.starts(stage.bot)
    await stage.settled()
    await stage.settled()
    await running(stage, fan)
    sora = await a_host(stage)
    walker = await Walker.enter(stage, sora)
    read = {page: walker.panel.text async for page in walker.pages()}
    assert {"", "s:streams", "t:streams:1", "s:hearts"} <= set(read)
    for page in ("l", *(f"{verb}:{section}:1" for section in Section for verb in "soteh")):
        await walker.turn_to(page)
        read[page] = walker.panel.text
    for act, page in (await walker.offers()).items():
        await walker.turn_to(page)
        await walker.tap(act)
        read[act] = walker.panel.text
        await walker.home()
    await walker.turn_to("s:hearts")
    await walker.tap("b:hearts")
    await walker.tap("a:goals:100")
    assert [data for data in walker.data if data.startswith("a:")] == ["a:gives:coupon:5"]
    read["what hearts give"] = walker.panel.text
    await walker.types("packet:300/10")
    read["the preview"] = walker.panel.text
    own = ("packet:300/10", "300 coins in 10 shares")  # what they typed, which the command refuses
    for page, text in read.items():
        said = text.lower()
        for answer in own:
            said = said.replace(answer, "")
        assert not any(word in said for word in MONEY), (page, text)


async def test_a_section_without_things_says_nothing_of_them(play_sqlite: Play) -> None:
    """What fans do isn't running or over: their section only offers acts. Few need those behind *more*."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Red packets", "Nothing is running")
    await taps(stage, stage.owner, panel, "Panel", "What shall we do")
    await taps(stage, stage.owner, panel, "Fans and figures", "Fans and figures")
    assert "running" not in panel.text
    assert "Export a list" not in [button.text for button in panel.buttons]
    await taps(stage, stage.owner, panel, "More", "Needed less often")
    assert "Export a list" in [button.text for button in panel.buttons]


async def test_the_commands_that_a_role_shows(play_sqlite: Play) -> None:
    """`/help` and the menu in private name what the role can do, and everybody's again when it ends."""
    stage = await play_sqlite(language="en")
    sora = await a_host(stage)

    def menu() -> set[str]:
        chat = sora.chat_with(stage.bot)
        return {one["command"] for one in commands_for(stage.bot, chat, sora)}

    await stage.settled()
    assert "golive" in menu()
    assert "newcoupon" not in menu()
    helped = await stage.ask(sora, "/help")
    assert "/golive" in helped.text
    assert "/newcoupon" not in helped.text
    said = stage.owner.says(stage.group, "/staff add operator Sora", mentions=[sora])
    assert "Sora is an operator now (was host)" in (await stage.whisper(stage.owner, after=said)).text
    await stage.settled()
    assert "newcoupon" in menu()
    assert "/newcoupon" in (await stage.ask(sora, "/help")).text
    said = stage.owner.says(stage.group, "/staff remove Sora", mentions=[sora])
    ended = await stage.whisper(stage.owner, after=said)
    assert "Sora is no longer an operator" in ended.text
    await hears(stage, sora, "You're no longer an operator")
    await stage.settled()
    assert "golive" not in menu()
    assert FOR_FANS in (await stage.ask(sora, "/newcoupon title=A stock=1")).text
    await stage.owner.presses(ended, "Undo").answered(10)
    await hears(stage, sora, "You're an operator of")
    await stage.settled()
    assert "newcoupon" in menu()


async def test_an_added_operator_is_one(play: Play) -> None:
    """They have an operator's limit, the owner hears of them, and takes them off by the note's button."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    jun = stage.fan("Jun")
    said = stage.owner.says(stage.group, "/staff add operator Jun", mentions=[jun])
    assert "Jun is an operator now" in (await stage.whisper(stage.owner, after=said)).text
    await stage.all_sent()
    assert "1,500" in (await stage.ask(jun, "/redpacket 1500 10")).text
    assert "you can still give 500 today" in (await stage.ask(jun, "/redpacket 501 10")).text
    told = await hears(stage, stage.owner, "opened a red packet")
    assert "no longer an operator" in (await stage.owner.presses(told, "off the staff").answered(10)).text
    await stage.all_sent()
    assert FOR_FANS in (await stage.ask(jun, "/redpacket 10 2")).text


LEAVES: dict[str, Callable[[Stage, Person], None]] = {
    "leaves": lambda stage, person: person.leaves(stage.group),
    "is banned": lambda stage, person: stage.owner.removes(person, stage.group),
}


@pytest.mark.parametrize("how", LEAVES)
async def test_a_role_rests_outside_of_home(play_sqlite: Play, how: str) -> None:
    """Who leaves the home group, or is banned, may nothing in private from that moment; the list says so."""
    stage = await play_sqlite(language="en")
    sora = await a_host(stage)
    sora.says(stage.bot, "/newstream title=A at=+2h")
    await hears(stage, sora, "is planned")
    LEAVES[how](stage, sora)
    await stage.settled()
    said = sora.says(stage.bot, "/newstream title=B at=+3h")
    await sora.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=said)
    assert await query(stage.app.db, "SELECT count(*) FROM stream") == [(1,)]
    listed = await stage.ask(stage.owner, "/staff")
    assert "host since" in listed.text
    assert "on hold: not in the group now" in listed.text
    said = stage.owner.says(stage.group, "/staff add operator Sora", mentions=[sora])
    assert "I don't see Sora" in (await stage.whisper(stage.owner, after=said)).text


async def test_telegram_gives_no_answer(play_sqlite: Play) -> None:
    """A role isn't believed without Telegram: the host hears "try again", and nothing is done."""
    stage = await play_sqlite(language="en")
    sora = await a_host(stage)
    stage.telegram.faults.error("getChatMember", times=None)
    assert "try again" in (await stage.ask(sora, "/newstream title=A at=+2h")).text
    said = stage.owner.says(stage.group, "/staff add operator Sora", mentions=[sora])
    assert "try again" in (await stage.whisper(stage.owner, after=said)).text
    stage.telegram.faults.clear()
    assert await query(stage.app.db, "SELECT role FROM staff_role") == [("host",)]
    assert await query(stage.app.db, "SELECT count(*) FROM stream") == [(0,)]


async def test_fans_cost_no_call_of_their_role(play_sqlite: Play) -> None:
    """A check-in and a tap ask Telegram nothing about roles; a fan's staff command asks for administrators alone."""
    stage = await play_sqlite(language="en")
    sora, ana = await a_host(stage), stage.fan("Ana")
    card = await stage.drop()
    await stage.ask(ana, "/checkin")

    def asked() -> tuple[int, int]:
        calls = [call.method for call in stage.telegram.calls]
        return calls.count("getChatAdministrators"), calls.count("getChatMember")

    before = asked()
    await stage.ask(sora, "/checkin")
    await sora.presses(card, "claim").answered(10)
    assert asked() == before
    await stage.ask(ana, "/newcoupon title=A stock=1")
    assert asked() == (before[0] + 1, before[1])
    await stage.ask(sora, "/newstream title=A at=+2h")
    assert asked() == (before[0] + 2, before[1] + 1)


async def test_how_the_owner_names_people_and_roles(play_sqlite: Play) -> None:
    """Without a role buttons ask for it; an administrator can't be a host; a username means who holds it now."""
    stage = await play_sqlite(language="en")
    jun, sora = stage.fan("Jun"), stage.fan("Sora")
    stage.owner.promotes(jun, stage.group, Rights(can_manage_chat=True))
    sora.takes_username("sora_live")
    await stage.ask(sora, "/checkin")
    asked = await stage.ask(stage.owner, "/staff add @sora_live")
    assert "What will Sora do" in asked.text
    assert [button.text for button in asked.buttons] == ["📺 Host", "🧰 Operator"]
    assert "Sora is a host now" in (await stage.owner.presses(asked, "Host").answered(10)).text
    await stage.settled()
    assert "a host already" in (await stage.ask(stage.owner, "/staff add @sora_live")).text
    assert "a host already" in (await stage.ask(stage.owner, "/staff add host @sora_live")).text
    assert "admins can do everything" in (await stage.ask(stage.owner, "/staff add Jun host")).text
    assert "on your staff already" in (await stage.ask(stage.owner, "/staff add Jun operator")).text
    assert "That's you" in (await stage.ask(stage.owner, "/staff add @mina host")).text
    assert "anybody called @nobody" in (await stage.ask(stage.owner, "/staff add @nobody host")).text
    listed = await stage.ask(stage.owner, "/staff")
    assert "• Jun" in listed.text
    assert "• Sora @sora_live · host since today" in listed.text
    changed = await stage.owner.presses(listed, "Operator").answered(10)
    assert "Sora is an operator now (was host)" in changed.text
    await stage.settled()
    sora.takes_username("someone_else")
    eve = stage.fan("Eve")
    eve.takes_username("sora_live")
    assert "anybody called @sora_live" in (await stage.ask(stage.owner, "/staff add @sora_live operator")).text
    assert "Sora is no longer an operator" in (await stage.ask(stage.owner, "/staff remove Sora")).text
    for data in ("staff:1:host:9", "staff:7:host:1", "staff:1:owner:1", "staff:1:fan:1", "staff:1:host:x"):
        assert (await jun.forges(stage.group, listed_card(stage), data).answered(10)).text, data
    assert await query(stage.app.db, "SELECT count(*) FROM staff_role WHERE ended_at IS NULL") == [(0,)]


def listed_card(stage: Stage) -> Message:
    """Some message of the bot under which a press can be forged."""
    return next(m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot and not m.is_ephemeral)


async def test_giving_a_role_in_the_panel(play_sqlite: Play) -> None:
    """The owner picks who, and as what, sees it once more, does it, and takes it back there."""
    stage = await play_sqlite(language="en")
    sora = stage.fan("Sora")
    stage.owner.starts(stage.bot)
    await stage.settled()
    await stage.ask(sora, "/checkin")
    panel = await opens_panel(stage, stage.owner)
    await taps(stage, stage.owner, panel, "Fans and figures", "Fans and figures")
    await taps(stage, stage.owner, panel, "Who helps", "Nobody but you")
    await taps(stage, stage.owner, panel, "Someone to help", "Who should help you")
    await taps(stage, stage.owner, panel, "Sora", "What will they do")
    await taps(stage, stage.owner, panel, "Host: lives only", "Nothing has happened yet")
    await taps(stage, stage.owner, panel, "Yes, that role", "Sora is a host now")
    await stage.all_sent()  # the word to her has left: else it could be taken for an answer
    assert "is planned" in (await stage.ask(sora, "/newstream title=A at=+2h")).text
    assert "Their role is as it was before" in (await stage.owner.presses(panel, "Undo").answered(10)).text
    await stage.all_sent()
    assert FOR_FANS in (await stage.ask(sora, "/newstream title=B at=+2h")).text


async def test_an_operator_who_is_a_host_since(play_sqlite: Play) -> None:
    """A form that was half-filled as an operator isn't shown to them, nor goes on."""
    stage = await play_sqlite(language="en")
    jun = stage.fan("Jun")
    jun.starts(stage.bot)
    await stage.settled()
    said = stage.owner.says(stage.group, "/staff add operator Jun", mentions=[jun])
    await stage.whisper(stage.owner, after=said)
    await stage.all_sent()
    panel = await opens_panel(stage, jun)
    await taps(stage, jun, panel, "Red packets", "Red packets")
    await taps(stage, jun, panel, "Red packet", "How many coins")
    said = stage.owner.says(stage.group, "/staff add host Jun", mentions=[jun])
    assert "Jun is a host now (was operator)" in (await stage.whisper(stage.owner, after=said)).text
    await stage.all_sent()
    typed = jun.says(stage.bot, "500")
    shown = await jun.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10, after=typed)
    assert "How many" not in shown.text
    assert [button.text for button in shown.buttons] == ["📺 Lives", "❤️ Heart goals"]
    assert await query(stage.app.db, "SELECT count(*) FROM packet") == [(0,)]
