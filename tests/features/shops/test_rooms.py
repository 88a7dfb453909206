"""Rooms of a shop: greetings promised once, channels, questions, a room that becomes a shop; on both databases."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.communities import Communities
from bot.features.shops.arrivals import Arrival
from bot.features.shops.rooms import LEFT_AFTER, Rooms, asked_about, part
from bot.rules.act import Sender
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.place import Shop
from bot.rules.shops.arrivals import RoomFounded, WhoseRoom
from bot.rules.words import Language
from bot.store.dialogues import close_dialogue, open_dialogue, show_dialogue_in
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.places import find_people
from bot.store.tables import Card, Outbox
from tests.features.scene import (
    NOON,
    OWNER,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    everything,
    fan,
    follow,
    offer,
    query,
    shop,
    till,
)

JUN = Sender(2, "Jun", "jun", "en")


async def promised(db: Database, act: str = "say") -> list[tuple[Any, ...]]:
    """Where something was promised to be said."""
    return await query(db, "SELECT chat_id, facts FROM outbox WHERE act = :act ORDER BY id", act=act)


async def test_a_greeting_is_promised_with_the_arrival(db: Database) -> None:
    """One row in the same commit, in the group; rights that change later promise nothing more."""
    communities = Communities(db, open_to_all=False)
    for is_admin in (False, True):
        await communities.arrive(Arrival(-1, "Silk", OWNER, Language.KO, NOON, is_admin=is_admin, missing=("admin",)))
    rows = await promised(db)
    assert [row[0] for row in rows] == [-1]
    assert "arrivals.Greeting" in str(rows[0][1])
    assert await query(db, "SELECT act, actor_id, subject FROM audit_entry") == [("room.came", OWNER.user_id, "Silk")]


async def test_one_arrival_told_ten_times_is_greeted_once(db: Database) -> None:
    """Ten updates at once make one group, one greeting, one note to its owner."""
    await shop(db)
    communities = Communities(db, open_to_all=False)
    await communities.started(OWNER, can_write=True)
    await asyncio.gather(
        *(communities.arrive(Arrival(-2, "Wool", OWNER, Language.KO, NOON, is_admin=True, into=1)) for _ in range(10))
    )
    assert [row[0] for row in await promised(db)] == [-2]
    assert [row[0] for row in await promised(db, "tell")] == [OWNER.user_id]
    assert await query(db, "SELECT count(*) FROM fan_group") == [(2,)]


async def test_a_note_that_nobody_could_read_isnt_promised(db: Database) -> None:
    """Where the owner can neither be written to nor whispered to at home, the panel tells it instead."""
    await shop(db)
    communities = Communities(db, open_to_all=False)
    await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE fan_group SET is_admin = false"))
    await communities.arrive(Arrival(-2, "Wool", OWNER, Language.KO, NOON, is_admin=False, into=1))
    assert await promised(db, "tell") == []
    await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE fan_group SET is_admin = is_home"))
    await communities.arrive(Arrival(-3, "Linen", OWNER, Language.KO, NOON, is_admin=True, into=1))
    assert [row[0] for row in await promised(db, "tell")] == [-1001]


async def test_a_channel_is_told_and_not_played_in(db: Database, causes: Causes) -> None:
    """It is part of the shop without a greeting; no drop hangs there, its administrators are no staff."""
    place = await shop(db)
    communities = Communities(db, open_to_all=True)
    arrived = await communities.arrive(
        Arrival(-9, "News", OWNER, Language.KO, NOON, is_admin=True, is_channel=True, into=1)
    )
    assert arrived is not None
    assert arrived.group.is_channel
    await offer(db, place, NewCampaign("Silk", 5), causes.next())
    assert await query(db, "SELECT chat_id FROM card") == [(-1001,)]
    assert await promised(db) == []
    assert (
        await communities.arrive(Arrival(-10, "Foreign", JUN, Language.EN, NOON, is_admin=True, is_channel=True))
        is None
    )


async def test_a_room_that_comes_again_may_change_its_shop(db: Database) -> None:
    """While the bot is there it stays where it is; a home group belongs to its shop for good."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    communities = Communities(db, open_to_all=False)

    async def come(chat_id: int, into: int, *, is_channel: bool) -> int:
        arrived = await communities.arrive(
            Arrival(chat_id, "News", OWNER, Language.KO, NOON, is_admin=True, is_channel=is_channel, into=into)
        )
        assert arrived is not None
        return arrived.group.place.community_id

    assert await come(-9, here.community_id, is_channel=True) == here.community_id
    assert await come(-9, there.community_id, is_channel=True) == here.community_id
    await communities.leave(-9, days(1))
    assert await come(-9, there.community_id, is_channel=True) == there.community_id
    assert await come(-2, here.community_id, is_channel=False) == here.community_id
    await communities.leave(-2, days(1))
    assert await come(-2, there.community_id, is_channel=False) == there.community_id
    await communities.leave(-1001, days(1))
    assert await come(-1001, there.community_id, is_channel=False) == here.community_id


async def test_an_owner_may_found_a_second_shop(db: Database) -> None:
    """A second shop is made where an owner wished so; a stranger's group knocks in vain."""
    await shop(db)
    communities = Communities(db, open_to_all=False)
    assert await communities.arrive(Arrival(-3, "Jun's", JUN, Language.EN, NOON, is_admin=True)) is None
    arrived = await communities.arrive(Arrival(-2, "Wool", OWNER, Language.KO, NOON, is_admin=True, alone=True))
    assert arrived is not None
    assert arrived.group.place.shop == "Wool"
    assert await query(db, "SELECT community_id FROM slot ORDER BY id") == [(1,), (2,)]


async def test_ten_answers_at_once_settle_a_room_once(db: Database) -> None:
    """Pressed by two people at once, one answer counts: one shop, one greeting."""
    await shop(db)
    communities = Communities(db, open_to_all=True)
    arrivals = await asyncio.gather(
        *(
            communities.arrive(
                Arrival(
                    -2,
                    "Wool",
                    OWNER,
                    Language.KO,
                    NOON,
                    is_admin=True,
                    into=None if number % 2 else 1,
                    alone=bool(number % 2),
                )
            )
            for number in range(10)
        )
    )
    assert len({arrived.group.place.community_id for arrived in arrivals if arrived is not None}) == 1
    assert [row[0] for row in await promised(db)] == [-2]


def question(chat_id: int = -2, *, is_channel: bool = False) -> WhoseRoom:
    """Whose a chat is."""
    return WhoseRoom(chat_id, "Wool", is_channel, (Shop(1, "Silk room"),), may_found=False)


async def test_a_question_is_asked_once_an_update(db: Database, causes: Causes) -> None:
    """In private, or as a whisper at home for who can't be written to; never in the chat that it is about."""
    await shop(db)
    rooms, communities = Rooms(db), Communities(db, open_to_all=False)
    await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE fan_group SET is_admin = true"))
    cause = causes.next()
    for _ in range(2):
        await rooms.ask(question(), OWNER.user_id, NOON, cause)
    await communities.started(OWNER, can_write=True)
    await rooms.ask(question(), OWNER.user_id, NOON, causes.next())
    await rooms.ask(question(-9, is_channel=True), OWNER.user_id, NOON, causes.next())
    assert [row[0] for row in await promised(db, "tell")] == [-1001, OWNER.user_id, OWNER.user_id]


async def test_a_room_without_an_answer_is_left_after_a_week(db: Database, causes: Causes) -> None:
    """The leaving is promised with the question, and taken back with the answer."""
    await shop(db)
    rooms, communities = Rooms(db), Communities(db, open_to_all=False)
    leaving = "SELECT chat_id FROM outbox WHERE act = 'leave' AND state = 'waiting' ORDER BY chat_id DESC"
    for chat_id in (-2, -3):
        await rooms.ask(question(chat_id), OWNER.user_id, NOON, causes.next())
    assert await query(db, leaving) == [(-2,), (-3,)]
    assert await db.read(_due_of_leaving) == {NOON + LEFT_AFTER}
    await communities.arrive(Arrival(-2, "Wool", OWNER, Language.KO, days(1), is_admin=True, into=1))
    assert await query(db, leaving) == [(-3,)]
    await communities.leave(-3, days(1))
    assert await query(db, leaving) == []


def _due_of_leaving(session: Session) -> set[datetime]:
    return set(session.execute(select(col(Outbox.due_at)).where(col(Outbox.act) == "leave")).scalars())


async def test_a_question_is_remembered_and_moves(db: Database, causes: Causes) -> None:
    """Which owner is asked about a chat is known after a restart, and after the group got a new id."""
    await shop(db)
    there = await shop(db, fan(900), -1002)
    rooms = Rooms(db)
    assert await rooms.asked_about(-2) is None
    await rooms.ask(question(), OWNER.user_id, NOON, causes.next())
    other = replace(question(-22), shops=(Shop(there.community_id, "Wool"),))
    await rooms.ask(other, there.owner_id, NOON, causes.next())
    assert await db.read(asked_about, -2) == OWNER.user_id
    await follow(db, Communities(db, open_to_all=False), -2, -200, NOON)
    assert await rooms.asked_about(-2) is None
    assert await rooms.asked_about(-200) == OWNER.user_id
    assert await rooms.asked_about(-22) == there.owner_id


async def wool(db: Database, causes: Causes) -> int:
    """The shop's second group, with one drop hanging and one planned; the hanging one's id."""
    place = await shop(db)
    await Communities(db, open_to_all=False).arrive(
        Arrival(-2, "Wool", OWNER, Language.KO, NOON, is_admin=True, into=1)
    )
    hangs, _ = await offer(db, place, NewCampaign("Hangs", 5), causes.next())
    await db.write(_hang)
    await offer(db, place, NewCampaign("Waits", 5, opens=days(1)), causes.next())
    await till(db).claim(act_of(place, fan(1), NOON, causes.next()), hangs)
    return hangs


def _hang(tx: Tx) -> None:
    for number, card in enumerate(tx.query(Card).order_by(Card.id).all(), start=1):  # type: ignore[arg-type]
        card.message_id = number


async def test_a_room_becomes_a_shop(db: Database, causes: Causes) -> None:
    """What hangs there is taken down, what waits isn't sent there, coins and coupons stay with the old shop."""
    await wool(db, causes)
    before = await everything(db)
    place = await _place(db)
    assert await Rooms(db).part(act_of(place, cause=causes.next()), -2, OWNER) == RoomFounded("Wool", 2)
    assert await query(db, "SELECT chat_id, community_id FROM fan_group ORDER BY id") == [(-1001, 1), (-2, 2)]
    assert await query(db, "SELECT DISTINCT chat_id FROM card") == [(-1001,)]
    waiting = await query(
        db, "SELECT act, community_id FROM outbox WHERE chat_id = -2 AND state = 'waiting' ORDER BY act"
    )
    assert waiting == [("delete", 2), ("say", 2)]
    after = await everything(db)
    for table in ("member", "account", "coupon", "transfer", "campaign"):
        assert set(before[table]) <= set(after[table])
    assert [row[0] for row in await query(db, "SELECT act FROM audit_entry WHERE act = 'room.parted'")] == [
        "room.parted"
    ] * 2


async def _place(db: Database) -> Any:
    place = await Communities(db, open_to_all=False).place(1)
    assert place is not None
    return place


async def test_parting_again(db: Database, causes: Causes) -> None:
    """The same update hears the same; the founding group, a channel and a foreign room can't part."""
    await wool(db, causes)
    place, cause = await _place(db), causes.next()
    communities = Communities(db, open_to_all=False)
    await communities.arrive(Arrival(-9, "News", OWNER, Language.KO, NOON, is_admin=True, is_channel=True, into=1))
    assert await Rooms(db).part(act_of(place, cause=cause), -2, OWNER) == RoomFounded("Wool", 2)
    before = await everything(db)
    new = await communities.place(2)
    assert new is not None
    assert await Rooms(db).part(act_of(new, cause=cause), -2, OWNER) == RoomFounded("Wool", 2)
    for chat_id in (-1001, -9, -2, -77):
        assert await Rooms(db).part(act_of(place, cause=causes.next()), chat_id, OWNER) is None
    assert await everything(db) == before


async def test_parted_ten_times_at_once(db: Database, causes: Causes) -> None:
    """One shop comes of it."""
    await wool(db, causes)
    place = await _place(db)
    outcomes = await asyncio.gather(*(db.write(part, act_of(place, cause=causes.next()), -2, OWNER) for _ in range(10)))
    assert sum(outcome is not None for outcome in outcomes) == 1
    assert await query(db, "SELECT count(*) FROM community") == [(2,)]


async def test_what_a_parted_room_sells_is_its_own(db: Database, causes: Causes) -> None:
    """The old shop's drops don't hang there any more, the new shop's only there."""
    await wool(db, causes)
    place = await _place(db)
    await Rooms(db).part(act_of(place, cause=causes.next()), -2, OWNER)
    new = await Communities(db, open_to_all=False).place(2)
    assert new is not None
    await db.write(lambda tx: tx.connection().exec_driver_sql("DELETE FROM card"))
    await campaigns_of(db).make(act_by(place, OWNER.user_id, NOON, causes.next()), NewCampaign("Old", 5))
    await campaigns_of(db).make(act_by(new, OWNER.user_id, NOON, causes.next()), NewCampaign("New", 5))
    assert await query(db, "SELECT community_id, chat_id FROM card ORDER BY community_id") == [(1, -1001), (2, -2)]


async def test_what_a_parted_room_hangs_is_promised_anew(db: Database, causes: Causes) -> None:
    """A card that takes the id of one that the old shop hung there is hung as well."""
    await wool(db, causes)
    await db.write(lambda tx: tx.connection().exec_driver_sql("UPDATE outbox SET state = 'sent'"))
    await Rooms(db).part(act_of(await _place(db), cause=causes.next()), -2, OWNER)
    new = await Communities(db, open_to_all=False).place(2)
    assert new is not None
    await campaigns_of(db).make(act_by(new, OWNER.user_id, NOON, causes.next()), NewCampaign("New", 5))
    promised_there = "SELECT act FROM outbox WHERE chat_id = -2 AND act = 'post_card' AND state = 'waiting'"
    assert await query(db, promised_there) == [("post_card",)]


async def test_whose_shops_and_homes(db: Database, causes: Causes) -> None:
    """Owned ones first, then those played in; in a house of many shops only those can be one's to run."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    rooms = Rooms(db)
    for place in (here, there):
        campaign, _ = await offer(db, place, NewCampaign("Silk", 5), causes.next())
        await till(db).claim(act_of(place, OWNER, NOON, causes.next()), campaign)
    assert [one.community_id for one in await rooms.shops_of(OWNER.user_id)] == [1, 2]
    assert [one.community_id for one in await rooms.owned_by(OWNER.user_id)] == [1]
    assert await rooms.shops_of(JUN.user_id) == ()
    assert [one.shop.community_id for one in await rooms.perhaps_helped_by(JUN.user_id)] == [1, 2]
    for number in range(3):
        await shop(db, fan(901 + number), -1003 - number)
    assert await rooms.perhaps_helped_by(JUN.user_id) == ()
    assert [one.shop.community_id for one in await rooms.perhaps_helped_by(OWNER.user_id)] == [2]


async def test_one_dialogue_a_person_is_one_row(db: Database) -> None:
    """Twenty openings at once leave one; it is cached with the person, shown in a message, and closed once."""
    await shop(db)
    await asyncio.gather(
        *(db.write(_open, number) for number in range(20)),
    )
    assert await query(db, "SELECT count(*) FROM dialogue") == [(1,)]
    await db.write(show_dialogue_in, OWNER.user_id, 7)
    assert await query(db, "SELECT kind, message_id FROM dialogue") == [("setup", 7)]
    known = await db.read(find_people, {OWNER.user_id, JUN.user_id})
    assert (known[OWNER.user_id].dialogue, known[JUN.user_id].dialogue) == ("setup", None)
    assert [await db.write(close_dialogue, OWNER.user_id) for _ in range(2)] == [True, False]


def _open(tx: Tx, number: int) -> None:
    open_dialogue(tx, OWNER.user_id, 1, "setup", f"step {number}", NOON, values={})


async def test_owners_who_can_be_written_to(db: Database) -> None:
    """Each once, however many shops they have, in their own language."""
    communities = Communities(db, open_to_all=True)
    await shop(db)
    await communities.arrive(Arrival(-2, "Wool", OWNER, Language.EN, NOON, is_admin=True, alone=True))
    assert await communities.owners() == []
    await communities.started(OWNER, can_write=True)
    assert await communities.owners() == [(OWNER.user_id, Language.KO)]
