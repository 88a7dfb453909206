"""Who answered a message, on both databases: each person once, within a day, and a deletion leaves no name."""

import asyncio
import random
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.rules.place import Place
from bot.rules.wears import wears_of
from bot.store.answers import CHUNK, Answer, drop_answers, find_polls, note_answers
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.shown import ShownMessage, count_lost, record_shown
from bot.store.tables import Member
from bot.store.tables.attention import Answered
from bot.store.tables.posts import Post, PostCopy, Sending
from tests.features.scene import NOON, fan, privacy, query, shop

ROOM = -1001
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


async def opened(db: Database, *numbers: int) -> Place:
    """A shop with these fans."""
    place = await shop(db)
    for number in numbers:
        await db.write(standing, place.community_id, fan(number), NOON)
    return place


async def show(
    db: Database, place: Place, message_id: int, at: datetime = NOON, *, chat_id: int = ROOM, kind: str = "drop"
) -> None:
    """The bot shows a message."""
    await db.write(record_shown, place.community_id, ShownMessage(chat_id, message_id, kind, 1), at)


def answer(number: int, message_id: int, at: datetime = NOON + HOUR, chat_id: int = ROOM) -> Answer:
    """A fan answers a message."""
    return Answer(chat_id, message_id, fan(number).user_id, at)


async def counted(db: Database) -> list[tuple[int, int]]:
    """How many answered each message."""
    rows = await query(db, "SELECT message_id, answers FROM shown WHERE answers > 0 ORDER BY id")
    return [(message_id, answers) for message_id, answers in rows]


async def test_each_person_counts_once(db: Database) -> None:
    """Presses, votes and replies of one fan to one message are one answer, however often they are written down."""
    place = await opened(db, 1, 2)
    await show(db, place, 5)
    await show(db, place, 6)
    many = [answer(1, 5), answer(1, 5, NOON + 2 * HOUR), answer(2, 5), answer(2, 6)]
    assert await db.write(note_answers, many) == 3
    assert await db.write(note_answers, many) == 0
    assert await counted(db) == [(5, 2), (6, 1)]


async def test_three_presses_at_once_are_one_answer(db: Database) -> None:
    """Four writers at the same moment, each with the same twenty fans, count twenty."""
    place = await opened(db, *range(1, 21))
    await show(db, place, 5)
    crowd = [answer(number, 5, NOON + nth * SECOND) for number in range(1, 21) for nth in range(3)]
    new = await asyncio.gather(*(db.write(note_answers, crowd) for _ in range(4)))
    assert sum(new) == 20
    assert await counted(db) == [(5, 20)]


@pytest.mark.parametrize(
    ("late", "counts"),
    [
        (-61 * SECOND, False),
        (-60 * SECOND, True),  # its mark as sent came a moment after the answer
        (timedelta(0), True),
        (24 * HOUR - SECOND, True),
        (24 * HOUR, False),
    ],
)
async def test_a_day_long(sqlite_url: str, late: timedelta, counts: bool) -> None:
    """What comes before the message or a day after it doesn't answer it."""
    async with Database.open(sqlite_url) as db:
        place = await opened(db, 1)
        await show(db, place, 5)
        assert await db.write(note_answers, [answer(1, 5, NOON + late)]) == int(counts)


async def test_only_members_and_only_what_was_shown(db: Database) -> None:
    """Strangers, who left, other messages and other chats are left out; a private message counts its reader."""
    place = await opened(db, 1, 2)
    await show(db, place, 5)
    await show(db, place, 9, chat_id=fan(1).user_id, kind="post")
    await db.write(_leave, fan(2).user_id)
    nothing = [answer(2, 5), answer(3, 5), answer(1, 7), answer(1, 5, chat_id=-1002)]
    assert await db.write(note_answers, nothing) == 0
    assert await db.write(note_answers, [answer(1, 9, chat_id=fan(1).user_id)]) == 1
    assert await counted(db) == [(9, 1)]
    assert await query(db, "SELECT count(*) FROM member") == [(2,)]


def _leave(tx: Tx, user_id: int) -> None:
    tx.execute(update(Member).where(col(Member.user_id) == user_id).values(left_at=NOON))


async def test_any_message_of_an_album(db: Database) -> None:
    """A reaction to the third picture answers the album; a message right behind it doesn't."""
    place = await opened(db, 1, 2, 3)
    await db.write(_album, place.community_id)
    await show(db, place, 40, kind="post")
    assert await db.write(note_answers, [answer(1, 40), answer(1, 42), answer(2, 41), answer(3, 43)]) == 2
    assert await counted(db) == [(40, 2)]


def _album(tx: Tx, community_id: int) -> None:
    post = Post(community_id=community_id, number=1, made_at=NOON)
    tx.add(post)
    tx.flush()
    assert post.id is not None
    sending = Sending(community_id=community_id, post_id=post.id, content={}, audience={}, due_at=NOON, made_at=NOON)
    tx.add(sending)
    tx.flush()
    assert sending.id is not None
    copy = PostCopy(community_id=community_id, sending_id=sending.id, chat_id=ROOM, message_id=40, sent_at=NOON)
    copy.more_ids = [41, 42]
    tx.add(copy)


async def test_polls_are_found_by_their_ids(db: Database) -> None:
    """A vote names only the poll: its message is looked up, and an unknown poll is nobody's."""
    place = await opened(db, 1)
    poll = ShownMessage(ROOM, 5, "post", 1, wears=wears_of("post", "questions"), poll_id="77")
    await db.write(record_shown, place.community_id, poll, NOON)
    assert await db.read(find_polls, {"77", "78"}) == {"77": (ROOM, 5)}
    assert await query(db, "SELECT wears FROM shown") == [("pillar:questions",)]


async def test_a_deletion_takes_the_answers_back(db: Database) -> None:
    """Whoever has their data deleted has answered nothing; the others' answers stay."""
    place = await opened(db, 1, 2)
    await show(db, place, 5)
    await db.write(note_answers, [answer(1, 5), answer(2, 5)])
    await privacy(db).delete(place, fan(1).user_id, NOON + 2 * HOUR)
    assert await counted(db) == [(5, 1)]
    assert await query(db, "SELECT user_id FROM answered") == [(fan(2).user_id,)]


async def test_names_are_forgotten_after_two_days(db: Database) -> None:
    """Who answered goes in chunks once nobody can answer again; how many stays."""
    place = await opened(db, 1)
    await show(db, place, 5)
    await db.write(note_answers, [answer(1, 5)])
    await db.write(_many_answers, place.community_id)
    assert await db.write(drop_answers, NOON + 49 * HOUR) is False
    assert await query(db, "SELECT count(*) FROM answered") == [(CHUNK + 1,)]
    assert await db.write(drop_answers, NOON + 49 * HOUR + SECOND) is True
    assert await db.write(drop_answers, NOON + 49 * HOUR + SECOND) is False
    assert await query(db, "SELECT count(*) FROM answered") == [(0,)]
    assert await counted(db) == [(5, 1)]


def _many_answers(tx: Tx, community_id: int) -> None:
    for number in range(CHUNK):
        tx.add(Answered(shown_id=99, user_id=number, community_id=community_id, at=NOON + HOUR))


@pytest.mark.parametrize("seed", range(8))
async def test_counts_are_those_of_a_recount(sqlite_url: str, seed: int) -> None:
    """Whatever is heard in whatever order, written twice and in pieces: the counts are those of sets of people."""
    dice = random.Random(seed)
    async with Database.open(sqlite_url) as db:
        place = await opened(db, *range(1, 7))
        shown = {message_id: NOON + dice.randrange(48) * HOUR for message_id in range(1, 9)}
        for message_id, at in sorted(shown.items(), key=lambda one: one[1]):
            await show(db, place, message_id, at)
        told = [
            answer(dice.randrange(1, 9), dice.randrange(1, 11), NOON + dice.randrange(96) * HOUR / 2)
            for _ in range(120)
        ]
        for _ in range(2):
            dice.shuffle(told)
            for start in range(0, len(told), 17):
                await db.write(note_answers, told[start : start + 17])
        expected: defaultdict[int, set[int]] = defaultdict(set)
        known = {fan(number).user_id for number in range(1, 7)}
        for one in told:
            shown_at = shown.get(one.message_id)
            if shown_at and shown_at <= one.at < shown_at + 24 * HOUR and one.user_id in known:
                expected[one.message_id].add(one.user_id)
        assert dict(await counted(db)) == {message_id: len(people) for message_id, people in expected.items()}


async def test_who_leaves_within_an_hour_is_lost_by_the_newest_message(db: Database) -> None:
    """The newest message that wasn't meant for somebody who came, within the hour; in private any."""
    place = await opened(db, 1)
    await show(db, place, 5)
    await show(db, place, 6, NOON + HOUR / 2)
    await show(db, place, 7, NOON + HOUR / 2, kind="joining.Welcome")
    await show(db, place, 8, NOON, chat_id=fan(1).user_id, kind="reminders.Reminder")
    await db.write(count_lost, ROOM, NOON + HOUR)
    await db.write(count_lost, ROOM, NOON + 2 * HOUR)
    await db.write(count_lost, fan(1).user_id, NOON + SECOND)
    rows = await query(db, "SELECT message_id, lost FROM shown WHERE lost > 0 ORDER BY message_id")
    assert rows == [(6, 1), (8, 1)]
