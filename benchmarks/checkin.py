"""`make bench`: compare Encore's whole check-in with a bare aiogram echo, on the same server, in one run.

A check-in consists of inbox, cause, transaction, ledger, rendering and a whispered answer. The echo is aiogram's own
session and polling at its fastest setting. Contenders take turns, and each round begins with another one. Rates are the
median of several rounds. Quote only their ratios. The CPU per update changes less than a rate on a busy machine.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.server import FIRST_USER, GROUP_ID

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Contender:
    """A bot under test."""

    name: str
    mode: str
    arguments: tuple[str, ...]
    fast_server_only: bool = False
    """Whether it runs only against a server without delay."""


ECHOES = (
    Contender("echo, 100 tasks", "echo", ("-m", "benchmarks.echo", "URL", "100", "plain")),
    Contender("echo, one by one", "echo", ("-m", "benchmarks.echo", "URL", "0", "plain"), fast_server_only=True),
    Contender("echo, 100 tasks, tuned", "echo", ("-m", "benchmarks.echo", "URL", "100", "tuned")),
    Contender("echo, one by one, tuned", "echo", ("-m", "benchmarks.echo", "URL", "0", "tuned"), fast_server_only=True),
)
ENCORE = Contender("Encore's check-in", "checkin", ("-m", "bot", "run"))
SECONDS = 6
"""For how long updates come one by one where answers at half load are measured."""


def echoes(delay: float) -> list[Contender]:
    """The echoes that run against a server so many seconds away."""
    return [one for one in ECHOES if not (delay and one.fast_server_only)]


class Control:
    """Controls the benchmark's server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def call(self, verb: str, **options: Any) -> dict[str, Any]:
        """Send one control request, and return its answer."""
        query = "&".join(f"{key}={value}" for key, value in options.items())
        with urlopen(f"{self._url}/control/{verb}?{query}", timeout=10) as response:  # noqa: S310  # our own server
            answer: dict[str, Any] = json.load(response)
            return answer

    async def finished(self, seconds: float) -> dict[str, Any]:
        """Wait until every update is answered, at most so many seconds. Return the server's result."""
        end = time.monotonic() + seconds
        while True:
            await asyncio.sleep(0.1)
            result = await asyncio.to_thread(self.call, "result")
            if result["answered"] >= result["total"] or time.monotonic() > end:
                return result


@asynccontextmanager
async def process(*arguments: str, env: dict[str, str] | None = None) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a Python process in a folder of its own, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield child
        finally:
            if child.returncode is None:
                child.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(child.wait(), 10)
                except TimeoutError:
                    child.kill()
                    await child.wait()


def peak_memory(pid: int) -> float:
    """Peak resident memory of a process, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_used(pid: int) -> int:
    """Nanoseconds of CPU that a process has used, with its threads, those that ended too.

    Linux gives each process a clock of its own for that: `clock_getcpuclockid(3)` computes its number like this.
    """
    return time.clock_gettime_ns((~pid << 3) | 2)


async def settled(pid: int) -> None:
    """Wait until a process has done what it does at its start: it then uses less than a tenth of a core."""
    for _ in range(20):
        used = cpu_used(pid)
        await asyncio.sleep(0.3)
        if cpu_used(pid) - used < 30_000_000:
            return


async def seed(database: str, fans: int, language: str = "ko") -> None:
    """Fill the database with a shop whose fans all checked in yesterday."""
    from bot.domains import DOMAINS, policies_of  # noqa: PLC0415
    from bot.features.shops.arrivals import Arrival, arrive  # noqa: PLC0415
    from bot.flows.check_in import CheckIns  # noqa: PLC0415
    from bot.rules.act import Act, Sender  # noqa: PLC0415
    from bot.rules.fans import Room  # noqa: PLC0415
    from bot.rules.place import Place  # noqa: PLC0415
    from bot.rules.words import Language  # noqa: PLC0415
    from bot.store.engine.db import Database  # noqa: PLC0415
    from bot.store.engine.schema import migrate  # noqa: PLC0415

    await migrate(database)
    yesterday = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251  # the server deals out today's updates
    async with Database.open(database) as db:
        owner = Sender(1, "Owner", "owner", language)
        group = Arrival(GROUP_ID, "Bench", owner, Language(language), yesterday, is_admin=True)
        arrived = await db.write(arrive, group, open_to_all=True)
        if arrived is None:
            raise RuntimeError("the shop wasn't made")

        def act(place: Place, i: int) -> Act:
            # Named as the server will name them: fans rarely change their names overnight, and never all of them.
            sender = Sender(FIRST_USER + i, f"Fan {FIRST_USER + i}", None, language, Room(GROUP_ID))
            return Act(place, sender, yesterday, f"seed:{i}", sender.user_id)

        checkins = CheckIns(db, policies_of(DOMAINS))
        for start in range(0, fans, 500):
            await asyncio.gather(
                *(checkins.check_in(act(arrived.group.place, i)) for i in range(start, min(start + 500, fans)))
            )


Prepare = Callable[[str, int], Awaitable[None]]
"""(the database's address, number of fans): fills the database with a shop."""


@dataclass
class Measured:
    """The results of one run of one contender."""

    rate: float
    """Updates a second."""
    start: float
    """Seconds from the start to the first poll."""
    memory: float
    """MiB at the peak."""
    p50: float
    """Median seconds to an answer."""
    p99: float
    """Seconds within which 99 of 100 answers came."""
    last: float
    """Seconds that the slowest answer took."""
    cpu: float
    """Microseconds of CPU for each update, of all threads, from the first update until all were answered."""


@dataclass(frozen=True)
class Load:
    """The updates that a contender gets, and how slow Telegram is meanwhile."""

    delay: float
    """Seconds that each call of Telegram takes."""
    updates: int
    rate: float = 0
    """Updates a second; 0 sends them all at once."""


async def measure(contender: Contender, control: Control, url: str, load: Load, prepare: Prepare = seed) -> Measured:
    """Start the contender, send it the updates of its load, and wait for all answers."""
    n, rate = load.updates, load.rate
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        database = f"sqlite:///{folder}/bench.db"
        env = {"PYTHONPATH": str(ROOT), "BOT_TOKEN": "42:TEST", "TELEGRAM_API_URL": url, "DATABASE_URL": database,
               }  # fmt: skip
        if contender.mode != "echo":
            await prepare(database, n)
        control.call("start", mode="none", n=0)
        control.call("forget")
        spawned = time.perf_counter()
        arguments = (url if word == "URL" else word for word in contender.arguments)
        async with process(*arguments, env=env) as child:
            while not (polled := control.call("result")["first_poll"]):
                await asyncio.sleep(0.02)
                if child.returncode is not None:
                    raise RuntimeError(f"{contender.name} ended with {child.returncode}")
            await settled(child.pid)
            used = cpu_used(child.pid)
            control.call("start", mode=contender.mode, n=n, delay=load.delay, rate=rate)
            result = await control.finished(60 + (n / rate if rate else 0))
            used = cpu_used(child.pid) - used
            if result["answered"] < result["total"]:
                raise RuntimeError(f"{contender.name}: {result['answered']} of {result['total']} answered")
            return Measured(
                rate=result["answered"] / result["seconds"],
                start=polled - spawned,
                memory=peak_memory(child.pid),
                p50=result["p50"],
                p99=result["p99"],
                last=result["last"],
                cpu=used / 1000 / n,
            )


async def server_rate(url: str, delay: float, n: int) -> float:
    """How many of `n` bare requests the server answers in a second."""
    port = int(url.rsplit(":", 1)[1])
    request = b"POST /bot42:TEST/sendMessage HTTP/1.1\r\nContent-Length: 13\r\n\r\nchat_id=99999"
    connections = 256 if delay else 32

    async def client(count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(count):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.rsplit(b"Content-Length: ", 1)[1]))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client(n // connections) for _ in range(connections)))
    return n / (time.perf_counter() - started)


Run = tuple[Contender, Load]
Results = dict[str, list[Measured]]


async def in_turns(
    runs: Mapping[str, Run], rounds: int, url: str, prepare: Prepare = seed
) -> dict[str, list[Measured]]:
    """Measure each run once a round. Each round begins with another one, so that a slow minute hits all of them."""
    control, names = Control(url), list(runs)
    results: Results = {name: [] for name in names}
    for nth in range(rounds):
        first = nth % len(names)
        for name in names[first:] + names[:first]:
            results[name].append(await measure(runs[name][0], control, url, runs[name][1], prepare))
    return results


def median_of(runs: list[Measured], field: str) -> float:
    """The median of one field over several runs."""
    values: list[float] = [getattr(one, field) for one in runs]
    return statistics.median(values)


def fastest(results: Results, *, tuned: bool) -> Contender:
    """The echo that was fastest, among those with the collector tuned or among those without."""
    echoes = [one for one in ECHOES if one.name in results and ("tuned" in one.name) == tuned]
    return max(echoes, key=lambda one: median_of(results[one.name], "rate"))


def tell_rates(results: Results, ours: str) -> None:
    """Print rate and CPU of each contender, and the ratios to the fastest echoes."""
    for name, runs in results.items():
        rates = ", ".join(f"{one.rate:,.0f}" for one in runs)
        rate, cpu = median_of(runs, "rate"), median_of(runs, "cpu")
        say(f"  {name:26} {rate:8,.0f} updates/s {cpu:7,.0f} µs of CPU each   (rounds: {rates})")
    for tuned, called in ((False, "the plain echo (its fastest setting)"), (True, "the echo with the collector tuned")):
        echo = results[fastest(results, tuned=tuned).name]
        rate, cpu = (median_of(results[ours], field) / median_of(echo, field) for field in ("rate", "cpu"))
        say(f"  ratio to {called + ':':38} {rate:.2f} of its rate, {cpu:.2f} of its CPU")


async def tell_latency(
    results: Results, ours: Contender, load: Load, rounds: int, url: str, prepare: Prepare = seed
) -> None:
    """Measure and print answers at half load: of each contender at half of its rate, of ours at the echoes' too."""

    def half(one: Contender) -> Load:
        rate = median_of(results[one.name], "rate") / 2
        return Load(load.delay, min(load.updates, int(rate * SECONDS)), rate)

    rivals = [fastest(results, tuned=tuned) for tuned in (False, True)]
    runs = {f"{one.name}, at half of its own rate": (one, half(one)) for one in (ours, *rivals)}
    runs |= {f"{ours.name}, as fast as {one.name}": (ours, half(one)) for one in rivals}
    for name, latencies in (await in_turns(runs, rounds, url, prepare)).items():
        p50, p99 = (median_of(latencies, field) * 1000 for field in ("p50", "p99"))
        title, cpu = f"{name} ({runs[name][1].rate:,.0f}/s):", median_of(latencies, "cpu")
        say(f"  {title:64} p50 {p50:6.1f} ms, p99 {p99:6.1f} ms, {cpu:5,.0f} µs of CPU each")


async def compare(url: str, control: Control, delay: float, n: int, rounds: int) -> None:
    """Run all contenders, and print each one's rate and CPU, then ratios, latency, memory and start."""
    control.call("start", mode="none", n=0, delay=delay)
    speed = await server_rate(url, delay, 20_000)
    say(f"\nServer {delay * 1000:.0f} ms away; alone it answers {speed:,.0f} calls a second.")
    say(f"{n} updates a run, the median of {rounds} rounds:")
    load = Load(delay, n)
    results = await in_turns({one.name: (one, load) for one in (*echoes(delay), ENCORE)}, rounds, url)
    tell_rates(results, ENCORE.name)
    say("Answers at half load, the updates coming one by one:")
    await tell_latency(results, ENCORE, load, rounds, url)
    ours, theirs = results[ENCORE.name], results[ECHOES[0].name]
    memory, start = (median_of(ours, field) - median_of(theirs, field) for field in ("memory", "start"))
    say(f"  beyond the echo: {memory:+.0f} MiB at peak, {start:+.2f} s to the first poll")


def say(line: str) -> None:
    """Print a line without buffering, because a run takes minutes."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def main() -> None:
    """Start the server, and compare the contenders at each delay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delays", default="0,50", help="milliseconds that the server is away")
    options = parser.parse_args()
    async with process("-m", "benchmarks.server", env={"PYTHONPATH": str(ROOT)}) as server:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        url = f"http://127.0.0.1:{int(await server.stdout.readline())}"
        for delay in options.delays.split(","):
            await compare(url, Control(url), float(delay) / 1000, options.updates, options.rounds)


if __name__ == "__main__":
    asyncio.run(main())
