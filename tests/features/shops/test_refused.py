"""Rooms that refuse messages, in the store: written down and told once, over once, also when two come at once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.communities import Communities, set_reachable
from bot.features.streams.changes import chats_to_tell
from bot.features.streams.plans import plan
from bot.rules.refusals import AGAIN_AFTER, GIVEN_UP_AFTER, Refusal, RoomRefuses
from bot.rules.streams.streams import NewStream, StreamPolicy
from bot.store.airings import open_airings
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages import departures
from bot.store.messages.cards import CardSubject, hang_again, hang_card
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import TELL, Say
from bot.store.messages.refused import (
    KEPT,
    begin,
    end,
    end_all,
    forget_refusals,
    heard_in,
    open_refusals,
    refused_rooms,
    silent_rooms,
)
from bot.store.tables import Card, FanGroup, Outbox, RefusedRoom
from bot.store.tables.messages import Lane, OutboxState
from tests.features.scene import NOON, OWNER, Causes, act_of, days, follow, shop

ROOM = -1001


def rows(session: Session) -> list[RefusedRoom]:
    """All refusals, oldest first."""
    return list(session.execute(select(RefusedRoom).order_by(col(RefusedRoom.id))).scalars())


def notes(session: Session) -> list[str]:
    """Names of what the owner is to be told."""
    told = session.execute(select(Outbox).where(col(Outbox.act) == TELL).order_by(col(Outbox.id))).scalars()
    return [row.facts["outcome"] for row in told]


def promised(tx: Tx, not_after: timedelta | None = None) -> int:
    """A message for the room that is on its way."""
    until = NOON + not_after if not_after is not None else None
    terms = Terms(now=NOON, key="say:1", not_after=until, lane=Lane.POST)
    promise(tx, 1, ROOM, Say("streams.EndNotice", {"title": "Silk night"}), terms)
    row = tx.execute(select(Outbox).where(col(Outbox.key) == "say:1")).scalar_one()
    row.state = OutboxState.SENDING
    tx.flush()
    return row.id or 0


def message(session: Session) -> Outbox:
    """That message as it is now."""
    return session.execute(select(Outbox).where(col(Outbox.key) == "say:1")).scalar_one()


async def test_one_note_for_many_refusals(db: Database) -> None:
    """Refusals of one room and reason that come at once are one row and one note; another reason is another."""
    await shop(db)
    await asyncio.gather(*(db.write(begin, ROOM, Refusal.MUTED, NOON) for _ in range(20)))
    await db.write(begin, ROOM, Refusal.MEDIA, NOON)
    found = await db.read(rows)
    assert [(one.reason, one.told_at, one.over_at) for one in found] == [("muted", NOON, None), ("media", NOON, None)]
    assert await db.read(notes) == ["refusals.RoomRefuses"] * 2
    assert await db.read(open_refusals) == {ROOM: {Refusal.MUTED, Refusal.MEDIA}}
    assert await db.read(refused_rooms, 1) == [
        RoomRefuses("Silk room", Refusal.MUTED),
        RoomRefuses("Silk room", Refusal.MEDIA),
    ]


async def test_after_it_was_over_it_is_told_again(db: Database) -> None:
    """A refusal ends once something is taken; the next one is a new row with a note of its own."""
    await shop(db)
    await db.write(begin, ROOM, Refusal.MUTED, NOON)
    await db.write(end, ROOM, {Refusal.MUTED}, NOON + timedelta(minutes=5))
    assert await db.read(open_refusals) == {}
    await db.write(begin, ROOM, Refusal.MUTED, NOON + timedelta(hours=1))
    assert [one.over_at is None for one in await db.read(rows)] == [False, True]
    assert await db.read(notes) == ["refusals.RoomRefuses"] * 2


async def test_an_owner_who_can_be_reached_later(db: Database) -> None:
    """Where no way leads to the owner the note waits for one: the next refusal after that tells."""
    place = await shop(db)
    await db.write(lambda tx: tx.execute(update(FanGroup).values(is_admin=False)))
    await db.write(begin, ROOM, Refusal.MUTED, NOON)
    assert [one.told_at for one in await db.read(rows)] == [None]
    await db.write(set_reachable, OWNER, can_write=True)
    await db.write(begin, ROOM, Refusal.MUTED, NOON + AGAIN_AFTER)
    assert place.owner_id == OWNER.user_id
    assert [one.told_at for one in await db.read(rows)] == [NOON + AGAIN_AFTER]
    assert await db.read(notes) == ["refusals.RoomRefuses"]


@pytest.mark.parametrize("not_after", [None, timedelta(hours=1), timedelta(minutes=2)])
async def test_a_refused_message_waits(db: Database, not_after: timedelta | None) -> None:
    """It is due in five minutes, or at its end; given up then, its owner hears that the room missed it."""
    await shop(db)
    row_id = await db.write(promised, not_after)
    await db.write(departures.refuse, row_id, Refusal.MUTED, NOON)
    row = await db.read(message)
    until = NOON + (not_after or GIVEN_UP_AFTER)
    assert (row.state, row.due_at, row.not_after) == ("waiting", min(NOON + AGAIN_AFTER, until), until)
    await db.write(departures.expire, until)
    row = await db.read(message)
    assert (row.state, row.problem) == ("expired", "refused:muted")
    assert await db.read(notes) == ["refusals.RoomRefuses", "refusals.RoomMissed"]


async def test_what_was_taken_back_on_its_way_is_not_missed(db: Database) -> None:
    """A message that was withdrawn while it was being sent isn't tried again, and nobody is told of it."""
    await shop(db)
    row_id = await db.write(promised, timedelta(0))
    await db.write(departures.refuse, row_id, Refusal.MUTED, NOON)
    assert (await db.read(message)).state == "expired"
    assert await db.read(notes) == ["refusals.RoomRefuses"]


async def test_the_end_of_a_refusal_hastens_what_waits(db: Database) -> None:
    """What a room refused is due as soon as it takes something else; what waits for another reason isn't."""
    await shop(db)
    row_id = await db.write(promised)
    await db.write(departures.refuse, row_id, Refusal.MUTED, NOON)
    await db.write(end, ROOM, {Refusal.UNKNOWN}, NOON)
    assert (await db.read(message)).due_at == NOON + AGAIN_AFTER
    await db.write(end, ROOM, {Refusal.MUTED}, NOON)
    assert (await db.read(message)).due_at == NOON


async def test_who_hears(db: Database) -> None:
    """A room that refuses messages isn't counted and is named; one that refuses files alone hears."""
    place = await shop(db)
    await shop(db, chat_id=-1002, into=place.community_id, title="Wool room")
    await db.write(begin, ROOM, Refusal.MEDIA, NOON)
    await db.write(begin, -1002, Refusal.MUTED, NOON)
    assert await db.read(silent_rooms, 1) == {-1002: "Wool room"}
    assert await db.read(heard_in, 1, [ROOM, -1002]) == (1, ("Wool room",))


async def test_a_room_with_a_new_id_begins_anew(db: Database) -> None:
    """A group that became a supergroup, or went to another shop, has refused nothing yet."""
    await shop(db)
    await db.write(begin, ROOM, Refusal.MUTED, NOON)
    await follow(db, Communities(db, open_to_all=True), ROOM, -1009, NOON)
    assert await db.read(open_refusals) == {}
    await db.write(begin, -1009, Refusal.MUTED, NOON)
    await db.write(end_all, -1009, NOON)
    assert await db.read(open_refusals) == {}


async def test_refusals_are_forgotten(db: Database) -> None:
    """A month after a refusal was over nobody looks it up; one that isn't over stays."""
    await shop(db)
    await db.write(begin, ROOM, Refusal.MUTED, NOON)
    await db.write(begin, ROOM, Refusal.MEDIA, NOON)
    await db.write(end, ROOM, {Refusal.MUTED}, NOON)
    await db.write(forget_refusals, NOON + KEPT)
    assert len(await db.read(rows)) == 2
    await db.write(forget_refusals, NOON + KEPT + timedelta(seconds=1))
    assert [one.reason for one in await db.read(rows)] == ["media"]


async def test_a_deleted_card_is_promised_once(db: Database) -> None:
    """However many edits find it gone at once, one message is promised in its place."""
    await shop(db)

    def hang(tx: Tx) -> int:
        hang_card(tx, CardSubject(1, "drop", 7), ROOM, Terms(now=NOON))
        card = tx.execute(select(Card)).scalar_one()
        card.message_id = 5
        tx.flush()
        return card.id or 0

    card_id = await db.write(hang)
    again = [
        db.write(lambda tx: hang_again(tx, card_id=card_id, message_id=5, too_old=False, now=NOON)) for _ in range(20)
    ]
    await asyncio.gather(*again)
    assert await db.read(_keys, card_id) == [f"card:{card_id}:{ROOM}:again:5"]


def _keys(session: Session, card_id: int) -> list[str | None]:
    found = select(col(Outbox.key)).where(col(Outbox.key).like(f"card:{card_id}:{ROOM}:again:%"))
    return list(session.execute(found).scalars())


async def test_who_hears_what_becomes_of_an_evening(db: Database, causes: Causes) -> None:
    """Before its start a delay is told in all rooms; from then on only where the card hangs."""
    place = await shop(db)
    await shop(db, chat_id=-1002, into=place.community_id)
    await db.write(plan, act_of(place, cause=causes.next()), NewStream("Silk night", days(1)), StreamPolicy())
    await db.write(lambda tx: tx.execute(update(Card).where(col(Card.chat_id) == -1002).values(message_id=5)))
    (airing,) = await db.read(open_airings, place.community_id)
    assert await db.read(chats_to_tell, place.community_id, airing, NOON) == [ROOM, -1002]
    assert await db.read(chats_to_tell, place.community_id, airing, days(1)) == [-1002]
