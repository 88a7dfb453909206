"""Red packets on both databases: every share once, every coin accounted for, whatever comes in between."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.rules.general import TooLateToUndo, Undone
from bot.rules.packets.packets import (
    GiverTooNew,
    GiverTooPoor,
    InPacket,
    NewPacket,
    NoSuchPacket,
    NotDrawn,
    OwnPacket,
    PacketBefore,
    PacketDrawing,
    PacketExpired,
    PacketGone,
    PacketOpened,
    PacketProof,
    PacketTakenBack,
    PacketTooThin,
    ProofLater,
    ShareTaken,
    ShareYours,
    WonLately,
)
from bot.rules.packets.shares import split
from bot.rules.rights import ForStaffOnly
from bot.rules.sealing import ListLine, commitment, key_of, list_hash, order_of
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.tables.wins import WinKind
from bot.store.wins import record_win, won_since
from tests.features.packets.table import DRAWN, EVENING, POLICY, Table, change
from tests.features.scene import NOON, OWNER, Causes, act_of, balance, days, fan, give, privacy, query, shop, undo


def _number_cards_otherwise(tx: Tx) -> None:
    """Both cards hang, each is about the packet with the other's number, and nothing is promised."""
    for swap in ("UPDATE card SET subject_id = 103 - subject_id", "UPDATE card SET subject_id = subject_id - 100"):
        tx.execute(text(swap))
    tx.execute(text("UPDATE card SET message_id = 70 + id"))
    tx.execute(text("DELETE FROM outbox"))


async def test_each_of_two_cards_follows_its_own_packet(db: Database, causes: Causes) -> None:
    """A tap promises an edit of its packet's card, once, whatever the numbers of cards and packets are."""
    table = await Table.lay(db, causes)
    await table.opens(100, 5)
    await table.opens(100, 5, rush=True)
    await db.write(_number_cards_otherwise)
    edits = "SELECT count(*) FROM outbox WHERE act = 'edit_card' AND fold_key = "
    await table.tap(2, 1)
    assert await query(db, f"{edits} 'card:1'") == [(1,)]
    await table.tap(1, 1)
    assert await query(db, f"{edits} 'card:2'") == [(1,)]


async def test_a_rush_from_the_first_to_the_last(db: Database, causes: Causes) -> None:
    """Each tap gets the next share of the split, once; the last one ends it, and later ones hear so."""
    table = await Table.lay(db, causes)
    opened = await table.opens(100, 3, rush=True)
    packet = opened.packet_id
    assert (opened.draws_at, opened.groups) == (None, 1)
    assert await table.escrow() == 100
    first = await table.tap(packet, 1, cause="42:first")
    assert isinstance(first, ShareTaken)
    assert first.balance == first.coins
    assert await table.tap(packet, 1, cause="42:first") == first
    assert await table.tap(packet, 1) == ShareYours(first.coins)
    outcomes = [await table.tap(packet, number) for number in (2, 3, 4)]
    assert outcomes[2] == PacketGone(3)
    card = await table.card(packet)
    shares = await table.shares(packet)
    assert [shares[number] for number in (1, 2, 3)] == split(bytes.fromhex(card.seed or ""), 100, 3)
    assert (card.state, card.taken, card.handed, card.most) == ("over", 3, 100, max(shares.values()))
    assert card.luckiest in {f"Fan {number}" for number, coins in shares.items() if coins == card.most}
    assert await table.escrow() == 0
    assert await table.tick(EVENING) is None
    assert await table.sound()


async def test_a_fair_window_with_room_for_all(db: Database, causes: Causes) -> None:
    """Who taps within the minute gets a share by the sealed shuffle; the rest is for who comes later."""
    table = await Table.lay(db, causes)
    opened = await table.opens(500, 5)
    packet, ends = opened.packet_id, NOON + POLICY.window
    assert opened.draws_at == ends
    assert await table.tap(packet, 1, cause="42:first") == InPacket(1, ends)
    assert await table.tap(packet, 2, ends - timedelta(seconds=1)) == InPacket(2, ends)
    assert await table.tap(packet, 1) == InPacket(1, ends)
    assert await table.tap(packet, 3, ends) == PacketDrawing()
    assert await table.tick(ends) == DRAWN
    assert await table.tap(packet, 2, ends) == PacketDrawing()
    assert await table.tick(DRAWN) == opened.expires_at
    shares = await table.shares(packet)
    assert shares.keys() == {1, 2}
    assert await table.tap(packet, 1, DRAWN, cause="42:first") == InPacket(1, ends)
    assert await table.tap(packet, 1, DRAWN) == ShareYours(shares[1])
    late = await table.tap(packet, 3, DRAWN)
    assert isinstance(late, ShareTaken)
    card = await table.card(packet)
    assert (card.state, card.taken, card.takers, card.seed) == ("open", 3, 2, None)
    assert await table.packets.proofs.check(table.place, fan(1).user_id, packet) == ProofLater(card.sealed)
    assert await table.tick(opened.expires_at) is None
    card = await table.card(packet)
    assert (card.state, card.handed) == ("expired", sum(shares.values()) + late.coins)
    assert await table.tap(packet, 4, opened.expires_at) == PacketExpired()
    assert await table.escrow() == 0
    assert await table.sound()


async def test_more_fans_than_shares(db: Database, causes: Causes) -> None:
    """The sealed draw picks; the order can be computed again from what is told afterwards."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(90, 4)).packet_id
    await table.crowd(packet, 30)
    sealed = (await table.card(packet)).sealed
    await table.tick(DRAWN)
    card, shares = await table.card(packet), await table.shares(packet)
    assert (card.state, card.takers, len(shares), sum(shares.values())) == ("over", 30, 4, 90)
    assert card.seed is not None
    assert commitment(bytes.fromhex(card.seed)) == sealed == card.sealed
    rows = await query(
        db,
        "SELECT t.number, t.seal, m.user_id FROM packet_take t JOIN member m ON m.id = t.member_id ORDER BY t.number",
    )
    lines = [ListLine(number, 1, seal) for number, seal, _ in rows]
    assert list_hash(lines) == card.frozen
    order = order_of(key_of(bytes.fromhex(card.seed), list_hash(lines)), lines)
    fan_of = {number: user_id - 100 for number, _, user_id in rows}
    assert shares == dict(zip((fan_of[n] for n in order), split(bytes.fromhex(card.seed), 90, 4), strict=False))
    loser, winner = fan_of[order[-1]], fan_of[order[0]]
    assert await table.tap(packet, loser, DRAWN) == NotDrawn(30, 4)
    assert await table.tap(packet, winner, DRAWN) == ShareYours(shares[winner])
    assert await table.tap(packet, 99, DRAWN) == PacketGone(4)
    proof = await table.packets.proofs.check(table.place, fan(winner).user_id, packet)
    assert isinstance(proof, PacketProof)
    assert (proof.number, proof.nth, proof.got) == (order[0], 1, shares[winner])
    assert await table.escrow() == 0
    assert await table.sound()


async def test_opening_and_taking_back(db: Database, causes: Causes) -> None:
    """Opening acts once however often it comes, and is undone while nobody has tapped: the coins return."""
    table = await Table.lay(db, causes)
    first = await table.opens(100, 10, cause="42:open")
    assert await table.opens(100, 10, cause="42:open") == first
    assert await query(db, "SELECT count(*) FROM packet") == [(1,)]
    undone = await undo(db, table.place, OWNER.user_id, NOON, causes.next(), first.audit_id)
    assert undone == Undone("packet.opened", "100/10")
    assert await table.escrow() == 0
    assert await table.tap(first.packet_id, 1) == PacketTakenBack()
    assert (await table.card(first.packet_id)).state == "cancelled"
    second = await table.opens(100, 10)
    await table.tap(second.packet_id, 1)
    too_late = await undo(db, table.place, OWNER.user_id, NOON, causes.next(), second.audit_id)
    assert isinstance(too_late, TooLateToUndo)
    thin = await table.packets.open(act_of(table.place, cause=causes.next()), NewPacket(9, 10))
    assert thin == PacketTooThin(9, 10)
    assert await table.sound()


async def test_no_packet_of_another_shop(db: Database, causes: Causes) -> None:
    """A forged press reaches no other shop's packet."""
    table = await Table.lay(db, causes)
    other = Table(db, await shop(db, fan(900), -1002), causes)
    theirs = (await other.opens(10, 2, rush=True)).packet_id
    assert await table.tap(theirs, 1) == NoSuchPacket()
    assert await table.tap(10**18, 1) == NoSuchPacket()
    assert await table.packets.proofs.check(table.place, 1, theirs) == NoSuchPacket()


async def test_a_fans_own_packet(db: Database, causes: Causes) -> None:
    """Off at first; then a week as a member and the tier are asked for, and what nobody opens comes back."""
    table = await Table.lay(db, causes)
    ana, wish = fan(1), NewPacket(60, 3, rush=True)
    await give(db, table.place, ana, 100)

    async def gives(at: datetime) -> object:
        return await table.packets.give(act_of(table.place, ana, at, causes.next()), wish)

    assert await gives(days(8)) == ForStaffOnly()
    await db.write(change, "UPDATE community SET packets = 'fans'")
    assert await gives(days(6)) == GiverTooNew(7, "fan")
    assert await gives(days(8)) == GiverTooNew(7, "fan")
    await db.write(
        change, "UPDATE member SET tier = 'fan', tier_rose_on = '2026-11-09', tier_settled_on = '2026-11-09'"
    )
    opened = await gives(days(8))
    assert isinstance(opened, PacketOpened)
    assert (opened.audit_id, opened.balance) == (None, 40)
    assert await gives(days(8)) == GiverTooPoor(60, 40)
    assert await table.tap(opened.packet_id, 1, days(8)) == OwnPacket()
    got = await table.tap(opened.packet_id, 2, days(8))
    assert isinstance(got, ShareTaken)
    assert (await table.card(opened.packet_id)).giver == "Fan 1"
    await table.tick(opened.expires_at)
    assert await balance(db, table.place, ana) == 100 - got.coins
    assert await query(db, "SELECT amount FROM transfer WHERE reason = 'packet back'") == [(60 - got.coins,)]
    assert await table.escrow() == 0
    assert await table.sound()


async def test_fresh_packets_count_as_wins(db: Database, causes: Causes) -> None:
    """With `fresh` a share is a win, in a draw as in a rush, and who won lately waits."""
    table = await Table.lay(db, causes)
    fair = (await table.opens(10, 2, fresh=30)).packet_id
    await table.crowd(fair, 2)
    await table.tick(DRAWN)
    rush = (await table.opens(10, 5, EVENING, rush=True, fresh=30)).packet_id
    assert await table.tap(rush, 1, EVENING) == WonLately(30)
    assert isinstance(await table.tap(rush, 3, EVENING), ShareTaken)
    plain = (await table.opens(10, 5, EVENING, rush=True)).packet_id
    assert isinstance(await table.tap(plain, 4, EVENING), ShareTaken)
    later = (await table.opens(10, 5, days(40), rush=True, fresh=30)).packet_id
    assert isinstance(await table.tap(later, 1, days(40)), ShareTaken)
    wins = await query(db, "SELECT m.user_id, w.subject_id FROM win w JOIN member m ON m.id = w.member_id")
    assert Counter(wins) == Counter([(101, fair), (102, fair), (103, rush), (101, later)])


async def test_wins_are_known_by_shop_and_time(db: Database, causes: Causes) -> None:
    """A win counts once, from its instant on, in its own shop."""
    table = await Table.lay(db, causes)
    other = await shop(db, fan(900), -1002)
    await give(db, table.place, fan(1), 1)
    await give(db, table.place, fan(2), 1)
    ids = [row[0] for row in await query(db, "SELECT id FROM member WHERE user_id IN (101, 102) ORDER BY user_id")]
    for _ in range(2):
        await db.write(record_win, table.place, ids[0], WinKind.RAFFLE, 7, NOON)
    assert await db.read(won_since, table.place, ids, NOON) == {ids[0]}
    assert await db.read(won_since, table.place, ids[1:], NOON) == set()
    assert await db.read(won_since, table.place, ids, days(1)) == set()
    assert await db.read(won_since, other, ids, NOON) == set()
    assert await query(db, "SELECT count(*) FROM win") == [(1,)]


async def test_who_came_back_and_who_left(db: Database, causes: Causes) -> None:
    """A deleted fan's place in a draw goes to nobody and its coins go back; who comes back has no second share."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(100, 5)).packet_id
    await table.crowd(packet, 5)
    await privacy(db).delete(table.place, fan(3).user_id, NOON)
    assert await table.tap(packet, 3, NOON) == PacketBefore()
    await table.tick(DRAWN)
    shares = await table.shares(packet)
    assert shares.keys() == {1, 2, 4, 5}
    card = await table.card(packet)
    assert (card.state, card.handed) == ("over", sum(shares.values()))
    assert card.luckiest is not None
    assert await table.escrow() == 0
    assert await table.sound()
    assert await query(db, "SELECT count(*) FROM packet_take WHERE salt IS NULL") == [(1,)]


async def test_the_luckiest_may_stay_unnamed(db: Database, causes: Causes) -> None:
    """Who asked not to be shown isn't named on the card; how much it was is told."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(50, 1, rush=True)).packet_id
    await table.tap(packet, 1)
    await db.write(change, "UPDATE member SET hidden = true")
    card = await table.card(packet)
    assert (card.luckiest, card.most) == (None, 50)


@pytest.mark.runs_once
async def test_a_tap_in_a_rush_is_eight_statements(
    sqlite_url: str, causes: Causes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storm's path stays short: a share costs eight statements while an edit of the card waits, a late tap two."""
    counted: list[str] = []
    async with Database.open(sqlite_url) as db:
        table = await Table.lay(db, causes)
        packet = (await table.opens(100, 3, rush=True)).packet_id
        await table.tap(packet, 1)
        for number in (2, 3, 4):
            await give(db, table.place, fan(number), 0)
        real = Hot._execute

        def count(*args: Any) -> Any:
            counted.append("")
            return real(*args)

        monkeypatch.setattr(Hot, "_execute", count)
        await table.tap(packet, 2)
        assert len(counted) == 8
        await table.tap(packet, 3)
        counted.clear()
        await table.tap(packet, 4)
        assert len(counted) == 2


async def test_a_thousand_taps_on_the_last_share(db: Database, causes: Causes) -> None:
    """One share, a thousand taps at once: one fan has it, nobody else loses anything."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(7, 1, rush=True)).packet_id
    outcomes = await table.crowd(packet, 1_000)
    assert Counter(type(outcome) for outcome in outcomes) == {ShareTaken: 1, PacketGone: 999}
    assert len(await table.shares(packet)) == 1
    assert await table.escrow() == 0
    assert (await db.read(check_books)).held_by_fans == 7
    assert await table.sound()
