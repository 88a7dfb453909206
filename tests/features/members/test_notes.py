"""Notes on both databases: one for each act, and the day's sums are never anything but what the notes add up to."""

import random
from collections import Counter as Sums
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.features.communities import set_reachable
from bot.features.gifts.gifts import Gifts
from bot.features.hearts.goals import HeartGoals
from bot.features.hearts.hearts import Hearts
from bot.features.members.memory import Memory
from bot.features.streams.reminders import Reminders
from bot.flows.check_in import CheckIns
from bot.meters import Meters
from bot.rules.act import Occasion, Origin
from bot.rules.memory import MemoryPolicy
from bot.rules.notes import About, Did, Thing
from bot.rules.tiers import DayOfDeeds, Deed, TierNow, TierPolicy, settle, sums_of
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.notes import CHUNK, drop_notes, note, take_back
from bot.store.tiers import tier_of
from tests.features.counter import Counter
from tests.features.draws import Fair
from tests.features.givers import Circle
from tests.features.hearts.room import PRIZES, Room
from tests.features.orders.order_till import Till
from tests.features.packets.fans import Fans
from tests.features.scene import NOON, POLICIES, TIERS, Causes, act_of, days, fan, give, query, shop
from tests.features.studio import EIGHT, Studio
from tests.features.studio import at as minute

ANA, BEN = fan(1), fan(2)
FROM_CARD = Origin(1, 77)


async def notes(db: Database, columns: str = "act", where: str = "1 = 1") -> list[tuple[Any, ...]]:
    """Notes in the order in which they were written."""
    return await query(db, f"SELECT {columns} FROM note WHERE {where} ORDER BY id")  # noqa: S608


async def sums(db: Database) -> dict[tuple[int, str, str], int]:
    """The sums of each member, day and kind."""
    rows = await query(db, "SELECT member_id, day, kind, times FROM activity")
    return {(member, str(day), kind): times for member, day, kind, times in rows}


async def replayed(db: Database) -> dict[tuple[int, str, str], int]:
    """What the notes add up to, from scratch."""
    added: Sums[tuple[int, str, str]] = Sums()
    for member, day, act, times in await notes(db, "member_id, day, act, times"):
        added[member, str(day), act] += times
    return dict(added)


async def test_every_act_is_a_note(db: Database, causes: Causes) -> None:
    """Whatever a fan can do leaves one note of its kind, and the notes add up to the days' sums."""
    till = await Till.open(db, causes)
    place = till.place
    circle, counter, fans = Circle(db, place, causes), Counter(db, place, causes), Fans(db, place, causes)
    await till.redeems()
    await till.orders()
    checkins = CheckIns(db, circle.policies)
    for sender in (ANA, BEN):
        await give(db, place, sender, 500)
    for day in (0, 2):
        await checkins.check_in(act_of(place, ANA, days(day), causes.next()))
    await checkins.check_in(act_of(place, ANA, days(5), causes.next()))
    await checkins.make_up(act_of(place, ANA, days(5), causes.next()))
    card = await circle.brings(ANA, fan(3))
    await circle.opens(BEN, card, inside=True)
    await Gifts(db, circle.policies, lambda: "token").note_shared(ANA.user_id, card.gift_id, NOON, causes.next())
    await circle.goes(fan(3))
    await db.write(set_reachable, BEN, can_write=True, at=NOON)
    await counter.lists(price=5)
    await counter.buys(ANA)
    packet = await fans.gives(1, 20, 2, rush=True)
    await fans.tap(packet, 2)
    fair = Fair(db, place, causes)
    await fair.enters(await fair.made(), BEN)
    room = Room(Studio(db, place, causes), Hearts(db, PRIZES), HeartGoals(db, PRIZES))
    await room.studio.plan()
    await Reminders(db, room.studio.policy).ask(act_of(place, ANA, NOON, causes.next()), 1)
    await room.studio.golive(minute(0))
    await room.studio.comes(ANA, EIGHT)
    await room.goal()
    await room.heart(ANA)
    await room.heart(ANA, minute(5))
    await db.write(_by_hand, place, (Did.FRIEND, Did.ANSWER, Did.FEEDBACK))
    assert {act for (act,) in await notes(db)} == {did.value for did in Did}
    assert await notes(db, "times", "act = 'heart'") == [(1,)]
    assert await sums(db) == await replayed(db)


def _by_hand(tx: Tx, place: Any, kinds: Iterable[Did]) -> None:
    """Acts of which others are the cause (`FRIEND`), or which no command brings yet."""
    member = standing(tx, place.community_id, ANA, NOON)
    for did in kinds:
        note(tx, member.member_id, did, Occasion(NOON, NOON.date()))


def test_every_deed_is_an_act_but_messages_and_what_a_file_brought() -> None:
    """What counts for the tier is an act; days with messages are counted by themselves, and a file brings points."""
    assert {deed.value for deed in Deed} - {did.value for did in Did} == {Deed.MESSAGE.value, Deed.BROUGHT.value}


async def test_a_note_says_who_when_what_and_through_which_message(db: Database, causes: Causes) -> None:
    """A check-in by the card's button names the room and the card; the same press twice is noted once."""
    place = await shop(db)
    act = replace(act_of(place, ANA, NOON, causes.next()), origin=FROM_CARD)
    for _ in range(2):
        await CheckIns(db, POLICIES).check_in(act)
    rows = await notes(db, "act, day, times, room_id, message_id, thing, thing_id")
    assert [(str(row[0]), str(row[1]), *row[2:]) for row in rows] == [("checkin", "2026-11-02", 1, 1, 77, None, None)]
    assert await query(db, "SELECT count(*) FROM note n JOIN member m ON m.id = n.member_id WHERE m.user_id = 101") == [
        (1,)
    ]


async def test_a_refund_takes_note_and_sum_back(db: Database, causes: Causes) -> None:
    """An order that is taken back leaves neither; taken back in part it keeps the rest; undone it is there again."""
    till = await Till.open(db, causes)
    await till.redeems()
    await till.orders()
    counted = "act IN ('order', 'redeem')"
    before = await notes(db, "act, day, times, thing, thing_id", counted)
    assert [row[0] for row in before] == ["redeem", "order"]
    await till.refunds_order()
    assert await notes(db, where=counted) == []
    await till.undoes(till.refunds[-1])
    assert sorted(await notes(db, "act, day, times, thing, thing_id", counted), key=str) == sorted(before, key=str)
    assert await sums(db) == await replayed(db)
    order = About(Thing.ORDER, before[1][4])
    member = int((await notes(db, "member_id", "act = 'order'"))[0][0])
    await db.write(take_back, member, Did.ORDER, NOON.date(), order, before[1][2] - 1)
    assert await notes(db, "times", "act = 'order'") == [(1,)]
    assert await sums(db) == await replayed(db)


async def test_an_old_order_is_taken_back_without_its_note(db: Database, causes: Causes) -> None:
    """The sum is corrected although the note was deleted after its time."""
    till = await Till.open(db, causes)
    await till.redeems()
    await till.orders()
    await db.write(drop_notes, NOON + timedelta(days=1))
    assert await notes(db) == []
    await till.refunds_order()
    assert await till.points() == {}


@pytest.mark.parametrize("seed", range(12))
async def test_replayed_in_any_order_notes_give_the_same_sums_and_tiers(sqlite_url: str, seed: int) -> None:
    """Acts and what is taken back of them, as they happen: the sums are those of the notes, and so is the tier."""
    dice = random.Random(seed)
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        members = [(await db.write(standing, place.community_id, fan(number), NOON)).member_id for number in range(3)]
        for step in range(60):
            await db.write(_live, dice, members, step)
        assert await sums(db) == await replayed(db)
        today = days(70)
        rows = await notes(db, "member_id, day, act, times")
        for member in members:
            mine = [DayOfDeeds(_date(day), act, times) for owner, day, act, times in rows if owner == member]
            dice.shuffle(mine)
            from_scratch = settle(TierNow(), sums_of(mine, TierPolicy()), today.date(), TIERS).tier
            assert await db.read(tier_of, place, member, today, TIERS) is from_scratch


async def test_tiers_as_they_happen_are_those_from_scratch(sqlite_url: str) -> None:
    """A tier that is settled day by day is the one that the notes, replayed in another order, give at once."""
    dice = random.Random(7)
    async with Database.open(sqlite_url) as db:
        place = await shop(db)
        member = (await db.write(standing, place.community_id, ANA, NOON)).member_id
        for day in range(0, 100, 2):
            at = days(day)
            did = dice.choice((Did.CHECK_IN, Did.ATTEND, Did.REDEEM) if day < 40 else (Did.CHECK_IN, Did.CLAIM))
            await db.write(note, member, did, Occasion(at, at.date()))
            settled = await db.write(tier_of, place, member, at, TIERS)
            rows = await notes(db, "day, act, times")
            mine = [DayOfDeeds(_date(its), act, times) for its, act, times in rows]
            dice.shuffle(mine)
            assert settled is settle(TierNow(), sums_of(mine, TierPolicy()), at.date(), TIERS).tier


def _live(tx: Tx, dice: random.Random, members: list[int], step: int) -> None:
    """One act, or one that is taken back in whole or in part."""
    member, did, day = dice.choice(members), dice.choice(list(Did)), days(dice.randrange(60)).date()
    about = About(Thing.ORDER, step)
    times = dice.randrange(1, 9_000) if did is Did.ORDER else 1
    note(tx, member, did, Occasion(days(step), day), about, times)
    if dice.random() < 0.3:
        take_back(tx, member, did, day, about, dice.randrange(1, times + 1))


def _date(day: Any) -> date:
    return day if isinstance(day, date) else date.fromisoformat(str(day))


async def test_old_notes_go_in_chunks_and_sums_stay(db: Database) -> None:
    """After 90 days notes are deleted, in chunks; what is younger stays, and every sum."""
    place = await shop(db)
    member = (await db.write(standing, place.community_id, ANA, NOON)).member_id
    await db.write(_many, member, CHUNK + 20)
    before = await sums(db)
    kept = days(40)
    await db.write(note, member, Did.CHECK_IN, Occasion(kept, kept.date()))
    meters = Meters()
    assert await db.write(drop_notes, days(30)) == CHUNK
    await Memory(db, MemoryPolicy(), meters).drop_old(days(30) + MemoryPolicy().kept)
    assert meters.forgotten["note"] == 20
    assert await notes(db) == [("checkin",)]
    assert {key: times for key, times in (await sums(db)).items() if key in before} == before


def _many(tx: Tx, member: int, count: int) -> None:
    for _ in range(count):
        note(tx, member, Did.CLAIM, Occasion(NOON, NOON.date()))


async def test_old_notes_are_found_by_their_number(sqlite_url: str) -> None:
    """The chunk's query walks the primary key: it sorts nothing, and reads no note that stays."""
    async with Database.open(sqlite_url) as db:
        plan = await query(db, "EXPLAIN QUERY PLAN SELECT id, at FROM note ORDER BY id LIMIT 500")
        assert [str(row[-1]) for row in plan] == ["SCAN note"]  # the table is in the order of its ids
        mine = await query(db, "EXPLAIN QUERY PLAN SELECT act FROM note WHERE member_id = 1 AND at > '2026'")
        assert "ix_note_member_id_at" in str(mine[0][-1])


async def test_a_start_is_noted_of_members_only(db: Database) -> None:
    """Who isn't a member has no note; who blocked the bot and starts it again has another one."""
    place = await shop(db)
    await db.write(set_reachable, ANA, can_write=True, at=NOON)
    assert await notes(db) == []
    await db.write(standing, place.community_id, BEN, NOON)
    for can_write in (True, True, False, True):
        await db.write(set_reachable, BEN, can_write=can_write, at=NOON)
    assert await notes(db) == [("started",), ("started",)]


async def test_an_act_counts_on_its_day_in_the_shops_zone(db: Database) -> None:
    """At two in the morning in Seoul it is another day than in London."""
    place = await shop(db)
    act = act_of(place, ANA, NOON + timedelta(hours=14))
    assert act.occasion == Occasion(act.at, date(2026, 11, 3))
    assert replace(act, place=replace(place, timezone="UTC")).occasion == Occasion(act.at, date(2026, 11, 2))
