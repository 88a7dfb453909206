"""Fans' packets on both databases: what nobody gets goes back to who gave it, and no coin becomes younger."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.features.coins.lapse import LapseClock
from bot.features.people.board import MonthBoard
from bot.rules.coins.lapse import LapsePolicy
from bot.rules.farming import HeldState
from bot.rules.lots import Lot, divide
from bot.rules.packets.packets import ShareTaken, WonLately
from bot.rules.people.members import BoardPolicy
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from tests.conftest import fresh_sqlite
from tests.features.packets.fans import AUGUST, END, KOREA, OCTOBER, SEPTEMBER, Fans
from tests.features.packets.table import DRAWN, POLICY, change
from tests.features.scene import NOON, Causes, balance, fan, give, privacy, query, shop

# How coins come back.

Way = Callable[[Fans], Awaitable[int]]
"""Plays a packet of 60 coins of fan 1 to its end; how many coins others have of it."""


async def nobody_taps(table: Fans) -> int:
    """A fair packet whose day ends."""
    await table.gives(1, 60, 3)
    await table.tick(DRAWN)
    await table.tick(END)
    return 0


async def nobody_taps_a_rush(table: Fans) -> int:
    """The same of a rush."""
    await table.gives(1, 60, 3, rush=True)
    await table.tick(END)
    return 0


async def some_are_left(table: Fans) -> int:
    """One of three shares was taken as the day ends."""
    packet = await table.gives(1, 60, 3, rush=True)
    await table.tap(packet, 2)
    await table.tick(END)
    return sum((await table.shares(packet)).values())


async def a_taker_is_deleted_before_the_draw(table: Fans) -> int:
    """As many takers as shares, and one of them is nobody by the time it is drawn."""
    packet = await table.gives(1, 60, 3)
    await table.crowd_of(packet, 2, 3, 4)
    await privacy(table.db).delete(table.place, fan(3).user_id, NOON)
    await table.tick(DRAWN)
    return sum((await table.shares(packet)).values())


async def a_taker_is_deleted_and_latecomers_take_the_rest(table: Fans) -> int:
    """A share that nobody was drawn for goes back with the last one that is taken."""
    packet = await table.gives(1, 60, 3)
    await table.crowd_of(packet, 2, 3)
    await privacy(table.db).delete(table.place, fan(3).user_id, NOON)
    await table.tick(DRAWN)
    await table.tap(packet, 5, DRAWN)
    return sum((await table.shares(packet)).values())


async def a_share_is_kept_back(table: Fans) -> int:
    """Staff keep a drawn share back."""
    packet = await table.gives(1, 60, 3)
    await table.crowd_of(packet, 2, 3, 4)
    await table.suspects(2)
    await table.tick(DRAWN)
    await table.decides(2, HeldState.REFUSED)
    shares = await table.shares(packet)
    return shares[3] + shares[4]


async def two_shares_are_kept_back(table: Fans) -> int:
    """Two are, one after the other."""
    packet = await table.gives(1, 60, 3)
    await table.crowd_of(packet, 2, 3, 4)
    await table.suspects(2, 3)
    await table.tick(DRAWN)
    await table.decides(2, HeldState.REFUSED)
    await table.decides(3, HeldState.REFUSED)
    return (await table.shares(packet))[4]


async def a_taker_is_deleted_while_their_share_waits(table: Fans) -> int:
    """Who had a share that waits for the shop's look has their data deleted."""
    packet = await table.gives(1, 60, 3)
    await table.crowd_of(packet, 2, 3, 4)
    await table.suspects(2)
    await table.tick(DRAWN)
    await privacy(table.db).delete(table.place, fan(2).user_id, DRAWN)
    shares = await table.shares(packet)
    return shares[3] + shares[4]


async def a_share_is_released(table: Fans) -> int:
    """Nothing comes back: the share that waited is paid."""
    packet = await table.gives(1, 60, 3)
    await table.crowd_of(packet, 2, 3, 4)
    await table.suspects(2)
    await table.tick(DRAWN)
    await table.decides(2, HeldState.RELEASED)
    return 60


async def the_giver_left(table: Fans) -> int:
    """Who left the group has their coins still, and these too."""
    await table.gives(1, 60, 3, rush=True)
    await table.db.write(change, "UPDATE member SET left_at = '2026-11-02 04:00:00+00:00' WHERE user_id = 101")
    await table.tick(END)
    return 0


WAYS: tuple[Way, ...] = (
    nobody_taps,
    nobody_taps_a_rush,
    some_are_left,
    a_taker_is_deleted_before_the_draw,
    a_taker_is_deleted_and_latecomers_take_the_rest,
    a_share_is_kept_back,
    two_shares_are_kept_back,
    a_taker_is_deleted_while_their_share_waits,
    a_share_is_released,
    the_giver_left,
)


@pytest.mark.parametrize("way", WAYS)
async def test_what_comes_back_is_the_givers(db: Database, causes: Causes, way: Way) -> None:
    """By whatever way coins come back, the fan who gave them has them again, and all coins are as old as they were."""
    table = await Fans.lay(db, causes)
    for coins, at in ((25, AUGUST), (20, SEPTEMBER), (30, OCTOBER)):
        await table.earns(1, coins, at)
    gone = await way(table)
    assert await balance(db, table.place, fan(1)) == 75 - gone
    found: Counter[datetime] = Counter()
    for number in range(1, 6):
        if await query(db, "SELECT 1 FROM member WHERE user_id = :fan", fan=fan(number).user_id):
            found.update({lot.earned_at: lot.coins for lot in await table.holds(number)})
    assert found == {AUGUST: 25, SEPTEMBER: 20, OCTOBER: 30}
    assert sum(coins for _, coins in await query(db, "SELECT id, balance FROM account WHERE balance > 0")) == 75
    await table.ended()


@pytest.mark.parametrize("waits", [False, True])
async def test_where_the_giver_is_nobody(db: Database, causes: Causes, *, waits: bool) -> None:
    """Of who had their data deleted the rest goes to the shop, what waits and is kept back too."""
    table = await Fans.lay(db, causes)
    await table.earns(1, 75, OCTOBER)
    packet = await table.gives(1, 60, 3)
    await table.crowd_of(packet, 2, 3)
    if waits:
        await table.suspects(2)
    await privacy(db).delete(table.place, fan(1).user_id, NOON)
    await table.tick(DRAWN)
    if waits:
        await table.decides(2, HeldState.REFUSED)
    await table.tick(END)
    shares = await table.shares(packet)
    assert await balance(db, table.place, fan(2)) == (0 if waits else shares[2])
    assert await balance(db, table.place, fan(3)) == shares[3]
    assert [lot.earned_at for lot in await table.holds(3)] == [OCTOBER]
    assert await query(db, "SELECT balance FROM account a JOIN member m ON m.id = a.member_id WHERE m.user_id < 0") == [
        (0,)
    ]
    await table.ended()


# How old coins are.


async def test_shares_are_as_old_as_the_coins_in_them(db: Database, causes: Causes) -> None:
    """The giver's oldest coins go, in the order of the shares; a share over the edge of a month has both dates."""
    table = await Fans.lay(db, causes)
    await table.earns(1, 10, AUGUST)
    await table.earns(1, 30, SEPTEMBER)
    packet = await table.gives(1, 30, 2, rush=True)
    assert await table.holds(1) == (Lot(SEPTEMBER, 10),)
    first, second = [await table.tap(packet, number) for number in (2, 3)]
    assert isinstance(first, ShareTaken)
    assert isinstance(second, ShareTaken)
    expected = divide([Lot(AUGUST, 10), Lot(SEPTEMBER, 20)], [first.coins, second.coins])
    assert [await table.holds(2), await table.holds(3)] == expected
    await table.ended()


async def test_the_shops_coins_are_earned_when_they_are_paid(db: Database, causes: Causes) -> None:
    """A share of the shop's packet is fresh, drawn or taken."""
    table = await Fans.lay(db, causes)
    packet = (await table.opens(40, 4)).packet_id
    await table.tap(packet, 1)
    await table.tick(DRAWN)
    await table.tap(packet, 2, DRAWN + timedelta(days=0, hours=1))
    assert [lot.earned_at for number in (1, 2) for lot in await table.holds(number)] == [
        DRAWN,
        DRAWN + timedelta(hours=1),
    ]


async def test_a_swap_makes_no_coin_younger(db: Database, causes: Causes) -> None:
    """Two fans who give each other their oldest coins have, together, what they had."""
    table = await Fans.lay(db, causes)
    await table.earns(1, 10, OCTOBER)
    await table.earns(2, 10, AUGUST)
    await table.tap(await table.gives(1, 10, 1, rush=True), 2)
    assert await table.holds(2) == (Lot(AUGUST, 10), Lot(OCTOBER, 10))
    await table.tap(await table.gives(2, 10, 1, rush=True), 1)
    assert (await table.holds(1), await table.holds(2)) == ((Lot(AUGUST, 10),), (Lot(OCTOBER, 10),))


@pytest.mark.parametrize("taken", [False, True])
async def test_old_coins_lapse_in_time_after_a_packet(db: Database, causes: Causes, *, taken: bool) -> None:
    """Given away or come back, coins of November lapse a year after November, and those of January later."""
    table = await Fans.lay(db, causes)
    late = NOON + timedelta(days=80)
    await table.earns(1, 10, NOON)
    await table.earns(1, 7, late)
    packet = await table.gives(1, 10, 2, late, rush=True)
    if taken:
        for number in (2, 3):
            await table.tap(packet, number, late)
    await table.tick(late + POLICY.lasts)
    for year, month, left in ((2027, 11, 17), (2027, 12, 7), (2028, 1, 7), (2028, 2, 0)):
        await LapseClock(db, LapsePolicy()).run_due(datetime(year, month, 1, 3, tzinfo=NOON.tzinfo))
        assert sum(coins for (coins,) in await query(db, "SELECT balance FROM account WHERE balance > 0")) == left
    await table.ended()


async def test_what_came_back_counts_once_on_the_board(db: Database, causes: Causes) -> None:
    """Coins of this month that went into a packet and came back are earned once."""
    table = await Fans.lay(db, causes)
    await table.earns(1, 50, NOON)
    await table.gives(1, 50, 2, rush=True)
    await table.tick(END)
    board = await MonthBoard(db, BoardPolicy()).board(table.place, fan(1).user_id, END)
    assert [line.earned for line in board.lines] == [50]


async def test_who_was_deleted_may_have_won(db: Database, causes: Causes) -> None:
    """In a packet for who hasn't won lately, somebody who came back after a deletion can't show that they hadn't."""
    table = await Fans.lay(db, causes)
    won = (await table.opens(10, 2, rush=True, fresh=30)).packet_id
    await table.tap(won, 1)
    await privacy(db).delete(table.place, fan(1).user_id, NOON)
    later = NOON + timedelta(days=29)
    packet = (await table.opens(10, 2, later, rush=True, fresh=30)).packet_id
    assert await table.tap(packet, 1, later) == WonLately(30)
    after = NOON + timedelta(days=30)
    packet = (await table.opens(10, 2, after, rush=True, fresh=30)).packet_id
    assert isinstance(await table.tap(packet, 1, after), ShareTaken)


@pytest.mark.runs_once
async def test_a_tap_on_a_fans_packet_is_eight_statements(
    sqlite_url: str, causes: Causes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the shop's; a share over the edge of a month is one transfer more, and no packet has more than twelve."""
    counted: list[str] = []
    async with Database.open(sqlite_url) as db:
        table = await Fans.lay(db, causes)
        await table.earns(1, 10, AUGUST)
        await table.earns(1, 50, OCTOBER)
        packet = await table.gives(1, 60, 6, rush=True)
        for number in range(2, 8):
            await give(db, table.place, fan(number), 0)
        await table.tap(packet, 2)
        real = Hot._execute

        def count(*args: Any) -> Any:
            counted.append("")
            return real(*args)

        monkeypatch.setattr(Hot, "_execute", count)
        taps = []
        for number in range(3, 7):
            counted.clear()
            await table.tap(packet, number)
            taps.append(len(counted))
        lots = [len(await table.holds(number)) for number in range(2, 7)]
    assert sum(lots) == 6
    assert taps == [7 + parts for parts in lots[1:]]


async def test_taps_refusals_and_the_end_at_once(db: Database, causes: Causes) -> None:
    """Whatever of a fan's packet is taken, kept back or left as its day ends: every coin has its month."""
    table = await Fans.lay(db, causes)
    await table.earns(1, 40, AUGUST)
    await table.earns(1, 60, OCTOBER)
    packet = await table.gives(1, 100, 20)
    await table.crowd_of(packet, *range(2, 10))
    await table.suspects(2, 3, 4)
    await table.tick(DRAWN)
    at = END - timedelta(seconds=1)
    await asyncio.gather(
        *(table.tap(packet, number, at) for number in range(10, 18)),
        table.decides(2, HeldState.REFUSED),
        table.tick(END),
        table.decides(3, HeldState.RELEASED),
        privacy(db).delete(table.place, fan(4).user_id, DRAWN),
        *(table.tap(packet, number, at) for number in range(18, 24)),
        table.tick(END),
    )
    await table.tick(END)
    found: Counter[datetime] = Counter()
    for number in (1, *range(2, 4), *range(5, 24)):
        if await query(db, "SELECT 1 FROM member WHERE user_id = :fan", fan=fan(number).user_id):
            found.update({lot.earned_at: lot.coins for lot in await table.holds(number)})
    assert found == {AUGUST: 40, OCTOBER: 60}
    await table.ended()


numbers = st.integers(1, 4)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), numbers, st.integers(1, 30)),
        st.tuples(st.just("give"), numbers, st.integers(1, 4)),
        st.tuples(st.just("tap"), numbers, st.integers(0, 2)),
        st.tuples(st.just("wait"), st.integers(1, 40), st.just(0)),
    ),
    max_size=25,
)


@given(acts)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_packets_change_no_months_sum(
    sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int, int]]
) -> None:
    """However fans give and take, coins of each month, in purses and on their way, are as many as were earned in it."""
    url = fresh_sqlite(sqlite_template, tmp_path_factory.mktemp("fans"))
    asyncio.run(_play(url, history))


async def _play(url: str, history: list[tuple[str, int, int]]) -> None:
    async with Database.open(url) as db:
        table, now, opened = Fans(db, await shop(db), Causes()), NOON, []
        earned: defaultdict[str, int] = defaultdict(int)
        for number in range(1, 5):
            await give(db, table.place, fan(number), 0)
        for act, number, more in history:
            if act == "wait":
                now += timedelta(days=number)
                await table.tick(now)
            if act == "earn":
                now += timedelta(seconds=1)
                await table.earns(number, more, now)
                earned[f"{now.astimezone(KOREA):%Y-%m}"] += more
            if act == "give":
                coins = await balance(db, table.place, fan(number)) * 2 // 3
                if coins >= more:
                    opened.append(await table.gives(number, coins, more, now, rush=bool(number % 2)))
            if act == "tap" and opened:
                await table.tap(opened[-1 - more % len(opened)], number, now)
        await table.tick(now + timedelta(minutes=2))
        await table.tick(now + timedelta(days=2))
        found: defaultdict[str, int] = defaultdict(int)
        for number in range(1, 5):
            for lot in await table.holds(number):
                found[f"{lot.earned_at.astimezone(KOREA):%Y-%m}"] += lot.coins
        assert found == earned
        await table.ended()
