"""`python -m benchmarks.memory`: how a shop's size changes what fans wait for and what the night costs.

For each size a seeded shop is made (`benchmarks/filled.py`) and measured in the same run:

- check-ins a second, against an empty shop, in turns: quote the ratio only
- `/me`, `/top` and each kind of `/report`, as use cases: the median and the slowest
- the night's work: the first after the shop was filled, and the next one, after a hundred fans acted
- the longest write of all that: nothing else can be written meanwhile

Sizes are given by `--members`, several with commas; a million takes some minutes and about 4 GB of disk.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmarks.filled import NOW, fill, user
from bot.app import build
from bot.clock import Clock
from bot.domains import DOMAINS, policies_of
from bot.features.figures.coin_sums import CoinFolding
from bot.features.figures.reports import Reports, Wish
from bot.features.people.board import MonthBoard
from bot.flows.check_in import CheckIns
from bot.flows.my_card import MyCards
from bot.logs import set_up_logs
from bot.rules.act import Act
from bot.rules.figures.windows import FiguresPolicy
from bot.rules.people.members import BoardPolicy
from bot.rules.place import Place
from bot.settings import Settings
from bot.store.engine.db import Database
from bot.store.engine.schema import migrate
from bot.store.engine.sessions import Tx

ROUNDS = 5
AT_ONCE = 64
ASKED = 100
SMALL = 2_000
"""Members of the empty shop: those who check in, without a history that grows."""
POLICIES = policies_of(DOMAINS)


@dataclass
class Longest:
    """The longest time for which a use case held the writer."""

    seconds: float = 0.0
    name: str = ""
    over: int = 0
    """How many writes took over 50 ms."""
    watched: list[str] = field(default_factory=list)

    def watch(self, db: Database) -> None:
        """Time each use case of this database from now on, inside its transaction."""
        write = db.write

        async def timed_write(use_case: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
            def timed(tx: Tx) -> Any:
                begun = time.perf_counter()
                result = use_case(tx, *args, **kwargs)
                self._note(time.perf_counter() - begun, getattr(use_case, "__qualname__", repr(use_case)))
                return result

            return await write(timed)

        db.write = timed_write  # type: ignore[method-assign]

    def _note(self, took: float, name: str) -> None:
        self.over += took > 0.05  # 50 ms
        if took > self.seconds:
            self.seconds, self.name = took, name


class Bench:
    """A shop, the bot that serves it without speaking to Telegram, and how to measure it."""

    def __init__(self, url: str, place: Place, members: int) -> None:
        self.now = NOW
        settings = Settings(bot_token=SecretStr("42:BENCH"), database_url=SecretStr(url))
        self.app = build(settings, clock=Clock(self._epoch))
        self._place = place
        self._members = members
        self._checkins = CheckIns(self.app.db, POLICIES)
        self._draw = random.Random(7)  # noqa: S311  # which fans act: no secret
        self._asked = 0

    @classmethod
    async def open(cls, path: Path, members: int) -> "Bench":
        """A new shop with so many members."""
        url = f"sqlite:///{path}"
        await migrate(url)
        async with Database.open(url) as db:
            place = await fill(db, members)
        return cls(url, place, members)

    def _epoch(self) -> float:
        return self.now.timestamp()

    def act(self, number: int, at: datetime) -> Act:
        """An act of a member, with a cause of its own."""
        self._asked += 1
        sender = user(number)
        return Act(self._place, sender, at, f"bench:{self._asked}", sender.user_id)

    async def check_in(self, many: int, at: datetime) -> float:
        """Let so many fans check in, some at once; check-ins a second."""
        fans = iter(self._draw.sample(range(self._members), many))

        async def some() -> None:
            for number in fans:
                await self._checkins.check_in(self.act(number, at))

        begun = time.perf_counter()
        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        return many / (time.perf_counter() - begun)

    async def ask(self, question: Callable[[Act], Awaitable[Any]], times: int = ASKED) -> tuple[float, float]:
        """Ask something as random fans; the median and the slowest, in milliseconds."""
        took = []
        for _ in range(times):
            act = self.act(self._draw.randrange(self._members), NOW)
            begun = time.perf_counter()
            await question(act)
            took.append((time.perf_counter() - begun) * 1_000)
        return statistics.median(took), max(took)


async def main(sizes: list[int]) -> None:
    """Measure each size and print a table."""
    set_up_logs("error", "text")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
            await measure(size, Path(folder))


async def measure(size: int, folder: Path) -> None:
    """Fill one shop, and measure it beside an empty one."""
    begun = time.perf_counter()
    filled, empty = await Bench.open(folder / "filled.db", size), await Bench.open(folder / "empty.db", SMALL)
    print(f"\n{size:,} members (filled in {time.perf_counter() - begun:.0f} s)", flush=True)
    longest = Longest()
    longest.watch(filled.app.db)
    await fold_coins(filled)
    await ask_all(filled)
    await compare_check_ins(filled, empty)
    print(f"  longest write so far                {longest.seconds * 1_000:8.1f} ms ({longest.name})")
    await spend_nights(filled, longest)
    await filled.app.close()
    await empty.app.close()


async def compare_check_ins(filled: Bench, empty: Bench) -> None:
    """Check-ins in both shops in turns; the ratio of their rates."""
    ratios = []
    for nth in range(ROUNDS):
        day = NOW + timedelta(days=nth)
        alone = await empty.check_in(1_000, day)
        ratios.append(await filled.check_in(1_000, day) / alone)
    middle, least, most = statistics.median(ratios), min(ratios), max(ratios)
    print(f"  check-ins, against the empty shop   {middle:8.2f} of the rate ({least:.2f} to {most:.2f})", flush=True)


async def fold_coins(filled: Bench) -> None:
    """Fold what the clock would have folded within the last hours."""
    folding = CoinFolding(filled.app.db, POLICIES[FiguresPolicy])
    begun = time.perf_counter()
    for hours in (3, 2):
        while await folding.run_due(NOW - timedelta(hours=hours)) is not None:
            pass
    print(f"  all coins folded in                 {time.perf_counter() - begun:8.1f} s", flush=True)


async def ask_all(filled: Bench) -> None:
    """Ask for a card, the board and reports."""
    db = filled.app.db
    cards, board, reports = MyCards(db, POLICIES), MonthBoard(db, BoardPolicy()), Reports(db, POLICIES[FiguresPolicy])

    def report(wish: Wish) -> Callable[[Act], Awaitable[Any]]:
        return lambda act: reports.report(act.place, wish, act.at)

    for name, question, times in (
        ("/me", cards.card, ASKED),
        ("/top", lambda act: board.board(act.place, act.sender.user_id, act.at), ASKED),
        ("/report of a stream", report(Wish()), 10),
        ("/report 7d", report(Wish(days=7)), 10),
        ("/report 30d", report(Wish(days=30)), 10),
        ("/report sources", report(Wish(sources=True)), 10),
    ):
        median, slowest = await filled.ask(question, times)
        print(f"  {name:<36}{median:8.1f} ms, at most {slowest:.1f} ms", flush=True)


async def spend_nights(filled: Bench, longest: Longest) -> None:
    """The night's work twice: after all that was filled in, and after a day on which a hundred fans came."""
    for name, days in (("the first night", 14), ("the next night", 15)):
        longest.seconds, longest.over = 0.0, 0
        filled.now = NOW + timedelta(days=days)
        begun = time.perf_counter()
        await filled.app.jobs.tick()
        ticked = time.perf_counter() - begun
        await filled.app.housekeeper.tidy(filled.now)
        tidied = time.perf_counter() - begun - ticked
        print(
            f"  {name:<36}{ticked:8.1f} s of due work, {tidied:.1f} s of tidying; longest write "
            f"{longest.seconds * 1_000:.1f} ms ({longest.name}), {longest.over} over 50 ms",
            flush=True,
        )
        await filled.check_in(100, filled.now + timedelta(hours=9))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--members", default="10000,100000", help="sizes of shops, with commas between")
    asyncio.run(main([int(size) for size in parser.parse_args().members.split(",")]))
