"""`python -m benchmarks.soak --minutes 20`: whether the bot's memory stays as it is under a load that goes on.

Half of the updates come from people who were never here before, half from a crowd that comes again and again:
check-ins, taps on a red packet, cards and lists of streams. Each half minute the bot's memory, the time that its loop
takes for an answer of `/healthz`, and the database's size are printed. It ends with 1 if the memory grew by 5 MiB or
more in the last half, or if an update wasn't answered.
"""

import argparse
import asyncio
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from benchmarks.checkin import ENCORE, ROOT, Contender, Control, Load, cpu_used, measure, process, say, settled
from benchmarks.server import CROWD
from benchmarks.starts import wait_for_value
from benchmarks.storm import prepare

MIXTURE = Contender("Encore", "soak", ENCORE.arguments)
EVERY = 30.0
"""Seconds between two looks."""
PROBES = 20
"""Answers of `/healthz` that are timed within them."""
MOST_GROWTH = 5.0
"""MiB by which the memory may grow in the last half."""


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def memory(pid: int) -> float:
    """Resident memory of a process, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def size(database: Path) -> float:
    """The database with its log, in MiB."""
    return sum(one.stat().st_size for one in database.parent.glob(f"{database.name}*")) / 2**20


def longest_answer(port: int) -> float:
    """Seconds that the slowest of some answers of `/healthz` takes: the bot's loop was busy for so long."""
    slowest = 0.0
    for _ in range(PROBES):
        begun = time.perf_counter()
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
            answer.read()
        slowest = max(slowest, time.perf_counter() - begun)
        time.sleep(0.05)
    return slowest


def growth(samples: list[tuple[float, float]]) -> float:
    """By how much the memory grew over the samples, by the straight line that fits them best."""
    slope, _ = statistics.linear_regression(*zip(*samples, strict=True))
    return slope * (samples[-1][0] - samples[0][0])


async def watch(control: Control, pid: int, port: int, database: Path, minutes: float) -> list[tuple[float, float]]:
    """Look at the process each half minute. Return (seconds, MiB) of each look."""
    samples: list[tuple[float, float]] = []
    begun, used, answered = time.perf_counter(), cpu_used(pid), 0
    while (passed := time.perf_counter() - begun) < minutes * 60:
        await asyncio.sleep(min(EVERY, minutes * 60 - passed))
        lag = await asyncio.to_thread(longest_answer, port)
        result = await asyncio.to_thread(control.call, "result")
        passed = time.perf_counter() - begun
        samples.append((passed, memory(pid)))
        spent, used = cpu_used(pid) - used, cpu_used(pid)
        fresh, answered = result["answered"] - answered, result["answered"]
        say(
            f"  {passed / 60:5.1f} min: {samples[-1][1]:6.1f} MiB, the database {size(database):7.1f} MiB, "
            f"{answered:9,} answers ({fresh / EVERY:,.0f} a second, {spent / 1000 / max(1, fresh):,.0f} µs of CPU), "
            f"{lag * 1000:5.1f} ms for the slowest of {PROBES} answers of /healthz"
        )
    return samples


async def soak(control: Control, url: str, rate: float, minutes: float) -> bool:
    """Run the bot under the load. Return whether its memory stayed."""
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        database, port = Path(folder) / "bench.db", free_port()
        await prepare(f"sqlite:///{database}", CROWD, "en")
        control.call("start", mode="none", n=0)
        control.call("forget")
        env = {
            "PYTHONPATH": str(ROOT),
            "BOT_TOKEN": "42:TEST",
            "TELEGRAM_API_URL": url,
            "DATABASE_URL": f"sqlite:///{database}",
            "METRICS_PORT": str(port),
        }
        async with process("-m", "bot", "run", env=env) as child:
            await wait_for_value(control, "result", "first_poll", bool, 60)
            await settled(child.pid)
            say(
                f"\n{rate:,.0f} updates a second for {minutes:g} minutes; {memory(child.pid):.1f} MiB before the first:"
            )
            control.call("start", mode="soak", n=int(rate * minutes * 60), rate=rate)
            samples = await watch(control, child.pid, port, database, minutes)
            result = await control.finished(120)
    unanswered = result["total"] - result["answered"]
    later = samples[len(samples) // 4 :]
    trend = growth(later) / (later[-1][0] - later[0][0]) * 600
    last_half = growth(samples[len(samples) // 2 :])
    say(f"  after the first quarter: {trend:+.2f} MiB in 10 minutes; in the last half {last_half:+.2f} MiB")
    say(f"  unanswered: {max(0, unanswered):,} of {result['total']:,}")
    return last_half < MOST_GROWTH and unanswered <= 0


async def main() -> bool:
    """Start the server, find the bot's half load unless it is given, and soak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=0, help="updates a second; 0: half of the most")
    options = parser.parse_args()
    async with process("-m", "benchmarks.server", env={"PYTHONPATH": str(ROOT)}) as server:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        url = f"http://127.0.0.1:{int(await server.stdout.readline())}"
        control = Control(url)
        rate = options.rate or (await measure(MIXTURE, control, url, Load(0, 3_000), prepare)).rate / 2
        flat = await soak(control, url, rate, options.minutes)
    say(f"  memory stays (less than {MOST_GROWTH:.0f} MiB more in the last half): {'yes' if flat else 'NO'}")
    return flat


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
