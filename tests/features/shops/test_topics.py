"""The topic for a room's cards and announcements, on both databases: chosen once, undone, lost, moved."""

import asyncio
from typing import Any

from bot.features.shops.rekeying import rekey_group
from bot.features.shops.topics import Topics
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.place import Place
from bot.rules.topics import Lost, TopicChosen
from bot.store.engine.db import Database
from bot.store.places import find_group
from bot.store.rooms import leave_room
from tests.features.scene import NOON, OWNER, Causes, act_of, days, fan, query, shop, undo

CHAT, DROPS, CHAT_TOPIC = -1001, 7, 8


async def choose(
    db: Database, place: Place, causes: Causes, thread_id: int | None = DROPS, **other: Any
) -> TopicChosen | None:
    """The owner chooses a topic, or General."""
    given: dict[str, Any] = {"chat_id": CHAT, "name": "Drops"} | other
    act = act_of(place, cause=given.pop("cause", None) or causes.next())
    return await Topics(db).choose(act, thread_id=thread_id, **given)


async def stands(db: Database, chat_id: int = CHAT) -> tuple[int, str, bool] | None:
    """What is written down of a room's topic."""
    group = await db.read(find_group, chat_id)
    topic = group.topic if group is not None else None
    return (topic.thread_id, topic.name, topic.closed) if topic is not None else None


async def notes(db: Database) -> int:
    """How often the owner is told of a topic."""
    return int((await query(db, "SELECT count(*) FROM outbox WHERE key LIKE 'topic:%'"))[0][0])


async def test_ten_choices_of_one_update(db: Database, causes: Causes) -> None:
    """The same update ten times is one act, and each hears the same."""
    place, cause = await shop(db), causes.next()

    outcomes = await asyncio.gather(*(choose(db, place, causes, cause=cause) for _ in range(10)))

    assert len(set(outcomes)) == 1
    assert (await query(db, "SELECT count(*) FROM audit_entry WHERE act = 'room.topic'")) == [(1,)]
    assert await stands(db) == (DROPS, "Drops", False)


async def test_only_rooms_of_the_shop(db: Database, causes: Causes) -> None:
    """Another shop's room, a chat that nobody knows and one that the bot left can't be given a topic."""
    place = await shop(db)
    await shop(db, fan(900), -1002)
    assert await choose(db, place, causes, chat_id=-1002) is None
    assert await choose(db, place, causes, chat_id=-1003) is None
    await db.write(leave_room, CHAT, NOON)
    assert await choose(db, place, causes) is None
    assert (await stands(db, -1002), await stands(db)) == (None, None)


async def test_undoing_a_choice(db: Database, causes: Causes) -> None:
    """What was chosen before comes back; a choice that another one followed stays."""
    place = await shop(db)
    first, second = await choose(db, place, causes), await choose(db, place, causes, CHAT_TOPIC, name="Chat")
    assert first is not None
    assert second is not None

    late = await undo(db, place, OWNER.user_id, days(1), causes.next(), first.audit_id)
    assert isinstance(late, TooLateToUndo)
    assert isinstance(await undo(db, place, OWNER.user_id, days(1), causes.next(), second.audit_id), Undone)
    assert await stands(db) == (DROPS, "Drops", False)
    assert isinstance(await undo(db, place, OWNER.user_id, days(1), causes.next(), first.audit_id), Undone)
    assert await stands(db) is None


async def test_twenty_refusals_are_told_once(db: Database, causes: Causes) -> None:
    """A closed topic stays chosen and is told once; chosen again, or reopened and closed again, it is told anew."""
    place, topics = await shop(db), Topics(db)
    await choose(db, place, causes)

    await asyncio.gather(*(topics.lose(CHAT, DROPS, Lost.CLOSED, NOON) for _ in range(20)))
    assert (await stands(db), await notes(db)) == ((DROPS, "Drops", True), 1)
    await topics.reopen(CHAT, DROPS)
    assert await stands(db) == (DROPS, "Drops", False)
    await topics.lose(CHAT, DROPS, Lost.CLOSED, days(1))
    assert await notes(db) == 2
    await choose(db, place, causes)
    assert await stands(db) == (DROPS, "Drops", False)


async def test_twenty_refusals_of_a_topic_that_is_gone(db: Database, causes: Causes) -> None:
    """It is forgotten and told once, also where it had been closed before."""
    place, topics = await shop(db), Topics(db)
    await choose(db, place, causes)
    await topics.lose(CHAT, DROPS, Lost.CLOSED, NOON)

    await asyncio.gather(*(topics.lose(CHAT, DROPS, Lost.GONE, days(1)) for _ in range(20)))

    assert (await stands(db), await notes(db)) == (None, 2)


async def test_other_topics_dont_matter(db: Database, causes: Causes) -> None:
    """A topic that isn't the chosen one may be closed, gone, renamed and reopened."""
    place, topics = await shop(db), Topics(db)
    await choose(db, place, causes)
    for lost in Lost:
        await topics.lose(CHAT, CHAT_TOPIC, lost, NOON)
    await topics.rename(CHAT, CHAT_TOPIC, "Talk")
    await topics.reopen(CHAT, CHAT_TOPIC)
    assert (await stands(db), await notes(db)) == ((DROPS, "Drops", False), 0)


async def test_a_group_that_moves_loses_its_topic(db: Database, causes: Causes) -> None:
    """A topic is known by a message's id, and those mean other messages in the new group."""
    place = await shop(db)
    await choose(db, place, causes)

    await db.write(rekey_group, CHAT, -1009, NOON)

    assert await stands(db, -1009) is None
    assert (await query(db, "SELECT topic_id FROM fan_group")) == [(None,)]
