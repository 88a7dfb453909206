"""Whose room a chat is: owners are asked, strangers get a goodbye, channels, moves, and anonymous administrators."""

import asyncio

from bot.features.shops.rooms import all_of
from bot.store.places import find_group
from sandbox import Rights
from sandbox.accounts import ANONYMOUS
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.shops.rooms import comes_to, is_greeting, is_question, of_bot, operator, pressed, shop_of
from tests.bot.speech import said_since, speaks


async def test_an_owners_second_group(play_sqlite: Play) -> None:
    """Brought by its owner it joins the shop at once, and the owner may make it a shop of its own."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    group = await comes_to(stage, stage.owner, "Wool room", Rights.full())
    note = await stage.owner.waits_for(stage.bot, lambda m: "is part of Silk room" in m.text, timeout=10)
    await stage.owner.waits_for(group, is_greeting, timeout=10)
    assert await shop_of(stage, group) == "Silk room"
    await stage.drop()
    hung = await stage.owner.waits_for(group, is_card, timeout=10)

    ana = stage.fan("Ana")
    forged = ana.forges(stage.group, await stage.drop("title=Hat stock=3"), f"part:{group.id}")
    assert "for the shop's staff" in await pressed(forged)

    stage.owner.presses(note, "shop of its own")
    await stage.owner.waits_for(stage.bot, lambda m: m is note and "a shop of its own now" in m.text, timeout=10)
    assert note.buttons[0].url == "https://t.me/encore_test_bot?start=setup_2"
    await stage.owner.waits_for(group, lambda m: is_greeting(m) and m.seq > hung.seq, timeout=10)
    assert await shop_of(stage, group) == "Wool room"
    await stage.all_sent()
    assert hung.deleted
    again = stage.owner.forges(stage.telegram.private(stage.bot, stage.owner), note, f"part:{group.id}")
    assert "out of date" in await pressed(again)
    card = await stage.drop("title=Shawl stock=3")
    await stage.all_sent()
    assert not [m for m in of_bot(stage, group) if "Shawl" in m.text]
    assert card.chat is stage.group


async def owner_starts(stage: Stage) -> None:
    """The owner opens the private chat, in which they are asked."""
    stage.owner.starts(stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)


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
    await stage.settled()
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
    await stage.settled()
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
    await stage.settled()
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
    await stage.settled()
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


async def test_an_owner_takes_a_room_out(play_sqlite: Play) -> None:
    """By the button under the note: the bot leaves; brought back by somebody else, the owner is asked."""
    stage = await play_sqlite(language="en")
    await owner_starts(stage)
    group = await comes_to(stage, stage.owner, "Wool room", Rights.full())
    note = await stage.owner.waits_for(stage.bot, lambda m: "is part of Silk room" in m.text, timeout=10)
    jun = await operator(stage)
    card = await stage.drop()
    assert "Only the owner" in await pressed(jun.forges(stage.group, card, f"leave:{group.id}"))
    assert "out of date" in await pressed(stage.owner.forges(stage.group, card, f"leave:{stage.group.id}"))
    stage.owner.presses(note, "Take it out")
    await stage.owner.waits_for(stage.bot, lambda m: m is note and "I've left Wool room" in m.text, timeout=10)
    assert not group.has(stage.bot)
    jun.joins(group)
    jun.adds(stage.bot, group)
    await stage.owner.waits_for(stage.bot, is_question, timeout=10)
    assert await shop_of(stage, group) is None


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


async def test_a_basic_group_that_moves_keeps_its_shop(play_sqlite: Play) -> None:
    """The greeting isn't said twice, and no one is asked."""
    stage = await play_sqlite(language="en", kind="group", rights=None)
    moved = stage.telegram.upgrade(stage.group)
    await stage.settled()
    stage.owner.promotes(stage.bot, moved, Rights.full())
    await stage.settled()
    assert await shop_of(stage, moved) == "Silk room"
    assert of_bot(stage, moved) == []


async def test_the_owners_channel(play_sqlite: Play) -> None:
    """It joins the shop as a channel: nothing is posted there, no drop hangs there, and its owner hears of it."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    channel = stage.telegram.add_channel("Silk news", stage.owner)
    stage.owner.adds(stage.bot, channel, Rights(can_post_messages=True))
    await stage.owner.waits_for(stage.bot, lambda m: "channel Silk news is part of Silk room" in m.text, timeout=10)
    await stage.drop()
    await stage.settled()
    assert of_bot(stage, channel) == []
    rooms = await stage.app.db.read(all_of, 1)
    assert [(room.title, room.is_channel, room.second) for room in rooms] == [
        ("Silk room", False, False),
        ("Silk news", True, False),
    ]
    stage.owner.removes(stage.bot, channel)
    await stage.settled()
    assert await shop_of(stage, channel) is None


async def test_a_press_in_the_channel_is_nobodys_reply(play_sqlite: Play) -> None:
    """What one reader is told there is told by alert or in private, never as a post."""
    stage = await play_sqlite(language="en")
    channel = stage.telegram.add_channel("Silk news", stage.owner)
    stage.owner.adds(stage.bot, channel, Rights.full())
    await stage.settled()
    ana = stage.fan("Ana")
    ana.joins(channel)
    post = channel.posts("Tonight at 8")
    post.keyboard_bot = stage.bot
    card = await stage.drop()
    data = next(button.callback_data for button in card.buttons if button.callback_data)
    press = ana.forges(channel, post, data)
    assert "Silk scarf" in (await press.answered(10)).text
    ana.forges(channel, post, "me")
    await stage.settled()
    assert of_bot(stage, channel) == []


async def test_a_strangers_group_and_channel(play_sqlite: Play) -> None:
    """A group hears a goodbye, a channel nothing; whoever brought the bot there is told why, if that is possible."""
    stage = await play_sqlite(language="en")
    mei = stage.telegram.add_user("Mei", language="zh")
    group = await comes_to(stage, mei, "Tea room", Rights.full())
    goodbye = await mei.waits_for(group, lambda m: m.sender is stage.bot, timeout=10)
    assert speaks(goodbye.text, "zh")
    mei.starts(stage.bot)
    await mei.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    channel = stage.telegram.add_channel("Tea news", mei)
    mei.adds(stage.bot, channel, Rights.full())
    told = await mei.waits_for(stage.bot, lambda m: "Tea news" in m.text, timeout=10)
    assert speaks(told.text.replace("Tea news", ""), "zh")
    await stage.settled()
    assert not group.has(stage.bot)
    assert not channel.has(stage.bot)
    assert of_bot(stage, channel) == []


async def test_a_channel_of_an_owner_of_two_shops(play_sqlite: Play) -> None:
    """Asked in private, never in the channel; added again, it may change its shop."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    second = await comes_to(stage, stage.owner, "Wool room")
    note = await stage.owner.waits_for(stage.bot, lambda m: "part of" in m.text, timeout=10)
    stage.owner.presses(note, "shop of its own")
    await stage.owner.waits_for(second, lambda m: is_greeting(m) and "Wool room" in m.text, timeout=10)
    channel = stage.telegram.add_channel("News", stage.owner)
    for shop in ("Wool room", "Silk room"):
        mark = stage.owner.sees(stage.bot)[-1]
        stage.owner.adds(stage.bot, channel, Rights.full())
        question = await stage.owner.waits_for(stage.bot, is_question, timeout=10, after=mark)
        assert len(question.buttons) == 3
        await stage.owner.presses(question, f"Join {shop}").answered(10)
        await stage.owner.waits_for(stage.bot, lambda m, q=question: m is q and not is_question(m))  # type: ignore[misc]
        assert await shop_of(stage, channel) == shop
        stage.owner.removes(stage.bot, channel)
        await stage.settled()
    assert of_bot(stage, channel) == []


async def test_an_anonymous_administrator_brings_the_bot(play_sqlite: Play) -> None:
    """Nobody's name owns a shop or is asked: the group is its creator's."""
    stage = await play_sqlite(language="en", open=True)
    mei = stage.telegram.add_user("Mei", language="zh")
    group = stage.telegram.add_group("Tea room", creator=mei)
    stage.telegram.world.membership.add(group, ANONYMOUS, stage.bot, None)
    await mei.waits_for(group, is_greeting, timeout=10)
    found = await stage.app.db.read(find_group, group.id)
    assert found is not None
    assert found.place.owner_id == mei.id
