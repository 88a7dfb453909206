"""`python -m benchmarks.storm`: compare thousands of taps at once on a red packet with an aiogram echo, in one run.

A tap consists of inbox, cause, the fan's account, the next share, the ledger's transfer and a pop-up for the fan. The
echo is aiogram's own session and polling. Rates are the median of several rounds. Quote only their ratios.
"""

import argparse
import asyncio
from datetime import UTC, datetime

from benchmarks.checkin import (
    ROOT,
    Contender,
    Load,
    echoes,
    in_turns,
    median_of,
    process,
    say,
    seed,
    tell_latency,
    tell_rates,
)
from benchmarks.server import GROUP_ID

STORM = Contender("Encore's packet", "storm", ("-m", "bot", "run"))
COINS, SHARES = 20_000, 2_000
TARGET = 4.0
"""Seconds within which 99 of 100 fans shall have their answer when all tap at once."""


async def prepare(database: str, fans: int, language: str = "ko") -> None:
    """Fill the database with a shop whose fans are known, and a packet that each of them may tap now."""
    from bot.domains import DOMAINS, giveaways_of, policies_of  # noqa: PLC0415
    from bot.features.packets.packets import Packets  # noqa: PLC0415  # the echo needs none of these
    from bot.rules.act import Act, Sender  # noqa: PLC0415
    from bot.rules.packets.packets import NewPacket, PacketOpened  # noqa: PLC0415
    from bot.rules.rights import Role  # noqa: PLC0415
    from bot.store.engine.db import Database  # noqa: PLC0415
    from bot.store.places import find_group  # noqa: PLC0415

    await seed(database, fans, language)
    now = datetime.now(UTC)  # noqa: TID251  # the bot runs on the real time
    async with Database.open(database) as db:
        group = await db.read(find_group, GROUP_ID)
        if group is None:
            raise RuntimeError("the shop wasn't made")
        packets = Packets(db, policies_of(DOMAINS), giveaways_of(DOMAINS), lambda size: b"s" * size)
        wish = NewPacket(COINS, SHARES, rush=True)
        owner = Sender(1, "Owner", None, None)
        opened = await packets.open(Act(group.place, owner, now, "bench:packet", 1, Role.OWNER), wish)
        if not isinstance(opened, PacketOpened) or opened.packet_id != 1:
            raise RuntimeError("the packet isn't the first")


async def compare(url: str, delay: float, taps: int, rounds: int) -> bool:
    """Run all contenders, and print one table. Return whether 99 of 100 fans were answered in time."""
    load = Load(delay, taps)
    results = await in_turns({one.name: (one, load) for one in (*echoes(delay), STORM)}, rounds, url, prepare)
    say(f"\nServer {delay * 1000:.0f} ms away; {taps} taps at once on {SHARES} shares, the median of {rounds} rounds:")
    tell_rates(results, STORM.name)
    ours = results[STORM.name]
    p50, p99, last = (median_of(ours, field) for field in ("p50", "p99", "last"))
    say(f"  an answer, all taps at once: p50 {p50:.2f} s, p99 {p99:.2f} s, the last {last:.2f} s")
    in_time = p99 < TARGET
    say(f"  99 of 100 within {TARGET:.0f} s: {'yes' if in_time else 'NO'}")
    say("Answers at half load, the taps coming one by one:")
    await tell_latency(results, STORM, load, rounds, url, prepare)
    return in_time


async def main() -> None:
    """Start the server, and compare the contenders at each delay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--taps", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delays", default="0,50", help="milliseconds that the server is away")
    options = parser.parse_args()
    async with process("-m", "benchmarks.server", env={"PYTHONPATH": str(ROOT)}) as server:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        url = f"http://127.0.0.1:{int(await server.stdout.readline())}"
        for delay in options.delays.split(","):
            await compare(url, float(delay) / 1000, options.taps, options.rounds)


if __name__ == "__main__":
    asyncio.run(main())
