"""Draws of red packets on both databases: shares that wait, races, and crashes in between."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.features.packets import draw as packet_draws
from bot.rules.farming import HeldState
from bot.rules.packets.packets import PacketDrawing, ShareKeptBack, ShareWaits, ShareYours
from bot.rules.packets.shares import split
from bot.rules.staff.held import HeldRefused, HeldReleased, HeldSettled
from bot.store.engine.db import Database
from tests.conftest import fresh_sqlite
from tests.features.packets.table import DRAWN, POLICY, Table, change, pressed_fast
from tests.features.scene import NOON, Causes, act_of, balance, fan, held_rewards, privacy, query


async def test_a_drawn_share_waits_for_the_shops_look(db: Database, causes: Causes) -> None:
    """Who presses faster than a person and came back from a deletion waits: then it is paid, kept back, or given up."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(500, 5)).packet_id
    await table.crowd(packet, 5)
    came_back = "UPDATE member SET back_since = '2026-11-01 03:00:00+00:00' WHERE user_id IN (101, 102, 103)"
    await db.write(change, came_back)
    for number in (1, 2, 3):
        await db.write(pressed_fast, table.place, fan(number))
    await table.tick(DRAWN)
    shares = await table.shares(packet)
    assert await table.tap(packet, 1, DRAWN) == ShareWaits(shares[1])
    assert await table.tap(packet, 4, DRAWN) == ShareYours(shares[4])
    waiting = sum(shares[number] for number in (1, 2, 3))
    assert await table.escrow() == waiting
    assert (await table.card(packet)).handed == 500 - waiting
    order = "SELECT h.id FROM held h JOIN member m ON m.id = h.member_id ORDER BY m.user_id"
    first, second, _ = [row[0] for row in await query(db, order)]

    async def decide(held_id: int, state: HeldState) -> object:
        return await held_rewards(db).decide(act_of(table.place, at=DRAWN, cause=causes.next()), held_id, state)

    assert await decide(first, HeldState.RELEASED) == HeldReleased("Fan 1", shares[1])
    assert isinstance(await decide(second, HeldState.REFUSED), HeldRefused)
    assert isinstance(await decide(first, HeldState.RELEASED), HeldSettled)
    assert await table.tap(packet, 1, DRAWN) == ShareYours(shares[1])
    assert await table.tap(packet, 2, DRAWN) == ShareKeptBack()
    assert await balance(db, table.place, fan(2)) == 0
    await privacy(db).delete(table.place, fan(3).user_id, DRAWN)
    assert await table.escrow() == 0
    assert await table.sound()


async def test_who_left_meanwhile_isnt_paid_what_was_held(db: Database, causes: Causes) -> None:
    """A share that waited for the shop's look, released after its fan has left, goes back instead."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(500, 5)).packet_id
    await table.crowd(packet, 5)
    await db.write(change, "UPDATE member SET back_since = '2026-11-01 03:00:00+00:00' WHERE user_id = 101")
    await db.write(pressed_fast, table.place, fan(1))
    await table.tick(DRAWN)
    ((held_id,),) = await query(db, "SELECT id FROM held")
    await db.write(change, "UPDATE member SET left_at = '2026-11-02 03:30:00+00:00' WHERE user_id = 101")
    act = act_of(table.place, at=DRAWN, cause=causes.next())
    decided = await held_rewards(db).decide(act, held_id, HeldState.RELEASED)
    assert decided == HeldReleased("Fan 1", 0)
    assert await balance(db, table.place, fan(1)) == 0
    assert await table.escrow() == 0
    assert await table.sound()


async def test_taps_race_the_draw_and_the_end(db: Database, causes: Causes) -> None:
    """Taps, the draw and the day's end at once: nobody has two shares, and the escrow ends empty."""
    table = await Table.lay(db, causes)
    packet = (await table.opens(300, 40)).packet_id
    await table.crowd(packet, 20)
    late = [table.tap(packet, number, DRAWN) for number in range(15, 50)]
    await asyncio.gather(table.tick(DRAWN), *late, table.tick(DRAWN))
    end = NOON + POLICY.lasts
    more = [table.tap(packet, number, end - timedelta(seconds=1)) for number in range(1, 70)]
    await asyncio.gather(*more[:35], table.tick(end), *more[35:], table.tick(end))
    await table.tick(end)
    shares, card = await table.shares(packet), await table.card(packet)
    assert set(range(1, 21)) <= shares.keys()
    assert card.state in {"over", "expired"}
    assert (card.taken, card.handed) == (len(shares), sum(shares.values()))
    assert await table.escrow() == 0
    assert await table.sound()


class Crash(Exception):  # noqa: N818  # it stands for a killed process
    """The process ended here."""


@given(
    coins=st.integers(0, 400),
    shares=st.integers(1, 40),
    crowd=st.integers(0, 60),
    late=st.integers(0, 30),
    crashes=st.lists(st.integers(0, 5), max_size=4),
    rush=st.booleans(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_crowd_and_any_crash(
    sqlite_template: Any,
    tmp_path_factory: pytest.TempPathFactory,
    coins: int,
    shares: int,
    crowd: int,
    late: int,
    crashes: list[int],
    rush: bool,
) -> None:
    """Whatever the sum, the crowd and the crashes between two steps: exact shares, each fan once, an empty escrow."""
    url = fresh_sqlite(sqlite_template, tmp_path_factory.mktemp("packet"))
    asyncio.run(_play(url, coins + shares, shares, crowd, late, crashes, rush=rush))


async def _play(url: str, coins: int, shares: int, crowd: int, late: int, crashes: list[int], *, rush: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packet_draws, "CHUNK", 7)
        async with Database.open(url) as db:
            table = await Table.lay(db, Causes())
            opened = await table.opens(coins, shares, rush=rush)
            outcomes = await table.crowd(opened.packet_id, crowd)
            for after in crashes:
                await _tick_and_crash(table, DRAWN, after)
            await table.tick(DRAWN)
            outcomes += await table.crowd(opened.packet_id, crowd + late, DRAWN)
            for after in crashes:
                await _tick_and_crash(table, opened.expires_at, after)
            await table.tick(opened.expires_at)
            got, card = await table.shares(opened.packet_id), await table.card(opened.packet_id)
            assert not any(isinstance(outcome, PacketDrawing) for outcome in outcomes)
            assert len(got) == min(shares, crowd + late)
            assert all(part >= 1 for part in got.values())
            assert card.seed is not None
            parts = split(bytes.fromhex(card.seed), coins, shares)
            assert Counter(got.values()) == Counter(parts[: len(got)])
            assert (card.taken, card.handed) == (len(got), sum(parts[: len(got)]))
            assert await table.escrow() == 0
            assert await table.sound()


async def _tick_and_crash(table: Table, now: datetime, after: int) -> None:
    """One round of the clock that ends after so many writes."""
    real, done = table.db.write, 0

    async def write(*args: Any, **kwargs: Any) -> Any:
        nonlocal done
        if done == after:
            raise Crash
        done += 1
        return await real(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table.db, "write", write)
        patch.setattr(packet_draws, "logging_failures", _apart)
        try:
            await table.tick(now)
        except Crash:
            return


class _apart:  # noqa: N801  # stands in for a function
    """Lets a crash through: a killed process logs nothing."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
