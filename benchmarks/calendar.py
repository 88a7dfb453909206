"""`python -m benchmarks.calendar`: what the calendar's clock costs when nothing is due, and what planning a week costs.

A database of 1,000 shops with 20,000 planned places is made, on a busy week each, and measured in the same run:

- a tick with nothing due: the median and the slowest of a hundred; the aim is under 5 ms
- planning one shop's week anew, with a shelf of 40 posts: the median and the slowest of twenty
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, update

from bot.features.posts.clock import WeeklyCalendar
from bot.features.posts.fill import FillRules
from bot.features.posts.plan import plan_week
from bot.features.shops.founding import found
from bot.logs import set_up_logs
from bot.rules.act import Act
from bot.rules.posting import Content
from bot.rules.posts.slots import CalendarPolicy
from bot.rules.posts.templates import TemplateFacts
from bot.rules.quiet_room import QuietRoomPolicy
from bot.rules.slots import PostingState, SlotKind
from bot.rules.words import Language
from bot.store.contents import content_to_facts
from bot.store.engine.db import Database
from bot.store.engine.schema import migrate
from bot.store.engine.sessions import Tx
from bot.store.tables import Posting, Slot
from bot.store.tables.posts import Post, Week

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
AIM = 0.005
"""Seconds that a tick with nothing due may take."""
TICKS = 100
PLANS = 20
POSTS = 40
PILLARS = ("arrivals", "tips", "behind", "questions", "welfare")


class Nothing:
    """Renders and opens nothing: neither is due."""

    async def render(self, content: Content, _facts: TemplateFacts) -> Content:
        """The content as it is."""
        return replace(content, is_template=False)

    async def open(self, _act: Act, _line: str) -> bool:
        """Open nothing."""
        return False


def fill(tx: Tx, shops: int, places: int) -> list[int]:
    """Make shops, each with its part of the planned places, and a shelf for the first of them."""
    made = []
    for number in range(shops):
        community_id = found(tx, f"Shop {number}", 10_000 + number, Language.KO, NOW - timedelta(days=30))
        slot = Slot(community_id=community_id, kind=SlotKind.POST, cron="30 19 * * *", since=NOW - timedelta(days=30))
        tx.add(slot)
        tx.flush()
        made.append(community_id)
        rows: list[dict[str, Any]] = [
            {
                "community_id": community_id,
                "slot_id": slot.id,
                "kind": SlotKind.POST.value,
                "wall": (at := NOW + timedelta(hours=6 + 8 * nth)).replace(tzinfo=None).isoformat(timespec="minutes"),
                "day": at.date(),
                "due_at": at,
                "state": PostingState.PLANNED.value,
                "pinned": False,
                "details": {},
            }
            for nth in range(places // shops)
        ]
        tx.execute(insert(Posting), rows)
    for number in range(POSTS):
        content = content_to_facts(Content(f"Post {number}"))
        pillar = PILLARS[number % len(PILLARS)]
        tx.add(
            Post(
                community_id=made[0],
                number=number + 1,
                content=content,
                pillar=pillar,
                on_shelf=True,
                made_at=NOW,
            )
        )
    tx.execute(update(Week).where(col(Week.seed) >= 0).values(plan_at=NOW + timedelta(hours=5)))
    return made


async def timed(times: int, call: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """The median and the slowest of some calls, in seconds."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        await call()
        took.append(time.perf_counter() - begun)
    return statistics.median(took), max(took)


async def measure(url: str, shops: int, places: int) -> float:
    """Print the figures; the median of a tick in seconds."""
    await migrate(url)
    async with Database.open(url) as db:
        made = await db.write(fill, shops, places)
        policies, nothing = FillRules(CalendarPolicy(), QuietRoomPolicy()), Nothing()
        clock = WeeklyCalendar(db, policies, nothing, nothing)
        await clock.run_due(NOW)
        tick, slowest = await timed(TICKS, lambda: clock.run_due(NOW))
        print(
            f"a tick with nothing due, {shops:,} shops, {places:,} places: {1000 * tick:.2f} ms, {1000 * slowest:.2f}"
        )
        plan, slowest = await timed(PLANS, lambda: db.write(plan_week, made[0], NOW, policies.calendar))
        print(f"planning a week anew: {1000 * plan:.1f} ms, at most {1000 * slowest:.1f}")
    return tick


def main() -> None:
    """Measure on a new SQLite database, or on the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="")
    parser.add_argument("--shops", type=int, default=1_000)
    parser.add_argument("--places", type=int, default=20_000)
    asked = parser.parse_args()
    set_up_logs("error", "text")
    with tempfile.TemporaryDirectory() as folder:
        url = asked.url or f"sqlite:///{Path(folder)}/calendar.db"
        tick = asyncio.run(measure(url, asked.shops, asked.places))
    if tick > AIM:
        raise SystemExit(f"a tick took {1000 * tick:.1f} ms, more than {1000 * AIM:.0f}")


if __name__ == "__main__":
    main()
