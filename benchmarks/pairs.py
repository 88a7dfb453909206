"""`python -m benchmarks.pairs REVISION`: compare this tree with an earlier one, in interleaved pairs of runs.

A machine's speed changes by more than most changes of code cost. So runs of the two trees alternate, and each pair
gives one ratio. The result is the median of the ratios, with the interval from the second ratio to the second last. For
nine pairs this interval holds the true median with 96 %.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.checkin import ROOT, say

FEWEST = 4
"""With fewer pairs the interval is from the first ratio to the last."""
RUN = """
import asyncio, json, sys
from benchmarks import checkin, storm

async def main(kind, updates, delay):
    contender, prepare = (checkin.ENCORE, checkin.seed) if kind == "checkin" else (storm.STORM, storm.prepare)
    async with checkin.process("-m", "benchmarks.server", env={"PYTHONPATH": str(checkin.ROOT)}) as server:
        url = f"http://127.0.0.1:{int(await server.stdout.readline())}"
        control = checkin.Control(url)
        control.call("start", mode="none", n=0, delay=delay)
        load = [checkin.Load(delay, updates)] if hasattr(checkin, "Load") else [delay, updates]
        one = await checkin.measure(contender, control, url, *load, prepare=prepare)
        print(json.dumps([one.rate, one.start, one.memory]))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
"""
"""The program of one run. Each tree runs it with its own server, shop and bot, so it uses names that old trees have.

Trees before `Load` take its values one by one.
"""


async def run_once(tree: Path, kind: str, updates: int, delay: float) -> list[float]:
    """Run a tree once. Return updates a second, seconds to the first poll, and MiB at the peak."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, kind, str(updates), str(delay), cwd=tree, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await child.communicate()
    if child.returncode:
        raise RuntimeError(f"the run in {tree.name} ended with {child.returncode}")
    measured: list[float] = json.loads(printed)
    return measured


async def compare(before: Path, kind: str, pairs: int, updates: int, delay: float) -> None:
    """Run the pairs, change the order after each, and print the ratios and their median."""
    ratios: list[float] = []
    for nth in range(pairs):
        trees = [("before", before), ("after", ROOT)]
        runs = {name: await run_once(tree, kind, updates, delay) for name, tree in (trees if nth % 2 else trees[::-1])}
        ratios.append(runs["after"][0] / runs["before"][0])
        say(f"  {kind} {nth + 1}: {runs['before'][0]:7,.0f} → {runs['after'][0]:7,.0f} a second, {ratios[-1]:.3f}")
    ratios.sort()
    low, high = (ratios[1], ratios[-2]) if pairs >= FEWEST else (ratios[0], ratios[-1])
    median = statistics.median(ratios)
    say(f"{kind}, server {delay * 1000:.0f} ms away: {median:.3f} of before (interval {low:.3f} to {high:.3f})")


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
