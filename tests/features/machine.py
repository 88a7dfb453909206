"""What a made-up history stands on: a fresh database, two shops, what was delivered, and a model of each streak."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bot.features.communities import Communities
from bot.rules.checkins.checkins import CheckedIn, MadeUp
from bot.rules.coupons.campaigns import CampaignCancelled, CampaignMade
from bot.rules.coupons.claims import Claimed
from bot.rules.coupons.redemption import Redeemed
from bot.rules.general import Undone
from bot.rules.place import Place
from bot.rules.shops.setup import SetupDone
from bot.rules.streams.airings import Delayed, StreamCancelled, StreamEnded, WentLive
from bot.rules.streams.attendance import Attended
from bot.rules.streams.streams import StreamMade
from bot.store.engine.db import Database
from tests.features.scene import OWNER, fan, shop

T = TypeVar("T")

DAY = timedelta(days=1)
STAFF = OWNER.user_id
ACTED = (CheckedIn, MadeUp, Claimed, CampaignMade, CampaignCancelled, Redeemed, Undone)
ACTED_ON_STREAMS = (StreamMade, WentLive, Delayed, StreamCancelled, StreamEnded, Attended)

shops = st.sampled_from([0, 1])
fans = st.sampled_from([1, 2, 3])
picks = st.integers(0, 5)
"""How far back in a list: the last ones matter most."""


@dataclass
class Streak:
    """What a member did, day by day."""

    covered: dict[date, str] = field(default_factory=dict)
    """`x` checked in, `m` made up, `f` frozen."""
    milestones: dict[date, int] = field(default_factory=dict)
    """The milestone for which a check-in's bonus was paid."""
    make_ups: list[datetime] = field(default_factory=list)
    mends: list[datetime] = field(default_factory=list)
    """Streams attended that haven't mended a day yet, oldest first."""
    coins: int = 0

    def free_make_ups(self, now: datetime) -> list[datetime]:
        """Attended streams that can still make up a day for nothing."""
        return [at for at in self.mends if now - at <= 7 * DAY]

    def run(self, day: date) -> list[date]:
        """The covered days without a gap up to `day`, newest first."""
        days = []
        while day in self.covered:
            days.append(day)
            day -= DAY
        return days

    def length(self, day: date) -> int:
        """Checked-in and made-up days since the last uncovered one."""
        return sum(self.covered[d] != "f" for d in self.run(day))

    def paid_milestone(self, day: date) -> int:
        """The longest length of the run up to `day` for which a bonus was paid."""
        return max((self.milestones.get(d, 0) for d in self.run(day)), default=0)


@dataclass
class Update:
    """Something that was delivered, and may be again."""

    at: datetime
    again: Callable[[], Awaitable[Any]]
    outcome: Any


class Machine(RuleBasedStateMachine):
    """Two shops and a clock; nothing happens yet."""

    def __init__(self, template: Path) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="encore-machine-")
        path = Path(self.folder.name) / "encore.db"
        shutil.copyfile(template, path)
        self.file = sqlite3.connect(path)
        self.now = datetime(2026, 10, 22, 13, 30, tzinfo=UTC)
        self.last_cause = 0
        self.updates: list[Update] = []
        self.streaks: defaultdict[tuple[int, int], Streak] = defaultdict(Streak)
        self.loop.run_until_complete(self._open(f"sqlite:///{path}"))

    async def _open(self, url: str) -> None:
        self.db = Database.open(url)
        self.communities = Communities(self.db, open_to_all=True)
        self.places: list[Place] = [await shop(self.db), await shop(self.db, fan(900), -1002)]

    def teardown(self) -> None:
        """Close everything."""
        self.file.close()
        self.loop.run_until_complete(self.db.close())
        self.loop.close()
        self.folder.cleanup()

    def wait(self, work: Awaitable[T]) -> T:
        """Run one use case to its end."""
        return self.loop.run_until_complete(work)

    def look(self, sql: str) -> list[Any]:
        """Rows as they stand in the file."""
        return self.file.execute(sql).fetchall()

    def deliver(self, act: Callable[[str], Awaitable[T]]) -> T:
        """Do something by a fresh cause, and keep it for a second delivery."""
        self.last_cause += 1
        cause = f"42:{self.last_cause}"
        outcome = self.wait(act(cause))
        changed = isinstance(outcome, SetupDone) and outcome.audit_id is not None
        if changed or isinstance(outcome, ACTED + ACTED_ON_STREAMS):
            self.updates.append(Update(self.now, lambda: act(cause), outcome))
        return outcome

    def today(self, shop: int) -> date:
        """The shop's calendar day."""
        return self.now.astimezone(ZoneInfo(self.places[shop].timezone)).date()

    def shop_of(self, community_id: int) -> int:
        """Which of the two shops a community is."""
        return [place.community_id for place in self.places].index(community_id)
