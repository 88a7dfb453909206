"""`make demo` in a process of its own, as somebody starts it in a terminal."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

from tests.nursery import Child

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 120.0
"""Seconds; it takes six on an idle machine."""
STOPS_WITHIN = 30.0


class Demo:
    """`python -m bot demo` in a process of its own."""

    def __init__(
        self,
        language: str,
        folder: Path,
        *more: str,
        port: int = 0,
        zone: str = "Europe/London",
        own_python: bool = False,
    ) -> None:
        """Begin; with `own_python` as it is typed, else born of the nursery, which is seconds quicker."""
        variables = {key: value for key, value in os.environ.items() if key != "BOT_TOKEN"}
        variables |= {"PYTHONPATH": str(ROOT), "TZ": zone}
        arguments = ["demo", "--language", language, "--port", str(port), "--no-open", *more]
        self.process: Child | subprocess.Popen[str]
        if own_python:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", *arguments],
                cwd=folder,
                env=variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        else:
            code = f"import sys\nfrom bot.__main__ import main\nsys.exit(main({arguments!r}))"
            self.process = Child(code, folder, variables)
        self.said: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def comes_up(self) -> Self:
        """Waits until it has printed its address."""
        if not self._ready.wait(STARTS_WITHIN):
            self.stop()
            raise AssertionError(f"the demo didn't come up: {self.said}")
        return self

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if "http://" in line:
                self._ready.set()
        self._ready.set()

    @property
    def url(self) -> str:
        """The address that it printed."""
        found = re.search(r"http://127\.0\.0\.1:\d+", "".join(self.said))
        assert found is not None, self.said
        return found.group()

    def stop(self, by: signal.Signals = signal.SIGINT) -> int:
        """Stop it as Ctrl-C does, or by another signal; its exit code."""
        self.process.send_signal(by)
        try:
            code = self.process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.close()
        return code

    def close(self) -> None:
        """Reads what is left of what it said."""
        self._reader.join(STOPS_WITHIN)
        if self.process.stdout is not None:
            self.process.stdout.close()
