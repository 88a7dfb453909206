"""Days of activity on both databases: once for each member, room and day, and rooms that know how many were active."""

import asyncio
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.features.communities import Communities
from bot.features.members.memory import Memory
from bot.meters import Meters
from bot.rules.farming import FarmingPolicy, Sign
from bot.rules.memory import MemoryPolicy
from bot.rules.place import Place
from bot.store import held
from bot.store.active_days import (
    CHUNK,
    WEEK,
    Heard,
    active_in_week,
    drop_active_days,
    forget_room,
    note_heard,
    note_rooms_heard,
)
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.shown import ShownMessage, record_shown
from bot.store.tables import ActiveDay, Member, RoomActivity
from tests.features.scene import NOON, Causes, days, fan, follow, privacy, query, shop

ANA, BEN = fan(1), fan(2)
MONDAY = NOON.date()
DAY = timedelta(days=1)


async def members(db: Database, place: Place, *numbers: int) -> list[int]:
    """Fans become members; their members' ids."""
    return [(await db.write(standing, place.community_id, fan(number), NOON)).member_id for number in numbers]


def heard(place: Place, number: int, day: date = MONDAY, *, room: int = 1, wrote: bool = True) -> Heard:
    """A fan was active in a room."""
    return Heard(place.community_id, room, fan(number).user_id, day, wrote)


async def active(db: Database, today: date = MONDAY, room: int = 1) -> int:
    """How many were active in a room in the week up to a day."""
    return await db.write(active_in_week, room, today)


async def test_a_day_with_messages_counts_once(db: Database) -> None:
    """Many messages in two rooms are two rows and one in the day's sum; a press alone counts for no tier."""
    place = await shop(db)
    await members(db, place, 1, 2)
    for one in (heard(place, 1), heard(place, 1), heard(place, 1, room=2), heard(place, 2, wrote=False)):
        assert await db.write(note_heard, [one]) == [one]
    rows = await query(db, "SELECT member_id, room_id, wrote FROM active_day ORDER BY member_id, room_id")
    assert [(member, room, bool(wrote)) for member, room, wrote in rows] == [(1, 1, True), (1, 2, True), (2, 1, False)]
    assert await query(db, "SELECT member_id, kind, times FROM activity") == [(1, "message", 1)]
    await db.write(note_heard, [heard(place, 2)])
    assert await query(db, "SELECT member_id, times FROM activity ORDER BY member_id") == [(1, 1), (2, 1)]


async def test_a_crowd_that_is_written_twice_at_once_counts_once(db: Database) -> None:
    """Two processes that hand over at the same moment, or a commit whose answer was lost, double nothing."""
    place = await shop(db)
    await members(db, place, *range(1, 21))
    crowd = [heard(place, number) for number in range(1, 21)]
    await asyncio.gather(*(db.write(note_heard, crowd) for _ in range(4)))
    assert await query(db, "SELECT count(*), sum(times) FROM activity") == [(20, 20)]
    assert await active(db) == 20


async def test_talking_makes_nobody_a_member(db: Database) -> None:
    """Strangers, and members who have left, are left out."""
    place = await shop(db)
    await members(db, place, 2)
    await db.write(_leave, fan(2).user_id)
    assert await db.write(note_heard, [heard(place, 1), heard(place, 2)]) == []
    assert await query(db, "SELECT count(*) FROM active_day") == [(0,)]
    assert await query(db, "SELECT count(*) FROM member") == [(1,)]


def _leave(tx: Tx, user_id: int) -> None:
    tx.execute(update(Member).where(col(Member.user_id) == user_id).values(left_at=NOON))


@pytest.mark.parametrize("seed", range(8))
async def test_rooms_count_as_if_from_scratch(sqlite_url: str, seed: int) -> None:
    """Whatever order days come in, the counter is the number of different members of the last seven days."""
    dice = random.Random(seed)
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        ids = await members(db, place, *range(1, 9))
        for _ in range(40):
            batch = [
                heard(place, dice.randrange(1, 9), MONDAY + DAY * dice.randrange(20), wrote=dice.random() < 0.5)
                for _ in range(dice.randrange(1, 6))
            ]
            await db.write(note_heard, list({(one.user_id, one.day): one for one in batch}.values()))
        await privacy(db).delete(place, fan(ids[0]).user_id, days(30))
        last = MONDAY + DAY * 19
        for before in range(10):
            today = last + DAY * before
            assert await active(db, today) == await _from_scratch(db, today)


async def _from_scratch(db: Database, today: date) -> int:
    rows = await query(
        db,
        "SELECT count(DISTINCT member_id) FROM active_day WHERE room_id = 1 AND day > :since AND day <= :today",
        since=str(today - timedelta(days=WEEK)),
        today=str(today),
    )
    return int(rows[0][0])


async def test_a_deletion_leaves_no_day_and_no_count(db: Database, causes: Causes) -> None:
    """The person's days go, and their room counts one fan less; others' stay."""
    place = await shop(db)
    await members(db, place, 1, 2)
    await db.write(note_heard, [heard(place, 1), heard(place, 1, MONDAY + DAY, room=2), heard(place, 2)])
    await privacy(db).delete(place, ANA.user_id, days(1))
    assert await query(db, "SELECT member_id FROM active_day") == [(2,)]
    assert await query(db, "SELECT room_id, fans FROM room_activity ORDER BY room_id, day") == [(1, 1), (2, 0)]
    assert await query(db, "SELECT member_id, kind FROM activity") == [(2, "message")]
    assert causes.last == 0


async def test_a_room_that_becomes_another_shops_counts_anew(db: Database) -> None:
    """The old shop's fans aren't counted in the new one."""
    place = await shop(db)
    await members(db, place, 1)
    await db.write(note_heard, [heard(place, 1)])
    await db.write(forget_room, -1001)
    assert await active(db) == 0


async def test_a_group_that_moves_keeps_its_week(db: Database) -> None:
    """Rooms are known by their row, so the new chat id changes nothing."""
    place = await shop(db)
    await members(db, place, 1)
    await db.write(note_heard, [heard(place, 1)])
    await follow(db, Communities(db, open_to_all=True), -1001, -1_001_001, NOON)
    assert await active(db) == 1
    assert await query(db, "SELECT id, chat_id FROM fan_group") == [(1, -1_001_001)]


async def test_what_was_shown_moves_with_its_group(db: Database) -> None:
    """It is found under the new chat id, and names no message, as the ids begin anew."""
    place = await shop(db)
    await db.write(record_shown, place.community_id, ShownMessage(-1001, 5, "drop", 12), NOON)
    await follow(db, Communities(db, open_to_all=True), -1001, -1_001_001, NOON)
    found = await query(db, "SELECT chat_id, message_id, kind, subject_id, active FROM shown")
    assert found == [(-1_001_001, None, "drop", 12, 0)]


async def test_rooms_know_when_they_were_heard_last(db: Database) -> None:
    """A later sign of life counts, an earlier one that is written later doesn't."""
    await shop(db)
    for at in (NOON, days(1), NOON):
        await db.write(note_rooms_heard, [(1, at)])
    assert (await query(db, "SELECT heard_at FROM fan_group"))[0][0] is not None
    found = await db.read(lambda rx: rx.connection().exec_driver_sql("SELECT heard_at FROM fan_group").scalar())
    assert str(found).startswith("2026-11-03")


async def test_days_with_messages_show_a_real_fan(db: Database) -> None:
    """Who took many rewards and wrote on two days did something else: the sign is gone."""
    place = await shop(db)
    (member,) = await members(db, place, 1)
    policy = FarmingPolicy(rewards=0)
    assert Sign.ONLY_REWARDS in await _signs(db, place, member, policy)
    await db.write(note_heard, [heard(place, 1, day) for day in (MONDAY, MONDAY + DAY)])
    assert Sign.ONLY_REWARDS not in await _signs(db, place, member, policy)


async def _signs(db: Database, place: Place, member: int, policy: FarmingPolicy) -> Sequence[Sign]:
    return [reason.sign for reason in await db.read(held.signs, place, member, days(2), policy)]


async def test_old_days_go_in_chunks_and_their_sums_stay(db: Database) -> None:
    """After 90 days, in chunks; counters of those days go too."""
    place = await shop(db)
    (member,) = await members(db, place, 1)
    await db.write(note_heard, [heard(place, 1), heard(place, 1, MONDAY + 60 * DAY)])
    await db.write(_many_rooms, member, place.community_id)
    assert await db.write(drop_active_days, MONDAY + DAY) == CHUNK
    meters = Meters()
    await Memory(db, MemoryPolicy(), meters).drop_old(days(1) + MemoryPolicy().kept)
    assert meters.forgotten["active_day"] == 11
    assert await query(db, "SELECT count(*) FROM active_day") == [(1,)]
    assert await query(db, "SELECT count(*) FROM room_activity") == [(1,)]
    assert await query(db, "SELECT sum(times) FROM activity") == [(2,)]


def _many_rooms(tx: Tx, member: int, community: int) -> None:
    for room in range(2, CHUNK + 12):
        tx.add(ActiveDay(member_id=member, room_id=room, day=MONDAY, wrote=True))
        tx.add(RoomActivity(room_id=room, day=MONDAY, community_id=community, fans=1))


async def test_old_days_are_found_by_an_index(sqlite_url: str) -> None:
    """The chunk's query and the week's count read no row that they don't need."""
    async with Database.open(sqlite_url) as db:
        for sql, index in (
            (
                "member_id, room_id, day FROM active_day WHERE day < '2026' ORDER BY day LIMIT 500",
                "ix_active_day",
            ),
            (
                "sum(fans) FROM room_activity WHERE room_id = 1 AND day > '2026'",
                "autoindex_room_activity",
            ),
            ("max(day) FROM active_day WHERE member_id = 1 AND room_id = 1", "autoindex_active_day"),
        ):
            plan: Any = await query(db, f"EXPLAIN QUERY PLAN SELECT {sql}")
            assert index in str(plan), plan
            assert "TEMP B-TREE" not in str(plan)
