"""Operators over the stand-in: their limit, what the owner hears of them and takes back, and whom the owner denies."""

import asyncio

from sandbox import Message, Person, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.staff.test_admin import opens_panel, taps, types
from tests.bot.test_bad_input import public_answer
from tests.features.scene import query

HELPER = Rights(can_manage_chat=True)
DAY = 86_400.0


def helper(stage: Stage, name: str = "Jun") -> Person:
    """An administrator of the home group."""
    person = stage.fan(name)
    stage.owner.promotes(person, stage.group, HELPER)
    return person


async def note(stage: Stage, shows: str, after: Message | None = None) -> Message:
    """What the owner is told in private."""
    return await stage.owner.waits_for(stage.bot, lambda m: shows in m.text, timeout=10, after=after)


async def packets(stage: Stage) -> int:
    """Packets that were opened and not taken back."""
    found = await query(stage.app.db, "SELECT count(*) FROM packet WHERE state <> 'cancelled'")
    return int(found[0][0])


async def test_the_limit_and_what_the_owner_hears(play: Play) -> None:
    """Beyond the limit a kind no says what is left; the owner hears of each; what is taken back can be given again."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    jun = helper(stage)
    opened = await stage.ask(jun, "/redpacket 1500 10")
    assert "1,500" in opened.text
    told = await note(stage, "opened a red packet")
    assert "Jun" in told.text
    assert "1,500 coins" in told.text
    assert "still give 500 today" in told.text
    refused = await stage.ask(jun, "/redpacket 501 10")
    assert "you can still give 500 today" in refused.text
    assert "The owner can" in refused.text
    assert await packets(stage) == 1
    assert "1 coin" not in (await stage.ask(stage.owner, "/redpacket 5000 10")).text
    assert "closed and its coins are back" in (await stage.owner.presses(told, "Take it back").answered(10)).text
    again = await stage.ask(jun, "/redpacket 2000 10")
    assert "2,000" in again.text
    await note(stage, "2,000 coins")
    await stage.all_sent()
    private = stage.telegram.private(stage.bot, stage.owner)
    # None of the owner's own. The first says by now that it was taken back.
    assert sum("red packet" in m.text for m in stage.telegram.messages(private)) == 1
    assert "closed and its coins are back" in told.text
    assert "closed and its coins are back" in opened.text
    stage.telegram.clock.advance(DAY)
    assert "1,999" in (await stage.ask(jun, "/redpacket 1999 10")).text
    assert (await stage.books()).sound


async def test_the_owner_changes_the_limit(play_sqlite: Play) -> None:
    """In one line or by the panel's button; an operator can't."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    jun = helper(stage)
    assert "Only the owner" in (await stage.ask(jun, "/setup giveaway=100000")).text
    assert "5,000 coins a day" in (await stage.ask(stage.owner, "/setup giveaway=5000")).text
    assert "4,000" in (await stage.ask(jun, "/redpacket 4000 10")).text
    said = stage.owner.says(stage.bot, "/setup")
    panel = await stage.owner.waits_for(stage.bot, lambda m: "Step 1 of 6" in m.text or "set up" in m.text, after=said)
    while "Skip ›" in [button.text for button in panel.buttons]:
        await stage.owner.presses(panel, "Skip").answered(10)
        await stage.settled()
    await taps(stage, stage.owner, panel, "Staff limit", "How much can staff give away?")
    panel = await types(stage, stage.owner, panel, "plenty", "a whole number")
    await taps(stage, stage.owner, panel, "Nothing", "Staff can give away: nothing")
    await taps(stage, stage.owner, panel, "Save", "All set")
    assert "given all you can today" in (await stage.ask(jun, "/redpacket 10 2")).text


async def test_the_panel_shows_what_is_left(play_sqlite: Play) -> None:
    """An operator is offered what they can still give, and the preview says how much; the owner sees no such line."""
    stage = await play_sqlite(language="en")
    jun = helper(stage)
    panels: list[Message] = []
    for who, offered in ((stage.owner, ["500", "1000", "3000"]), (jun, ["500", "1000"])):
        who.starts(stage.bot)
        await stage.settled()
        panel = await opens_panel(stage, who)
        await taps(stage, who, panel, "Red packets", "Nothing is running")
        await taps(stage, who, panel, "➕ Red packet", "How many coins")
        assert [button.text for button in panel.buttons][:-1] == offered
        panel = await types(stage, who, panel, "3000", "Into how many shares")
        panel = await types(stage, who, panel, "20", "up to 3,000 coins")
        panels.append(panel)
        assert ("You can still give away 2,000 coins today" in panel.text) == (who is jun)
    await taps(stage, jun, panels[-1], "Open it", "you can still give 2,000 today")
    assert await packets(stage) == 0


async def test_gifts_drops_and_goals_of_operators(play_sqlite: Play) -> None:
    """Each is told to the owner once, with what it can cost; a gift of coins needs its number."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    jun = helper(stage)
    assert "Say how many" in (await stage.ask(jun, '/newgift title="Warm" kind=coins:20')).text
    await stage.ask(jun, '/newgift title="Warm" kind=coins:20 stock=50')
    assert "1,000 coins" in (await note(stage, "offered a gift")).text
    await stage.ask(jun, '/newcoupon title="Silk" stock=5')
    assert "coins" not in (await note(stage, "put up a drop: #1 Silk")).text
    await stage.ask(jun, '/newstream title="Silk night" at=20:00')
    refused = await stage.ask(jun, '/hearts goals=10 gives="packet:1001/5"')
    assert "you can still give 1,000 today" in refused.text
    await stage.ask(jun, '/hearts goals=10 gives="packet:1000/5"')
    assert "still give 0 today" in (await note(stage, "set a heart goal")).text


async def test_denying_an_operator(play: Play) -> None:
    """By the note's button, by name, by replying and in the list: an administrator is a fan until it is lifted."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    jun = helper(stage)
    jun.takes_username("jun_k")
    await stage.ask(jun, "/redpacket 100 5")
    told = await note(stage, "opened a red packet")
    pressed = stage.owner.presses(told, "off the staff")
    assert "off the staff" in (await pressed.answered(10)).text
    assert "for the shop's staff" in (await stage.ask(jun, "/redpacket 100 5")).text
    assert "for the shop's staff" in (await stage.ask(jun, "/undo")).text
    listed = await stage.ask(stage.owner, "/staff")
    assert "🚫 Jun @jun_k" in listed.text
    assert "anonymous admins can do nothing" in listed.text
    assert "on your staff again" in (await stage.ask(stage.owner, "/staff add @JUN_K")).text
    assert "100 coins" in (await stage.ask(jun, "/redpacket 100 5")).text
    word = jun.says(stage.group, "hello")
    said = stage.owner.says(stage.group, "/staff remove", reply_to=word)
    denied = await stage.whisper(stage.owner, after=said)
    assert "Jun is off the staff" in denied.text
    assert "for the shop's staff" in (await stage.ask(jun, "/newcoupon title=A stock=1")).text
    assert "may help again" in (await stage.owner.presses(denied, "Take it back").answered(10)).text
    assert await packets(stage) == 2
    listed = await stage.ask(stage.owner, "/staff")
    await stage.owner.presses(listed, "Jun: off the staff").answered(10)
    assert "for the shop's staff" in (await stage.ask(jun, "/held")).text
    stage.owner.promotes(jun, stage.group, None)
    listed = await stage.ask(stage.owner, "/staff")
    assert "no longer an admin here" in listed.text
    assert "count as one person" in listed.text


async def test_who_may_say_staff_and_of_whom(play_sqlite: Play) -> None:
    """Only the owner, in person; not of themselves, of nobody known, of a bot, or of an anonymous administrator."""
    stage = await play_sqlite(language="en")
    jun, ana = helper(stage), stage.fan("Ana")
    for who, answer in ((jun, "Only the owner"), (ana, "for the shop's staff")):
        for line in ("/staff", "/staff remove @mina", "/staff add @jun"):
            assert answer in (await stage.ask(who, line)).text, (who.name, line)
    said = stage.owner.says_as_admin_anonymously(stage.group, "/staff")
    assert "I can't see who's behind" in (await public_answer(stage, said)).text
    for line, answer in (
        ("/staff remove @mina", "That's you"),
        ("/staff remove @nobody", "anybody called @nobody"),
        ("/staff remove", "/staff lists who helps"),
        ("/staff fire @jun", "/staff lists who helps"),
        ("/staff add Jun", "on your staff already"),
    ):
        assert answer in (await stage.ask(stage.owner, line)).text, line
    hidden = jun.says_as_admin_anonymously(stage.group, "hello")
    said = stage.owner.says(stage.group, "/staff remove", reply_to=hidden)
    assert "can't see who is behind" in (await stage.whisper(stage.owner, after=said)).text
    card = next(m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot)
    said = stage.owner.says(stage.group, "/staff remove", reply_to=card)
    assert "/staff lists who helps" in (await stage.whisper(stage.owner, after=said)).text
    said = stage.owner.says(stage.group, "/staff remove Jun", mentions=[jun])
    assert "Jun is off the staff" in (await stage.whisper(stage.owner, after=said)).text
    for data in ("staff:1:add:9", "staff:1:remove:99999", "staff:1:undo:1", "staff:7:add:1", "staff:1:x:1", "staff"):
        assert (await jun.forges(stage.group, card, data).answered(10)).text, data
    assert "for the shop's staff" in (await stage.ask(jun, "/held")).text


async def test_anonymous_administrators(play: Play) -> None:
    """They are one operator together, told of without a name; while a denied one is among them, they are none."""
    stage = await play(language="en")
    stage.owner.starts(stage.bot)
    await stage.settled()
    jun, kim = helper(stage), helper(stage, "Kim")
    said = jun.says_as_admin_anonymously(stage.group, "/redpacket 1500 10")
    assert "1,500" in (await public_answer(stage, said)).text
    told = await note(stage, "An anonymous admin opened a red packet")
    assert [button.text for button in told.buttons] == ["↩️ Take it back"]
    said = kim.says_as_admin_anonymously(stage.group, "/redpacket 501 10")
    assert "you can still give 500 today" in (await public_answer(stage, said)).text
    assert "501" in (await stage.ask(kim, "/redpacket 501 10")).text  # as themselves they have their own
    asked = sum(call.method == "getChatAdministrators" for call in stage.telegram.calls)
    said = kim.says_as_admin_anonymously(stage.group, "/gifts")
    await public_answer(stage, said)
    assert sum(call.method == "getChatAdministrators" for call in stage.telegram.calls) == asked
    assert "anonymous admins can do nothing" in (await stage.ask(stage.owner, "/staff remove Jun")).text
    for line in ("/redpacket 10 2", "/gifts", "/undo"):
        said = kim.says_as_admin_anonymously(stage.group, line)
        assert "Act as yourself" in (await public_answer(stage, said)).text, line
    stage.telegram.faults.error("getChatAdministrators", times=None)
    said = kim.says_as_admin_anonymously(stage.group, "/gifts")
    assert "try again" in (await public_answer(stage, said)).text
    stage.telegram.faults.clear()
    stage.owner.promotes(jun, stage.group, None)
    said = kim.says_as_admin_anonymously(stage.group, "/redpacket 500 10")
    assert "500" in (await public_answer(stage, said)).text
    assert await packets(stage) == 3


async def test_who_takes_what_back(play: Play) -> None:
    """By button, by `/undo` and in the panel's list: operators don't undo the owner's acts, nor a former owner's."""
    stage = await play(language="en")
    jun = helper(stage)
    for who in (stage.owner, jun):
        who.starts(stage.bot)
    await stage.settled()
    owners = await stage.ask(stage.owner, "/redpacket 100 5")
    theirs = await stage.ask(jun, "/redpacket 200 5")
    data = owners.buttons[0].callback_data or ""
    assert "for the owner to take back" in (await jun.forges(stage.group, theirs, data).answered(10)).text
    panel = await opens_panel(stage, jun)
    await taps(stage, jun, panel, "Lately", "What happened lately")
    undoable = [button.text for button in panel.buttons if ":u:" in (button.callback_data or "")]
    assert len(undoable) == 1
    stage.owner.hands_over(stage.group, jun)
    await stage.settled()
    for line in ("/undo", "/undo"):
        assert "nothing to take back" in (await stage.ask(stage.owner, line)).text
    assert "for the owner to take back" in (await stage.owner.presses(owners, "Undo").answered(10)).text
    assert "coins are back" in (await jun.forges(stage.group, theirs, data).answered(10)).text
    await asyncio.sleep(0)
    assert (await stage.books()).sound
