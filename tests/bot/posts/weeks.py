"""A shop that lives for weeks: the bot in a process of its own, the stand-in here, and a clock that both read.

The clock jumps from one instant at which something happens to the next: fans come, the owner says something, or the
bot has said that something is due. `weeks_plan.py` says what happens.
"""

import asyncio
import random
import sqlite3
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox import Bot, Chat, Limits, Message, Rights, Sandbox
from tests.bot.posts.jumping import LOOK, Shared
from tests.bot.posts.weeks_plan import DAYS, LINES, OWN_POSTS, START, Deed, deeds_of, habits_of, thursdays
from tests.bot.process import Running, start

SEED = 7
SHORTEST = timedelta(minutes=1)
"""The clock jumps to the next instant at which something is due, but not by less."""
CLOCK = "clock"
"""The file by which the bot's process has the time from this one."""


@dataclass(frozen=True)
class Kill:
    """The bot is killed in the middle of a step's work."""

    at: datetime
    """The instant of the step."""
    after: float
    """Seconds after its beginning."""
    amid_deeds: bool
    """Whether fans have just written."""


@dataclass
class Story:
    """What came of a run, for those who check it and for the next run."""

    steps: dict[datetime, float] = field(default_factory=dict)
    """How many seconds each step's work took."""
    kills: dict[datetime, str] = field(default_factory=dict)
    """What was under way at each kill, or nothing."""
    deeds: int = 0
    """What fans did, taps aside."""


class Weeks:
    """The shop, its bot and its fans."""

    def __init__(self, telegram: Sandbox, folder: Path, starts: datetime = START, days: int = DAYS) -> None:
        self.starts, self.days = starts, days
        self.ends = starts + timedelta(days=days)
        self.telegram = telegram
        self.story = Story()
        self.bot: Bot = telegram.add_bot(token="42:TEST", username="encore_test_bot", name="Encore", inline=True)
        self.owner = telegram.add_user("Mina", username="mina", language="en")
        self.home = telegram.add_group("Silk room", creator=self.owner)
        self.second = telegram.add_group("Side room", creator=self.owner)
        dice = random.Random(SEED)
        self.habits = habits_of(dice)
        self.people = [telegram.add_user(f"Fan {number}", language="en") for number in range(len(self.habits))]
        self._deeds = deeds_of(self.habits, dice, starts, days)
        self._lines = [one for one in LINES if starts < one[0] < self.ends]
        self._drops = thursdays(starts, self.ends)
        self._folder = folder
        folder.mkdir()
        self._shared = Shared(folder / CLOCK, new=True)
        telegram.clock.on_change(self._share)
        self._share()
        self.running: Running | None = None
        self._read = [0] * len(self.people)
        """How many messages of their private chat each fan has read."""

    def _share(self) -> None:
        self._shared.ahead = self.telegram.clock.now() - time.time()  # noqa: TID251  # a test's own time

    @property
    def now(self) -> datetime:
        """The instant."""
        return datetime.fromtimestamp(self.telegram.clock.now(), UTC)

    async def start(self) -> None:
        """Start the bot's process, and wait until it has done what is due."""
        process = await start(
            self._folder,
            "run",
            first=f"from tests.bot.posts.jumping import follow\nfollow({str(self._folder / CLOCK)!r})",
            BOT_TOKEN="42:TEST",
            TELEGRAM_API_URL=self.telegram.url,
            DATABASE_URL=f"sqlite:///{self._folder / 'encore.db'}",
        )
        self.running = Running(process)
        await self.settled()

    async def _kill(self) -> None:
        """`kill -9`, then a new process."""
        assert self.running is not None
        self.running.process.kill()
        await self.running.ends()
        self.story.kills[self.now] = self._under_way()
        await self.start()

    def _under_way(self) -> str:
        now = self.now.strftime("%Y-%m-%d %H:%M:%S.%f")
        found = {
            "updates": len(self.telegram.pending(self.bot)) + len(self.rows("SELECT 1 FROM inbox")),
            "slots": len(self.rows("SELECT 1 FROM posting WHERE state = 'planned' AND due_at <= ?", now)),
            "waiting": len(self.rows("SELECT 1 FROM outbox WHERE state = 'waiting' AND due_at <= ?", now)),
            "sending": len(self.rows("SELECT 1 FROM outbox WHERE state = 'sending'")),
        }
        return ", ".join(f"{many} {what}" for what, many in found.items() if many)

    async def stop(self) -> None:
        """Stop the bot as an operator does."""
        if self.running is not None:
            assert await self.running.stops() == 0

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement finds in the bot's database."""
        with closing(sqlite3.connect(self._folder / "encore.db", timeout=30)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    async def settled(self) -> None:
        """Wait until the bot has taken and handled all updates, and done and sent what is due."""
        assert self.running is not None
        async with asyncio.timeout(240):
            while True:
                while self.telegram.pending(self.bot):
                    await asyncio.sleep(LOOK)
                self._shared.ask()
                while not self._shared.is_done:
                    assert self.running.process.returncode is None, "\n".join(self.running.lines)
                    await asyncio.sleep(LOOK)
                if not self.telegram.pending(self.bot):
                    return

    async def opens(self) -> None:
        """The bot comes to both rooms; the owner chooses the zone and the week, and thirty fans start the bot."""
        for person in self.people:
            person.joins(self.home)
            person.joins(self.second)
        await self.start()
        self.owner.adds(self.bot, self.home, Rights.full())
        await self.settled()
        self.owner.says(self.home, "/setup timezone=Europe/London morning=09:00")
        await self.settled()
        self.owner.adds(self.bot, self.second, Rights.full())
        self.owner.starts(self.bot)
        await self.settled()
        for pillar, posts in OWN_POSTS.items():
            for number in range(posts):
                self.owner.says(self.bot, f"/post shelf pillar={pillar} Something of our own, {pillar} {number}")
        self.owner.says(self.home, "/calendar week=usual")
        for person in self.people[:30]:
            person.starts(self.bot)
        await self.settled()
        self.rows("UPDATE week SET seed = ?", SEED)

    async def live(self, kills: Sequence[Kill] = ()) -> None:
        """Live from one instant at which something happens to the next, until the weeks are over."""
        left = sorted(kills, key=lambda kill: kill.at)
        while self.now < self.ends:
            at = self._next_at()
            begun = time.monotonic()
            self.telegram.clock.set(at.timestamp())
            if left and left[0].at <= at:
                await self._is_killed(at, left.pop(0))
            await self.settled()
            self.story.steps[at] = time.monotonic() - begun
            if self._lines and self._lines[0][0] <= at:
                self.owner.says(self.home, self._lines.pop(0)[1])
                await self.settled()
            if self._drops and self._drops[0] <= at:
                self._drops.pop(0)
                await self._drops_silk()
            await self._fans_act(at)
            await self._answer_questions()

    async def _is_killed(self, at: datetime, kill: Kill) -> None:
        """Fans write, so much is due, and then the process is gone."""
        if kill.amid_deeds:
            self._act(at)
        await asyncio.sleep(kill.after)
        await self._kill()

    def _next_at(self) -> datetime:
        """The next instant at which something happens."""
        due = self._shared.next_at
        coming = [self.ends if due is None else max(due, self.now + SHORTEST), self.ends]
        coming += [self._deeds[0].at] if self._deeds else []
        coming += [self._lines[0][0]] if self._lines else []
        return min(coming + self._drops[:1])

    async def _fans_act(self, at: datetime) -> None:
        if self._act(at):
            await self.settled()

    def _act(self, at: datetime) -> int:
        """Let fans do what they do at an instant; how much that was."""
        until = bisect_right(self._deeds, at, key=lambda deed: deed.at)
        done, self._deeds = self._deeds[:until], self._deeds[until:]
        for deed in done:
            self._do(deed)
        return len(done)

    def _do(self, deed: Deed) -> None:
        person = self.people[deed.number]
        room = self.second if deed.second_room else self.home
        self.story.deeds += 1
        if deed.what == "reaction":
            latest = next(reversed(self.posts_in(room)), None)
            if latest is not None:
                person.reacts(latest, "❤")
                return
        person.says(room, "check in" if deed.what == "checkin" else "so pretty")

    async def _drops_silk(self) -> None:
        """The owner drops a coupon that ends after two days, and half of the fans take one."""
        said = self.owner.says(self.home, '/newcoupon title="Silk scarf" stock=80 closes=+48h')
        card = await self.owner.waits_for(self.home, lambda m: m.only_for is None and _claim(m), 60, after=said)
        for person in self.people[::2]:
            person.taps(card, _claim(card))
        await self.settled()

    async def _answer_questions(self) -> None:
        """Who was asked about promotion says yes or no; one of five takes a yes back."""
        taps = 0
        for number, habit in enumerate(self.habits):
            person = self.people[number]
            messages = self.telegram.private(self.bot, person).messages
            for message in messages[self._read[number] :]:
                yes, no = (_pressed(message, f"promotion:{word}") for word in ("yes", "no"))
                stops = no if yes is None and number % 5 == 1 else None
                chosen = (yes if habit.agrees else no) if yes is not None else stops
                if chosen is not None:
                    person.taps(message, chosen)
                    taps += 1
            self._read[number] = len(messages)
        if taps:
            await self.settled()

    def posts_in(self, chat: Chat) -> list[Message]:
        """What the bot said aloud in a chat."""
        return [message for message in chat.messages if message.sender is self.bot and message.only_for is None]


@asynccontextmanager
async def lived(
    folder: Path, kills: Sequence[Kill] = (), starts: datetime = START, days: int = DAYS
) -> AsyncIterator[Weeks]:
    """A shop that has lived so many days. The bot is stopped at the end."""
    async with Sandbox(start=starts.timestamp(), limits=Limits.none()) as telegram:
        weeks = Weeks(telegram, folder, starts, days)
        try:
            await weeks.opens()
            await weeks.live(kills)
            yield weeks
        finally:
            await weeks.stop()


def _claim(message: Message) -> str:
    return _pressed(message, "claim:") or ""


def _pressed(message: Message, begins: str) -> str | None:
    """What a press of the first button tells whose data begins so."""
    told = (button.callback_data or "" for button in message.buttons)
    return next((data for data in told if data.startswith(begins)), None)
