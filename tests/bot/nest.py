"""Bots that are up in an instant: loads all that a bot needs once, then lets one process after another be born of it.

Each line on standard input (seconds by which the clock is ahead) begins a process that does what `python -m bot run`
does; its number is told on standard output, and once more when it has ended.
"""

import os
import sys
import tempfile
import time
from functools import partial

from bot import __main__, app
from bot.clock import Clock
from bot.store.engine import schema
from tests.words import WORDS


def main() -> None:
    """One process a line, the next one when the last has ended."""
    app.words_of = lambda domains: WORDS  # type: ignore[attr-defined]  # noqa: ARG005
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # where a bot leaves its mark
        say(schema.HEAD)
        for line in sys.stdin:
            child = os.fork()
            if child == 0:
                run(float(line))
            say(child)
            os.waitpid(child, 0)
            say(child)


def run(ahead: float) -> None:
    """Be a bot, to the end of this process."""
    build = app.build
    app.build = partial(build, clock=Clock(lambda: time.time() + ahead))  # noqa: TID251  # a test's own time
    os._exit(__main__.main(["run"]))


def say(what: object) -> None:
    """Tell the test."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
