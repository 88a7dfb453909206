"""A channel and its discussion group: what the channel tells comes to the group once, and its buttons work in both."""

from sqlalchemy import text

from sandbox import Chat, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.speech import code_in


async def links(stage: Stage) -> list[tuple[int, int | None]]:
    """Channels and their discussion groups, as the bot knows them."""
    rows = await stage.app.db.read(
        lambda s: s.execute(text("SELECT chat_id, linked_chat_id FROM fan_group WHERE is_channel")).all()
    )
    return [(chat_id, linked) for chat_id, linked in rows]


async def with_channel(stage: Stage, linked: Chat | None) -> Chat:
    """The owner's channel, in which the bot may post."""
    channel = stage.telegram.add_channel("Silk news", stage.owner, linked=linked)
    stage.owner.adds(stage.bot, channel, Rights.full())
    await stage.settled()
    return channel


async def test_a_discussion_group_is_told_once(play: Play) -> None:
    """The card hangs in the channel, Telegram brings it to the group, and "I'm here" counts under both."""
    stage = await play(language="en")
    channel = await with_channel(stage, stage.group)
    assert await links(stage) == [(channel.id, stage.group.id)]
    ana, bo = stage.fan("Ana"), stage.fan("Bo")
    bo.joins(channel)
    stage.owner.says(stage.group, '/newstream title="Silk night" at=+1h')
    await stage.settled()
    stage.owner.says(stage.group, "/golive")
    post = await stage.owner.waits_for(channel, lambda m: "Silk night" in m.text, timeout=10)
    await stage.settled()
    cards = [m for m in stage.telegram.messages(stage.group) if "here" in str([b.text for b in m.buttons]).lower()]
    assert cards == [post.copy]
    for person, message in ((ana, post.copy), (bo, post)):
        assert message is not None
        press = person.presses(message, "here:")
        assert "10" in (await press.answered(10)).text
    attended = await stage.app.db.read(lambda s: s.execute(text("SELECT count(*) FROM attendance")).scalar_one())
    assert attended == 2


async def test_a_link_that_changes(play_sqlite: Play) -> None:
    """A forwarded post tells of a new link; one that is gone is seen when the bot looks again."""
    stage = await play_sqlite(language="en")
    channel = await with_channel(stage, None)
    assert await links(stage) == [(channel.id, None)]
    channel.linked = stage.group
    stage.group.linked = channel
    channel.posts("Tonight at 8")
    await stage.settled()
    assert await links(stage) == [(channel.id, stage.group.id)]
    channel.linked = stage.group.linked = None
    await stage.app.dispatcher["arrivals"].look_at_links()
    assert await links(stage) == [(channel.id, None)]


async def test_a_code_isnt_said_among_comments(play_sqlite: Play) -> None:
    """Who left the group still holds a coupon: asked for in a comment, it is shown in private, and who claims in the
    channel hears by the alert alone."""
    stage = await play_sqlite(language="en")
    channel = await with_channel(stage, stage.group)
    ana = stage.fan("Ana")
    ana.joins(channel)
    card = await stage.drop("title=Scarf stock=5")
    code = code_in((await ana.presses(card, "claim").answered(10)).text)
    ana.leaves(stage.group)
    await stage.settled()
    stage.owner.says(stage.group, "/golive")
    post = await stage.owner.waits_for(channel, lambda m: bool(m.buttons), timeout=10)
    await stage.all_sent()
    said = ana.comments(post, "/coupons")
    reply = await ana.waits_for(stage.group, lambda m: m.sender is stage.bot, timeout=10, after=said)
    assert reply.only_for is None
    assert "for your eyes only" in reply.text
    ben = stage.fan("Ben")
    ben.joins(channel)
    mine = code_in((await ben.forges(channel, post, "claim:1").answered(10)).text)
    await stage.all_sent()
    public = [m.text for chat in (channel, stage.group) for m in chat.messages if m.only_for is None]
    assert not [text for text in public if code in text or mine in text]
