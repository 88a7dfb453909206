"""Naming a round of the beacon: after the list is fixed, and before the round exists by Telegram's date."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.features.raffles.draw import Draws, fix_key
from bot.rules.beacons import NAMED_AHEAD, QUICKNET
from bot.rules.raffles.facts import NewRaffle, RafflePolicy
from bot.rules.raffles.opening import BeaconUnreachable, RaffleMade
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages import departures
from bot.store.tables import FanGroup
from tests.features.draws import CLOSES, DRAWS, STAFF, Fair, Recorded, pulse
from tests.features.fragile import Fragile, Killed
from tests.features.scene import NOON, OWNER, Causes, fan, query, staff_act

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
REFUSED = "UPDATE outbox SET state = 'failed' WHERE act = 'say' AND state = 'waiting'"
"""Telegram refused the naming."""


def _change(tx: Tx, /, statement: str, **parameters: Any) -> None:
    """Change rows directly, without a use case."""
    tx.execute(text(statement), parameters)


async def ready(db: Database, causes: Causes, entrants: int = 5, **wish: Any) -> tuple[Fair, int]:
    """A raffle that the beacon seals too, with fans in it."""
    fair = await Fair.open(db, causes, beacon=Recorded(), policy=RafflePolicy(chunk=3))
    raffle = await fair.made(**wish)
    for number in range(1, entrants + 1):
        await fair.entered(raffle, fan(number))
    return fair, raffle


async def state_of(fair: Fair) -> str:
    """The state of the first raffle."""
    return str((await query(fair.db, "SELECT state FROM raffle ORDER BY id LIMIT 1"))[0][0])


async def test_the_round_is_named_once_the_list_is_fixed(db: Database, causes: Causes) -> None:
    """A round is named only after the close, by a message of its own, at least a minute ahead."""
    fair, raffle = await ready(db, causes)
    card = await fair.card(raffle, NOON)
    assert (card.sealing, card.beacon_round, card.round_at) == ("freeze", None, None)
    await fair.passes(CLOSES)
    ((number, state, counts),) = await fair.namings()
    assert (state, counts) == ("promised", False)
    assert QUICKNET.time_of(number) >= CLOSES + NAMED_AHEAD + 90 * SECOND
    assert await fair.told("draws.RoundNamed") == [-1001]
    assert (await fair.card(raffle)).beacon_round is None
    assert await fair.posts(CLOSES + 2 * SECOND, message_id=77)
    card = await fair.card(raffle)
    assert (card.beacon_round, card.round_at) == (number, QUICKNET.time_of(number))
    assert card.list_hash is not None
    assert card.list_hash in str(await query(db, "SELECT facts FROM outbox WHERE act = 'say'"))
    assert await fair.passes(CLOSES + MINUTE) == QUICKNET.time_of(number)
    assert await state_of(fair) == "listed"
    await fair.passes(QUICKNET.time_of(number))
    proof, checked = await fair.proof(raffle), await fair.checked(raffle)
    assert checked.faults == ()
    assert (checked.round, checked.alone) == (number, False)
    assert proof["format"] == "encore-draw/2"
    assert proof["beacon"]["randomness"] == pulse(number).randomness
    assert proof["beacon"]["namings"] == [
        {
            "round": number,
            "chat_id": -1001,
            "message_id": 77,
            "date": (CLOSES + 2 * SECOND).isoformat(timespec="seconds"),
            "counts": True,
        }
    ]


async def test_a_naming_that_came_late_makes_way_for_another(db: Database, causes: Causes) -> None:
    """A naming less than 60 s before its round doesn't count by Telegram's date, and the next one is further ahead."""
    fair, raffle = await ready(db, causes)
    await fair.passes(CLOSES)
    ((first, _, _),) = await fair.namings()
    late = QUICKNET.time_of(first) - NAMED_AHEAD + SECOND
    assert await fair.posts(late, message_id=1)
    await fair.passes(CLOSES + 10 * SECOND)
    (_, (second, _, _)) = await fair.namings()
    assert QUICKNET.time_of(second) >= CLOSES + 10 * SECOND + 2 * fair.policy.naming_ahead
    in_time = QUICKNET.time_of(second) - NAMED_AHEAD
    assert await fair.posts(in_time, message_id=2)
    assert await fair.namings() == [(first, "posted", False), (second, "posted", True)]
    # The first round has come: it changes nothing.
    await fair.passes(QUICKNET.time_of(first) + SECOND)
    assert await state_of(fair) == "listed"
    await fair.passes(QUICKNET.time_of(second))
    checked, proof = await fair.checked(raffle), await fair.proof(raffle)
    assert (checked.faults, checked.round) == ((), second)
    assert [(one["round"], one["counts"]) for one in proof["beacon"]["namings"]] == [(first, False), (second, True)]
    rows = await query(db, "SELECT facts FROM outbox WHERE act = 'say' ORDER BY id")
    assert [("late" in str(facts), str(first) in str(facts)) for (facts,) in rows] == [(False, True), (True, True)]


def _another_group(tx: Tx) -> None:
    """The shop has a second group."""
    tx.add(FanGroup(community_id=1, chat_id=-1002, title="Annex", joined_at=NOON))
    tx.flush()


async def test_a_naming_that_is_refused_goes_to_the_next_group(db: Database, causes: Causes) -> None:
    """After a pause another round is named in another group, and the proof has no naming that was never posted."""
    fair, raffle = await ready(db, causes)
    await db.write(_another_group)
    await fair.passes(CLOSES)
    await db.write(_change, REFUSED)
    rests = CLOSES + fair.policy.naming_every
    assert await fair.passes(rests) == CLOSES + fair.policy.naming_pause
    assert len(await fair.namings()) == 1
    await fair.passes(CLOSES + fair.policy.naming_pause)
    (first, lost, _), (second, _, _) = await fair.namings()
    assert (lost, second > first) == ("lost", True)
    assert await query(db, "SELECT chat_id FROM raffle_naming ORDER BY nth") == [(-1001,), (-1002,)]
    assert await fair.posts(CLOSES + 20 * SECOND)
    await fair.passes(QUICKNET.time_of(second))
    proof = await fair.proof(raffle)
    assert [(one["round"], one["chat_id"]) for one in proof["beacon"]["namings"]] == [(second, -1002)]
    assert (await fair.checked(raffle)).faults == ()


async def test_a_naming_that_waits_past_its_time_is_given_up(db: Database, causes: Causes) -> None:
    """If Telegram can't be reached, a naming that comes too late is not sent, and another round is named."""
    fair, _ = await ready(db, causes)
    await fair.passes(CLOSES)
    ((first, _, _),) = await fair.namings()
    await fair.passes(QUICKNET.time_of(first) - NAMED_AHEAD)
    (_, lost, _), (second, _, _) = await fair.namings()
    assert (lost, second > first) == ("lost", True)
    states = await query(db, "SELECT state FROM outbox WHERE act = 'say' ORDER BY id")
    assert states == [("expired",), ("waiting",)]


async def test_what_was_on_its_way_in_a_crash_is_sent_again_or_given_up(db: Database, causes: Causes) -> None:
    """A new process posts the same round again while it can count, and names another if it is too late."""
    fair, _ = await ready(db, causes)
    await fair.passes(CLOSES)
    ((first, _, _),) = await fair.namings()
    seen = await db.read(departures.look, CLOSES)
    naming = next(row for row in seen.due if row.act == "say")
    await db.write(departures.take, [naming.id], "before")
    await fair.passes(CLOSES + 30 * SECOND)
    assert await fair.namings() == [(first, "promised", False)]
    await db.write(departures.after_crash, "after")
    again = await db.read(departures.look, CLOSES + 40 * SECOND)
    assert naming.id in {row.id for row in again.due}
    await db.write(departures.take, [naming.id], "before")
    await db.write(departures.after_crash, "after")
    too_late = QUICKNET.time_of(first) - NAMED_AHEAD + SECOND
    await db.write(departures.expire, too_late)
    await fair.passes(too_late)
    (_, lost, _), (second, _, _) = await fair.namings()
    assert (lost, second > first) == ("lost", True)


async def test_a_lost_naming_that_was_posted_after_all(db: Database, causes: Causes) -> None:
    """A naming that was given up but posted after all is in the proof, and the draw uses the last that counts."""
    fair, raffle = await ready(db, causes)
    await fair.passes(CLOSES)
    ((first, _, _),) = await fair.namings()
    await db.write(departures.take, [row.id for row in (await db.read(departures.look, CLOSES)).due], "before")
    await db.write(departures.after_crash, "after")
    gone = QUICKNET.time_of(first) - NAMED_AHEAD
    await fair.passes(gone)
    assert len(await fair.namings()) == 2
    await db.write(_change, "UPDATE outbox SET state = 'sending' WHERE state = 'expired'")
    assert await fair.posts(CLOSES + 5 * SECOND, message_id=9)
    _, (second, _, _) = await fair.namings()
    assert await fair.namings() == [(first, "posted", True), (second, "posted", True)]
    await fair.passes(QUICKNET.time_of(second))
    assert (await fair.proof(raffle))["beacon"]["round"] == second
    assert [one["round"] for one in (await fair.proof(raffle))["beacon"]["namings"]] == [first, second]


async def test_two_processes_name_once(db: Database, causes: Causes) -> None:
    """Several processes at once freeze the list once and name one round."""
    fair, _ = await ready(db, causes, entrants=10)
    await asyncio.gather(*(Draws(db, fair.policies, fair.beacon).run_due(CLOSES) for _ in range(4)))
    assert len(await fair.namings()) == 1
    await db.write(_change, REFUSED)
    later = CLOSES + fair.policy.naming_pause
    await asyncio.gather(*(Draws(db, fair.policies, fair.beacon).run_due(later) for _ in range(4)))
    assert [state for _, state, _ in await fair.namings()] == ["lost", "promised"]


@pytest.mark.parametrize("after_commit", [False, True])
async def test_a_kill_between_any_two_steps_freezes_once_and_chooses_nothing(
    url: str, causes: Causes, *, after_commit: bool
) -> None:
    """A process that is killed at any transaction leaves one list, one round that counts, and a good proof."""
    async with Fragile.open(url) as db:
        fair, raffle = await ready(db, causes, entrants=4)
        frozen, rounds, now = set(), set(), CLOSES
        for step in range(60):
            db.light(step % 3, after_commit=after_commit)
            try:
                await fair.passes(now)
                if step % 4 == 3:
                    db.light(None, after_commit=False)
                    await fair.posts(now)
            except Killed:
                await db.write(departures.after_crash, "after")
            db.light(None, after_commit=False)
            ((hashed, number),) = await query(db, "SELECT list_hash, beacon_round FROM raffle")
            frozen |= {hashed} - {None}
            rounds |= {number} - {None}
            now += 5 * SECOND
        assert await state_of(fair) == "drawn"
        assert (len(frozen), len(rounds)) == (1, 1)
        assert (await fair.checked(raffle)).faults == ()
        assert len(await fair.told("raffles.YouWon")) <= 1
        assert await fair.told("file") == [-1001]


async def test_once_named_the_draw_waits_for_its_round(db: Database, causes: Causes) -> None:
    """While the beacon is silent for days the draw waits, and the owner is told once."""
    fair, raffle = await ready(db, causes)
    assert fair.beacon is not None
    fair.beacon.answers = False
    number = await fair.drawn_with_beacon()
    now, came = QUICKNET.time_of(number), QUICKNET.time_of(number)
    asked = len(fair.beacon.asked)
    while now < came + timedelta(days=3):
        due = await fair.passes(now)
        assert due is not None
        assert now < due <= now + fair.policy.longest_pause
        now = due
    assert await state_of(fair) == "listed"
    assert len(fair.beacon.asked) - asked < 3 * 24 * 6 + 60
    assert await fair.told("draws.DrawWaits") == [OWNER.user_id]
    fair.beacon.answers = True
    await fair.passes(now)
    assert (await fair.checked(raffle)).faults == ()
    assert (await fair.card(raffle)).state == "drawn"


async def test_without_a_group_the_owner_hears_that_nothing_can_be_named(db: Database, causes: Causes) -> None:
    """While the bot is in no group the draw waits, and it goes on when the bot is back."""
    fair, raffle = await ready(db, causes)
    await db.write(_change, "UPDATE fan_group SET left_at = :at", at=NOON)
    await db.write(_change, "UPDATE person SET can_write = true WHERE user_id = 1")
    await fair.passes(CLOSES)
    await fair.passes(CLOSES + fair.policy.longest_pause)
    assert await fair.namings() == []
    assert await fair.told("draws.DrawWaits") == [OWNER.user_id]
    await db.write(_change, "UPDATE fan_group SET left_at = NULL")
    back = CLOSES + 2 * fair.policy.longest_pause
    await fair.passes(back)
    assert await fair.posts(back)
    ((number, _, _),) = await fair.namings()
    await fair.passes(QUICKNET.time_of(number))
    assert (await fair.checked(raffle)).faults == ()


async def test_a_shop_that_stops_over_the_close_cant_choose(db: Database, causes: Causes) -> None:
    """Whenever and however long the bot stops, the round came at least 60 s after the date of its naming."""
    dice = random.Random(9)
    for nth in range(12):
        fair = await Fair.open(db, causes, beacon=Recorded(), policy=RafflePolicy(chunk=2))
        raffle = await fair.made()
        for number in range(1, 5):
            await fair.entered(raffle, fan(number))
        now, posted = CLOSES, 0
        while (await fair.card(raffle)).state != "drawn":
            now += timedelta(seconds=dice.choice([0, 1, 5, 30, 80, 100, 300, 4000]))
            await fair.passes(now)
            if dice.random() < 0.7:
                posted += 1
                delay = timedelta(seconds=dice.choice([0, 0, 40, 89, 91, 200]))
                await fair.posts(now + delay, message_id=1000 * nth + posted)
            assert posted < 200
        proof = await fair.proof(raffle)
        used = [one for one in proof["beacon"]["namings"] if one["counts"]]
        assert used[-1]["round"] == proof["beacon"]["round"]
        for one in proof["beacon"]["namings"]:
            ahead = QUICKNET.time_of(one["round"]) - datetime.fromisoformat(one["date"])
            assert (ahead >= NAMED_AHEAD) == one["counts"]
        assert (await fair.checked(raffle)).faults == ()
        await db.write(_change, "DELETE FROM outbox")


async def test_whether_the_beacon_seals_is_decided_at_the_opening(db: Database, causes: Causes) -> None:
    """The beacon seals by default if it answers; `no` leaves it out, and `yes` without it opens nothing."""
    fair = await Fair.open(db, causes, beacon=Recorded())
    assert fair.beacon is not None
    outcomes = {}
    for answers in (True, False):
        fair.beacon.answers = answers
        for wanted in (None, True, False):
            wish = NewRaffle("Silk", CLOSES, beacon=wanted)
            made = await fair.raffles.make(staff_act(fair.place, STAFF, NOON, causes.next()), wish)
            outcomes[answers, wanted] = made.sealed_alone if isinstance(made, RaffleMade) else made
    assert outcomes == {
        (True, None): False,
        (True, True): False,
        (True, False): True,
        (False, None): True,
        (False, True): BeaconUnreachable(),
        (False, False): True,
    }
    sealings = await query(db, "SELECT sealing FROM raffle ORDER BY id")
    assert sealings == [("freeze",), ("freeze",), ("none",), ("none",), ("none",)]
    unknown = await Fair.open(db, causes)
    again = await unknown.raffles.make(staff_act(unknown.place, STAFF, NOON, causes.next()), NewRaffle("Silk", CLOSES))
    assert isinstance(again, RaffleMade)
    assert again.sealed_alone


async def test_an_opening_that_comes_again_stays_what_it_was(db: Database, causes: Causes) -> None:
    """A redelivered `/newraffle` hears its first answer, though the beacon has gone since."""
    fair = await Fair.open(db, causes, beacon=Recorded())
    assert fair.beacon is not None
    wish, cause = NewRaffle("Silk", CLOSES, beacon=True), causes.next()
    first = await fair.raffles.make(staff_act(fair.place, STAFF, NOON, cause), wish)
    fair.beacon.answers = False
    assert await fair.raffles.make(staff_act(fair.place, STAFF, NOON, cause), wish) == first
    assert await query(db, "SELECT count(*) FROM raffle") == [(1,)]


AS_BEFORE = "UPDATE raffle SET sealing = 'opening', proof_format = 1, beacon_round = :number"
"""A raffle that was open at the update."""


@pytest.mark.parametrize("answers", [True, False])
async def test_raffles_of_before_keep_their_cards_rule(db: Database, causes: Causes, *, answers: bool) -> None:
    """Their round was named at the opening; without it the shop alone seals after ten minutes. The proof is the old."""
    fair, raffle = await ready(db, causes, beacon=False)
    assert fair.beacon is not None
    fair.beacon.answers = answers
    number = QUICKNET.first_round_after(CLOSES)
    await db.write(_change, AS_BEFORE, number=number)
    assert (await fair.card(raffle, NOON)).beacon_round == number
    await fair.passes(CLOSES)
    await fair.passes(DRAWS)
    assert await state_of(fair) == ("drawn" if answers else "listed")
    assert await fair.namings() == []
    await fair.passes(CLOSES + timedelta(minutes=11))
    proof, checked = await fair.proof(raffle), await fair.checked(raffle)
    assert proof["format"] == "encore-draw/1"
    assert (checked.faults, checked.alone) == ((), not answers)
    assert (await fair.card(raffle)).beacon == (pulse(number).randomness if answers else None)
    # Their cards promised no end of redraws.
    for _ in range(3):
        await fair.redrawn(1)
    assert (await fair.checked(raffle)).faults == ()


async def test_nothing_but_the_named_round_fixes_the_key(db: Database, causes: Causes) -> None:
    """The key takes no other round than the named one."""
    fair, raffle = await ready(db, causes)
    await fair.passes(CLOSES)
    assert not await db.write(fix_key, raffle, None)
    await fair.posts(CLOSES)
    ((number, _, _),) = await fair.namings()
    assert not await db.write(fix_key, raffle, None)
    assert not await db.write(fix_key, raffle, pulse(number + 1))
    assert await state_of(fair) == "listed"
    assert await db.write(fix_key, raffle, pulse(number))
    assert not await db.write(fix_key, raffle, pulse(number))
