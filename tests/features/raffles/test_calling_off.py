"""Raffles that are called off once their round is named: in public, with seed and list, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from bot.features.raffles.calling_off import CallingOff
from bot.features.raffles.proofs import Proofs
from bot.rules.beacons import QUICKNET
from bot.rules.general import Undone
from bot.rules.raffles.draws import CalledOff, CallOffAnnounced, OwnerMayCallOff
from bot.rules.raffles.entries import MyEntry
from bot.rules.raffles.opening import RaffleNotNow, RaffleUnknown
from bot.rules.raffles.proofs import page_path
from bot.rules.rights import Role
from bot.store.engine.db import Database
from bot.store.ledger import check_books
from bot.store.messages import departures
from tests.features.draws import CLOSES, STAFF, Fair, Recorded
from tests.features.scene import NOON, Causes, balance, everything, fan, give, query, staff_act, undo

SECOND = timedelta(seconds=1)


async def named(db: Database, causes: Causes) -> tuple[Fair, int, int]:
    """Open a raffle with three tickets and name its round. Returns the fair, the raffle's id and the round."""
    fair = await Fair.open(db, causes, beacon=Recorded())
    raffle = await fair.made(ticket=5)
    for number in (1, 2, 3):
        await give(db, fair.place, fan(number), 5)
        await fair.entered(raffle, fan(number), ticket=True)
    await fair.passes(CLOSES)
    await fair.posts(CLOSES)
    ((number, _, _),) = await fair.namings()
    return fair, raffle, number


async def test_seed_and_list_are_shown_before_the_round_comes(db: Database, causes: Causes) -> None:
    """Calling off gives tickets back, sends the proof to the groups, and leaves no winner."""
    fair, raffle, number = await named(db, causes)
    at, cause = CLOSES + 10 * SECOND, causes.next()
    assert await fair.calling_off.cancel(staff_act(fair.place, STAFF, at, cause), 1) == OwnerMayCallOff(1)
    outcome = await fair.calling_off.call_off(staff_act(fair.place, STAFF, at, cause), 1)
    assert outcome == CalledOff(1, "Silk scarf", 3, 15)
    assert [await balance(db, fair.place, fan(one)) for one in (1, 2, 3)] == [5, 5, 5]
    # The same update again: the first answer, nothing twice.
    assert await fair.calling_off.cancel(staff_act(fair.place, STAFF, at, cause), 1) == OwnerMayCallOff(1)
    assert await fair.calling_off.call_off(staff_act(fair.place, STAFF, at, cause), 1) == outcome
    assert await fair.told("file") == [-1001]
    told = await Proofs(db).proof(fair.place.community_id, raffle)
    assert told is not None
    page = page_path(raffle, (await fair.card(raffle)).commitment)
    assert told.caption == CallOffAnnounced(raffle, "Silk scarf", 3, 5, order_known=False, page=page)
    proof, checked = await fair.proof(raffle), await fair.checked(raffle)
    assert checked.faults == ()
    assert (proof["winners"], proof["order"], proof["beacon"]["round"]) == ([], [], number)
    assert proof["called_off"] == {"at": at.isoformat(timespec="seconds")}
    card = await fair.card(raffle)
    assert (card.state, card.seed, card.list_hash) == ("cancelled", proof["seed"], proof["list_hash"])
    mine = await fair.raffles.my_entry(fair.place, fan(1).user_id, raffle, at)
    assert isinstance(mine, MyEntry)
    assert mine.page is not None
    await fair.passes(QUICKNET.time_of(number))
    assert (await fair.card(raffle)).state == "cancelled"
    assert (await db.read(check_books)).sound


async def test_after_the_round_everybody_sees_who_would_have_won(db: Database, causes: Causes) -> None:
    """If the round has come, the proof has the round and the order."""
    fair, raffle, number = await named(db, causes)
    assert fair.beacon is not None
    fair.beacon.now = QUICKNET.time_of(number) + 5 * SECOND
    outcome = await fair.calling_off.call_off(staff_act(fair.place, STAFF, fair.beacon.now, causes.next()), 1)
    assert isinstance(outcome, CalledOff)
    told = await Proofs(db).proof(fair.place.community_id, raffle)
    assert told is not None
    assert told.caption.order_known
    proof = await fair.proof(raffle)
    assert (sorted(proof["order"]), proof["winners"]) == ([1, 2, 3], [])
    assert (await fair.checked(raffle)).faults == ()
    assert await fair.winners(raffle) == []


@pytest.mark.parametrize(
    ("taken", "posted", "listed"), [(False, 0, 0), (True, 1, 1), (True, 3, 0)], ids=["waits", "before", "after"]
)
async def test_it_can_be_called_off_while_its_naming_leaves(
    db: Database, causes: Causes, *, taken: bool, posted: int, listed: int
) -> None:
    """A waiting naming is withdrawn, and the proof has only namings that Telegram dated before the calling off."""
    fair = await Fair.open(db, causes, beacon=Recorded())
    raffle = await fair.made()
    await fair.passes(CLOSES)
    if taken:
        await db.write(departures.take, [row.id for row in (await db.read(departures.look, CLOSES)).due], "before")
    outcome = await fair.calling_off.call_off(staff_act(fair.place, STAFF, CLOSES + 2 * SECOND, causes.next()), 1)
    assert isinstance(outcome, CalledOff)
    assert await fair.posts(CLOSES + posted * SECOND) is taken
    proof = await fair.proof(raffle)
    assert (len(proof["beacon"]["namings"]), proof["winners"]) == (listed, [])
    assert (await fair.checked(raffle)).faults == ()
    await fair.passes(CLOSES + timedelta(hours=1))
    assert (await fair.card(raffle)).state == "cancelled"


async def test_what_cant_be_called_off(db: Database, causes: Causes) -> None:
    """In every other state, and for an unknown raffle, calling off changes nothing."""
    fair = await Fair.open(db, causes, beacon=Recorded())
    await fair.made()
    await fair.made(beacon=False)
    off = CallingOff(db, fair.policy, fair.beacon).call_off
    assert await off(staff_act(fair.place, STAFF, NOON, causes.next()), 1) == RaffleNotNow(
        1, "Silk scarf", "cancel", "open"
    )
    await fair.drawn_with_beacon()
    before = await everything(db)
    for number in (1, 2):
        expected = RaffleNotNow(number, "Silk scarf", "cancel", "drawn")
        act = staff_act(fair.place, STAFF, CLOSES + timedelta(hours=1), causes.next())
        assert await off(act, number) == expected
    assert await off(staff_act(fair.place, STAFF, CLOSES, causes.next()), 7) == RaffleUnknown(7)
    assert await everything(db) == before


async def test_calling_off_races_the_draw(db: Database, causes: Causes) -> None:
    """A raffle is called off or drawn, never both, and tickets come back only if it is called off."""
    fair, raffle, number = await named(db, causes)
    assert fair.beacon is not None
    now = fair.beacon.now = QUICKNET.time_of(number)
    off = fair.calling_off.call_off(staff_act(fair.place, STAFF, now, causes.next()), 1)
    outcome, _ = await asyncio.gather(off, fair.drawing.run_due(now))
    await fair.passes(now + SECOND)
    called_off = isinstance(outcome, CalledOff)
    assert (await fair.card(raffle)).state == ("cancelled" if called_off else "drawn")
    assert len(await fair.winners(raffle)) == (0 if called_off else 1)
    assert [await balance(db, fair.place, fan(one)) for one in (1, 2, 3)] == [5 if called_off else 0] * 3
    assert (await fair.checked(raffle)).faults == ()


async def test_calling_off_in_public_isnt_undone(db: Database, causes: Causes) -> None:
    """After calling off no button undoes it, as the seed is public."""
    fair, _, _ = await named(db, causes)
    await fair.calling_off.call_off(staff_act(fair.place, STAFF, CLOSES + SECOND, causes.next()), 1)
    assert not isinstance(
        await undo(db, fair.place, STAFF, CLOSES + 2 * SECOND, causes.next(), role=Role.OWNER), Undone
    )
    assert await query(db, "SELECT state FROM raffle") == [("cancelled",)]
