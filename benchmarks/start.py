"""`python -m benchmarks.start`: how soon the bot polls, how much memory it takes, and how long its other verbs last.

The bare aiogram echo and the whole bot start in turns on the same server. For both it prints, as medians:

- seconds from the start of the process to its first poll, and the CPU seconds spent until then
- resident memory at the first poll, after a load of check-ins, and at the peak

Then the bot starts from a copy of the tree that has no bytecode and no compiled templates, as after an installation,
and once more from the same copy. Last come the verbs. Where a machine is shared, CPU seconds say more than seconds.
"""

import argparse
import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from benchmarks.checkin import ROOT, Control, process, say, seed

CONTENDERS = {"echo": ("-m", "benchmarks.echo", "URL", "100", "plain"), "Encore": ("-m", "bot", "run")}
VERBS = ("version", "--help", "migrate", "doctor")
TICKS = os.sysconf("SC_CLK_TCK")
SETTLE_SECONDS = 2.0
"""How long after the last answer memory is read: by then what was answered is cleared up."""


@dataclass(frozen=True, slots=True)
class Started:
    """One start. Memory is in MiB."""

    seconds: float
    cpu: float
    memory: float


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process so far, all threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int, kind: str) -> float:
    """Resident memory of a process in MiB: `VmRSS` is now, `VmHWM` the peak."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no {kind}")


async def first_poll(control: Control, child: asyncio.subprocess.Process, begun: float) -> Started:
    """Wait for the first poll of a process that was started at `begun`."""
    while not (polled := control.call("result")["first_poll"]):
        await asyncio.sleep(0.01)
        if child.returncode is not None:
            raise RuntimeError(f"the process ended with {child.returncode}")
    return Started(polled - begun, cpu_seconds(child.pid), memory(child.pid, "VmRSS"))


@asynccontextmanager
async def shop(url: str, fans: int) -> AsyncIterator[dict[str, str]]:
    """The environment of a bot whose shop has so many fans."""
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        database = f"sqlite:///{folder}/bench.db"
        await seed(database, fans)
        yield {"BOT_TOKEN": "42:TEST", "TELEGRAM_API_URL": url, "DATABASE_URL": database}


async def memory_after_load(control: Control, url: str, name: str, updates: int) -> tuple[float, float]:
    """Start a contender and load it with updates. Return its memory afterwards and at the peak."""
    async with shop(url, updates if name == "Encore" else 1) as env:
        control.call("start", mode="none", n=0)
        control.call("forget")
        begun = time.perf_counter()
        async with process(*arguments_of(name, url), env=env) as child:
            await first_poll(control, child, begun)
            await asyncio.sleep(0.3)
            control.call("start", mode="checkin" if name == "Encore" else "echo", n=updates)
            result = await control.finished(120)
            if result["answered"] < result["total"]:
                raise RuntimeError(f"{result['answered']} of {result['total']} answered")
            await asyncio.sleep(SETTLE_SECONDS)
            return memory(child.pid, "VmRSS"), memory(child.pid, "VmHWM")


def arguments_of(name: str, url: str) -> list[str]:
    """What Python is called with to run a contender."""
    return [url if word == "URL" else word for word in CONTENDERS[name]]


async def start_only(control: Control, url: str, env: dict[str, str], name: str = "Encore") -> Started:
    """Start a contender, and stop it at its first poll."""
    control.call("start", mode="none", n=0)
    control.call("forget")
    begun = time.perf_counter()
    async with process(*arguments_of(name, url), env=env) as child:
        return await first_poll(control, child, begun)


async def start_from_copy(control: Control, url: str) -> tuple[Started, Started]:
    """Start from a tree without bytecode, then again. Libraries keep theirs: an installation compiles them."""
    async with shop(url, 1) as env:
        with tempfile.TemporaryDirectory(prefix="encore-copy-") as folder:
            for package in ("bot", "migrations"):
                shutil.copytree(ROOT / package, Path(folder) / package, ignore=shutil.ignore_patterns("__pycache__"))
            copied = {**env, "PYTHONPATH": folder}
            return await start_only(control, url, copied), await start_only(control, url, copied)


def run_verb(verb: str, env: dict[str, str]) -> tuple[float, float]:
    """Run one verb to its end. Return its seconds and CPU seconds."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="encore-bench-") as folder:
        subprocess.run([sys.executable, "-m", "bot", verb], cwd=folder, env=env, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def compare_starts(url: str, control: Control, pairs: int) -> None:
    """Start both contenders in turns. Print the medians, and the medians of the differences within a pair."""
    rows: dict[str, list[Started]] = {name: [] for name in CONTENDERS}
    async with shop(url, 1) as env:
        for nth in range(pairs):
            for name in list(CONTENDERS)[:: -1 if nth % 2 else 1]:
                rows[name].append(await start_only(control, url, env, name))
    say(f"\nTo the first poll, the median of {pairs} starts in turns:")
    for name, row in rows.items():
        say(f"  {name:8}" + _columns(*(astuple(one) for one in row)))
    both = zip(rows["Encore"], rows["echo"], strict=True)
    beyond = [[a - b for a, b in zip(astuple(ours), astuple(bare), strict=True)] for ours, bare in both]
    say(f"  {'beyond':8}" + _columns(*beyond, sign="+"))


def _columns(*rows: Sequence[float], sign: str = "") -> str:
    seconds, cpu, held = (statistics.median(column) for column in zip(*rows, strict=True))
    return f"{seconds:{sign}8.2f} s{cpu:{sign}8.2f} s of CPU{held:{sign}8.0f} MiB"


async def compare_memory(url: str, control: Control, updates: int, rounds: int) -> None:
    """Load both contenders in turns, and print their memory."""
    rows: dict[str, list[tuple[float, float]]] = {name: [] for name in CONTENDERS}
    for _ in range(rounds):
        for name, row in rows.items():
            row.append(await memory_after_load(control, url, name, updates))
    say(f"\nMemory after {updates:,} updates of as many fans, the median of {rounds}:")
    medians = {name: [statistics.median(column) for column in zip(*row, strict=True)] for name, row in rows.items()}
    for name, (after, peak) in medians.items():
        say(f"  {name:8}{after:8.0f} MiB, at the peak {peak:.0f} MiB")
    after, peak = (ours - bare for ours, bare in zip(medians["Encore"], medians["echo"], strict=True))
    say(f"  {'beyond':8}{after:+8.0f} MiB, at the peak {peak:+.0f} MiB")


async def measure_verbs(url: str, rounds: int) -> None:
    """Print how long verbs last on a database that is up to date."""
    async with shop(url, 1) as env:
        whole = {**os.environ, **env, "PYTHONPATH": str(ROOT)}
        for verb in VERBS:
            took = [await asyncio.to_thread(run_verb, verb, whole) for _ in range(rounds)]
            seconds, cpu = (statistics.median(column) for column in zip(*took, strict=True))
            say(f"  {verb:10}{seconds:8.2f} s{cpu:7.2f} s of CPU")


async def main() -> None:
    """Start the server, and measure starts, memory and verbs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=5_000)
    parser.add_argument("--pairs", type=int, default=9, help="starts of each contender")
    parser.add_argument("--rounds", type=int, default=3, help="loads of each contender, and runs of each verb")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # with it every start compiles the whole tree
    async with process("-m", "benchmarks.server") as server:
        if server.stdout is None:
            raise RuntimeError("the server has no output")
        url = f"http://127.0.0.1:{int(await server.stdout.readline())}"
        control = Control(url)
        await compare_starts(url, control, options.pairs)
        await compare_memory(url, control, options.updates, options.rounds)
        cold, warm = await start_from_copy(control, url)
        say("\nThe bot from a fresh copy of the tree, to its first poll:")
        say(f"  the first start {cold.seconds:6.2f} s ({cold.cpu:.2f} s of CPU), the next {warm.seconds:.2f} s")
        say(f"\nVerbs, the median of {options.rounds}:")
        await measure_verbs(url, options.rounds)


if __name__ == "__main__":
    asyncio.run(main())
