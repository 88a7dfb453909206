"""The bot as its operator starts it: another process, with its own environment."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.clock import Clock
from sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = (
    "BOT_TOKEN",
    "OWNER_ID",
    "TELEGRAM_API_URL",
    "DATABASE_URL",
    "OPEN",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "CONCURRENCY",
    "METRICS_PORT",
)


def in_time(telegram: Sandbox) -> str:
    """Python that a process runs first: its clock goes with the stand-in's, which begins when a test wants it to."""
    ahead = telegram.clock.now() - time.time()  # noqa: TID251  # a test's own time
    code = f"import time\nfrom {Clock.__module__} import Clock\n"
    return f"{code}Clock.real = classmethod(lambda cls: cls(lambda: time.time() + {ahead!r}))"


def verb(*arguments: str, first: str = "") -> str:
    """Python that does what `python -m bot …` does, after `first`."""
    return f"{first}\nimport sys\nfrom bot.__main__ import main\nsys.exit(main({list(arguments)!r}))"


async def start(folder: Path, *arguments: str, first: str = "", **variables: str) -> asyncio.subprocess.Process:
    """`python -m bot …` in an empty folder, with these variables and no others of ours; `first` is Python before it."""
    how = ("-c", verb(*arguments, first=first)) if first else ("-m", "bot", *arguments)
    return await launch(folder, *how, **variables)


async def launch(folder: Path, *arguments: str, **variables: str) -> asyncio.subprocess.Process:
    """The same with any arguments of Python's own."""
    inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def result(folder: Path, *arguments: str, first: str = "", **variables: str) -> tuple[int, str, list[str]]:
    """Exit code, standard output, and the lines on standard error."""
    process = await start(folder, *arguments, first=first, **variables)
    async with asyncio.timeout(60):
        out, problems = await process.communicate()
    return process.returncode or 0, out.decode(), problems.decode().splitlines()


class Running:
    """A bot that runs, and the lines that it has logged."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._grew = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        if self.process.stderr is None:
            raise LookupError("standard error isn't a pipe")
        async for line in self.process.stderr:
            async with self._grew:
                self.lines.append(line.decode().rstrip("\n"))
                self._grew.notify_all()

    @property
    def events(self) -> list[dict[str, Any]]:
        """All lines, each an event as JSON; why a start failed is told in a line to be read."""
        return [json.loads(line) for line in self.lines if not line.startswith("encore: ")]

    async def logs(self, event: str, times: int = 1, seconds: float = 60) -> None:
        """Wait until it has logged an event."""
        async with asyncio.timeout(seconds), self._grew:
            await self._grew.wait_for(lambda: sum(f'"event": "{event}"' in line for line in self.lines) >= times)

    async def stops(self, seconds: float = 10) -> int:
        """Ask it to stop, as systemd and Docker do; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ends(seconds)

    async def ends(self, seconds: float) -> int:
        """Wait for its end; its exit code."""
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
            await self._reading
        return code


@asynccontextmanager
async def running(folder: Path, first: str = "", **variables: str) -> AsyncIterator[Running]:
    """A bot that is killed at the end, if it still runs; `first` is Python that it runs before."""
    process = await launch(folder, "-c", verb("run", first=first), **variables)
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
