"""Bots in processes of their own that begin at once: each is forked from a process that has only imported their code.

A killed bot takes all with it that it had in memory, as one that was started by `python -m bot run`.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.bot.process import VARIABLES

LOG = "bot.log"
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["bot.__main__", "tests.bot.posts.jumping"])


class Forked:
    """A bot that runs."""

    def __init__(self, folder: Path, process: ForkServerProcess) -> None:
        self._folder = folder
        self._process = process

    @classmethod
    async def start(cls, folder: Path, clock: Path, **variables: str) -> "Forked":
        """Start a bot in a folder, with these variables and no others of ours; it lives by the shared clock."""
        process = _FORKS.Process(target=_run, args=(folder, clock, variables))
        await asyncio.to_thread(process.start)
        return cls(folder, process)

    @property
    def runs(self) -> bool:
        """Whether it hasn't ended."""
        return self._process.is_alive()

    @property
    def log(self) -> str:
        """What it and the bots before it in this folder have logged."""
        return (self._folder / LOG).read_text(encoding="utf-8")

    async def kill(self) -> None:
        """`kill -9`."""
        self._process.kill()
        await asyncio.to_thread(self._process.join)

    async def stop(self) -> int | None:
        """Ask it to stop, as systemd and Docker do; its exit code."""
        self._process.terminate()
        await asyncio.to_thread(self._process.join, 20)
        return self._process.exitcode


def _run(folder: Path, clock: Path, variables: dict[str, str]) -> None:
    """What the process does: `python -m bot run`, by the shared clock."""
    from bot.__main__ import main  # noqa: PLC0415  # its process alone needs them
    from tests.bot.posts.jumping import follow  # noqa: PLC0415

    os.chdir(folder)
    for name in VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(variables)
    with (folder / LOG).open("a", encoding="utf-8") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    follow(clock)
    sys.exit(main(["run"]))
