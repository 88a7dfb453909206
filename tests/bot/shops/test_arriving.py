"""The bot comes to groups without a question: the owner's second one, strangers', one brought by nobody's name."""

from bot.store.places import find_group
from sandbox import Rights
from sandbox.accounts import ANONYMOUS
from tests.bot.conftest import Play, is_card
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
from tests.bot.speech import speaks


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
    await stage.all_sent()
    assert not group.has(stage.bot)
    assert not channel.has(stage.bot)
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
