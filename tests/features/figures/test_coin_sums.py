"""Sums of coins that are folded are the same as counting every transfer, whenever the folding stops."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.features.figures.coin_sums import CoinFolding, coins_of_days, folded
from bot.features.figures.reports import Reports, Wish
from bot.rules.figures.reports import PeriodReport
from bot.rules.figures.windows import FiguresPolicy, Window, period_window
from bot.rules.lots import Lot
from bot.rules.place import Place
from bot.store import ledger
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from tests.features.scene import days, fan, give, query, shop

POLICY = FiguresPolicy()
HOUR = timedelta(hours=1)
FANS = 4


class Till:
    """Moves coins of a few fans at random, and keeps its own books."""

    def __init__(self, place: Place, accounts: list[int], seed: int) -> None:
        self._place = place
        self._accounts = accounts
        self._draw = random.Random(seed)  # a test's play
        self._keys: list[str] = []
        self._grants: list[tuple[datetime, str]] = []
        self.issued: list[tuple[datetime, int]] = []
        self.spent: list[tuple[datetime, int]] = []
        self.check_ins: list[tuple[datetime, int]] = []
        self.nth = 0

    def move(self, tx: Tx, now: datetime) -> None:
        """One transfer of some kind; one in five was done some days ago and is told only now."""
        self.nth += 1
        late = timedelta(hours=self._draw.randrange(24 * 9)) if self._draw.random() < 0.2 else timedelta(0)
        at, account = now - late, self._draw.choice(self._accounts)
        kind = self._draw.choice(("checkin", "gift", "grant", "taken", "claim", "back", "lapse", "lots"))
        header = ledger.TransferHeader(self._place.community_id, f"{kind}:{self.nth}", kind, at)
        sides: dict[str, Any] = {"member_account": account, "shop": self._place.shop_account}
        if kind in {"checkin", "gift", "grant"}:
            ledger.pay(tx, header, **sides, amount=self.nth)
            self.issued.append((at, self.nth))
            if kind == "grant":
                self._grants.append((at, header.key))
            if kind == "checkin":
                self.check_ins.append((at, account))
        elif kind in {"claim", "lapse"}:
            ledger.charge(tx, header, **sides, amount=self.nth)
            if kind == "claim":
                self.spent.append((at, self.nth))
                self._keys.append(header.key)
        elif kind == "back" and self._keys:
            back = ledger.give_back(tx, header, self._keys.pop(0))
            self.spent.append((at, -back))
        elif kind == "taken" and self._grants:
            earned_at, key = self._grants.pop(0)
            self.issued.append((earned_at, -ledger.take_back(tx, header, key)))
        elif kind == "lots":
            ledger.pay(tx, header, **sides, amount=self.nth, earned=[Lot(at - timedelta(days=40), self.nth)])

    def expect(self, report: PeriodReport, window: Window) -> None:
        """The report says what the till's own books say."""
        coins, fans = report.figures.coins, report.figures.fans
        assert coins.issued == sum(amount for at, amount in self.issued if window.holds(at))
        assert coins.spent == sum(amount for at, amount in self.spent if window.holds(at))
        assert fans.checked_in == len({account for at, account in self.check_ins if window.holds(at)})


async def accounts_of(db: Database, place: Place) -> list[int]:
    """The purses of some fans, each with coins to spend."""
    for number in range(FANS):
        await give(db, place, fan(number), 100_000)
    return await db.write(
        lambda tx: [standing(tx, place.community_id, fan(number), days(0)).account_id for number in range(FANS)]
    )


@pytest.mark.runs_once
@pytest.mark.parametrize("seed", range(4))
async def test_folded_sums_are_the_same_as_from_scratch(db: Database, seed: int) -> None:
    """Check-ins, gifts, grants that are taken back, spending, refunds, lapse and lots of other fans, many told late."""
    place = await shop(db)
    till = Till(place, await accounts_of(db, place), seed)
    till.issued = [(days(0), 100_000)] * FANS
    reports, folding = Reports(db, POLICY), CoinFolding(db, POLICY)
    now = days(1)
    for _ in range(60):
        now += HOUR * till.nth
        for _ in range(3):
            await db.write(till.move, now)
        await folding.run_due(now + HOUR)
        for length in (7, 30):
            told = await reports.report(place, Wish(days=length), now)
            assert isinstance(told, PeriodReport)
            till.expect(told, period_window(now, length, place.timezone))
    (state,) = await db.read(folded)
    assert 0 < state.upto <= state.newest


async def test_ten_clocks_fold_once(db: Database) -> None:
    """Ten at once fold each transfer once."""
    place = await shop(db)
    await accounts_of(db, place)
    folding = CoinFolding(db, POLICY)
    await folding.run_due(days(1))
    await asyncio.gather(*(folding.run_due(days(1) + HOUR) for _ in range(10)))
    assert await query(db, "SELECT sum(issued), sum(spent) FROM coin_sum") == [(FANS * 100_000, 0)]
    (state,) = await db.read(folded)
    assert state.upto == state.newest


async def test_a_day_that_is_over_counts_its_own_check_ins(db: Database) -> None:
    """Who checked in again later is counted on the earlier day too."""
    place = await shop(db)
    (account, *_) = await accounts_of(db, place)

    def check_in(tx: Tx, at: datetime) -> None:
        header = ledger.TransferHeader(place.community_id, f"checkin:{at}", "checkin", at)
        ledger.pay(tx, header, member_account=account, shop=place.shop_account, amount=5)

    for day in (1, 2):
        await db.write(check_in, days(day))
    folding = CoinFolding(db, POLICY)
    for hours in (0, 1, 2):
        await folding.run_due(days(2) + HOUR * hours)
    first = await db.read(coins_of_days, place.community_id, period_window(days(1), 1, place.timezone))
    both = await db.read(coins_of_days, place.community_id, period_window(days(2), 2, place.timezone))
    assert first is not None
    assert (first.issued, first.checked_in) == (5, None)
    assert both is not None
    assert (both.issued, both.checked_in) == (10, 1)
