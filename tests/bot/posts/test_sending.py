"""Posts as they arrive in rooms and in private: each kind, edited, taken back, pinned, refused."""

import pytest

from bot.rules.posting import Content, LinkButton, MediaKind, Poll
from bot.rules.posts.audience import Audience
from bot.rules.posts.limits import ContentProblem
from bot.rules.posts.sendings import (
    ChangeDone,
    ChangeKind,
    CopyProblem,
    NotReached,
    Progress,
    SendingRefused,
    Unreached,
)
from sandbox import Chat, Message, Rights
from tests.bot.conftest import Play, Stage
from tests.bot.posts.posting import Posting

LINK = LinkButton("See it", "https://shop.example/scarf")
HELLO = Content("<b>New scarves</b> are here", buttons=(LINK,))
BETTER = Content("<b>New scarves</b> are here, in blue too", buttons=(LINK,))
KINDS = tuple(MediaKind)
DAYS_3 = 3 * 24 * 3600
BELOW_PRIVATE = ("🔕 Stop these", "❔ Why did I get this?")
"""The buttons that every post in private ends with."""


async def posting(play: Play, **more: object) -> tuple[Stage, Posting]:
    """A stage, and the posts of its shop."""
    stage = await play(language="en", **more)
    return stage, await Posting.on(stage)


async def test_words_with_a_link(play: Play) -> None:
    """Words keep their formatting, and a link stands below them as a button."""
    _, posts = await posting(play)
    await posts.send(HELLO)
    message = posts.seen()[-1]
    assert message.html == "<b>New scarves</b> are here"
    assert [(button.text, button.url) for button in message.buttons] == [("See it", "https://shop.example/scarf")]
    (copy,) = await posts.copies()
    assert (copy.message_id, copy.more_ids) == (message.message_id, [])


@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_with_words(play_sqlite: Play, kind: MediaKind) -> None:
    """Each kind of file comes with its words and its button, and is edited and taken back."""
    _, posts = await posting(play_sqlite)
    sending = await posts.send(Content("<i>Silk</i>", (posts.media(kind),), buttons=(LINK,)))
    message = posts.seen()[-1]
    assert message.file is not None
    assert (message.file.kind, message.html, len(message.buttons)) == (kind.value, "<i>Silk</i>", 1)

    await posts.sendings.edit(posts.act(), sending, Content("Linen", (posts.media(kind),)))
    assert await posts.changed(sending) == ChangeDone(ChangeKind.EDIT, 1, 0)
    assert (message.text, message.buttons) == ("Linen", [])
    await posts.sendings.take_back(posts.act(), sending)
    assert await posts.changed(sending) == ChangeDone(ChangeKind.TAKE_BACK, 1, 0)
    assert message.deleted


async def test_looks_of_a_picture(play_sqlite: Play) -> None:
    """A picture can be hidden until it is tapped, with its words above it."""
    _, posts = await posting(play_sqlite)
    await posts.send(Content("Guess", (posts.media(MediaKind.PHOTO, spoiler=True),), under_media=True))
    extra = posts.seen()[-1].extra
    assert extra["has_media_spoiler"]
    assert extra["show_caption_above_media"]


async def test_an_album(play: Play) -> None:
    """An album is one post: its words and links stand below it, all of it is known, edited and taken back."""
    _, posts = await posting(play)
    media = (posts.media(MediaKind.PHOTO), posts.media(MediaKind.VIDEO), posts.media(MediaKind.PHOTO))
    sending = await posts.send(Content("<b>Three</b>", media, buttons=(LINK,)))
    first, second, third = posts.seen()[-3:]
    assert len({message.extra["media_group_id"] for message in (first, second, third)}) == 1
    assert first.html == '<b>Three</b>\n\n<a href="https://shop.example/scarf">See it</a>'
    assert [message.text for message in (second, third)] == ["", ""]
    (copy,) = await posts.copies()
    assert (copy.message_id, copy.more_ids) == (first.message_id, [second.message_id, third.message_id])

    await posts.sendings.edit(posts.act(), sending, Content("Just three", media))
    await posts.changed(sending)
    assert first.text == "Just three"
    await posts.sendings.take_back(posts.act(), sending)
    assert await posts.changed(sending) == ChangeDone(ChangeKind.TAKE_BACK, 1, 0)
    assert all(message.deleted for message in (first, second, third))


async def test_a_poll(play_sqlite: Play) -> None:
    """In a group votes have names, so that they count as answers; in a channel Telegram takes none with names."""
    stage, posts = await posting(play_sqlite)
    channel = stage.telegram.add_channel("Silk news", stage.owner)
    stage.owner.adds(stage.bot, channel, Rights.full())
    await stage.settled()
    await posts.send(Content(poll=Poll("Which colour?", ("Red", "Blue", "Green"), several=True), buttons=(LINK,)))
    (message,) = [one for one in posts.seen() if one.poll is not None]
    posted = [one for one in stage.telegram.messages(channel) if one.poll is not None]
    assert message.poll is not None
    assert (message.poll.anonymous, message.poll.several, len(message.poll.options)) == (False, True, 3)
    assert [one.poll.anonymous for one in posted if one.poll is not None] == [True]
    stage.fan().votes(message, "Red", "Blue")


async def test_a_chosen_topic(play_sqlite: Play) -> None:
    """A post goes to the topic that staff chose for it, and to General once that is closed."""
    stage, posts = await posting(play_sqlite, forum=True)
    topic = stage.owner.makes_topic(stage.group, "Chat")
    await stage.settled()
    await posts.send(HELLO, Audience.in_rooms(1, topic=topic.thread_id))
    assert posts.seen()[-1].thread == topic.thread_id


async def test_where_an_edit_couldnt_reach(play: Play) -> None:
    """Of three rooms one deleted the message and one the bot was thrown out of: both are named, the third is edited."""
    stage, posts = await posting(play)
    second, third = [await new_room(stage, title) for title in ("Second room", "Third room")]
    sending = await posts.send(HELLO)
    stage.owner.deletes(last(stage, second))
    stage.owner.removes(stage.bot, third)
    await stage.settled()

    await posts.sendings.edit(posts.act(), sending, BETTER)

    done = await posts.changed(sending)
    assert (done.reached, done.waiting, done.unreached) == (1, 0, 2)
    assert set(done.problems) == {
        NotReached("Second room", CopyProblem.DELETED),
        NotReached("Third room", CopyProblem.LEFT),
    }
    assert posts.seen()[-1].html == BETTER.text
    # A deletion finds it gone, as was asked.
    await posts.sendings.take_back(posts.act(), sending)
    done = await posts.changed(sending)
    assert (done.reached, done.problems) == (2, (NotReached("Third room", CopyProblem.LEFT),))
    posts.foresee("message to edit not found")
    posts.foresee("message to delete not found")


async def test_an_old_post_stays_and_staff_hear_why(play_sqlite: Play) -> None:
    """After 48 hours Telegram deletes no more for a bot."""
    stage, posts = await posting(play_sqlite, rights=Rights(can_invite_users=True))
    sending = await posts.send(HELLO)
    stage.telegram.clock.advance(DAYS_3)
    await posts.sendings.take_back(posts.act(), sending)
    done = await posts.changed(sending)
    assert done == ChangeDone(ChangeKind.TAKE_BACK, 0, 0, (NotReached("Silk room", CopyProblem.TOO_OLD),), 1)


async def test_pins(play_sqlite: Play) -> None:
    """A post is pinned and unpinned, and a lacking right is named."""
    stage, posts = await posting(play_sqlite, rights=Rights(can_invite_users=True, can_delete_messages=True))
    sending = await posts.send(HELLO)
    await posts.sendings.pin(posts.act(), sending, on=True)
    done = await posts.changed(sending)
    assert done == ChangeDone(ChangeKind.PIN, 0, 0, (NotReached("Silk room", CopyProblem.NO_RIGHT),), 1)
    stage.owner.promotes(stage.bot, stage.group, Rights.full())
    await stage.settled()
    await posts.sendings.pin(posts.act(), sending, on=True)
    assert await posts.changed(sending) == ChangeDone(ChangeKind.PIN, 1, 0)
    assert stage.group.pinned == [posts.seen()[-1]]
    await posts.sendings.pin(posts.act(), sending, on=False)
    await posts.changed(sending)
    assert stage.group.pinned == []
    posts.foresee("not enough rights to manage pinned messages")


async def test_in_private(play: Play) -> None:
    """Each fan who said yes gets one; who blocked the bot is counted, and the rest hear it edited and lose it again."""
    stage, posts = await posting(play)
    fans = stage.fans(5)
    for fan in fans:
        await posts.says_yes(fan)
    for fan in fans[3:]:
        fan.blocks(stage.bot)
    await stage.settled()
    await posts.seems_reachable(fans[4])

    sending = await posts.send(HELLO, Audience.in_private(""))

    community = posts.place.community_id
    progress = await posts.sendings.progress(community, sending)
    assert isinstance(progress, Progress)
    assert (progress.private, progress.sent, progress.waiting) == (True, 3, 0)
    unreached = await posts.sendings.unreached(community, sending)
    assert isinstance(unreached, Unreached)
    assert unreached.groups == {"never_started": 1, "blocked": 1}
    chats = [stage.telegram.private(stage.bot, fan) for fan in fans[:3]]
    assert [sum(HELLO.text in one.html for one in stage.telegram.messages(chat)) for chat in chats] == [1, 1, 1]
    await posts.sendings.edit(posts.act(), sending, BETTER)
    assert await posts.changed(sending) == ChangeDone(ChangeKind.EDIT, 3, 0)
    assert all(last(stage, chat).html.startswith(BETTER.text) for chat in chats)
    await posts.sendings.take_back(posts.act(), sending)
    assert await posts.changed(sending) == ChangeDone(ChangeKind.TAKE_BACK, 3, 0)


async def test_a_file_that_telegram_doesnt_know(play_sqlite: Play) -> None:
    """A picture whose id is another bot's isn't sent, and the owner hears what to do."""
    stage, posts = await posting(play_sqlite)
    photo = posts.media(MediaKind.PHOTO)
    stage.group.world.files.clear()
    await posts.send(Content("Silk", (photo,)))
    note = await stage.whisper(stage.owner)
    assert "picture" in note.text
    (copy,) = await posts.copies()
    assert (copy.sent_at, copy.problem) == (None, "bad_media")
    posts.foresee("wrong file identifier")


async def test_a_room_that_refuses_gets_it_later(play_sqlite: Play) -> None:
    """A room that refuses messages for a while gets the post once it takes them again."""
    stage, posts = await posting(play_sqlite)
    fault = stage.telegram.faults.refuse("sendMessage", "have no rights to send a message", chat=stage.group, times=1)
    await posts.send(HELLO)
    assert fault.times == 0
    stage.telegram.clock.advance(301)
    await stage.all_sent()
    assert posts.seen()[-1].html == HELLO.text
    posts.foresee("have no rights to send a message")


async def test_a_group_becomes_a_supergroup_before_it_left(play_sqlite: Play) -> None:
    """A post that waits is sent to the group's new chat, once."""
    stage, posts = await posting(play_sqlite, kind="group")
    stage.telegram.faults.error("sendMessage", code=500, times=1)
    sending = await posts.send(HELLO, due_at=stage.app.clock.now())
    room = stage.telegram.upgrade(stage.group)
    await stage.all_sent()
    shown = [one for chat in (stage.group, room) for one in stage.telegram.messages(chat) if one.html == HELLO.text]
    assert len(shown) == 1
    await posts.sendings.take_back(posts.act(), sending)
    done = await posts.changed(sending)
    assert done.reached + done.unreached == 1


async def new_room(stage: Stage, title: str) -> Chat:
    """One more room of the shop."""
    room = stage.telegram.add_group(title, creator=stage.owner, kind="supergroup")
    stage.owner.adds(stage.bot, room, Rights.full())
    await stage.owner.waits_for(room, lambda m: m.sender is stage.bot, timeout=10)
    await stage.settled()
    return room


def last(stage: Stage, chat: Chat) -> Message:
    """The bot's last message in a chat."""
    return [one for one in stage.telegram.messages(chat) if one.sender is stage.bot and not one.service][-1]


async def test_in_private_in_korea(play_sqlite: Play) -> None:
    """Promotion begins with its mark, ends with name and contact, and has the button that stops it, a poll too."""
    stage = await play_sqlite(language="ko")
    posts = await Posting.on(stage)
    fan = stage.fan(language="ko")
    await posts.says_yes(fan)
    chat = stage.telegram.private(stage.bot, fan)
    await posts.names_contact("02-123-4567")

    await posts.send(HELLO, Audience.in_private(""))
    message = last(stage, chat)
    assert message.text.startswith("(광고) New scarves")
    assert "02-123-4567" in message.text
    assert "Silk room" in message.text
    assert [one.text for one in message.buttons] == ["See it", *BELOW_PRIVATE]

    stage.telegram.clock.advance(DAYS_3)
    await posts.send(Content(poll=Poll("어떤 색이 좋아요?", ("빨강", "파랑"))), Audience.in_private(""))
    message = last(stage, chat)
    assert message.poll is not None
    assert message.poll.question.plain == "(광고) 어떤 색이 좋아요?"
    assert "02-123-4567" in message.poll.description.plain
    assert [one.text for one in message.buttons] == [*BELOW_PRIVATE]


async def test_an_album_is_refused_in_private(play_sqlite: Play) -> None:
    """An album can carry no *stop* button, so it isn't sent as promotion in private."""
    _, posts = await posting(play_sqlite)
    media = (posts.media(MediaKind.PHOTO), posts.media(MediaKind.PHOTO))
    refused = await posts.try_to_send(Content("Two", media), Audience.in_private(""))
    assert refused == SendingRefused(ContentProblem.PRIVATE_ALBUM)


async def test_a_room_of_another_shop_isnt_touched(play_sqlite: Play) -> None:
    """A room that belongs to another shop by now keeps the post, and its old shop hears that it left."""
    stage, posts = await posting(play_sqlite)
    second = await new_room(stage, "Second room")
    sending = await posts.send(HELLO)
    await posts.moves_to_another_shop(second)
    await posts.sendings.edit(posts.act(), sending, BETTER)
    done = await posts.changed(sending)
    assert (done.reached, done.problems) == (1, (NotReached("Second room", CopyProblem.LEFT),))
    assert last(stage, second).html == HELLO.text
