"""`python -m benchmarks.exchange`: a file of 10,000 members, from its bytes to its undo, and an export of 50,000 fans.

It measures how long each step takes, how long the longest write held the writer, and the memory at its peak, of this
process and of the one that writes the workbook. Fans are inserted straight into the tables.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.content import Words
from bot.domains import DOMAINS, policies_of, undoables_of
from bot.features.exchange.coming import ExchangeClock
from bot.features.exchange.exports import Exports, ask
from bot.features.exchange.moving import MemberImports
from bot.features.shops.arrivals import Arrival, arrive
from bot.handlers.exchange.export_files import ExportFiles, drop_file
from bot.handlers.kit.files import read_grid
from bot.rules.act import Act, Sender
from bot.rules.exchange.exports import ExportPolicy
from bot.rules.exchange.lines import MemberRows, MovePolicy, read_members
from bot.rules.exchange.states import ExportFormat, ExportKind
from bot.rules.files import ImportPolicy
from bot.rules.rights import Role
from bot.rules.sheets.columns import understand
from bot.rules.sheets.sheet import Answers, Grid, Sheet, SheetKind
from bot.rules.tiers import TierPolicy
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.schema import migrate
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.tables import AuditEntry

START = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
OWNER = Sender(1, "Owner", "owner", "en")
CROWD = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
STEPS = (
    ("person (user_id, name, username, can_write)", "10000 + i, 'Fan ' || i, 'fan_' || i, 0 FROM n"),
    (
        "member (id, community_id, user_id, tier, joined_at, hidden, reminders)",
        "10000 + i, 1, 10000 + i, 'new', :at, 0, 1 FROM n",
    ),
    ("account (community_id, kind, member_id, balance)", "1, 'member', 10000 + i, 0 FROM n"),
    ("activity (member_id, day, kind, times)", "10000 + i, '2026-11-01', 'redeem', 3 FROM n WHERE i % 3 = 0"),
)


class Timed(Database):
    """A database that remembers how long its longest use case held the writer."""

    longest = 0.0
    slowest = ""

    async def write(self, use_case: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run it and take its time."""

        def timed(tx: Tx, *given: Any, **named: Any) -> Any:
            began = time.thread_time()
            done = use_case(tx, *given, **named)
            took = time.thread_time() - began
            if took > self.longest:
                self.longest, self.slowest = took, use_case.__name__
            return done

        return await super().write(timed, *args, **kwargs)


def member_lines(count: int) -> bytes:
    """A file: half of its people are here, most of the others come by id, some by username; all have a tag."""
    rows = ["id,username,name,points,joined,tags"]
    for number in range(1, count + 1):
        here = number * 2 <= count
        user_id = f"{10_000 + number}" if here else f"{900_000_000 + number}" if number % 5 else ""
        rows.append(f"{user_id},person_{number},Person {number},{number % 900 + 1},2025-03-01,silk")
    return "\n".join(rows).encode()


async def fill(db: Database, count: int) -> None:
    """A shop with so many fans."""
    await db.write(arrive, Arrival(-1001, "Bench", OWNER, Language.EN, START, is_admin=True), open_to_all=True)

    def insert(tx: Tx) -> None:
        for into, what in STEPS:
            tx.execute(text(f"INSERT INTO {into} {CROWD} SELECT {what}"), {"count": count, "at": START.isoformat(" ")})

    await db.write(insert)


async def moving(db: Timed, policies: Any, count: int) -> None:
    """The file, from its bytes to its undo."""
    began, used = time.perf_counter(), time.process_time()

    def lap(what: str) -> None:
        nonlocal began, used
        now, cpu = time.perf_counter(), time.process_time()
        longest = f"longest write {db.longest * 1000:5.1f} ms of CPU ({db.slowest})"
        print(f"  {what:<28} {now - began:7.2f} s, {cpu - used:6.2f} s of CPU   {longest}")
        began, used, db.longest, db.slowest = now, cpu, 0.0, ""

    content = member_lines(count)
    began = time.perf_counter()
    grid = read_grid(content, policies[ImportPolicy])
    assert isinstance(grid, Grid)
    sheet = understand(grid, SheetKind.MEMBERS, Answers())
    assert isinstance(sheet, Sheet)
    rows = read_members(sheet, "UTC", START, Answers(), policies[MovePolicy])
    assert isinstance(rows, MemberRows)
    assert len(rows.lines) == count
    lap("read")
    imports, place = MemberImports(db, policies), await db.read(_place)
    await imports.count(place, rows.lines)
    lap("dry run")
    act = Act(place, OWNER, START, "1:1", OWNER.user_id, Role.OWNER)
    taken = await imports.take(act, rows.lines)
    lap(f"taken in ({taken.counts.here} here)")
    entry_undo = undoables_of(DOMAINS, policies)["members.imported"]
    await db.write(_undo, entry_undo, act, taken.audit_id, policies)
    clock = ExchangeClock(db, policies)
    while await clock.run_due(START) is not None:
        pass
    lap("undone")
    books = await db.read(check_books)
    assert books.sound
    assert books.held_by_fans == 0


def _place(session: Any) -> Any:
    from bot.store.places import place_of  # noqa: PLC0415

    return place_of(session, 1)


def _undo(tx: Tx, undoable: Any, act: Act, audit_id: int, policies: Any) -> bool:
    return bool(undoable.take_back(tx, act, tx.get_one(AuditEntry, audit_id), policies))


async def export(db: Timed, policies: Any, form: ExportFormat) -> None:
    """All fans as a file."""
    place = await db.read(_place)
    act = Act(place, OWNER, START, f"2:{form}", OWNER.user_id, Role.OWNER)
    await db.write(lambda tx: tx.execute(text("UPDATE person SET can_write = 1 WHERE user_id = 1")))
    await db.write(ask, act, (ExportKind.FANS, form, ""), policies[ExportPolicy], "admin")
    ((export_id,),) = await db.read(lambda s: s.execute(text("SELECT max(id) FROM export")).all())
    files = ExportFiles(
        db,
        Exports(db, policies[ExportPolicy], "admin"),
        None,  # type: ignore[arg-type]  # it makes other files
        Words({}, {}),
        (policies[ExportPolicy], policies[TierPolicy]),
        lambda: START,
    )
    before, began = _peak(resource.RUSAGE_SELF), time.perf_counter()
    made = await files.export(1, export_id)
    assert made is not None
    assert made.path is not None
    size = made.path.stat().st_size
    drop_file(made.path)
    print(
        f"  {form:<5} {made.caption.rows:>6} rows {time.perf_counter() - began:7.2f} s {size / 1e6:6.1f} MB   "
        f"peak of the bot {_peak(resource.RUSAGE_SELF):.0f} MiB (before {before:.0f}), "
        f"of the writer {_peak(resource.RUSAGE_CHILDREN):.0f} MiB"
    )


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


async def main(lines: int, fans: int) -> None:
    """Both, on SQLite."""
    policies = policies_of(DOMAINS)
    with tempfile.TemporaryDirectory() as folder:
        for count, part in ((lines, "moving"), (fans // 10, "export"), (fans, "export")):
            url = f"sqlite:///{Path(folder) / f'{part}{count}.db'}"
            await migrate(url)
            async with Timed.open(url) as db:
                await fill(db, count)
                print(f"{part}: {count}")
                if part == "moving":
                    await moving(db, policies, count)
                else:
                    for form in ExportFormat:
                        await export(db, policies, form)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--fans", type=int, default=50_000)
    given = parser.parse_args()
    asyncio.run(main(given.lines, given.fans))
