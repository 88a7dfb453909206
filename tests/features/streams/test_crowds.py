"""Many at once: fans who tap, staff who speak together, clocks that tick together; on both databases."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.features.streams import clock
from bot.rules.airings import AiringState
from bot.rules.streams.airings import Delayed, NoStreamThere, StreamCancelled, StreamEnded, WentLive
from bot.rules.streams.attendance import AlreadyHere, Attended, StreamOver
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from tests.features.scene import NOON, Causes, fan, query
from tests.features.studio import EIGHT, WEEK, Studio, another_group, at, morning_slot


@pytest.fixture
async def studio(db: Database, causes: Causes) -> Studio:
    """A studio with two groups and an airing each Monday at eight, to which some fans want to be reminded."""
    studio = await Studio.open(db, causes)
    await another_group(db, studio.place, -1002)
    await studio.plan(weekly=True)
    for number in range(3):
        await studio.subscribes(fan(number), NOON)
    return studio


async def test_fifty_taps_of_one_fan(studio: Studio) -> None:
    """One is paid, the others hear that they are on the list."""
    await studio.tick(EIGHT)
    heard = await asyncio.gather(*(studio.comes(fan(1), at(1), airing=1) for _ in range(50)))
    assert Counter(type(one) for one in heard) == {Attended: 1, AlreadyHere: 49}
    assert await studio.coins("attend") == [10]
    assert await studio.sound()


async def test_three_hundred_fans(studio: Studio) -> None:
    """All are paid, and the cards are edited once."""
    await studio.tick(EIGHT)
    await studio.post(EIGHT)
    heard = await asyncio.gather(*(studio.comes(fan(number), at(1), airing=1) for number in range(300)))
    assert all(isinstance(one, Attended) for one in heard)
    assert await studio.coins("attend") == [10] * 300
    assert await studio.waiting() == {"edit": 2}
    assert await studio.sound()


async def test_fans_tap_while_it_is_cancelled(studio: Studio) -> None:
    """Who came in time is paid, who didn't hears that it is over; told once, and the books are sound."""
    await studio.tick(EIGHT)
    await studio.post(EIGHT)
    *heard, cancelled = await asyncio.gather(
        *(studio.comes(fan(number), at(1), airing=1) for number in range(40)), studio.cancel(at(1))
    )
    assert isinstance(cancelled, StreamCancelled)
    assert {type(one) for one in heard} <= {Attended, StreamOver}
    paid = sum(isinstance(one, Attended) for one in heard)
    assert len(await studio.coins("attend")) == paid
    assert (await studio.post(at(1)))["CancelNotice"] == 2
    assert await studio.sound()


async def test_fans_tap_while_it_ends(studio: Studio) -> None:
    """The end is told once, whoever is still coming in."""
    await studio.golive(EIGHT)
    await studio.post(EIGHT)
    *heard, ended = await asyncio.gather(
        *(studio.comes(fan(number), at(60), airing=1) for number in range(40)), studio.end(at(60))
    )
    assert isinstance(ended, StreamEnded)
    paid = sum(isinstance(one, Attended) for one in heard)
    assert len(await studio.coins("attend")) == paid
    assert (await studio.post(at(60)))["EndNotice"] == 2
    assert await studio.sound()


async def test_golive_and_the_planned_start(studio: Studio) -> None:
    """Staff speak in the second in which the clock begins the airing: announced once in each group."""
    outcomes = await asyncio.gather(
        studio.tick(EIGHT), studio.golive(at(-0.01)), studio.tick(EIGHT), studio.golive(EIGHT), studio.tick(EIGHT)
    )
    assert all(isinstance(one, WentLive) for one in (outcomes[1], outcomes[3]))
    await studio.tick(at(1))
    assert (await studio.post(at(1)))["card"] == 2
    airing = await studio.airing(1)
    assert (airing.state, airing.on_air_at is not None) == (AiringState.LIVE, True)


async def test_golive_with_nothing_planned_by_two_at_once(db: Database, causes: Causes) -> None:
    """Both mean the same airing: there is one, announced once."""
    studio = await Studio.open(db, causes)
    outcomes = await asyncio.gather(*(studio.golive(NOON) for _ in range(5)))
    assert sorted(one.planned for one in outcomes if isinstance(one, WentLive)) == [False, True, True, True, True]
    assert await studio.post(NOON) == {"card": 1}


async def test_cancelled_by_two_at_once(studio: Studio) -> None:
    """Two press the same button: one calls the airing off, the other finds it gone; told once, next week's stays."""
    outcomes = await asyncio.gather(studio.cancel(at(-30), airing_id=1), studio.cancel(at(-30), airing_id=1))
    assert sorted(type(one).__name__ for one in outcomes) == ["NoStreamThere", "StreamCancelled"]
    await studio.tick(at(-30))
    assert await studio.post(at(-30)) == {"CancelNotice": 2, "CancelNotice to one": 3}
    assert [one.starts_at for one in await studio.planned()] == [EIGHT + WEEK]


async def test_delayed_by_two_at_once(studio: Studio) -> None:
    """Both delays count, and only the last time is told and kept."""
    quarter = timedelta(minutes=15)
    outcomes = await asyncio.gather(*(studio.delay(at(-30), by=quarter) for _ in range(2)))
    assert sorted(one.new for one in outcomes if isinstance(one, Delayed)) == [at(15), at(30)]
    await studio.tick(at(-30))
    assert await studio.post(at(-30)) == {"DelayNotice": 2, "DelayNotice to one": 3}
    assert await studio.post(at(15)) == {}
    assert await studio.post(at(30)) == {"card": 2}


async def test_everyone_speaks_at_once(studio: Studio) -> None:
    """On, off, later, over, and the clock: whatever comes first, all are answered and the books are sound."""
    outcomes = await asyncio.gather(
        studio.golive(EIGHT),
        studio.cancel(EIGHT, number=1),
        studio.delay(EIGHT, by=timedelta(minutes=5), number=1),
        studio.end(EIGHT, number=1),
        studio.tick(EIGHT),
        *(studio.comes(fan(number), EIGHT, airing=1) for number in range(10)),
    )
    assert len(outcomes) == 15
    sent = await studio.post(EIGHT)
    assert sent["card"] <= 4
    assert sent["CancelNotice"] <= 4
    assert await studio.sound()
    assert len([one for one in await studio.planned() if one.planned_at == EIGHT]) <= 1


async def test_ended_by_staff_and_clock_at_once(studio: Studio) -> None:
    """Told once; one next airing is made."""
    await studio.golive(EIGHT)
    await studio.post(EIGHT)
    await asyncio.gather(studio.end(at(179.9)), studio.tick(at(180)), studio.end(at(179.9)), studio.tick(at(180)))
    assert (await studio.post(at(180)))["EndNotice"] == 2
    assert [one.starts_at for one in await studio.planned()] == [EIGHT + WEEK]


async def test_an_act_delivered_twice_at_once(studio: Studio) -> None:
    """The same update in two hands acts once and is answered alike."""
    first, second = await asyncio.gather(
        *(studio.delay(at(-30), by=timedelta(minutes=5), cause="42:900") for _ in "ab")
    )
    assert first == second
    third, fourth = await asyncio.gather(*(studio.cancel(at(-30), cause="42:901") for _ in "ab"))
    assert third == fourth
    assert not isinstance(third, NoStreamThere)


async def test_two_clocks(studio: Studio) -> None:
    """Two workers tick together: one card, one round, one question, one next airing."""
    await morning_slot(studio.db, studio.place)
    for minutes in (-60, -10, 0, 10, 180, 13 * 60):
        now = at(minutes)
        await asyncio.gather(*(studio.tick(now) for _ in range(4)))
        sent = await studio.post(now)
        expected = {-60: {"Reminder to one": 3}, -10: {"Reminder to one": 3}, 0: {"card": 2}}
        expected |= {10: {"AskOwner to one": 1}, 180: {"edit": 2}, 13 * 60: {"card": 2}}
        assert sent == expected[minutes], minutes
    assert len(await studio.planned()) == 1
    assert len(await query(studio.db, "SELECT id FROM posting WHERE state = 'posted'")) == 1


async def test_one_bad_airing_stops_no_other(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that can't be handled is told in the log; the other airings of the round go on."""
    await studio.plan(title="Late show")
    real = clock.advance

    def stumbles(tx: Tx, community_id: int, airing_id: int, *rest: Any) -> None:
        if airing_id == 1:
            raise RuntimeError("a bad row")
        real(tx, community_id, airing_id, *rest)

    monkeypatch.setattr(clock, "advance", stumbles)
    with capture_logs() as logs:
        await studio.tick(EIGHT)
    assert [entry["airing"] for entry in logs if entry["event"] == "airing_failed"] == [1]
    states = await query(studio.db, "SELECT id, state FROM airing ORDER BY id")
    assert dict(states) == {1: AiringState.PLANNED, 2: AiringState.LIVE}
