"""An edit, a deletion or a pin reaches every copy of a post, or says where it couldn't; twice is as good as once."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bot.rules.posting import Content, Poll
from bot.rules.posts.audience import Audience
from bot.rules.posts.limits import ContentProblem
from bot.rules.posts.sendings import (
    ChangeBegun,
    ChangeDone,
    ChangeKind,
    ChangeRefused,
    CopyProblem,
    NoSuchSending,
    NotReached,
)
from bot.store.engine.db import Database
from bot.store.messages.departures import look, take
from bot.store.post_copies import find_copy, mark_sent
from tests.features.posts.newsroom import HELLO, Newsroom
from tests.features.scene import NOON, OWNER, Causes, query, shop, undo

BETTER = Content("<b>New scarves</b> are here, in blue too")
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
async def news(db: Database, causes: Causes) -> Newsroom:
    """A shop with two rooms, whose changes go in chunks of ten."""
    news = await Newsroom.open(db, causes, chunk=10)
    await shop(db, chat_id=-1002, into=news.place.community_id, title="Second room")
    return news


async def says(news: Newsroom, sending_id: int) -> str:
    """What a sending says now."""
    ((copy_id,),) = await query(
        news.db, "SELECT min(id) FROM post_copy WHERE sending_id = :sending", sending=sending_id
    )
    copy = await news.db.read(find_copy, copy_id)
    assert copy is not None
    return copy.content.text


async def test_an_edit_reaches_every_room(news: Newsroom) -> None:
    """Each copy is promised an edit, once; what it reached is told, and undoing brings the old words back."""
    begun = await news.send()
    await news.deliver()
    community, sending = news.place.community_id, begun.sending_id
    assert await news.sendings.changed(community, sending) == ChangeDone(None, 0, 0)

    change = await news.sendings.edit(news.act(LATER, cause="1:9"), sending, BETTER)

    assert isinstance(change, ChangeBegun)
    assert (change.kind, change.copies) == (ChangeKind.EDIT, 2)
    assert await news.sendings.edit(news.act(LATER, cause="1:9"), sending, BETTER) == change
    assert await news.waiting() == [(-1002, "edit_post"), (-1001, "edit_post")]
    assert await news.sendings.changed(community, sending) == ChangeDone(ChangeKind.EDIT, 0, 2)
    await news.deliver(LATER)
    assert await news.sendings.changed(community, sending) == ChangeDone(ChangeKind.EDIT, 2, 0)
    assert await says(news, sending) == BETTER.text
    await undo(news.db, news.place, OWNER.user_id, LATER, news.causes.next(), change.audit_id)
    assert await says(news, sending) == HELLO.text
    assert await news.waiting() == [(-1002, "edit_post"), (-1001, "edit_post")]


async def test_an_edit_before_it_left_needs_no_second_message(news: Newsroom) -> None:
    """What waits is sent as it is now, and is edited no more."""
    begun = await news.send()
    await news.sendings.edit(news.act(), begun.sending_id, BETTER)
    assert await news.deliver() == ["share_post"] * 2
    assert await news.waiting() == []


async def test_an_edit_while_it_is_on_its_way_follows(news: Newsroom) -> None:
    """A copy that left with the old words is edited once Telegram has taken it."""
    begun = await news.send()
    (row, other) = (await news.db.read(look, NOON)).due
    await news.db.write(lambda tx: take(tx, [row.id, other.id], "elsewhere") and None)
    copies = [await news.db.read(find_copy, one.payload.copy_id) for one in (row, other)]  # type: ignore[union-attr]
    await news.sendings.edit(news.act(LATER), begun.sending_id, BETTER)
    assert await news.waiting() == []
    for number, copy in enumerate(copies):
        assert copy is not None
        await news.db.write(partial(mark_sent, copy=copy, message_ids=(number + 1,), now=LATER))
    assert await news.waiting() == [(-1002, "edit_post"), (-1001, "edit_post")]


async def test_a_deletion_while_it_is_on_its_way_follows(news: Newsroom) -> None:
    """A copy that left while the post was taken back is taken back once Telegram has taken it."""
    begun = await news.send(Audience.everywhere())
    rows = (await news.db.read(look, NOON)).due
    await news.db.write(lambda tx: take(tx, [row.id for row in rows], "elsewhere") and None)
    copy = await news.db.read(find_copy, rows[0].payload.copy_id)  # type: ignore[union-attr]
    assert copy is not None
    await news.sendings.take_back(news.act(), begun.sending_id)
    assert await news.waiting() == []
    await news.db.write(partial(mark_sent, copy=copy, message_ids=(7, 8), now=NOON))
    assert await news.waiting() == [(copy.chat_id, "take_post_back")]
    assert (await query(news.db, "SELECT message_id FROM post_copy WHERE id = :id", id=copy.id)) == [(7,)]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (HELLO, Content("x" * 4097), ContentProblem.TOO_LONG),
        (Content(poll=Poll("A?", ("b", "c"))), HELLO, ContentProblem.POLL_STAYS),
    ],
)
async def test_what_cant_replace_it_changes_nothing(
    news: Newsroom, old: Content, new: Content, problem: ContentProblem
) -> None:
    """A change that Telegram wouldn't do is refused at once."""
    begun = await news.send(content=old)
    await news.deliver()
    assert await news.sendings.edit(news.act(), begun.sending_id, new) == ChangeRefused(problem)
    assert await news.waiting() == []


async def test_it_is_taken_back_everywhere(news: Newsroom) -> None:
    """What was sent is deleted, what waits never leaves, and where it couldn't be deleted is told with the room."""
    begun = await news.send()
    await news.deliver()
    change = await news.sendings.take_back(news.act(LATER, cause="1:9"), begun.sending_id)
    assert isinstance(change, ChangeBegun)
    assert change.copies == 2
    assert await news.sendings.take_back(news.act(LATER, cause="1:9"), begun.sending_id) == change
    await news.deliver(LATER, {-1002: CopyProblem.TOO_OLD})
    community = news.place.community_id
    assert await news.sendings.changed(community, begun.sending_id) == ChangeDone(
        ChangeKind.TAKE_BACK, 1, 0, (NotReached("Second room", CopyProblem.TOO_OLD),), 1
    )
    assert await news.sendings.edit(news.act(LATER), begun.sending_id, BETTER) == NoSuchSending()
    await news.sendings.take_back(news.act(LATER), begun.sending_id)
    assert await news.waiting() == [(-1002, "take_post_back")], "a second time tries only what is left"


async def test_a_waiting_post_is_taken_back_without_a_trace(news: Newsroom) -> None:
    """A post that no room has seen yet is just withdrawn."""
    begun = await news.send(due_at=LATER)
    await news.sendings.take_back(news.act(), begun.sending_id)
    assert await news.waiting() == []
    assert await query(news.db, "SELECT count(*) FROM post_copy") == [(0,)]


async def test_pin_and_unpin(news: Newsroom) -> None:
    """Each room is asked to pin it, and what couldn't be pinned is told."""
    begun = await news.send()
    await news.deliver()
    pinned = await news.sendings.pin(news.act(cause="1:9"), begun.sending_id, on=True)
    assert isinstance(pinned, ChangeBegun)
    assert (pinned.kind, pinned.copies) == (ChangeKind.PIN, 2)
    assert await news.sendings.pin(news.act(cause="1:9"), begun.sending_id, on=True) == pinned
    assert await news.waiting() == [(-1002, "pin_post"), (-1001, "pin_post")]
    await news.deliver(problems={-1001: CopyProblem.NO_RIGHT})
    community = news.place.community_id
    assert await news.sendings.changed(community, begun.sending_id) == ChangeDone(
        ChangeKind.PIN, 1, 0, (NotReached("Silk room", CopyProblem.NO_RIGHT),), 1
    )
    await news.sendings.pin(news.act(), begun.sending_id, on=False)
    await news.deliver()
    assert await news.sendings.changed(community, begun.sending_id) == ChangeDone(ChangeKind.UNPIN, 2, 0)


async def test_a_change_of_many_copies_goes_in_chunks(news: Newsroom) -> None:
    """An edit of a private post reaches every fan by the clock, also after a kill between chunks."""
    await news.fans(25)
    begun = await news.send(Audience.in_private(""))
    await news.tick()
    await news.deliver()
    change = await news.sendings.edit(news.act(LATER), begun.sending_id, BETTER)
    assert isinstance(change, ChangeBegun)
    assert change.copies == 25
    assert len(await news.waiting()) == 10
    await asyncio.gather(news.tick(LATER), news.tick(LATER))
    assert await news.waiting() == [(100 + number, "edit_post") for number in range(25)]
    await news.deliver(LATER, {103: CopyProblem.DELETED})
    done = await news.sendings.changed(news.place.community_id, begun.sending_id)
    assert done == ChangeDone(ChangeKind.EDIT, 24, 0, (NotReached(None, CopyProblem.DELETED),), 1)


async def test_the_newest_change_wins(news: Newsroom) -> None:
    """Taken back in the middle of an edit, every copy goes."""
    await news.fans(25)
    begun = await news.send(Audience.in_private(""))
    await news.tick()
    await news.deliver()
    await news.sendings.edit(news.act(LATER), begun.sending_id, BETTER)
    await news.sendings.take_back(news.act(LATER), begun.sending_id)
    await news.tick(LATER)
    await news.deliver(LATER)
    assert await query(news.db, "SELECT count(*), count(gone_at) FROM post_copy") == [(25, 25)]
