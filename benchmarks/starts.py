"""`python -m benchmarks.starts`: the start of a stream in many groups, beside the same calls made bare, in one run.

The whole bot wakes at the planned instant, reads what is due, takes it, renders each card as it is then, sends and
marks. The bare contender makes as many `sendMessage` calls through the same session under the same pacer, with nothing
around them. Both are counted by the server; what is worth quoting is how much later the bot's last one is accepted.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiogram import Bot

from benchmarks.checkin import ROOT, Control, process, say
from bot.telegram.pacer import Limits, Pacer
from bot.telegram.session import LightSession

TOKEN = "42:TEST"
FIRST_CHAT = -1001000000001
AHEAD = timedelta(seconds=15)
"""Enough for the bot to be up before the start."""
CARD = "🔴 Starting now: <b>Silk night</b>\nTap “I'm here” and it counts for your stream streak."


async def plan(database: str, chats: int) -> float:
    """A shop with this many groups and a stream that begins soon; when, in epoch seconds."""
    from bot.features.shops.arrivals import Arrival, arrive  # noqa: PLC0415  # the bare contender needs none of it
    from bot.features.streams.plans import plan as plan_stream  # noqa: PLC0415
    from bot.rules.act import Act, Sender  # noqa: PLC0415
    from bot.rules.streams.streams import NewStream, StreamPolicy  # noqa: PLC0415
    from bot.rules.words import Language  # noqa: PLC0415
    from bot.store.engine.db import Database  # noqa: PLC0415
    from bot.store.engine.schema import migrate  # noqa: PLC0415

    await migrate(database)
    now = datetime.now(UTC)  # noqa: TID251  # the bot runs on the real time
    owner = Sender(1, "Owner", "owner", "en")
    async with Database.open(database) as db:
        bench = partial(Arrival, title="Bench", owner=owner, language=Language.EN, at=now, is_admin=True)
        arrived = await db.write(arrive, bench(FIRST_CHAT), open_to_all=False)
        if arrived is None:
            raise RuntimeError("the shop wasn't made")
        into = arrived.group.place.community_id
        for number in range(1, chats):
            await db.write(arrive, bench(FIRST_CHAT - number, into=into), open_to_all=False)
        wish = NewStream("Silk night", now + AHEAD, remind=())
        await db.write(plan_stream, Act(arrived.group.place, owner, now, "bench", owner.user_id), wish, StreamPolicy())
    return wish.at.timestamp()


async def whole(control: Control, url: str, chats: int) -> tuple[float, float]:
    """Seconds from the planned instant to the bot's first and last accepted announcement."""
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        database = f"sqlite:///{Path(folder) / 'bench.db'}"
        planned = await plan(database, chats)
        control.call("forget")
        env = {"PYTHONPATH": str(ROOT), "BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url, "DATABASE_URL": database}
        async with process("-m", "bot", "run", env=env):
            await until(control, "result", "first_poll", bool, 60)
            if time.time() > planned:  # noqa: TID251  # the bot runs on the real time
                raise RuntimeError("the bot wasn't up in time: the machine is too busy to measure anything")
            sent = await all_sent(control, chats, AHEAD.total_seconds() + 60)
    if sent[0] < planned:
        raise RuntimeError("something was told before its time")
    return sent[0] - planned, sent[-1] - planned


async def bare(control: Control, url: str, chats: int) -> tuple[float, float]:
    """The same for calls with nothing around them."""
    control.call("forget")
    session, pacer = LightSession(url), Pacer(Limits())
    bot = Bot(TOKEN, session=session)
    begun = time.time()  # noqa: TID251  # the server tells epoch seconds too
    calls = []
    for number in range(chats):
        wait = pacer.reserve(FIRST_CHAT - number, edit=False, within=chats)
        if wait is None:
            raise RuntimeError("a turn can't be so far ahead")
        calls.append(asyncio.create_task(send(session, bot, FIRST_CHAT - number, wait)))
    await asyncio.gather(*calls)
    await session.close()
    sent = await all_sent(control, chats, 10)
    return sent[0] - begun, sent[-1] - begun


async def send(session: LightSession, bot: Bot, chat_id: int, wait: float) -> None:
    """One call at its turn."""
    await asyncio.sleep(wait)
    keyboard = {"inline_keyboard": [[{"text": "🙋 I'm here", "callback_data": "here:1"}]]}
    await session.call(
        bot, "sendMessage", {"chat_id": chat_id, "text": CARD, "parse_mode": "HTML", "reply_markup": keyboard}
    )


async def all_sent(control: Control, count: int, seconds: float) -> list[float]:
    """When each message came, in epoch seconds, once all have."""
    sent: list[float] = await until(control, "sent", "sent", lambda so_far: len(so_far) >= count, seconds)
    return sent


async def until(control: Control, verb: str, name: str, fits: Callable[[Any], bool], seconds: float) -> Any:
    """What the server tells under a name, once it fits."""
    async with asyncio.timeout(seconds):
        while True:
            value = (await asyncio.to_thread(control.call, verb))[name]
            if fits(value):
                return value
            await asyncio.sleep(0.1)


async def compare(url: str, control: Control, delay: float, chats: int, rounds: int) -> None:
    """Print one table."""
    control.call("start", mode="none", n=0, delay=delay)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(await whole(control, url, chats))
        theirs.append(await bare(control, url, chats))
    say(f"\nServer {delay * 1000:.0f} ms away, {chats} groups, the median of {rounds} rounds:")
    for name, runs in (("Encore, from the planned instant", ours), ("bare calls, from the first", theirs)):
        first, last = (statistics.median(run[i] for run in runs) for i in (0, 1))
        say(f"  {name:33} first after {first * 1000:5.0f} ms, last after {last:.2f} s")
    ratio = statistics.median(run[1] for run in ours) / statistics.median(run[1] for run in theirs)
    say(f"  ratio of the last ones: {ratio:.2f}")


async def main() -> None:
    """Run it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delays", default="0,50", help="milliseconds that the server is away")
    options = parser.parse_args()
    async with process("-m", "benchmarks.server", env={"PYTHONPATH": str(ROOT)}) as server:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        url = f"http://127.0.0.1:{int(await server.stdout.readline())}"
        for delay in options.delays.split(","):
            await compare(url, Control(url), float(delay) / 1000, options.groups, options.rounds)


if __name__ == "__main__":
    asyncio.run(main())
