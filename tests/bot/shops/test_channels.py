"""The bot comes to channels: they are part of the shop, and nothing is said there."""

from bot.features.shops.rooms import all_of
from sandbox import Rights
from tests.bot.conftest import Play
from tests.bot.shops.arriving import comes_to, is_greeting, is_question, of_bot, shop_of


async def test_the_owners_channel(play_sqlite: Play) -> None:
    """It joins the shop as a channel: nothing is posted there, no drop hangs there, and its owner hears of it."""
    stage = await play_sqlite(language="en")
    stage.owner.starts(stage.bot)
    await stage.owner.waits_for(stage.bot, lambda m: m.sender is stage.bot, timeout=10)
    channel = stage.telegram.add_channel("Silk news", stage.owner)
    stage.owner.adds(stage.bot, channel, Rights(can_post_messages=True))
    await stage.owner.waits_for(stage.bot, lambda m: "channel Silk news is part of Silk room" in m.text, timeout=10)
    await stage.drop()
    await stage.all_sent()
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
    await stage.all_sent()
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
        await stage.all_sent()
    assert of_bot(stage, channel) == []
