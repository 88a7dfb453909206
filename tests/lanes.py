"""Lanes: several processes share the tests out among themselves, whatever they are and however long they take.

Each lane begins with another folder. It takes some tests, runs them and takes the next ones that no lane has
taken yet, until none are left; so all lanes end at about the same time.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

BEGINS = ("tests/browser", "tests/bot", "tests/features", "tests/content")
"""The folder with which each lane begins. Tests of the first two take longest: they wait for a browser, or for time."""

CHUNK = 20
"""Tests of one file that a lane takes at once at most: few enough that no lane is left alone with the last ones."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tells a lane from the others."""
    parser.addoption("--lane", type=int, metavar="N", help="run what no other lane has taken; needs --taken")
    parser.addoption("--taken", type=Path, metavar="FOLDER", help="where lanes note what they take: empty at first")


def pytest_configure(config: pytest.Config) -> None:
    """Be a lane, if asked."""
    if lane := config.getoption("--lane"):
        config.pluginmanager.register(Lane(config.getoption("--taken"), lane))


class Lane:
    """One of the processes."""

    def __init__(self, taken: Path, number: int) -> None:
        self._taken = taken
        self._number = number

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run this lane's tests, each torn down as far as the next of them allows; in place of pytest's own loop."""
        if session.testsfailed:
            raise session.Interrupted("a test file can't be read")
        mine = self._mine(chunks(session.items))
        item = next(mine, None)
        while item is not None:
            after = next(mine, None)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
            item = after
        return True

    def _mine(self, found: list[tuple[str, list[pytest.Item]]]) -> Iterator[pytest.Item]:
        begin = BEGINS[(self._number - 1) % len(BEGINS)].replace("/", ".")
        start = next((nth for nth, (name, _) in enumerate(found) if name.startswith(f"{begin}.")), 0)
        for name, items in found[start:] + found[:start]:
            try:
                (self._taken / name).touch(exist_ok=False)
            except FileExistsError:
                continue
            yield from items


def chunks(items: list[pytest.Item]) -> list[tuple[str, list[pytest.Item]]]:
    """The tests in their order, at most so many of one file together, each chunk with a name that is a file's."""
    found: list[tuple[str, list[pytest.Item]]] = []
    for path, group in groupby(items, lambda item: item.nodeid.partition("::")[0]):
        of_file = list(group)
        found.extend(
            (f"{path.replace('/', '.')}.{start}", of_file[start : start + CHUNK])
            for start in range(0, len(of_file), CHUNK)
        )
    return found
