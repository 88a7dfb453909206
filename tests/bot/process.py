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
from tests.nursery import nursery

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
    "PUBLIC_URL",
    "WEBHOOK_LISTEN",
    "WEBHOOK_URL",
)

UP = 120.0
"""Seconds that a process may take to be up, or to end, on a busy machine. No test measures that: it only gives up."""


def in_time(telegram: Sandbox) -> str:
    """Python that a process runs first: its clock goes with the stand-in's, which begins when a test wants it to."""
    ahead = telegram.clock.now() - time.time()  # noqa: TID251  # a test's own time
    code = f"import time\nfrom {Clock.__module__} import Clock\n"
    return f"{code}Clock.real = classmethod(lambda cls: cls(lambda: time.time() + {ahead!r}))"


def verb(*arguments: str, first: str = "") -> str:
    """Python that does what `python -m bot …` does, after `first`."""
    return f"{first}\nimport sys\nfrom bot.__main__ import main\nsys.exit(main({list(arguments)!r}))"


class Born:
    """A process of the nursery's, with what tests use of `asyncio.subprocess.Process`."""

    def __init__(self, told: asyncio.StreamReader, out: asyncio.StreamReader, problems: asyncio.StreamReader) -> None:
        self.pid = 0
        self.stdout = out
        self.stderr = problems
        self.returncode: int | None = None
        self._told = told
        self._ended: asyncio.Task[None] | None = None

    @classmethod
    async def of(cls, code: str, folder: Path, variables: dict[str, str]) -> "Born":
        """Let it be born, and wait until it is."""
        (out, out_end), (problems, problems_end) = os.pipe(), os.pipe()
        try:
            told = nursery().bear(code, folder, variables, out_end, problems_end)
        finally:
            os.close(out_end)
            os.close(problems_end)
        born = cls(await _reader(told), await _reader(out), await _reader(problems))
        born.pid = int(await born._told.readline())
        born._ended = asyncio.create_task(born._watch())
        return born

    async def _watch(self) -> None:
        self.returncode = int(await self._told.readline())
        await self._told.read()

    async def wait(self) -> int:
        """Wait for its end; its exit code."""
        assert self._ended is not None
        await asyncio.shield(self._ended)
        assert self.returncode is not None
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """All that it prints to its end."""
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


async def _reader(descriptor: int) -> asyncio.StreamReader:
    """What is written at the other end of a pipe, to the end of it."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", buffering=0)  # closed at its end
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


def variables_with(**variables: str) -> dict[str, str]:
    """The variables of this process with these, and without any of ours."""
    inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {**inherited, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", **variables}


async def start(folder: Path, *arguments: str, first: str = "", **variables: str) -> Born:
    """What `python -m bot …` does, in an empty folder, with these variables and no others of ours.

    `first` is Python that runs before it. The process is born of the nursery; see `launch` for one of its own.
    """
    return await Born.of(verb(*arguments, first=first), folder, variables_with(**variables))


async def launch(folder: Path, *arguments: str, **variables: str) -> asyncio.subprocess.Process:
    """A Python of its own with any arguments, for tests that are about its start."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env=variables_with(**variables),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def result(folder: Path, *arguments: str, first: str = "", **variables: str) -> tuple[int, str, list[str]]:
    """Exit code, standard output, and the lines on standard error."""
    return await ended(await start(folder, *arguments, first=first, **variables))


async def launched(folder: Path, *arguments: str, **variables: str) -> tuple[int, str, list[str]]:
    """The same of `python -m bot …` as it is typed: a Python of its own."""
    return await ended(await launch(folder, "-m", "bot", *arguments, **variables))


async def ended(process: Born | asyncio.subprocess.Process) -> tuple[int, str, list[str]]:
    """What a process has printed to its end, and its exit code."""
    async with asyncio.timeout(UP):
        out, problems = await process.communicate()
    return process.returncode or 0, out.decode(), problems.decode().splitlines()


class Running:
    """A bot that runs, and the lines that it has logged."""

    def __init__(self, process: Born | asyncio.subprocess.Process) -> None:
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

    async def end_of_lines(self) -> None:
        """Wait until all that it has printed is read."""
        await self._reading

    @property
    def events(self) -> list[dict[str, Any]]:
        """All lines, each an event as JSON; why a start failed is told in a line to be read."""
        return [json.loads(line) for line in self.lines if not line.startswith("encore: ")]

    async def logs(self, event: str, times: int = 1, seconds: float = UP) -> None:
        """Wait until it has logged an event."""
        async with asyncio.timeout(seconds), self._grew:
            await self._grew.wait_for(lambda: sum(f'"event": "{event}"' in line for line in self.lines) >= times)

    async def stops(self, seconds: float = UP) -> int:
        """Ask it to stop, as systemd and Docker do; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ends(seconds)

    async def ends(self, seconds: float = UP) -> int:
        """Wait for its end; its exit code."""
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
            await self._reading
        return code


@asynccontextmanager
async def running(folder: Path, first: str = "", **variables: str) -> AsyncIterator[Running]:
    """A bot that is killed at the end, if it still runs; `first` is Python that it runs before."""
    async with kept(await start(folder, "run", first=first, **variables)) as process:
        yield process


@asynccontextmanager
async def kept(process: Born | asyncio.subprocess.Process) -> AsyncIterator[Running]:
    """A process that runs, and is killed at the end."""
    run = Running(process)
    try:
        yield run
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await run.end_of_lines()
