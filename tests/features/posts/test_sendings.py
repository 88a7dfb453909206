"""A post is sent: to rooms at once, to fans in private chunk by chunk, and once for each update."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.rules.posting import Content, Media, MediaKind, Poll
from bot.rules.posts.audience import Audience
from bot.rules.posts.limits import ContentProblem
from bot.rules.posts.sendings import (
    CopyProblem,
    NewSending,
    NoSuchSending,
    Progress,
    SendingBegun,
    SendingRefused,
    SendingStopped,
    Unreached,
)
from bot.store.contents import content_from_facts, content_to_facts
from bot.store.engine.db import Database
from bot.store.messages.departures import after_crash, take
from bot.store.tables import FanGroup
from bot.store.tables.messages import Lane
from bot.store.tables.posts import SendingState
from tests.features.posts.newsroom import HELLO, Newsroom, run
from tests.features.scene import NOON, OWNER, Causes, fan, follow, outside, privacy, query, shop, undo

PRIVATE = Audience.in_private("")
HOUR = timedelta(hours=1)


@pytest.fixture
async def news(db: Database, causes: Causes) -> Newsroom:
    """A shop that posts, whose private posts go in chunks of ten."""
    return await Newsroom.open(db, causes, chunk=10)


@pytest.mark.parametrize(
    "content",
    [
        HELLO,
        Content("Look", (Media(MediaKind.PHOTO, "a", spoiler=True), Media(MediaKind.VIDEO, "b")), under_media=True),
        Content(poll=Poll("Red?", ("Yes", "No"), several=True)),
    ],
)
def test_a_content_comes_back_from_its_row(content: Content) -> None:
    """What a row keeps of a post is read as it was written."""
    assert content_from_facts(content_to_facts(content)) == content


async def test_all_rooms_are_promised_it_at_once(news: Newsroom) -> None:
    """Each room gets one copy, a channel's discussion group none, and the same update sends once."""
    for chat_id in (-1002, -1003):
        await shop(news.db, chat_id=chat_id, into=news.place.community_id, title=f"Room {chat_id}")
    linked = update(FanGroup).where(col(FanGroup.chat_id) == -1002)
    await news.db.write(lambda tx: run(tx, linked.values(is_channel=True, linked_chat_id=-1003)))

    begun = await news.send(cause="1:7")

    assert begun.rooms == ("Silk room", "Room -1002")
    assert await news.waiting() == [(-1002, "share_post"), (-1001, "share_post")]
    again = await news.sendings.send(
        news.act(cause="1:7"), NewSending(post_id=1, content=HELLO, audience=Audience.everywhere())
    )
    assert again == begun
    assert await query(news.db, "SELECT count(*), min(lane), min(state) FROM outbox WHERE act = 'share_post'") == [
        (2, Lane.POST.value, "waiting")
    ]
    assert await query(news.db, "SELECT state, by_staff, total, pillar FROM sending") == [("done", True, 2, "tips")]


async def test_chosen_rooms_and_a_topic(news: Newsroom) -> None:
    """Only the chosen room is told, in the chosen topic; another shop's room never."""
    await shop(news.db, chat_id=-1002, into=news.place.community_id)
    await shop(news.db, fan(1), chat_id=-2001)
    rows = dict(await query(news.db, "SELECT chat_id, id FROM fan_group"))

    await news.send(Audience.in_rooms(rows[-1002], rows[-2001], topic=7))

    assert await query(news.db, "SELECT chat_id, topic_id FROM post_copy") == [(-1002, 7)]


async def test_it_leaves_when_it_is_due(news: Newsroom) -> None:
    """A post for later waits in the outbox for its time, and ends with its time."""
    await news.send(due_at=NOON + HOUR)
    assert await news.deliver() == []
    assert await news.deliver(NOON + HOUR) == ["share_post"]
    assert await query(news.db, "SELECT count(*) FROM outbox WHERE act = 'share_post'") == [(0,)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [(Content("x" * 4097), ContentProblem.TOO_LONG), (Content(""), ContentProblem.EMPTY)],
)
async def test_what_telegram_wouldnt_take_isnt_promised(
    news: Newsroom, content: Content, problem: ContentProblem
) -> None:
    """A post that is too long is refused before anything is written."""
    wish = NewSending(post_id=await news.post(), content=content, audience=Audience.everywhere())
    assert await news.sendings.send(news.act(), wish) == SendingRefused(problem)
    assert await query(news.db, "SELECT count(*) FROM sending") == [(0,)]


async def test_another_shop_cant_touch_it(news: Newsroom) -> None:
    """A post, its progress and its changes are their own shop's."""
    begun = await news.send()
    other = await shop(news.db, fan(1), chat_id=-2001)
    theirs = Newsroom(news.db, other, news.causes)
    wish = NewSending(post_id=1, content=HELLO, audience=Audience.everywhere())

    assert await theirs.sendings.send(theirs.act(), wish) == NoSuchSending()
    assert await theirs.sendings.progress(other.community_id, begun.sending_id) == NoSuchSending()
    assert await theirs.sendings.cancel(theirs.act(), begun.sending_id) == NoSuchSending()
    assert await theirs.sendings.edit(theirs.act(), begun.sending_id, HELLO) == NoSuchSending()
    assert await theirs.sendings.take_back(theirs.act(), begun.sending_id) == NoSuchSending()
    assert await theirs.sendings.pin(theirs.act(), begun.sending_id, on=True) == NoSuchSending()
    assert await theirs.sendings.unreached(other.community_id, begun.sending_id) == NoSuchSending()
    assert await theirs.sendings.changed(other.community_id, begun.sending_id) == NoSuchSending()


async def test_fans_are_promised_it_in_chunks(news: Newsroom) -> None:
    """Fans who said yes and can be written to get one copy each; a kill between chunks loses and doubles nobody."""
    await news.fans(25)
    await news.fans(3, consents=False, first=30)
    await news.fans(2, can_write=False, first=40)

    begun = await news.send(PRIVATE)
    assert begun.fans == 25
    assert await news.waiting() == []

    from bot.features.posts.sendings import continue_sending  # noqa: PLC0415  # one chunk, then a kill

    assert await news.db.write(continue_sending, begun.sending_id, NOON, news.policy) is True
    assert len(await news.waiting()) == 10
    await news.tick()
    await news.tick()

    waiting = await news.waiting()
    assert waiting == [(100 + number, "share_post") for number in range(25)]
    progress = await news.sendings.progress(news.place.community_id, begun.sending_id)
    assert progress == Progress(begun.sending_id, SendingState.DONE, private=True, promised=25, sent=0, waiting=25)
    assert await query(news.db, "SELECT DISTINCT lane FROM outbox WHERE act = 'share_post'") == [("bulk",)]
    await news.deliver(problems={101: CopyProblem.BLOCKED, 102: CopyProblem.BLOCKED})
    progress = await news.sendings.progress(news.place.community_id, begun.sending_id)
    assert progress == Progress(begun.sending_id, SendingState.DONE, private=True, promised=25, sent=23, waiting=0)
    assert await news.sendings.unreached(news.place.community_id, begun.sending_id) == Unreached(
        {"no_consent": 3, "never_started": 2, "blocked": 2}
    )


async def test_many_clocks_at_once_promise_once(news: Newsroom) -> None:
    """Two rounds of the clock at the same time make one copy a fan."""
    await news.fans(25)
    await news.send(PRIVATE)
    await asyncio.gather(*(news.tick() for _ in range(4)))
    assert len(await news.waiting()) == 25
    assert await query(news.db, "SELECT count(*), count(DISTINCT chat_id) FROM post_copy") == [(25, 25)]


async def test_the_clock_wakes_for_a_private_post(news: Newsroom) -> None:
    """A private post for later is promised when it is due, and the clock knows when that is."""
    await news.fans(2)
    await news.send(PRIVATE, due_at=NOON + HOUR)
    assert await news.tick() == NOON + HOUR
    assert await news.waiting() == []
    assert await news.tick(NOON + HOUR) is None
    assert len(await news.waiting()) == 2


async def test_a_private_post_whose_time_is_over_is_promised_to_nobody(news: Newsroom) -> None:
    """After an outage longer than its time a private post isn't sent late."""
    await news.fans(2)
    await news.send(PRIVATE, not_after=NOON + HOUR)
    await news.tick(NOON + HOUR)
    assert await news.waiting() == []
    assert await query(news.db, "SELECT state FROM sending") == [("done",)]


async def test_a_cancelled_sending_stops(news: Newsroom) -> None:
    """What has left stays, what waits goes, and staff hear how many had gone; cancelled again it says so."""
    await news.fans(25)
    begun = await news.send(PRIVATE)
    await news.tick()
    rows = (await query(news.db, "SELECT id FROM outbox WHERE act = 'share_post' ORDER BY id LIMIT 20"))[5:]
    await news.db.write(lambda tx: take(tx, [row_id for (row_id,) in rows], "elsewhere") and None)
    await news.deliver()
    await news.db.write(after_crash, "test")

    stopped = await news.sendings.cancel(news.act(cause="1:9"), begun.sending_id)

    assert stopped == SendingStopped(begun.sending_id, gone=10, kept=15)
    assert await news.sendings.cancel(news.act(cause="1:9"), begun.sending_id) == stopped
    assert await news.sendings.cancel(news.act(), begun.sending_id) == NoSuchSending()
    await news.tick()
    assert await news.waiting() == []
    assert await news.deliver() == []
    assert await query(news.db, "SELECT count(*), count(sent_at) FROM post_copy") == [(10, 10)]
    progress = await news.sendings.progress(news.place.community_id, begun.sending_id)
    assert isinstance(progress, Progress)
    assert (progress.sent, progress.waiting) == (10, 0)


async def test_a_copy_on_its_way_finds_the_sending_cancelled(news: Newsroom) -> None:
    """A row that was taken before the cancellation, and is tried again after it, sends nothing."""
    await news.fans(1)
    begun = await news.send(PRIVATE)
    await news.tick()
    ((row_id,),) = await query(news.db, "SELECT id FROM outbox WHERE act = 'share_post'")
    await news.db.write(lambda tx: take(tx, [row_id], "elsewhere") and None)
    await news.sendings.cancel(news.act(), begun.sending_id)
    await news.db.write(after_crash, "test")
    assert len(await news.waiting()) == 1
    await news.deliver()
    assert news.messages == 0


async def test_after_a_crash_private_posts_are_sent_again(news: Newsroom) -> None:
    """A post that was on its way when the process was killed isn't lost."""
    await news.fans(3)
    await news.send(PRIVATE)
    await news.tick()
    rows = await query(news.db, "SELECT id FROM outbox WHERE act = 'share_post'")
    await news.db.write(lambda tx: take(tx, [row_id for (row_id,) in rows], "killed") and None)
    await news.db.write(after_crash, "next")
    assert await news.deliver() == ["share_post"] * 3


async def test_undo_takes_it_back(news: Newsroom) -> None:
    """Undoing a post that went out deletes its copies; what waits never leaves."""
    begun = await news.send()
    await news.deliver()
    await undo(news.db, news.place, OWNER.user_id, NOON, news.causes.next(), begun.audit_id)
    assert await news.waiting() == [(-1001, "take_post_back")]
    await news.deliver()
    assert await query(news.db, "SELECT count(*) FROM post_copy WHERE gone_at IS NOT NULL") == [(1,)]


async def test_what_is_wrong_with_a_post_is_told_to_the_owner_once(news: Newsroom) -> None:
    """Two rooms in which Telegram knows the picture no more make one note."""
    await shop(news.db, chat_id=-1002, into=news.place.community_id)
    await news.send()
    await news.deliver(problems=dict.fromkeys((-1001, -1002), CopyProblem.BAD_MEDIA))
    told = "SELECT key, chat_id FROM outbox WHERE act = 'tell'"
    assert await query(news.db, told) == [("post:1:failed:once", -1001)]
    assert await query(news.db, "SELECT DISTINCT problem FROM post_copy") == [("bad_media",)]


async def test_a_group_that_became_a_supergroup_gets_what_waits(news: Newsroom) -> None:
    """What waits is sent to the new chat; a message that was sent can't be changed there, and staff are told so."""
    await news.send()
    await news.deliver()
    await news.send()
    from bot.features.communities import Communities  # noqa: PLC0415  # only this test follows a group

    await follow(news.db, Communities(news.db, open_to_all=True), -1001, -1009, NOON)

    assert await news.waiting() == [(-1009, "share_post")]
    assert await query(news.db, "SELECT chat_id, message_id, problem FROM post_copy ORDER BY id") == [
        (-1009, None, "moved"),
        (-1009, None, None),
    ]
    assert await news.deliver() == ["share_post"]


async def test_who_has_their_data_deleted_is_forgotten(news: Newsroom) -> None:
    """No copy names them any more, and what waits for them goes."""
    ana, _ = await news.fans(2)
    await news.send(PRIVATE)
    await news.tick()
    await privacy(news.db).delete(news.place, outside(ana).user_id, NOON)
    assert await news.waiting() == [(101, "share_post")]
    assert await query(news.db, "SELECT chat_id FROM post_copy") == [(101,)]


async def test_a_sending_answers_its_begin(news: Newsroom) -> None:
    """The outcome has the sending's id, its time and the entry that undoes it."""
    begun = await news.send()
    assert isinstance(begun, SendingBegun)
    assert (begun.sending_id, begun.at, begun.fans) == (1, NOON, 0)
    assert await query(news.db, "SELECT act, subject_id FROM audit_entry WHERE act LIKE 'post.%'") == [("post.sent", 1)]
