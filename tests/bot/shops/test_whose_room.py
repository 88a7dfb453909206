"""The bot comes to a room, and the owner is asked whose it is: who may answer, and what each answer does."""

import asyncio

from bot.store.places import find_group
from sandbox import Rights
from tests.bot.conftest import Play
from tests.bot.shops.arriving import (
    comes_to,
    is_greeting,
    is_question,
    of_bot,
    operator,
    owner_starts,
    pressed,
    shop_of,
)
from tests.bot.speech import said_since


async def test_an_operators_group_is_asked_of_the_owner(play_sqlite: Play) -> None:
    """In a whisper at home, never in that group; nobody else can answer, nothing is played, and then it joins."""
    stage = await play_sqlite(language="en")
    jun = await operator(stage)
    group = await comes_to(stage, jun, "Jun's room", Rights.full())
    question = await stage.whisper(stage.owner)
    assert "Jun has added me to the group Jun's room" in question.text
    assert [button.text for button in question.buttons] == [
        "Join Silk room",
        "A new shop of its own",
        "Leave this chat",
    ]
    ana = stage.fan("Ana")
    ana.joins(group)
    await stage.settled()
    mark = len(stage.telegram.calls)
    ana.says(group, "/checkin")
    ana.says(group, "check in")
    await stage.all_sent()
    assert said_since(stage.telegram, mark) == []
    card = await stage.drop()
    for person in (jun, ana):
        for data in (f"whose:1:{group.id}", f"whose:no:{group.id}", f"whose:new:{group.id}"):
            assert "owner to choose" in await pressed(person.forges(stage.group, card, data))
    assert await shop_of(stage, group) is None
    press = stage.owner.presses(question, "Join")
    await press.answered()
    await jun.waits_for(group, is_greeting, timeout=10)
    assert await shop_of(stage, group) == "Silk room"
    said = ana.says(group, "/checkin")
    assert "5 coins" in (await stage.whisper(ana, group, after=said)).text
    # Answered already: the same answer again, and no second greeting.
    stage.owner.forges(stage.group, card, f"whose:1:{group.id}")
    await stage.all_sent()
    assert len(of_bot(stage, group)) == 1


async def test_a_fan_of_a_group_that_isnt_open(play_sqlite: Play) -> None:
    """Who can be answered quietly hears that it isn't open yet; a restart forgets nothing, and nobody's word joins."""
    stage = await play_sqlite(language="en")
    await owner_starts(stage)
    jun = await operator(stage)
    group = await comes_to(stage, jun, "Jun's room", Rights.full())
    question = await stage.owner.waits_for(stage.bot, is_question, timeout=10)
    ana = stage.fan("Ana")
    ana.joins(group)
    ana.starts(stage.bot)
    await ana.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    for restarts in (False, True):
        if restarts:
            await stage.stop()
            stage.start_again()
        said = ana.says(group, "/checkin")
        await ana.waits_for(stage.bot, lambda m: "not open here yet" in m.text, timeout=10, after=said)
        jun.says_as_admin_anonymously(group, "/setup")
        if not group.has(stage.owner):
            stage.owner.joins(group)
        stage.owner.says(group, "/setup")
        await stage.settled()
        assert await shop_of(stage, group) is None
    stage.owner.presses(question, "Join")
    await jun.waits_for(group, is_greeting, timeout=10)
    assert await shop_of(stage, group) == "Silk room"


async def test_an_owner_sends_the_bot_away(play_sqlite: Play) -> None:
    """The room is left, and an old button answers that."""
    stage = await play_sqlite(language="en")
    await owner_starts(stage)
    group = await comes_to(stage, await operator(stage), "Jun's room")
    question = await stage.owner.waits_for(stage.bot, is_question, timeout=10)
    assert of_bot(stage, group) == []
    stage.owner.presses(question, "Leave")
    await stage.owner.waits_for(stage.bot, lambda m: m is question and "I've left Jun's room" in m.text, timeout=10)
    assert not group.has(stage.bot)
    gone = stage.owner.forges(stage.telegram.private(stage.bot, stage.owner), question, f"whose:1:{group.id}")
    await gone.answered(10)
    await stage.owner.waits_for(stage.bot, lambda m: "not in that chat" in m.text, timeout=10)


async def test_a_room_without_an_answer(play_sqlite: Play) -> None:
    """After a week the bot leaves it, and not before."""
    stage = await play_sqlite(language="en")
    await owner_starts(stage)
    group = await comes_to(stage, await operator(stage), "Jun's room")
    await stage.owner.waits_for(stage.bot, is_question, timeout=10)
    stage.telegram.clock.advance(6 * 86_400)
    await stage.all_sent()
    assert group.has(stage.bot)
    stage.telegram.clock.advance(86_400 + 60)
    async with asyncio.timeout(10):
        while group.has(stage.bot):
            await asyncio.sleep(0.02)
    assert await shop_of(stage, group) is None


async def test_rights_are_checked_when_the_question_is_answered(play_sqlite: Play) -> None:
    """Who isn't the owner any more decides nothing, nor does the owner of another shop; no answer is "try again"."""
    stage = await play_sqlite(language="en", open=True)
    await owner_starts(stage)
    eve = stage.telegram.add_user("Eve")
    await comes_to(stage, eve, "Eve's shop", Rights.full())
    jun = await operator(stage)
    group = await comes_to(stage, jun, "Jun's room", Rights.full())
    question = await stage.owner.waits_for(stage.bot, is_question, timeout=10)
    eve.starts(stage.bot)
    hello = await eve.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    private = stage.telegram.private(stage.bot, eve)
    for data in (f"whose:1:{group.id}", f"whose:2:{group.id}", f"whose:no:{group.id}", f"whose:new:{group.id}"):
        assert "owner to choose" in await pressed(eve.forges(private, hello, data)), data
    for data in ("whose:", "whose:1", "whose:1:1", "whose:x:-5", "whose:1:-" + "9" * 25, "part:", "part:7", "part:-1"):
        assert await pressed(eve.forges(private, hello, data)), data
    fault = stage.telegram.faults.error("getChatAdministrators", chat=stage.group, times=None)
    assert "try again" in await pressed(stage.owner.presses(question, "Join"))
    fault.times = 0
    stage.owner.hands_over(stage.group, jun)
    await stage.all_sent()
    assert "owner to choose" in await pressed(stage.owner.presses(question, "Join"))
    assert await shop_of(stage, group) is None
    assert group.has(stage.bot)


async def test_a_new_shop_of_its_own(play_sqlite: Play) -> None:
    """The owner lets an operator's group become a shop: it is the operator's, as Telegram says whose the group is."""
    stage = await play_sqlite(language="en")
    await owner_starts(stage)
    jun = await operator(stage)
    group = await comes_to(stage, jun, "Jun's room", Rights.full())
    question = await stage.owner.waits_for(stage.bot, is_question, timeout=10)
    stage.owner.presses(question, "new shop")
    await stage.owner.waits_for(stage.bot, lambda m: m is question and "a shop of its own now" in m.text, timeout=10)
    await jun.waits_for(group, is_greeting, timeout=10)
    found = await stage.app.db.read(find_group, group.id)
    assert found is not None
    assert (found.place.shop, found.place.owner_id, found.place.home_chat) == ("Jun's room", jun.id, group.id)


async def test_somebody_brings_the_bot_to_the_owners_other_group(play_sqlite: Play) -> None:
    """An owner's family isn't the shop's fans: the owner is asked, and may send it away."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    family = stage.telegram.add_group("Family", creator=stage.owner)
    nina = stage.telegram.add_user("Nina")
    nina.joins(family)
    nina.adds(stage.bot, family)
    question = await stage.owner.waits_for(stage.bot, is_question, timeout=10)
    assert [button.text for button in question.buttons] == [
        "Join Silk room",
        "A new shop of its own",
        "Leave this chat",
    ]
    stage.owner.presses(question, "Leave")
    await stage.owner.waits_for(stage.bot, lambda m: "I've left Family" in m.text, timeout=10)
    assert of_bot(stage, family) == []


async def test_an_owner_of_two_shops_is_asked(play_sqlite: Play) -> None:
    """Which of them a third group joins can't be guessed."""
    stage = await play_sqlite(language="en")
    second = await comes_to(stage, stage.owner, "Wool room", Rights.full())
    note = await stage.whisper(stage.owner)
    await pressed(stage.owner.presses(note, "shop of its own"))
    await stage.settled()
    assert await shop_of(stage, second) == "Wool room"
    third = await comes_to(stage, stage.owner, "Linen room", Rights.full())
    question = await stage.owner.waits_for(stage.group, is_question, timeout=10)
    assert [button.text for button in question.buttons][:2] == ["Join Silk room", "Join Wool room"]
    stage.owner.presses(question, "Join Wool room")
    await stage.owner.waits_for(third, is_greeting, timeout=10)
    assert await shop_of(stage, third) == "Wool room"


async def test_a_group_that_moves_between_question_and_answer(play_sqlite: Play) -> None:
    """The old group's question is answered for the supergroup that took its place."""
    stage = await play_sqlite(language="en")
    await owner_starts(stage)
    jun = await operator(stage)
    group = await comes_to(stage, jun, "Jun's room", kind="group")
    question = await stage.owner.waits_for(stage.bot, is_question, timeout=10)
    moved = stage.telegram.upgrade(group)
    await stage.settled()
    stage.owner.presses(question, "Join")
    await jun.waits_for(moved, is_greeting, timeout=10)
    assert await shop_of(stage, moved) == "Silk room"
    assert await shop_of(stage, group) is None
