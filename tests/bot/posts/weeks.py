"""Five weeks of a shop: the bot in a process of its own, the stand-in here, and a clock that both read and that jumps.

The shop is in London until after summer time begins, then in Sydney until it ends, then in Seoul. Eighty fans write,
check in and react by a seeded habit.
"""

import asyncio
import random
import signal
import sqlite3
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sandbox import Bot, Chat, Message, Person, Rights, Sandbox
from tests.bot.process import Running, launch, verb

START = datetime(2027, 3, 15, 0, 30, tzinfo=UTC)
"""A Monday, in London."""
WEEKS = 5
ZONES = (
    (START, "Europe/London"),
    (datetime(2027, 3, 31, 1, 10, tzinfo=UTC), "Australia/Sydney"),
    (datetime(2027, 4, 8, 12, 10, tzinfo=UTC), "Asia/Seoul"),
)
"""Since when the shop is where. London's summer time begins on 28 March, Sydney's ends on 4 April."""
STEP = timedelta(minutes=30)
"""By day. At night the clock jumps by an hour."""
FANS = 80
SILENT_AFTER = timedelta(days=14)
"""From then on nobody writes in the second room."""
CLOCK = "clock"
"""The file that holds by how many seconds the clock is ahead of the machine's."""

FIRST = """
import asyncio, mmap, struct, time
from pathlib import Path
from bot.clock import Clock
from bot.running import App
import bot.telegram.ear as ear

ear.EVERY = 0.02
_file = open({path!r}, "rb")
_shared = mmap.mmap(_file.fileno(), 8, access=mmap.ACCESS_READ)

def _ahead():
    return struct.unpack("d", _shared[:8])[0]

Clock.real = classmethod(lambda cls: cls(lambda: time.time() + _ahead()))
_run = App.run

async def _watch(app):
    last = _ahead()
    while True:
        await asyncio.sleep(0.004)
        if _ahead() != last:
            last = _ahead()
            app.clock.jumped()

async def _run_and_watch(app, **how):
    watching = asyncio.create_task(_watch(app))
    try:
        await _run(app, **how)
    finally:
        watching.cancel()

App.run = _run_and_watch
"""
"""Python that the bot's process runs first: its clock is the file's, and jumps wake it."""


def zone_at(instant: datetime) -> ZoneInfo:
    """Where the shop is."""
    return ZoneInfo(next(name for since, name in reversed(ZONES) if since <= instant))


@dataclass
class Habit:
    """What a fan does, by a seed."""

    person: Person
    hour: int
    """The local hour around which they write."""
    often: float
    """On which part of the days they come."""
    answers: bool
    """Whether they say yes to promotion when they are asked."""


@dataclass(order=True)
class Deed:
    """Something that a fan does at an instant."""

    at: datetime
    number: int
    what: str = field(compare=False)
    second_room: bool = field(compare=False, default=False)


def deeds_of(habits: Sequence[Habit], seed: int) -> list[Deed]:
    """All that fans do in five weeks. The same seed gives the same deeds."""
    dice = random.Random(seed)
    deeds = []
    for day in range(WEEKS * 7):
        local_midnight = START + timedelta(days=day)
        for number, habit in enumerate(habits):
            if dice.random() > habit.often:
                continue
            zone = zone_at(local_midnight + timedelta(hours=12))
            local = (local_midnight + timedelta(hours=12)).astimezone(zone)
            hour = min(23, max(0, habit.hour + dice.randint(-2, 2)))
            at = local.replace(hour=hour, minute=dice.randint(0, 59), second=0).astimezone(UTC)
            deeds.append(Deed(at, number, dice.choice(("checkin", "words", "words", "reaction")), dice.random() < 0.3))
            if dice.random() < 0.5:
                deeds.append(Deed(at + timedelta(minutes=20), number, "words"))
    return sorted(deed for deed in deeds if deed.at >= START)


class Weeks:
    """The shop, its bot and its fans."""

    def __init__(self, telegram: Sandbox, folder: Path, weeks: int = WEEKS, seed: int = 7) -> None:
        self.weeks = weeks
        self.telegram = telegram
        self.folder = folder
        self.path = folder / "encore.db"
        self.bot: Bot = telegram.add_bot(token="42:TEST", username="encore_test_bot", name="Encore", inline=True)
        self.owner = telegram.add_user("Mina", username="mina", language="en")
        self.home = telegram.add_group("Silk room", creator=self.owner)
        self.second = telegram.add_group("Side room", creator=self.owner)
        dice = random.Random(seed)
        self.habits = [
            Habit(
                telegram.add_user(f"Fan {n}", language="en"), dice.randint(8, 22), dice.uniform(0.3, 0.95), n % 3 != 0
            )
            for n in range(FANS)
        ]
        self.deeds = deeds_of(self.habits, seed)
        self._clock = folder / CLOCK
        self._clock.write_bytes(struct.pack("d", 0.0))
        telegram.clock.on_change(self._share)
        self._share()
        self.running: Running | None = None
        self._read: dict[int, int] = {}
        """How many of their private messages each fan has read."""

    def _share(self) -> None:
        ahead = self.telegram.clock.now() - time.time()  # noqa: TID251  # a test's own time
        with self._clock.open("r+b") as file:
            file.write(struct.pack("d", ahead))

    @property
    def now(self) -> datetime:
        """The instant."""
        return datetime.fromtimestamp(self.telegram.clock.now(), UTC)

    async def start(self) -> None:
        """Start the bot's process, and wait until it asks for updates."""
        before = sum(call.method == "getUpdates" for call in self.telegram.calls)
        process = await launch(
            self.folder,
            "-c",
            verb("run", first=FIRST.format(path=str(self._clock))),
            BOT_TOKEN="42:TEST",
            TELEGRAM_API_URL=self.telegram.url,
            DATABASE_URL=f"sqlite:///{self.path}",
        )
        self.running = Running(process)
        async with asyncio.timeout(240):
            while sum(call.method == "getUpdates" for call in self.telegram.calls) <= before:
                assert process.returncode is None, self.running.lines
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """`kill -9`, then a new process."""
        if self.running is not None:
            self.running.process.send_signal(signal.SIGKILL)
            await self.running.ends(60)
        await self.start()

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a statement finds in the bot's database."""
        with sqlite3.connect(self.path, timeout=30) as connection:
            return connection.execute(statement, values).fetchall()

    async def settled(self) -> None:
        """Wait until updates are handled, and what is due is planned, filled and sent."""
        async with asyncio.timeout(240):
            while self.telegram.pending(self.bot) or self._busy():
                await asyncio.sleep(0.004)

    def _busy(self) -> bool:
        now = self.now.strftime("%Y-%m-%d %H:%M:%S.%f")
        busy = (
            "SELECT 1 FROM inbox UNION ALL SELECT 1 FROM outbox WHERE state = 'sending' "
            "OR (state = 'waiting' AND due_at <= ?)"
            " UNION ALL SELECT 1 FROM posting WHERE state = 'planned' AND due_at <= ? LIMIT 1"
        )
        return bool(self.rows(busy, now, now))

    async def jump(self, to: datetime) -> None:
        """Move the time, and wait until all is done that is due then."""
        self.telegram.clock.set(to.timestamp())
        await self.settled()

    def steps(self) -> Iterator[tuple[datetime, list[Deed]]]:
        """The instants to which the clock jumps, with what fans did until then."""
        waiting = list(self.deeds)
        at = START
        while at < START + timedelta(weeks=self.weeks):
            at += STEP if 7 <= at.astimezone(zone_at(at)).hour < 23 else 2 * STEP
            done = []
            while waiting and waiting[0].at <= at:
                done.append(waiting.pop(0))
            yield at, done

    async def set_up(self) -> None:
        """Choose the zone, the week and the starter shelf; thirty fans start the bot in private."""
        self.owner.says(self.home, f"/setup timezone={ZONES[0][1]} morning=09:00")
        await self.handled()
        self.owner.adds(self.bot, self.second, Rights.full())
        await self.handled()
        self.owner.starts(self.bot)
        await self.handled()
        self.owner.says(self.home, "/calendar week=usual")
        await self.handled()
        for habit in self.habits[:30]:
            habit.person.starts(self.bot)
        await self.handled()
        self._write("UPDATE week SET seed = 7")

    async def moves_to(self, zone: str) -> None:
        """The shop moves to another zone."""
        self.owner.says(self.home, f"/setup timezone={zone}")
        await self.handled()

    async def handled(self) -> None:
        """Wait until all updates are handled."""
        async with asyncio.timeout(240):
            while self.telegram.pending(self.bot) or self.rows("SELECT 1 FROM inbox LIMIT 1"):
                await asyncio.sleep(0.01)

    async def heard(self) -> None:
        """Wait until the bot has written down who was active."""
        await asyncio.sleep(0.03)

    async def stop(self) -> None:
        """Stop the bot as an operator does."""
        if self.running is not None:
            assert await self.running.stops() == 0

    def _write(self, statement: str) -> None:
        with sqlite3.connect(self.path, timeout=30) as connection:
            connection.execute(statement)

    def act(self, deed: Deed, silent: bool) -> None:
        """Let a fan do what they do."""
        person = self.habits[deed.number].person
        room = self.second if deed.second_room and not silent else self.home
        if deed.what == "reaction":
            latest = next((m for m in reversed(room.messages) if m.sender is self.bot and m.only_for is None), None)
            if latest is not None:
                person.reacts(latest, "❤")
                return
        person.says(room, "check in" if deed.what == "checkin" else "so pretty")

    async def drops_silk(self) -> None:
        """The owner drops a coupon that ends after two days, and half of the fans take one."""
        said = self.owner.says(self.home, '/newcoupon title="Silk scarf" stock=80 closes=+48h')
        card = await self.owner.waits_for(self.home, lambda m: m.only_for is None and _is_drop(m), 60, after=said)
        for habit in self.habits[::2]:
            habit.person.taps(card, _claim(card))
        await self.handled()

    async def answer_questions(self) -> None:
        """Who was asked about promotion says yes or no; one of five takes a yes back."""
        for number, habit in enumerate(self.habits):
            for message in habit.person.sees(self.bot)[self._read.get(number, 0) :]:
                yes = next((b for b in message.buttons if (b.callback_data or "").startswith("promotion:yes")), None)
                no = next((b for b in message.buttons if (b.callback_data or "").startswith("promotion:no")), None)
                stops = no is not None and yes is None and number % 5 == 1
                chosen = (yes if habit.answers else no) if yes is not None else no if stops else None
                if chosen is not None:
                    habit.person.taps(message, chosen.callback_data or "")
            self._read[number] = len(habit.person.sees(self.bot))

    def posts_in(self, room: Chat) -> list[Message]:
        """What the bot said aloud in a room."""
        return [message for message in room.messages if message.sender is self.bot and message.only_for is None]


def _is_drop(message: Message) -> bool:
    return any((button.callback_data or "").startswith("claim:") for button in message.buttons)


def _claim(card: Message) -> str:
    return next(data for button in card.buttons if (data := button.callback_data or "").startswith("claim:"))
