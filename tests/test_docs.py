"""Paths that pages, docstrings and comments name in backticks are there, and the glossary explains each word once.

A page may leave `bot/` out (`rules/sealing.py`), a docstring may name a file of its own folder (`draw.py`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from tests.test_architecture import PAGES, ROOT, short

TOPS = ("bot", "tests", "sandbox", "benchmarks", "migrations", "deploy", "docs")
PYTHON = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]
FLOORS = tuple(path.name for path in sorted((ROOT / "bot").iterdir()) if path.is_dir())
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(rf"(?:{'|'.join((*TOPS, *FLOORS))})/[\w./{{}},*<>-]*|[\w/-]+\.(?:py|j2)")
OF_A_NAME = re.compile(r"(?P<file>[\w/*-]+)\.(?P<name>\w+)")
MODULE = re.compile(rf"python -m ((?:{'|'.join(TOPS)})(?:\.\w+)*)")
ALTERNATIVES = re.compile(r"\{([^{}]*)\}")
EXAMPLE = "lottery"
"""The domain that docs/architecture.md adds as an example."""
MADE_AT_RUN_TIME = "__pycache__"


@cache
def tree() -> tuple[str, ...]:
    """All files and folders, as paths from the project's root that begin with a slash."""
    return tuple(f"/{short(path)}" for top in TOPS for path in (ROOT / top).rglob("*"))


def is_there(name: str) -> bool:
    """Whether a path, or one that ends so, is in the tree. `<domain>` and `*` stand for any name."""
    pattern = re.sub(r"<\w+>", "*", name.rstrip("/"))
    within = "" if pattern.split("/")[0] in TOPS and (ROOT / pattern.split("/")[0] / "__init__.py").exists() else "*"
    return any(fnmatchcase(path, f"{within}/{pattern}") for path in (*tree(), *(f"/{top}" for top in TOPS)))


def versions_of(name: str) -> Iterator[str]:
    """`content/{ko,zh}/x.j2` means two paths."""
    parts = ALTERNATIVES.split(name)
    for chosen in product(*(part.split(",") if nth % 2 else (part,) for nth, part in enumerate(parts))):
        yield "".join(chosen)


def holds(name: str) -> bool:
    """Whether `store/look_up.LookUp` names a file that has this name in it."""
    found = OF_A_NAME.fullmatch(name)
    if found is None:
        return False
    files = [ROOT / path[1:] for path in tree() if path.endswith(f"/{found['file']}.py")]
    return any(re.search(rf"\b{found['name']}\b", path.read_text(encoding="utf-8")) for path in files)


def missing_in(text: str, folder: Path) -> list[str]:
    """The paths that a text in this folder names in backticks, and that aren't there."""
    missing = []
    for quoted in QUOTED.findall(text):
        modules = [one.replace(".", "/") for one in MODULE.findall(quoted)]
        missing += [one for one in modules if not is_there(one) and not is_there(f"{one}.py")]
        if PATH.fullmatch(quoted) is None or EXAMPLE in quoted or MADE_AT_RUN_TIME in quoted:
            continue
        missing += [
            one
            for one in versions_of(quoted)
            if not (is_there(one) or holds(one) or is_there(f"{short(folder)}/{one}" if folder != ROOT else one))
        ]
    return missing


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_paths_in_pages_are_there(path: Path) -> None:
    """Files and folders that a page names exist, so that a reader finds them."""
    assert missing_in(path.read_text(encoding="utf-8"), path.parent) == []


def test_paths_in_sources_are_there() -> None:
    """So do those that docstrings and comments name."""
    missing = {short(path): missing_in(path.read_text(encoding="utf-8"), path.parent) for path in PYTHON}
    del missing[short(Path(__file__))]
    assert {path: names for path, names in missing.items() if names} == {}


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("`bot/rules/sealing.py`, `rules/sealing.py`, `sealing.py`", []),
        (
            "`bot/rules/ceiling.py`, `rules/ceiling.py`, `ceiling.py`",
            ["bot/rules/ceiling.py", "rules/ceiling.py", "ceiling.py"],
        ),
        ("`bot/handlers/<domain>/domain.py`, `content/*/staff/asks.j2`", []),
        ("`bot/handlers/<domain>/realm.py`", ["bot/handlers/<domain>/realm.py"]),
        ("`bot/content/{ko,zh,en}/labels.j2`", []),
        ("`bot/content/{ko,fr}/labels.j2`", ["bot/content/fr/labels.j2"]),
        ("`store/look_up.LookUp`", []),
        ("`store/look_up.Winners`, `store/winning.LookUp`", ["store/look_up.Winners", "store/winning.LookUp"]),
        ("`python -m tests.fuzz 100`, `python -m bot doctor`", []),
        ("`python -m tests.buzz 100`", ["tests/buzz"]),
        ("`sandbox/` and `tests/rules`, but not `make test` or `/rules`", []),
        ("`sealing.py` beside `rules/`, and `rooms/`", []),
    ],
)
def test_missing_paths_are_found(text: str, missing: list[str]) -> None:
    """A path that isn't there is named, whatever way it is written."""
    assert missing_in(text, ROOT) == missing


def test_glossary_explains_each_word_once() -> None:
    """No word stands in two rows: a reader would not know which one holds."""
    rows = re.findall(r"(?m)^\| (.+?) \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
    cells = [re.sub(r"\([^)]*\)|\*", "", row) for row in rows if row != "Word"]
    words = Counter(word.strip().lower() for cell in cells for word in cell.split(","))
    assert len(words) > len(cells) > 0
    assert [word for word, times in words.items() if times > 1] == []
