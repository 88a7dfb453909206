"""`python -m benchmarks.starts`: compare the start of a stream in many groups with the same bare calls, in one run.

The whole bot wakes at the planned instant, reads and takes the due messages, renders each card, sends it and marks it
as sent. The bare contender makes the same number of `sendMessage` calls with the same session and pacer, and nothing
else. The server counts both. Quote how much later it accepts the bot's last call.
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
"""How long before the start of the stream the bot starts. This is enough for it to run in time."""
CARD = "🔴 Starting now: <b>Silk night</b>\nTap “I'm here” and it counts for your live streak."


async def plan(database: str, chats: int) -> float:
    """Make a shop with this many groups and a stream that begins soon. Return its start in epoch seconds."""
    from bot.features.shops.arrivals import Arrival, arrive  # noqa: PLC0415  # the bare contender needs none of these
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


async def measure_bot(control: Control, url: str, chats: int) -> tuple[float, float]:
    """Seconds from the planned instant to the bot's first and last accepted announcement."""
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        database = f"sqlite:///{Path(folder) / 'bench.db'}"
        planned = await plan(database, chats)
        control.call("forget")
        env = {"PYTHONPATH": str(ROOT), "BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": url, "DATABASE_URL": database}
        async with process("-m", "bot", "run", env=env):
            await wait_for_value(control, "result", "first_poll", bool, 60)
            if time.time() > planned:  # noqa: TID251  # the bot runs on the real time
                raise RuntimeError("the bot wasn't up in time: the machine is too busy to measure anything")
            sent = await all_sent(control, chats, AHEAD.total_seconds() + 60)
    if sent[0] < planned:
        raise RuntimeError("an announcement was sent before the start")
    return sent[0] - planned, sent[-1] - planned


async def measure_bare_calls(control: Control, url: str, chats: int) -> tuple[float, float]:
    """Seconds from the beginning to the first and last accepted bare call."""
    control.call("forget")
    session, pacer = LightSession(url), Pacer(Limits())
    bot = Bot(TOKEN, session=session)
    begun = time.time()  # noqa: TID251  # the server reports epoch seconds too
    calls = []
    for number in range(chats):
        wait = pacer.reserve(FIRST_CHAT - number, edit=False, within=chats)
        if wait is None:
            raise RuntimeError("the pacer has no slot so far ahead")
        calls.append(asyncio.create_task(send(session, bot, FIRST_CHAT - number, wait)))
    await asyncio.gather(*calls)
    await session.close()
    sent = await all_sent(control, chats, 10)
    return sent[0] - begun, sent[-1] - begun


async def send(session: LightSession, bot: Bot, chat_id: int, wait: float) -> None:
    """Make one call after `wait` seconds."""
    await asyncio.sleep(wait)
    keyboard = {"inline_keyboard": [[{"text": "🙋 I'm here", "callback_data": "here:1"}]]}
    await session.call(
        bot, "sendMessage", {"chat_id": chat_id, "text": CARD, "parse_mode": "HTML", "reply_markup": keyboard}
    )


async def all_sent(control: Control, count: int, seconds: float) -> list[float]:
    """Wait until `count` messages came, at most `seconds`. Return when each came, in epoch seconds."""
    sent: list[float] = await wait_for_value(control, "sent", "sent", lambda so_far: len(so_far) >= count, seconds)
    return sent


async def wait_for_value(control: Control, verb: str, name: str, fits: Callable[[Any], bool], seconds: float) -> Any:
    """Ask the server until the value called `name` fits, at most `seconds`, and return it.

    Raises:
        TimeoutError: the value didn't fit in time.
    """
    async with asyncio.timeout(seconds):
        while True:
            value = (await asyncio.to_thread(control.call, verb))[name]
            if fits(value):
                return value
            await asyncio.sleep(0.1)


async def compare(url: str, control: Control, delay: float, chats: int, rounds: int) -> None:
    """Run both contenders, and print one table."""
    control.call("start", mode="none", n=0, delay=delay)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(await measure_bot(control, url, chats))
        theirs.append(await measure_bare_calls(control, url, chats))
    say(f"\nServer {delay * 1000:.0f} ms away, {chats} groups, the median of {rounds} rounds:")
    for name, runs in (("Encore, from the planned instant", ours), ("bare calls, from the first", theirs)):
        first, last = (statistics.median(run[i] for run in runs) for i in (0, 1))
        say(f"  {name:33} first after {first * 1000:5.0f} ms, last after {last:.2f} s")
    ratio = statistics.median(run[1] for run in ours) / statistics.median(run[1] for run in theirs)
    say(f"  ratio of the last ones: {ratio:.2f}")


async def main() -> None:
    """Start the server, and compare the contenders at each delay."""
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
