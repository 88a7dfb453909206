"""Processes that are up in an instant: one loads all that a bot needs, and every other is born of it by a fork.

A bot's modules take Python three to four seconds, and tests start the bot some eighty times. Tests that are about the
start itself, or about what Python prints, begin with a Python of their own instead.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class Nursery:
    """The process of which others are born, as the tests see it."""

    def __init__(self) -> None:
        self._wishes, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)

    def bear(self, code: str, folder: Path, variables: dict[str, str], out: int, problems: int) -> int:
        """Let a process run `code` in a folder, with these variables and no others.

        `out` and `problems` become its standard output and error. Where the returned descriptor is read stand its
        number and, once it has ended, its exit code, as `subprocess` gives it. When nobody can read that any more the
        process is killed: no test leaves a bot behind.
        """
        told, tells = os.pipe()
        try:
            with tempfile.TemporaryFile() as wish:
                wish.write(json.dumps({"code": code, "folder": str(folder), "variables": variables}).encode())
                wish.seek(0)
                socket.send_fds(self._wishes, [b"."], [wish.fileno(), out, problems, tells])
        finally:
            os.close(tells)
        return told

    def close(self) -> None:
        """End it."""
        self._wishes.close()
        self._process.wait()


class Child:
    """A process of the nursery's, with what tests use of `subprocess.Popen`; its errors stand among what it prints."""

    def __init__(self, code: str, folder: Path, variables: dict[str, str]) -> None:
        out, out_end = os.pipe()
        try:
            told = nursery().bear(code, folder, variables, out_end, out_end)
        finally:
            os.close(out_end)
        self.stdout = os.fdopen(out, encoding="utf-8")
        self._told = os.fdopen(told, "rb", buffering=0)
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Wait for its end; its exit code."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a child of the nursery", timeout)
            self.returncode = int(self._told.readline())
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


@cache
def nursery() -> Nursery:
    """The one of this run of tests."""
    return Nursery()


def main(wishes: socket.socket) -> None:
    """Load everything, then let one process after another be born, until nobody can wish for more."""
    from bot.telegram.late_types import import_aiogram  # noqa: PLC0415

    import_aiogram()
    from bot import domains  # noqa: PLC0415  # only here, where it takes its time
    from tests.words import WORDS  # noqa: PLC0415

    domains.words_of = lambda domains: WORDS  # noqa: ARG005
    import bot.__main__  # noqa: PLC0415
    import bot.app  # noqa: PLC0415
    import bot.commands.backup  # noqa: PLC0415
    import bot.commands.demo.page  # noqa: PLC0415
    import bot.commands.demo.story  # noqa: PLC0415
    import bot.commands.doctor  # noqa: PLC0415
    import bot.commands.repair  # noqa: PLC0415
    import bot.commands.shops  # noqa: F401, PLC0415

    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who look after the processes
    while True:
        one, descriptors, _, _ = socket.recv_fds(wishes, 1, 4)
        if not one:
            return
        if os.fork() == 0:
            wishes.close()
            wish, *ends = descriptors
            with os.fdopen(wish, "rb") as file:
                told = json.load(file)
            look_after(told, *ends)
        for descriptor in descriptors:
            os.close(descriptor)


def look_after(wish: dict[str, Any], out: int, problems: int, tells: int) -> None:
    """Let the process be born, and tell when it has ended; kill it when nobody is there to be told."""
    ended, ends = os.pipe()
    os.set_blocking(ends, False)  # a signal is noted there
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ends)
    number = os.fork()
    if number == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (ended, ends, tells):
            os.close(descriptor)
        live(wish["code"], wish["folder"], wish["variables"], out, problems)
    os.close(out)
    os.close(problems)
    os.write(tells, f"{number}\n".encode())
    either = select.poll()
    either.register(ended, select.POLLIN)
    either.register(tells, 0)
    if ended not in dict(either.poll()):
        os.kill(number, signal.SIGKILL)
    _, status = os.waitpid(number, 0)
    with suppress(BrokenPipeError):
        os.write(tells, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def live(code: str, folder: str, variables: dict[str, str], out: int, problems: int) -> None:
    """Be the process, to its end."""
    for place, descriptor in ((1, out), (2, problems)):
        os.dup2(descriptor, place)
        os.close(descriptor)
    # What they were when Python began isn't what they are.
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    ended = 0
    try:
        exec(code, {"__name__": "__main__"})  # noqa: S102  # a test's own
    except SystemExit as end:
        ended = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  # Python would print it and end
        traceback.print_exc()
        ended = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as until_the_end:
        main(until_the_end)
