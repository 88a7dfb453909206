"""`python -m benchmarks.pairs REVISION`: compare this tree with an earlier one, in interleaved pairs of runs.

A machine's speed changes by more than most changes of code cost. So runs of the two trees alternate, and each pair
gives one ratio. The result is the median of the ratios, with the interval from the second ratio to the second last. For
nine pairs this interval holds the true median with 96 %.

On a busy machine look at the CPU per update, and there at the least of all runs: other work makes a run only dearer.
"""

import argparse
import asyncio
import json
import math
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.checkin import ROOT, say

FEWEST = 4
"""With fewer pairs the interval is from the first ratio to the last."""
RUN = """
import asyncio, contextlib, json, sys, time
from benchmarks import checkin, storm

pids, used = [], []
process, call, finished = checkin.process, checkin.Control.call, checkin.Control.finished

def cpu():
    return time.clock_gettime_ns((~pids[-1] << 3) | 2)

@contextlib.asynccontextmanager
async def watched(*arguments, **options):
    async with process(*arguments, **options) as child:
        pids.append(child.pid)
        yield child

def watched_call(control, verb, **options):
    if verb == "start" and options.get("n"):
        time.sleep(2)  # until the bot has done what it does at its start
        used.append(cpu())
    return call(control, verb, **options)

async def watched_end(control, seconds):
    result = await finished(control, seconds)
    used.append(cpu())
    return result

checkin.process, checkin.Control.call, checkin.Control.finished = watched, watched_call, watched_end

async def main(kind, updates, delay):
    contender, prepare = (checkin.ENCORE, checkin.seed) if kind == "checkin" else (storm.STORM, storm.prepare)
    async with checkin.process("-m", "benchmarks.server", env={"PYTHONPATH": str(checkin.ROOT)}) as server:
        url = f"http://127.0.0.1:{int(await server.stdout.readline())}"
        control = checkin.Control(url)
        control.call("start", mode="none", n=0, delay=delay)
        load = [checkin.Load(delay, updates)] if hasattr(checkin, "Load") else [delay, updates]
        one = await checkin.measure(contender, control, url, *load, prepare=prepare)
        print(json.dumps([one.rate, (used[-1] - used[0]) / 1000 / updates]))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
"""
"""The program of one run. Each tree runs it with its own server, shop and bot, so it uses names that old trees have.

Trees before `Load` take its values one by one. The CPU is measured around what old trees have too.
"""


@dataclass(frozen=True)
class Once:
    """The results of one run of one tree."""

    rate: float
    """Updates a second."""
    cpu: float
    """Microseconds of the bot's CPU for each update."""


async def run_once(tree: Path, kind: str, updates: int, delay: float) -> Once:
    """Run a tree once."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, kind, str(updates), str(delay), cwd=tree, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await child.communicate()
    if child.returncode:
        raise RuntimeError(f"the run in {tree.name} ended with {child.returncode}")
    return Once(*json.loads(printed))


async def compare(before: Path, kind: str, pairs: int, updates: int, delay: float) -> None:
    """Run the pairs, change the order after each, and print the ratios and their medians."""
    rates, cpus = [], []
    least = {"before": math.inf, "after": math.inf}
    for nth in range(pairs):
        trees = [("before", before), ("after", ROOT)]
        runs = {name: await run_once(tree, kind, updates, delay) for name, tree in (trees if nth % 2 else trees[::-1])}
        old, new = runs["before"], runs["after"]
        rates.append(new.rate / old.rate)
        cpus.append(new.cpu / old.cpu)
        least = {name: min(least[name], runs[name].cpu) for name in least}
        say(
            f"  {kind} {nth + 1}: {old.rate:7,.0f} → {new.rate:7,.0f} a second, {rates[-1]:.3f}; "
            f"{old.cpu:5,.0f} → {new.cpu:5,.0f} µs of CPU each, {cpus[-1]:.3f}"
        )
    say(f"{kind}, server {delay * 1000:.0f} ms away:")
    say(f"  rate {told(rates)}")
    say(f"  CPU  {told(cpus)}")
    ratio = least["after"] / least["before"]
    say(f"  CPU, the least of all runs: {least['before']:,.0f} → {least['after']:,.0f} µs each, {ratio:.3f} of before")


def told(ratios: list[float]) -> str:
    """The median of ratios, and the interval around it."""
    ratios = sorted(ratios)
    low, high = (ratios[1], ratios[-2]) if len(ratios) >= FEWEST else (ratios[0], ratios[-1])
    return f"{statistics.median(ratios):.3f} of before (interval {low:.3f} to {high:.3f})"


def unpack_revision(folder: str, revision: str) -> None:
    """Write the tree as it was at a revision into a folder."""
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)


async def main() -> None:
    """Unpack the earlier tree, and compare it for each kind of run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision", help="what to compare with, as git names it")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--updates", type=int, default=4_000)
    parser.add_argument("--delay", type=float, default=0.0, help="milliseconds that the server is away")
    parser.add_argument("--kinds", default="checkin,storm")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="encore-before-") as folder:
        await asyncio.to_thread(unpack_revision, folder, options.revision)
        for kind in options.kinds.split(","):
            await compare(Path(folder), kind, options.pairs, options.updates, options.delay / 1000)


if __name__ == "__main__":
    asyncio.run(main())
