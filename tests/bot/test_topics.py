"""Forum groups: answers come where it was asked, cards and announcements where staff chose, else to General."""

import asyncio

from sandbox import Chat, Message, Rights
from sandbox.topics import GENERAL
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.forums import HELPER, chosen, in_forum, in_private, next_public, topic_of
from tests.bot.packets.test_packets import is_packet
from tests.bot.raffles.test_raffles import drawn, is_raffle
from tests.bot.streams.test_streams import HOUR, has_button, live_card


async def test_whispers_come_where_it_was_asked(play: Play) -> None:
    """A command, a word and a press under a card are answered in their topic; what is asked in General, there."""
    stage, topic = await chosen(play)
    ana = stage.fan("Ana")

    word = await stage.ask(ana, "check in", topic=topic)
    shown = await stage.ask(ana, "/streams", topic=topic)
    general = await stage.ask(ana, "/me")
    card = await stage.drop()
    pressed = await stage.whisper(ana, after=ana.presses(card, "claim:"))

    assert [topic.thread_id] * 4 == [one.thread for one in (word, shown, card, pressed)]
    assert general.thread is None


async def test_a_short_lived_reply_in_a_topic(play_sqlite: Play) -> None:
    """Where nothing quieter works the reply stands in the topic, and vanishes there."""
    stage, topic = await in_forum(play_sqlite, rights=None)
    ana = stage.fan("Ana")

    said = ana.says(stage.group, "/checkin@encore_test_bot", topic=topic)
    reply = await next_public(stage, said, lambda m: m.reply_to is said)

    assert reply.thread == topic.thread_id


async def test_a_promised_answer_remembers_its_topic(play: Play) -> None:
    """An answer that must wait comes to its topic later, one to General to General, whatever the room's topic is."""
    stage, _ = await chosen(play)
    other = stage.owner.makes_topic(stage.group, "Chat")
    ana, ben = stage.fan("Ana"), stage.fan("Ben")
    await stage.settled()
    stage.telegram.faults.too_many("sendMessage", retry_after=3, times=1)

    first = ana.says(stage.group, "/checkin", topic=other)
    second = ben.says(stage.group, "/checkin")

    assert (await stage.whisper(ana, after=first)).thread == other.thread_id
    assert (await stage.whisper(ben, after=second)).thread is None


async def test_pictures_come_where_they_were_asked_for(play_sqlite: Play) -> None:
    """A QR code that is whispered stands in the topic, and in General where the topic is closed."""
    stage, topic = await in_forum(play_sqlite)

    open_topic = await stage.ask(stage.owner, "/source video", topic=topic)
    stage.owner.closes_topic(stage.group, topic)
    closed_topic = await stage.ask(stage.owner, "/source poster", topic=topic)

    assert open_topic.file is not None
    assert closed_topic.file is not None
    assert [topic.thread_id, None] == [open_topic.thread, closed_topic.thread]


async def test_plain_groups_know_no_threads(play_sqlite: Play) -> None:
    """Answers to people carry a thread in plain groups too; the bot names none there."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")

    said = ana.says(stage.group, "/checkin", reply_to=stage.owner.says(stage.group, "come in"))
    await stage.whisper(ana, after=said)

    assert not [call for call in stage.telegram.calls if "message_thread_id" in call.params]


async def test_comments_are_answered_in_their_thread(play_sqlite: Play) -> None:
    """Under a channel's post commands and presses are answered in the thread of its comments."""
    stage = await play_sqlite(language="en")
    channel = stage.telegram.add_channel("Silk news", stage.owner, linked=stage.group)
    stage.owner.adds(stage.bot, channel, Rights.full())
    await stage.settled()
    ana = stage.fan("Ana")
    post = channel.posts("Tonight at 8")
    assert post.copy is not None
    await stage.settled()

    comment = ana.comments(post, "/checkin")
    under_comment = ana.comments(post, "/me", reply_to=comment)
    heard = [await stage.whisper(ana, after=one) for one in (comment, under_comment)]
    await stage.ask(stage.owner, "/golive")
    card = await live_card(stage, channel)
    assert card.copy is not None
    stage.telegram.faults.refuse("answerCallbackQuery", "query is too old", times=1)
    press = ana.presses(card.copy, "here:")
    pressed = await stage.whisper(ana, after=press)

    assert [post.copy.message_id] * 2 == [one.thread for one in heard]
    assert pressed.thread == card.copy.message_id


async def test_everything_that_a_room_is_told_comes_to_its_topic(play: Play) -> None:
    """Drops, packets, raffles with their proof, live cards, hearts' packets and ends, wherever they were asked for."""
    stage, topic = await chosen(play)
    ana = stage.fan("Ana")
    said = stage.owner.says(stage.group, '/newcoupon title="Silk scarf" stock=3')
    told = [await next_public(stage, said)]
    said = stage.owner.says(stage.group, "/redpacket 100 3")
    told.append(await next_public(stage, said, is_packet))
    said = stage.owner.says(stage.group, '/newraffle prize="Silk scarf" closes=+30m')
    raffle = await next_public(stage, said, is_raffle)
    await stage.whisper(ana, after=ana.presses(raffle, "enter"))
    told += [raffle, await drawn(stage, raffle)]
    said = stage.owner.says(stage.group, "/golive")
    card = await next_public(stage, said, lambda m: has_button(m, "here:"))
    await stage.ask(stage.owner, "/hearts goals=1 gives=packet:60/3")
    await stage.owner.waits_for(stage.group, lambda m: m is card and has_button(m, "heart:"), timeout=10)
    press = ana.presses(card, "heart:")
    await press.answered(10)
    told += [card, await next_public(stage, card, lambda m: is_packet(m) and m.seq > press.seq)]
    said = stage.owner.says(stage.group, "/endlive")
    told.append(await next_public(stage, said, lambda m: m is not card))

    assert [topic.thread_id] * len(told) == [one.thread for one in told]
    mine = [m for m in stage.telegram.messages(stage.group) if m.sender is stage.bot and m.seq > told[0].seq]
    assert {topic.thread_id} == {one.thread for one in mine}


async def test_what_waits_follows_the_choice(play: Play) -> None:
    """A start and a morning card that were promised before come to the topic that is chosen when they leave."""
    stage, topic = await in_forum(play)
    await stage.ask(stage.owner, '/newstream title="Silk night" at=+5h')
    said = (await stage.ask(stage.owner, "/setup", topic=topic)).seq
    stage.telegram.clock.advance(5 * HOUR + 1)
    card = await live_card(stage)
    stage.telegram.clock.advance(HOUR)
    morning = await stage.owner.waits_for(stage.group, lambda m: "Good morning" in m.text, timeout=10)

    assert said < card.seq
    assert [topic.thread_id] * 2 == [one.thread for one in (card, morning)]


async def test_a_welcome_comes_to_the_topic(play_sqlite: Play) -> None:
    """What nobody asked for is whispered where the room is told things."""
    stage, topic = await chosen(play_sqlite)
    ana = stage.telegram.add_user("Ana")

    ana.joins(stage.group)

    assert (await stage.whisper(ana)).thread == topic.thread_id


async def test_a_closed_topic(play: Play) -> None:
    """Cards General until it is reopened; the owner hears of it once, with what to do."""
    stage, topic = await chosen(play)
    started = stage.owner.starts(stage.bot)
    stage.owner.closes_topic(stage.group, topic)
    await stage.settled()

    said = stage.owner.says(stage.group, '/newcoupon title="Silk scarf" stock=3')
    first = await next_public(stage, said)
    note = await in_private(stage, started, "closed")
    said = stage.owner.says(stage.group, '/newcoupon title="Wool scarf" stock=3')
    second = await next_public(stage, said)
    shown = await stage.ask(stage.owner, "/setup")
    await stage.all_sent()

    assert [first.thread, second.thread] == [None, None]
    assert "Drops" in note.text
    assert "Silk room" in note.text
    assert "closed right now" in shown.text
    assert [note] == [m for m in stage.owner.sees(stage.bot) if "closed" in m.text]

    stage.owner.closes_topic(stage.group, topic, closed=False)
    await stage.settled()
    said = stage.owner.says(stage.group, '/newcoupon title="Cotton scarf" stock=3')
    assert (await next_public(stage, said)).thread == topic.thread_id
    assert (topic.thread_id, "Drops", False) == await topic_of(stage)


async def test_a_press_in_a_closed_topic(play_sqlite: Play) -> None:
    """In a topic where only staff write, a fan's press under a card is answered by a whisper in General."""
    stage, topic = await chosen(play_sqlite)
    said = stage.owner.says(stage.group, '/newcoupon title="Silk scarf" stock=3', topic=topic)
    card = await next_public(stage, said)
    stage.owner.closes_topic(stage.group, topic)
    ana = stage.fan("Ana")

    whisper = await stage.whisper(ana, after=ana.presses(card, "claim:"))

    assert whisper.thread is None
    assert "Silk scarf" in whisper.text


async def test_a_deleted_topic(play: Play) -> None:
    """Cards General for good, and the owner hears once that the topic is gone."""
    stage, topic = await chosen(play)
    started = stage.owner.starts(stage.bot)
    await stage.settled()
    stage.owner.deletes_topic(stage.group, topic)

    said = stage.owner.says(stage.group, '/newcoupon title="Silk scarf" stock=3')
    card = await next_public(stage, said)
    note = await in_private(stage, started, "is gone")

    assert card.thread is None
    assert "Drops" in note.text
    assert await topic_of(stage) == (None, None, False)
    assert len([m for m in stage.owner.sees(stage.bot) if "is gone" in m.text]) == 1


async def test_a_hidden_general(play_sqlite: Play) -> None:
    """Where General is hidden, cards come to the topic that was chosen, and answers to where it was asked."""
    stage, topic = await chosen(play_sqlite)
    stage.owner.hides_general(stage.group)
    ana = stage.fan("Ana")

    said = stage.owner.says(stage.group, '/newcoupon title="Silk scarf" stock=3')
    card = await next_public(stage, said)
    heard = await stage.ask(ana, "check in", topic=topic)

    assert [topic.thread_id] * 2 == [card.thread, heard.thread]


async def test_a_second_room_has_a_topic_of_its_own(play_sqlite: Play) -> None:
    """Each forum of the shop is told things in its own topic; a plain group beside it in itself."""
    stage, topic = await chosen(play_sqlite)
    plain = stage.telegram.add_group("Wool room", creator=stage.owner)
    forum = stage.telegram.add_group("Cotton room", creator=stage.owner, forum=True)
    theirs = stage.owner.makes_topic(forum, "News")
    for room in (plain, forum):
        stage.owner.adds(stage.bot, room, HELPER)
    await stage.settled()
    said = stage.owner.says(forum, "/setup", topic=theirs)
    await stage.whisper(stage.owner, forum, after=said)

    said = stage.owner.says(stage.group, '/newcoupon title="Silk scarf" stock=3')
    cards = await asyncio.gather(*(_card_in(stage, room, said) for room in (stage.group, plain, forum)))

    assert [topic.thread_id, None, theirs.thread_id] == [one.thread for one in cards]


async def _card_in(stage: Stage, room: Chat, after: Message) -> Message:
    return await stage.owner.waits_for(room, lambda m: m.only_for is None and is_card(m), timeout=10, after=after)


async def test_general_that_is_closed_too(play_sqlite: Play) -> None:
    """Where neither the topic nor General takes anything, it is refused as anything else is; nothing is doubled."""
    stage, topic = await chosen(play_sqlite)
    for one in (topic, stage.group.topics[GENERAL]):
        stage.owner.closes_topic(stage.group, one)

    stage.owner.says(stage.group, '/newcoupon title="Silk scarf" stock=3')
    refused = [
        await stage.telegram.waits_for_call("sendMessage", lambda c: c.status == 400, timeout=10) for _ in range(2)
    ]

    assert all("TOPIC_CLOSED" in call.description for call in refused)
    assert not [m for m in stage.telegram.messages(stage.group) if is_card(m)]
