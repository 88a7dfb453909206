"""What operators do, as the owner hears of it and may take it back, on both databases."""

import json
from typing import Any

from bot.features.communities import set_reachable
from bot.features.packets.packets import Packets
from bot.features.shops.rekeying import rekey_group
from bot.rules.coupons.campaigns import NewCampaign
from bot.rules.general import OwnersAct, TooLateToUndo, Undone
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.packets.packets import PacketOpened
from bot.store.engine.db import Database
from bot.store.members import standing
from bot.store.places import place_of
from tests.features.hearts.room import Room
from tests.features.scene import (
    GIVEAWAYS,
    NOON,
    OWNER,
    POLICIES,
    Causes,
    act_by,
    act_of,
    campaigns_of,
    days,
    fan,
    privacy,
    query,
)
from tests.features.staff.operators import ANA, BEN, Counter, goal, hand_over
from tests.features.studio import at as minute


async def test_who_had_their_data_deleted_gives_nothing_more_that_day(db: Database, causes: Causes) -> None:
    """Else an operator would be unknown, and give the whole sum once more."""
    counter = await Counter.open(db, causes)
    await db.write(standing, counter.place.community_id, ANA, NOON)
    assert isinstance(await counter.packet(2_000), PacketOpened)
    await privacy(db).delete(counter.place, ANA.user_id, NOON)
    assert await counter.packet(2) == GiveawayTooMuch(2, 0, 2_000)
    assert isinstance(await counter.packet(2, days(1)), PacketOpened)


async def test_anonymous_administrators_are_one_person(db: Database, causes: Causes) -> None:
    """They share one limit, also after the group has become a supergroup."""
    counter = await Counter.open(db, causes)
    assert isinstance(await counter.packet(1_500, by=-1001), PacketOpened)
    assert await counter.packet(501, by=-1001) == GiveawayTooMuch(501, 500, 2_000)
    await db.write(rekey_group, -1001, -1009, NOON)
    assert await counter.packet(501, by=-1009) == GiveawayTooMuch(501, 500, 2_000)


async def notes(db: Database) -> list[tuple[Any, ...]]:
    """What the owner was told of operators: the act, who, what it can cost, what is left."""
    rows = await query(db, "SELECT facts FROM outbox WHERE key LIKE 'operator:%' ORDER BY id")
    read = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    return [tuple(one["facts"][name] for name in ("act", "who", "user_id", "coins", "left")) for one in read]


async def test_the_owner_hears_of_operators_once_an_act(db: Database, causes: Causes) -> None:
    """Drops, packets, gifts and heart goals: one note each, none of the owner's own, none when hearts open a packet."""
    room = await Room.open(db, causes)
    place, at = room.studio.place, minute(1)
    counter = Counter(db, place, causes)
    await db.write(set_reachable, OWNER, can_write=True)
    await db.write(standing, place.community_id, ANA, NOON)
    for by in (ANA, OWNER):
        cause = causes.next()
        for _ in range(2):  # the second time it is redelivered
            await campaigns_of(db).make(act_by(place, by.user_id, at, cause), NewCampaign("Silk", 5))
            await counter.packet(300, at, by=by, cause=f"{cause}:packet")
    await counter.packet(200, at, by=-1001)
    await counter.gift(10, 20, at)
    await goal(room, "packet:100/5", at=at)
    assert await notes(db) == [
        ("campaign.made", "Fan 1", ANA.user_id, 0, 0),  # what is left is told where coins are given
        ("packet.opened", "Fan 1", ANA.user_id, 300, 1_700),
        ("packet.opened", None, None, 200, 1_800),
        ("gift.made", "Fan 1", ANA.user_id, 200, 1_500),
        ("hearts.made", "Fan 1", ANA.user_id, 100, 1_400),
    ]
    for number in range(3):
        await room.heart(fan(50 + number), minute(2))
    assert await room.states() == ["unlocked"]
    assert len(await notes(db)) == 5


async def test_operators_dont_take_the_owners_acts_back(db: Database, causes: Causes) -> None:
    """It counts who was the owner when it was done: a former owner's act is the present owner's to take back."""
    counter = await Counter.open(db, causes)
    owners, operators = await counter.packet(500, by=OWNER), await counter.packet(500)
    assert isinstance(owners, PacketOpened)
    assert isinstance(operators, PacketOpened)
    assert await counter.undo(BEN, owners.audit_id) == OwnersAct("packet.opened", "500/2")
    await db.write(hand_over, BEN.user_id)
    counter.place = await db.read(place_of, counter.place.community_id)
    assert await counter.undo(OWNER, owners.audit_id) == OwnersAct("packet.opened", "500/2")
    assert not isinstance(await counter.undo(OWNER), Undone)  # nothing of their own that they may take back
    assert await counter.undo(BEN, owners.audit_id) == Undone("packet.opened", "500/2")
    assert await counter.undo(ANA) == Undone("packet.opened", "500/2")
    assert await counter.left() == 2_000


async def test_a_tapped_packet_isnt_taken_back_by_anybody(db: Database, causes: Causes) -> None:
    """The owner's right to take it back changes nothing of that."""
    counter = await Counter.open(db, causes)
    opened = await counter.packet(500)
    assert isinstance(opened, PacketOpened)
    packets = Packets(db, POLICIES, GIVEAWAYS, lambda size: b"\x05" * size)
    await packets.tap(act_of(counter.place, fan(50), cause=causes.next()), opened.packet_id)
    assert await counter.undo(OWNER, opened.audit_id) == TooLateToUndo("packet.opened", "500/2")
