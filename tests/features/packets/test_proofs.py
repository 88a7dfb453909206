"""A fan has a packet computed again: shares, list and order as the proof gives them, and as they were handed out."""

import json
from datetime import timedelta

import pytest

from bot.features.packets.proofs import PacketProofs
from bot.rules.packets.packets import NoSuchPacket, PacketProof, ProofLater
from bot.rules.packets.proofs import NAMES, check_packet_proof
from bot.rules.packets.rechecks import PacketFilesCome
from bot.store.engine.db import Database
from tests.features.packets.table import DRAWN, Table, change
from tests.features.scene import Causes, act_of, fan, query


async def shared_out(db: Database, causes: Causes) -> tuple[Table, int]:
    """A fair packet of four shares that ten tapped for."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(90, 4)).packet_id
    await table.crowd(packet, 10)
    assert isinstance(await table.packets.proofs.check(table.place, fan(1).user_id, packet), ProofLater)
    assert await PacketProofs(db).proof(table.place.community_id, packet) is None
    await table.tick(DRAWN)
    return table, packet


async def test_a_fair_packet_is_confirmed(db: Database, causes: Causes) -> None:
    """Nothing is doubtful, each fan hears of their own share, and the proof holds without the bot."""
    table, packet = await shared_out(db, causes)
    card, shares = await table.card(packet), await table.shares(packet)
    for number in (*shares, 99):
        told = await table.packets.proofs.check(table.place, fan(number).user_id, packet)
        assert isinstance(told, PacketProof)
        assert (told.doubts, told.got, told.sealed) == ((), shares.get(number), card.sealed)
    made = await PacketProofs(db).proof(table.place.community_id, packet)
    assert made is not None
    checked = check_packet_proof(made.content.decode())
    assert checked.faults == ()
    assert json.loads(made.content)["list_hash"] == card.frozen
    assert tuple(json.loads(made.content)) == NAMES, "no id and no name is in it"


async def test_a_rush_and_a_late_tap_are_confirmed(db: Database, causes: Causes) -> None:
    """A rush has no list; a share that was taken after the draw is the next one of the split."""
    table = await Table.lay(db, causes)
    rush = (await table.opens(50, 3, rush=True)).packet_id
    await table.crowd(rush, 3)
    late = (await table.opens(60, 3)).packet_id
    await table.crowd(late, 2)
    await table.tick(DRAWN)
    await table.tap(late, 9, DRAWN)
    for packet in (rush, late):
        told = await table.packets.proofs.check(table.place, fan(1).user_id, packet)
        assert isinstance(told, PacketProof)
        assert told.doubts == ()


@pytest.mark.parametrize(
    ("statement", "doubt"),
    [
        ("UPDATE packet SET seed = 'ZEROS'", "split"),
        ("UPDATE packet SET frozen = 'ZEROS'", "list"),
        ("UPDATE packet_take SET seal = 'ZEROS' WHERE number = 1", "list"),
        ("UPDATE packet_share SET coins = coins + 1 WHERE nth = 1", "split"),
        ("UPDATE packet_take SET coins = coins + 1 WHERE nth = 1", "shared"),
        ("UPDATE packet_take SET nth = 9 WHERE nth = 1", "shared"),
    ],
)
async def test_a_row_that_was_changed_is_found(db: Database, causes: Causes, statement: str, doubt: str) -> None:
    """A seed, a list, a share or who got it, changed in the database."""
    table, packet = await shared_out(db, causes)
    await db.write(change, statement.replace("ZEROS", "00" * 32))
    told = await table.packets.proofs.check(table.place, fan(1).user_id, packet)
    assert isinstance(told, PacketProof)
    assert doubt in told.doubts


async def test_another_shops_packet_is_not_there(db: Database, causes: Causes) -> None:
    """Neither its check nor its files."""
    table, packet = await shared_out(db, causes)
    proofs = table.packets.proofs
    assert await proofs.check(table.place, fan(1).user_id, packet + 1) == NoSuchPacket()
    act = act_of(table.place, fan(1), DRAWN, causes.next())
    assert await proofs.files(act, packet + 1, can_write=True) == NoSuchPacket()
    assert await proofs.proof(table.place.community_id + 1, packet) is None


async def test_files_come_once_a_day(db: Database, causes: Causes) -> None:
    """The proof and the page, in private; before the end nothing comes."""
    table, packet = await shared_out(db, causes)
    for at, files in ((DRAWN, 2), (DRAWN + timedelta(minutes=5), 2)):
        act = act_of(table.place, fan(1), at, causes.next())
        told = await table.packets.proofs.files(act, packet, can_write=True)
        assert told == PacketFilesCome(table.place.community_id, packet, can_write=True)
        rows = await query(db, "SELECT count(*) FROM outbox WHERE chat_id = :c AND act = 'file'", c=fan(1).user_id)
        assert rows == [(files,)]
    other = (await table.opens(50, 3)).packet_id
    act = act_of(table.place, fan(1), DRAWN, causes.next())
    assert isinstance(await table.packets.proofs.files(act, other, can_write=True), ProofLater)
