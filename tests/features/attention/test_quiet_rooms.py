"""Facts of quiet rooms on both databases: when somebody was heard, what was planned, what can be replaced."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import SQLModel, col

from bot.rules.place import Place
from bot.rules.quiet_room import PlainCopy, QuietRoomPolicy, Replace, RoomFacts, Send, Skip, decide
from bot.store.active_days import note_rooms_heard
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.quiet_rooms import replace_copy, room_facts
from bot.store.shown import ShownMessage, record_shown
from bot.store.tables import FanGroup, Shown
from bot.store.tables.attention import Verdict
from bot.store.tables.posts import Post, PostCopy, Sending
from tests.features.scene import NOON, OWNER, shop

HOUR = timedelta(hours=1)
POLICY = QuietRoomPolicy()
PLAIN: Mapping[str, Any] = {"text": "Silk likes cold water."}
PICTURE: Mapping[str, Any] = {"text": "", "media": [{"kind": "photo", "file_id": "x"}]}
ROOM = -1001


async def post(
    db: Database, place: Place, number: int, at: datetime, content: Mapping[str, Any] = PLAIN, *, planned: bool = True
) -> tuple[int, int]:
    """A post in the room, with ten times its number as its message; the ids of sending and copy."""
    return await db.write(_post, place.community_id, number, at, content, planned=planned)


def _post(
    tx: Tx, community_id: int, number: int, at: datetime, content: Mapping[str, Any], *, planned: bool
) -> tuple[int, int]:
    made = Post(community_id=community_id, number=number, made_at=at)
    tx.add(made)
    tx.flush()
    assert made.id is not None
    sending = Sending(
        community_id=community_id,
        post_id=made.id,
        posting_id=number if planned else None,
        content=dict(content),
        audience={},
        due_at=at,
        made_at=at,
    )
    tx.add(sending)
    tx.flush()
    assert sending.id is not None
    copy = PostCopy(community_id=community_id, sending_id=sending.id, chat_id=ROOM, message_id=10 * number, sent_at=at)
    tx.add(copy)
    tx.flush()
    assert copy.id is not None
    return sending.id, copy.id


async def sending_alone(db: Database, place: Place, number: int) -> int:
    """A sending whose post isn't in the room yet."""

    def make(tx: Tx) -> int:
        sending, copy_id = _post(tx, place.community_id, number, NOON, PLAIN, planned=True)
        tx.delete(tx.get_one(PostCopy, copy_id))
        return sending

    return await db.write(make)


def _change(tx: Tx, table: type[SQLModel], values: Mapping[str, Any]) -> None:
    tx.execute(update(table).values(**values))


async def facts(db: Database, place: Place, now: datetime = NOON + 9 * HOUR) -> RoomFacts:
    """What is known of the first room."""
    return (await db.read(room_facts, place.community_id, now))[0]


async def test_a_new_room(db: Database) -> None:
    """Nothing was planned for it yet, so the first post is sent."""
    place = await shop(db)
    assert await facts(db, place) == RoomFacts(1, ROOM, can_hear=True, heard_at=None, planned_at=None)


async def test_what_was_planned_last(db: Database) -> None:
    """A picture was the last planned; the plain text before it is what could be replaced. Staff's own don't count."""
    place = await shop(db)
    _, copy_id = await post(db, place, 1, NOON)
    await post(db, place, 2, NOON + HOUR, PICTURE)
    await post(db, place, 3, NOON + 2 * HOUR, planned=False)
    await db.write(note_rooms_heard, [(1, NOON + HOUR / 2)])
    room = await facts(db, place)
    assert (room.heard_at, room.planned_at) == (NOON + HOUR / 2, NOON + HOUR)
    assert room.last_plain == PlainCopy(copy_id, 10, replaced=0)
    assert decide(room, plain=True, policy=POLICY) == Replace(PlainCopy(copy_id, 10, replaced=0))
    assert decide(room, plain=False, policy=POLICY) == Skip()


async def test_twice_running(db: Database) -> None:
    """The message is replaced twice, then the room is left alone; once somebody speaks it is filled again."""
    place = await shop(db)
    await post(db, place, 1, NOON)
    for nth in (1, 2):
        answer = decide(await facts(db, place), plain=True, policy=POLICY)
        assert isinstance(answer, Replace)
        assert (answer.copy.message_id, answer.copy.replaced) == (10, nth - 1)
        sending_id = await sending_alone(db, place, 1 + nth)
        copy = await db.write(replace_copy, answer.copy.copy_id, sending_id, NOON + nth * HOUR)
        assert copy is not None
        assert copy.message_id == 10
        assert (await facts(db, place)).planned_at == NOON + nth * HOUR
    assert decide(await facts(db, place), plain=True, policy=POLICY) == Skip()
    await db.write(note_rooms_heard, [(1, NOON + 3 * HOUR)])
    assert decide(await facts(db, place), plain=True, policy=POLICY) == Send()


async def test_one_message_is_replaced_by_one_post(db: Database) -> None:
    """Two slots at once that mean the same message: the second finds it taken, and posts its own."""
    place = await shop(db)
    _, copy_id = await post(db, place, 1, NOON)
    for number, found in ((2, True), (3, False)):
        sending_id = await sending_alone(db, place, number)
        copy = await db.write(replace_copy, copy_id, sending_id, NOON + HOUR)
        assert (copy is not None) is found


async def test_a_post_that_staff_took_back(db: Database) -> None:
    """There is nothing to edit: the next plain text post is posted anew."""
    place = await shop(db)
    await post(db, place, 1, NOON)
    await db.write(_change, PostCopy, {"gone_at": NOON + HOUR})
    assert decide(await facts(db, place), plain=True, policy=POLICY) == Send()
    assert decide(await facts(db, place), plain=False, policy=POLICY) == Skip()


async def test_cards_of_the_plan_count(db: Database) -> None:
    """A morning card and a drop that the clock opened were planned; a drop that staff typed wasn't."""
    place = await shop(db)
    await db.write(_show, place.community_id, "drop", NOON + 3 * HOUR, by_staff=True)
    assert (await facts(db, place)).planned_at is None
    await db.write(_show, place.community_id, "morning", NOON, by_staff=None)
    assert (await facts(db, place)).planned_at == NOON
    await db.write(_show, place.community_id, "drop", NOON + HOUR, by_staff=False)
    assert (await facts(db, place)).planned_at == NOON + HOUR


def _show(tx: Tx, community_id: int, kind: str, at: datetime, *, by_staff: bool | None) -> None:
    record_shown(tx, community_id, ShownMessage(ROOM, int(at.timestamp()) % 1000, kind, 1), at)
    if by_staff is not None:
        verdict = Verdict(
            community_id=community_id, chat_id=ROOM, kind=kind, shown_class="promotion", by_staff=by_staff, made_at=at
        )
        tx.add(verdict)
        tx.flush()
        tx.execute(update(Shown).where(col(Shown.at) == at).values(verdict_id=verdict.id))


async def test_where_the_bot_cant_hear_nobody_is_quiet(db: Database) -> None:
    """A channel, and a group where the bot is no administrator, are filled whether or not anybody speaks."""
    place = await shop(db)
    await shop(db, OWNER, -1002, into=place.community_id)
    await post(db, place, 1, NOON)
    for change in ({"is_admin": False}, {"is_admin": True, "is_channel": True}):
        await db.write(_change, FanGroup, change)
        rooms = await db.read(room_facts, place.community_id, NOON + HOUR)
        assert [room.can_hear for room in rooms] == [False, False]
        assert decide(rooms[0], plain=False, policy=POLICY) == Send()
