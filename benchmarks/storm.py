"""`python -m benchmarks.storm`: compare thousands of taps at once on a red packet with an aiogram echo, in one run.

A tap consists of inbox, cause, the fan's account, the next share, the ledger's transfer and a pop-up for the fan. The
echo is aiogram's own session and polling. Rates are the median of several rounds. Quote only their ratios.
"""

import argparse
import asyncio
import statistics
from datetime import UTC, datetime

from benchmarks.checkin import ECHOES, ROOT, Contender, Control, Load, Measured, measure, process, say, seed
from benchmarks.server import GROUP_ID

STORM = Contender("Encore's packet", "storm", ("-m", "bot", "run"))
COINS, SHARES = 20_000, 2_000


async def prepare(database: str, fans: int) -> None:
    """Fill the database with a shop whose fans are known, and a packet that each of them may tap now."""
    from bot.domains import DOMAINS, giveaways_of, policies_of  # noqa: PLC0415
    from bot.features.packets.packets import Packets  # noqa: PLC0415  # the echo needs none of these
    from bot.rules.act import Act, Sender  # noqa: PLC0415
    from bot.rules.packets.packets import NewPacket, PacketOpened  # noqa: PLC0415
    from bot.rules.rights import Role  # noqa: PLC0415
    from bot.store.engine.db import Database  # noqa: PLC0415
    from bot.store.places import find_group  # noqa: PLC0415

    await seed(database, fans)
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


async def compare(url: str, control: Control, delay: float, taps: int, rounds: int) -> None:
    """Run all contenders, and print one table."""
    contenders = (*(echo for echo in ECHOES if not (delay and echo.fast_server_only)), STORM)
    rates: dict[str, list[Measured]] = {one.name: [] for one in contenders}
    for _ in range(rounds):
        for one in contenders:
            rates[one.name].append(await measure(one, control, url, Load(delay, taps), prepare))
    say(f"\nServer {delay * 1000:.0f} ms away; {taps} taps at once on {SHARES} shares, the median of {rounds} rounds:")
    medians = {name: statistics.median(one.rate for one in runs) for name, runs in rates.items()}
    for name, rate in medians.items():
        say(f"  {name:26} {rate:8,.0f} updates/s   (rounds: {', '.join(f'{m.rate:,.0f}' for m in rates[name])})")
    ours = medians[STORM.name]
    plain = max(rate for name, rate in medians.items() if "tuned" not in name and name != STORM.name)
    tuned = max(rate for name, rate in medians.items() if "tuned" in name)
    say(f"  ratio to the plain echo (its fastest setting): {ours / plain:.2f}")
    say(f"  ratio to the echo with the collector tuned:    {ours / tuned:.2f}")
    p50, p99 = (statistics.median(getattr(one, name) for one in rates[STORM.name]) for name in ("p50", "p99"))
    say(f"  from the first tap to an answer, all at once:  p50 {p50:.2f} s, p99 {p99:.2f} s")
    half = ours / 2
    calm = await measure(STORM, control, url, Load(delay, min(taps, int(half * 6)), half), prepare)
    say(f"  an answer at half that load ({half:,.0f}/s): p50 {calm.p50 * 1000:.0f} ms, p99 {calm.p99 * 1000:.0f} ms")


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
            await compare(url, Control(url), float(delay) / 1000, options.taps, options.rounds)


if __name__ == "__main__":
    asyncio.run(main())
