"""`python -m benchmarks.draw`: a raffle with 100,000 weighted entries, from the close to the proof.

It measures how long everything takes, how long the longest write held the writer, and the memory at its peak. Entries
are inserted straight into the tables. The tests of crowds measure entering.
"""

import argparse
import asyncio
import resource
import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.domains import DOMAINS, policies_of
from bot.features.raffles.draw import Draws
from bot.features.raffles.proofs import Proofs
from bot.features.raffles.raffles import Raffles
from bot.features.shops.arrivals import Arrival, arrive
from bot.rules.act import Act, Sender
from bot.rules.raffles.facts import NewRaffle, RafflePolicy
from bot.rules.raffles.proofs import check_proof
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.schema import migrate
from bot.store.engine.sessions import Tx

START = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
CLOSES = START + timedelta(hours=1)
OWNER = Sender(1, "Owner", "owner", "en")
CROWD = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
"""
STEPS = (
    ("person (user_id, name, can_write)", "1000 + i, 'Fan ' || i, 0 FROM n"),
    (
        "member (id, community_id, user_id, tier, joined_at, hidden, reminders)",
        "1000 + i, 1, 1000 + i, 'new', :at, 0, 1 FROM n",
    ),
    ("account (community_id, kind, member_id, balance)", "1, 'member', 1000 + i, 0 FROM n"),
    (
        "raffle_entry (community_id, raffle_id, member_id, number, salt, seal, state, paid, returned, at)",
        "1, 1, 1000 + i, i, lower(hex(randomblob(16))), lower(hex(randomblob(32))), 'in', 0, 0, :at FROM n",
    ),
    # A third of the fans redeemed coupons, so that their entries weigh more.
    ("activity (member_id, day, kind, times)", "1000 + i, '2026-11-01', 'redeem', 3 FROM n WHERE i % 3 = 0"),
)


class Timed(Database):
    """A database that remembers how long its longest use case held the writer."""

    longest = 0.0
    slowest = ""

    async def write(self, use_case: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run the use case, timed inside the transaction."""

        def timed(tx: Tx) -> Any:
            begun = time.perf_counter()
            result = use_case(tx, *args, **kwargs)
            took = time.perf_counter() - begun
            if took > self.longest:
                self.longest, self.slowest = took, use_case.__name__
            return result

        return await super().write(timed)


def insert_entrants(tx: Tx, count: int) -> None:
    """Insert `count` fans who entered the raffle."""
    for table, columns in STEPS:
        sql = f"INSERT INTO {table} {CROWD} SELECT {columns}"  # the names are constants of this file
        tx.execute(text(sql), {"count": count, "at": "2026-11-02 03:00:00.000000"})
    tx.execute(text("UPDATE raffle SET entered = :count"), {"count": count})


async def main(entrants: int) -> None:
    """Make the raffle, draw it, check the proof, and print the measurements."""
    policies = policies_of(DOMAINS)
    policy = policies[RafflePolicy]
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        await migrate(url)
        async with Timed.open(url) as db:
            arrived = await db.write(
                arrive, Arrival(-1001, "Bench", OWNER, Language.EN, START, is_admin=True), open_to_all=True
            )
            assert arrived is not None
            wish = NewRaffle("Silk scarf", CLOSES, winners=200, reserves=200, weights=(1, 1, 2, 3))
            raffles = Raffles(db, policies, secrets.token_bytes, None)
            await raffles.make(Act(arrived.group.place, OWNER, START, "bench", 1), wish)
            await db.write(insert_entrants, entrants)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            db.longest = 0.0
            drawing = Draws(db, policies, None)
            begun = time.perf_counter()
            await drawing.run_due(CLOSES)
            frozen = time.perf_counter()
            await drawing.run_due(CLOSES + policy.pause)
            drawn = time.perf_counter()
            made = await Proofs(db).proof(1, 1)
            proved = time.perf_counter()
            assert made is not None
            checked = check_proof(made.content.decode())
            done = time.perf_counter()
            assert checked.faults == (), checked.faults
            assert len(checked.winners) == 200
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{entrants:,} entrants, 200 winners, weights 1 1 2 3")
    print(f"  conditions checked and list frozen  {frozen - begun:6.1f} s")
    print(f"  ranked, written down and told       {drawn - frozen:6.1f} s")
    print(f"  proof made ({len(made.content) / 2**20:.1f} MiB)               {proved - drawn:6.1f} s")
    print(f"  proof checked                       {done - proved:6.1f} s")
    print(f"  longest write                       {db.longest * 1000:6.0f} ms ({db.slowest})")
    print(f"  memory at the peak                  {peak / 1024:6.0f} MiB ({before / 1024:.0f} before the draw)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entrants", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().entrants))
