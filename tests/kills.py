"""`python -m tests.kills --kills 25`: `kill -9` under load, again and again. Nothing is lost, coins are paid once.

The bot is a process of its own. The stand-in lives on in this one, so it knows what everybody was told. New fans come
all the time: each checks in, claims a coupon, taps a red packet and asks for their card. The bot is killed under steady
load, amid hundreds of taps at once, and at its start. At the end everything is counted, here and in the database.

A kill can hide from the bot that an answer has left, and then it answers again. So an answer may come twice if the bot
was killed in between, and only then. By webhook a kill can also hide from Telegram that an update was stored: it is
delivered again after the start that has answered it. There the kill must lie between the question and the last answer.
"""

import argparse
import asyncio
import random
import re
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.store.engine.db import Database
from bot.store.ledger import Books, check_books
from bot.store.tables import CheckIn, Coupon, Inbox, SetAside, Transfer
from bot.store.tables.packets import PacketTake
from sandbox import Bot, Call, Chat, Limits, Message, Person, Press, Rights, Sandbox
from tests.bot.conftest import is_card
from tests.bot.process import Running, kept, launch
from tests.postgres import Postgres

TOKEN = "42:TEST"
CODE = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")
BY_A_CHECK_IN = 5
"""Coins of a first check-in."""
SHARES = 2_000
AT_ONCE = 5
RESTLESS = 45.0
"""Kills, and seconds, without a rest between them. Telegram forgets a press after two and a half minutes."""
AMONG, SOON, STARTING = "steady load", "taps at once", "start"
LOST = frozenset({"handler_failed", "update_failed", "send_failed", "due_failed", "set_aside", "uncaught"})
"""Lines of the log that no kill explains."""


@dataclass(frozen=True)
class Wish:
    """How the bot is run, and how hard it has it."""

    url: str
    kills: int = 25
    rate: float = 15.0
    """Fans a second. Each brings four updates."""
    burst: int = 75
    """Fans who come at once, before a kill amid a crowd."""
    webhook: bool = False


@dataclass
class Figures:
    """What came of the kills."""

    kills: Counter[str] = field(default_factory=Counter)
    fans: int = 0
    unanswered: int = 0
    """Words and taps that nobody answered."""
    again: int = 0
    """Answers that came again, as a kill explains."""
    doubled: int = 0
    """Answers that came again, and no kill explains it."""
    without_card: int = 0
    """Fans who asked for their card and heard something else: a webhook may bring their word before their joining."""
    waited: float = 0.0
    """Seconds from a start until the last fan was answered, at most."""
    check_ins: int = 0
    paid: int = 0
    """Transfers for check-ins."""
    coupons: int = 0
    codes: int = 0
    """Different codes among them."""
    shares: int = 0
    """Shares of the packet that were taken."""
    inbox: int = 0
    """Updates that are left in the inbox."""
    set_aside: int = 0
    sound: bool = False
    """Whether every coin is accounted for."""
    problems: Counter[str] = field(default_factory=Counter)
    """Lines of the log from warnings upwards."""


class Crowd:
    """Fans who check in, claim, tap and ask, once each."""

    def __init__(self, telegram: Sandbox, bot: Bot, owner: Person, group: Chat) -> None:
        self.telegram, self.bot, self.owner, self.group = telegram, bot, owner, group
        self.fans: list[Person] = []
        self.presses: list[Press] = []
        self.asked_at: dict[tuple[str, str], float] = {}
        """When each word was said and each tap made, by the same names as `answers`."""
        self.drop: Message | None = None
        self.packet: Message | None = None

    async def opens(self) -> None:
        """The bot comes into the group, and the owner hangs up what fans tap."""
        self.owner.adds(self.bot, self.group, Rights.full())
        await self.owner.waits_for(self.group, lambda m: m.sender is self.bot, timeout=90)
        said = self.owner.says(self.group, "/newcoupon title=Scarf stock=100000")
        self.drop = await self.owner.waits_for(self.group, is_card, timeout=90, after=said)
        said = self.owner.says(self.group, f"/redpacket 100000 {SHARES} rush")
        self.packet = await self.owner.waits_for(self.group, _is_packet, timeout=90, after=said)

    def come(self, count: int) -> None:
        """So many new fans do all that there is to do."""
        assert self.drop is not None
        assert self.packet is not None
        for _ in range(count):
            fan = self.telegram.add_user(f"Fan {len(self.fans)}", language="en")
            fan.joins(self.group)
            self.telegram.private(self.bot, fan).opened = True
            self.fans.append(fan)
            fan.says(self.group, "/checkin")
            pressed = [fan.presses(self.drop, "claim"), fan.presses(self.packet, "packet")]
            self.presses += pressed
            fan.says(self.bot, "/me")
            keys = [(kind, str(fan.id)) for kind in ("check-in", "coupon", "card")]
            keys += [("press", press.id) for press in pressed]
            self.asked_at |= dict.fromkeys(keys, self.telegram.clock.now())

    async def keeps_coming(self, rate: float) -> None:
        """So many fans a second, until cancelled."""
        begun, before = time.monotonic(), len(self.fans)
        while True:
            await asyncio.sleep(0.05)
            self.come(max(0, int((time.monotonic() - begun) * rate) - (len(self.fans) - before)))

    async def all_served(self, seconds: float) -> bool:
        """Wait until everybody is answered; whether that was in time."""
        end = time.monotonic() + seconds
        while (missing := self.missing(self.answers())) and time.monotonic() < end:
            await asyncio.sleep(0.5)
        if missing:
            waiting = Counter(one.kind for one in self.telegram.pending(self.bot))
            _say(f"  not answered after {seconds:.0f} s: {dict(missing)}; at Telegram wait {dict(waiting)}")
        return not missing

    def answers(self) -> dict[tuple[str, str], list[float]]:
        """When each word and each tap was answered: by what was asked, and by whom or by the tap."""
        found: dict[tuple[str, str], list[float]] = {}
        for call in self.telegram.calls:
            if (key := _answered_by(call)) is not None:
                found.setdefault(key, []).append(call.at)
        return found

    def missing(self, answers: dict[tuple[str, str], list[float]]) -> Counter[str]:
        """How many words and taps of each kind weren't answered."""
        asked = [(kind, str(fan.id)) for fan in self.fans for kind in ("check-in", "coupon", "card")]
        pressed = [press.data for press in self.presses if press.answer is None]
        return Counter([kind for kind, of in asked if (kind, of) not in answers] + pressed)


def _is_packet(message: Message) -> bool:
    return any((button.callback_data or "").startswith("packet:") for button in message.buttons)


def _answered_by(call: Call) -> tuple[str, str] | None:
    """What a call of the bot's answers, if it answers a fan."""
    params = call.params
    if call.method == "answerCallbackQuery":
        return ("press", str(params["callback_query_id"]))
    if call.method != "sendMessage" or call.status != 200:
        return None
    text, whispered = str(params["text"]), params.get("ephemeral_message_parameters")
    if whispered is None:
        return ("card", str(params["chat_id"])) if _is_person(params["chat_id"]) else None
    kind = "check-in" if "✅" in text else "coupon" if CODE.search(text) else None
    return (kind, str(whispered["receiver_user_id"])) if kind is not None else None


def _is_person(chat_id: object) -> bool:
    """Whether a chat is somebody's private one."""
    return not str(chat_id).startswith("-")


class Bots:
    """Processes of one bot, one after another."""

    def __init__(self, telegram: Sandbox, wish: Wish, folder: Path) -> None:
        self._folder = folder
        self._variables = {
            "BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram.url,
            "DATABASE_URL": wish.url,
            "LOG_LEVEL": "info",
        }
        if wish.webhook:
            port = _free_port()
            self._variables |= {"WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram", "WEBHOOK_LISTEN": str(port)}
        self.problems: Counter[str] = Counter()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Running]:
        """The next process. Its log is counted at the end."""
        async with kept(await launch(self._folder, "-m", "bot", "run", **self._variables)) as run:
            yield run
        self.problems.update(one["event"] for one in run.events if one["level"] in {"warning", "error", "critical"})


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def kills(wish: Wish, folder: Path) -> Figures:
    """Kill the bot so often, let it come to rest, and count."""
    dice = random.Random(7)
    figures = Figures()
    async with Sandbox(limits=Limits.none(), latency=0.003, loopback=True) as telegram:
        bot = telegram.add_bot(token=TOKEN, username="encore_test_bot", name="Encore")
        owner = telegram.add_user("Mina", language="en")
        crowd = Crowd(telegram, bot, owner, telegram.add_group("Silk room", creator=owner, kind="supergroup"))
        bots = Bots(telegram, wish, folder)
        async with bots.running() as run:
            await run.logs("started")
            await crowd.opens()
            assert await run.stops() == 0
        killed: list[float] = []
        coming: asyncio.Task[None] | None = None
        rested, kills_since = time.monotonic(), 0
        for nth in range(1, wish.kills + 1):
            coming = coming or asyncio.create_task(crowd.keeps_coming(wish.rate))
            async with bots.running() as run:
                kind = dice.choices((AMONG, SOON, STARTING), (6, 2, 2))[0]
                await _until_the_kill(kind, run, crowd, wish, dice)
                run.process.send_signal(signal.SIGKILL)
                await run.process.wait()
                killed.append(telegram.clock.now())
                figures.kills[kind] += 1
            kills_since += 1
            if kills_since == AT_ONCE or time.monotonic() - rested > RESTLESS or nth == wish.kills:
                coming.cancel()
                coming = None
                async with bots.running() as run:
                    await run.logs("started")
                    begun = time.monotonic()
                    await crowd.all_served(180)
                    figures.waited = max(figures.waited, time.monotonic() - begun)
                    killed += [telegram.clock.now()] * wish.webhook  # a stop may cut a 200 short, too
                    assert await run.stops() == 0
                rested, kills_since = time.monotonic(), 0
            _say(f"  {nth} kills, {len(crowd.fans)} fans")
        answers = crowd.answers()
        polls = sum(call.method == "getUpdates" and call.status == 200 for call in telegram.calls)
        assert (polls == 0) == wish.webhook, "the bot took its updates in another way than it was told"
        figures.fans, figures.unanswered = len(crowd.fans), crowd.missing(answers).total()
        _count_cards(crowd, figures)
        _count_repeats(crowd, answers, killed, figures, webhook=wish.webhook)
    figures.problems = bots.problems
    await _count(wish.url, figures)
    return figures


def _count_cards(crowd: Crowd, figures: Figures) -> None:
    calls = [call for call in crowd.telegram.calls if call.method == "sendMessage"]
    cards = {str(call.params["chat_id"]) for call in calls if "here's your card" in str(call.params["text"])}
    figures.without_card = sum(str(fan.id) not in cards for fan in crowd.fans)


def _count_repeats(
    crowd: Crowd, answers: dict[tuple[str, str], list[float]], killed: list[float], figures: Figures, *, webhook: bool
) -> None:
    for asked, times in answers.items():
        for before, after in pairwise(times):
            since = crowd.asked_at[asked] if webhook else before
            hidden = any(since <= at <= after for at in killed)
            figures.again += hidden
            figures.doubled += not hidden


async def _until_the_kill(kind: str, run: Running, crowd: Crowd, wish: Wish, dice: random.Random) -> None:
    if kind == STARTING:
        await asyncio.sleep(dice.uniform(0.5, 4.0))
        return
    await run.logs("started")
    if kind == AMONG:
        await asyncio.sleep(dice.uniform(0.1, 3.0))
        return
    await asyncio.sleep(1)
    crowd.come(wish.burst)
    await asyncio.sleep(dice.uniform(0.05, 1.0))


async def _count(url: str, figures: Figures) -> None:
    async with Database.open(url) as db:
        books: Books = await db.read(check_books)
        figures.sound = books.sound
        await db.read(_count_rows, figures)


def _count_rows(session: Session, figures: Figures) -> None:
    def count(column: object) -> int:
        return session.execute(select(func.count()).select_from(column)).scalar_one()  # type: ignore[arg-type]

    figures.check_ins, figures.coupons = count(CheckIn), count(Coupon)
    figures.inbox, figures.set_aside = count(Inbox), count(SetAside)
    figures.shares = session.execute(select(func.count(col(PacketTake.nth)))).scalar_one()
    figures.codes = session.execute(select(func.count(func.distinct(col(Coupon.code))))).scalar_one()
    for_check_ins = select(func.count(), func.sum(col(Transfer.amount))).where(col(Transfer.reason) == "checkin")
    figures.paid, coins = session.execute(for_check_ins).one()
    assert coins == BY_A_CHECK_IN * figures.paid


def check(figures: Figures) -> None:
    """What must hold after any kills."""
    assert figures.unanswered == 0
    assert figures.doubled == 0
    assert figures.check_ins == figures.paid == figures.coupons == figures.codes == figures.fans
    assert figures.shares == min(figures.fans, SHARES)
    assert (figures.inbox, figures.set_aside, figures.sound) == (0, 0, True)
    assert LOST.isdisjoint(figures.problems), figures.problems


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'encore.db'}"
        return
    server = Postgres(folder / "pg")
    try:
        yield server.create("kills")
    finally:
        server.stop()


def main() -> None:
    """Kill, tell what came of it, and fail if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description="kill -9 under load.")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--intake", choices=("polling", "webhook"), default="polling")
    parser.add_argument("--rate", type=float, default=15.0, help="fans a second; each brings four updates")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="encore-kills-") as name, _database(options.database, Path(name)) as url:
        work = Path(name) / "work"
        work.mkdir()
        wish = Wish(url, options.kills, options.rate, webhook=options.intake == "webhook")
        figures = asyncio.run(kills(wish, work))
    for field_name, value in vars(figures).items():
        _say(f"{field_name}: {dict(value) if isinstance(value, Counter) else value}")
    check(figures)
    _say(f"nothing lost, nothing doubled that no kill explains ({options.database}, {options.intake})")


if __name__ == "__main__":
    main()
