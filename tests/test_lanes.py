"""Lanes run every test once, whichever of them is the fastest."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.lanes import CHUNK, Lane, chunks


def some_tests(**files: int) -> list[Any]:
    """So many tests of each file."""
    return [
        SimpleNamespace(nodeid=f"tests/{file}.py::test_it[{number}]") for file in files for number in range(files[file])
    ]


def test_a_chunk_is_of_one_file() -> None:
    """No chunk holds tests of two files or too many of one, no two have one name, and none is lost."""
    items = some_tests(test_long=2 * CHUNK + 1, test_short=2)
    found = chunks(items)
    assert [len(some) for _, some in found] == [CHUNK, CHUNK, 1, 2]
    assert len({name for name, _ in found}) == len(found)
    assert [item for _, some in found for item in some] == items


@pytest.mark.parametrize("seed", range(5))
def test_each_test_is_run_by_one_lane(tmp_path: Path, seed: int) -> None:
    """However fast each of them is, three lanes run each test once, and none is left."""
    dice = random.Random(seed)
    items = some_tests(test_a=3 * CHUNK, test_b=1, test_c=CHUNK + 1, test_d=7 * CHUNK)
    lanes = [Lane(tmp_path, number)._mine(chunks(items)) for number in (1, 2, 3)]
    ran: list[str] = []
    while lanes:
        lane = dice.choice(lanes)
        item = cast("Any", next(lane, None))
        if item is None:
            lanes.remove(lane)
        else:
            ran.append(item.nodeid)
    assert sorted(ran) == sorted(item.nodeid for item in items)


def test_the_browsers_tests_begin_at_once(tmp_path: Path) -> None:
    """The first lane begins with the tests that take longest, and each other lane with another folder."""
    files = {"bot/test_a": 1, "browser/test_b": 1, "content/test_c": 1, "features/test_d": 1, "test_e": 1}
    firsts = [next(Lane(tmp_path, number)._mine(chunks(some_tests(**files)))) for number in (1, 2, 3, 4)]
    assert [test.nodeid.split("/")[1] for test in firsts] == ["browser", "bot", "features", "content"]
