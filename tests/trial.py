"""`make trial`: takes a domain out of a copy of the tree, and shows that nothing that is left needs it.

Removed are the domain's folders, its tables' file and the flows that are about it. What else names it is cut out by
syntax: the import, and each element of a list, dictionary or call that uses the imported name. The files that had to be
touched so are printed. They may only be those of `MAY_NAME`: everything else reaches a domain by what it registers.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TRIED = {"hearts": ("flows/heart_prizes",), "packets": ("flows/heart_prizes/packets.py",)}
"""Domains that are taken out, with the flows that are about them, in `bot/`."""
FOLDERS = (
    *(f"bot/{floor}/{{name}}" for floor in ("rules", "features", "handlers", "content/en", "content/ko", "content/zh")),
    *(f"tests/{floor}/{{name}}" for floor in ("rules", "features", "bot")),
    *("bot/content/buttons/{name}.py", "bot/store/tables/{name}.py"),
)
MAY_NAME = ("bot/domains.py", "bot/flows/", "bot/content/en/", "bot/content/ko/", "bot/content/zh/", "pyproject.toml")
"""What may name a domain, beside tests and benchmarks: the list of domains, flows, words, import contracts."""
PLAYS = ("tests/", "benchmarks/", "Makefile")
OF_ALL = ("tests/content/",)
"""Tests of all domains: what names the domain is cut out of them. Other tests that play it go with it."""
LEFT = ("checkins", "coupons")
"""Domains whose tests of rules and features must pass."""
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "build", "data", "*_cache", "__pycache__", ".import_linter_cache")


@dataclass
class Cut:
    """One domain taken out of a copy."""

    name: str
    tree: Path
    touched: set[str] = field(default_factory=set)
    """Files that named the domain, changed or removed, beyond its own."""

    def out(self) -> None:
        """Take the domain out."""
        for own in (*(folder.format(name=self.name) for folder in FOLDERS), *(f"bot/{x}" for x in TRIED[self.name])):
            path = self.tree / own
            if path.exists() and own.startswith("bot/flows"):
                self.touched.add(own)
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self._drop_players()
        for path in self._sources():
            cut = without(path, self.tree)
            if cut is not None:
                path.write_text(cut, encoding="utf-8")
                self.touched.add(self._short(path))
        self._drop_lines("pyproject.toml", rf'^\s*"bot\.\w+\.{self.name}",\n')
        gone = "|".join(Path(name).stem for name in self.touched if name.startswith("benchmarks/"))
        if gone:
            self._drop_lines("Makefile", rf"^.*benchmarks\.(?:{gone})\b.*\n")

    @property
    def too_far(self) -> list[str]:
        """Files that shouldn't have named the domain."""
        return sorted(name for name in self.touched if not name.startswith((*MAY_NAME, *PLAYS)))

    def _drop_players(self) -> None:
        """Remove tests and benchmarks that play the domain, and those that are built on them."""
        while True:
            players = [
                path
                for path in self._sources()
                if self._short(path).startswith(PLAYS)
                and not self._short(path).startswith(OF_ALL)
                and next(broken_imports(ast.parse(path.read_text(encoding="utf-8")), self.tree), None)
            ]
            if not players:
                return
            for path in players:
                path.unlink()
                self.touched.add(self._short(path))

    def _drop_lines(self, name: str, pattern: str) -> None:
        path = self.tree / name
        text = path.read_text(encoding="utf-8")
        cut = re.sub(pattern, "", text, flags=re.MULTILINE)
        if cut != text:
            path.write_text(cut, encoding="utf-8")
            self.touched.add(name)

    def _sources(self) -> list[Path]:
        return sorted(path for folder in ("bot", "tests", "benchmarks") for path in (self.tree / folder).rglob("*.py"))

    def _short(self, path: Path) -> str:
        return path.relative_to(self.tree).as_posix()


def broken_imports(module: ast.Module, tree: Path) -> Iterator[tuple[ast.ImportFrom, list[ast.alias]]]:
    """Imports of what isn't there any more, with the names that they would have bound."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"bot", "tests", "benchmarks"}:
            home = tree / (node.module or "").replace(".", "/")
            there = home.with_suffix(".py").exists() or home.is_dir()
            gone = [one for one in node.names if not there or _is_lost_file(home, one.name)]
            if gone:
                yield node, gone


def _is_lost_file(home: Path, name: str) -> bool:
    """Whether a name that was a file of this package isn't one any more."""
    init = home / "__init__.py"
    if not home.is_dir() or (home / name).is_dir() or (home / f"{name}.py").exists():
        return False
    return not init.exists() or not re.search(rf"\b{name}\b", init.read_text(encoding="utf-8"))


def without(path: Path, tree: Path) -> str | None:
    """The file's text without what it imported from the domain; None if it imports nothing of it."""
    text = path.read_text(encoding="utf-8")
    module = ast.parse(text)
    broken = list(broken_imports(module, tree))
    if not broken:
        return None
    names = {one.asname or one.name for _, gone in broken for one in gone}
    parts = [Part(one, one) for node, gone in broken for one in ([node] if len(gone) == len(node.names) else gone)]
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    spans = {part.span(lines) for part in [*parts, *users(module, names)]}
    raw = b"".join(lines)
    for first, last in sorted(spans, reverse=True):
        if not any(a <= first and last <= b and (a, b) != (first, last) for a, b in spans):
            comma = re.compile(rb"\s*,").match(raw, last)
            raw = raw[:first].removesuffix(b"**") + raw[comma.end() if comma else last :]
    return raw.decode()


class Part(NamedTuple):
    """A piece of a file, from one node to another."""

    first: ast.expr | ast.stmt | ast.keyword | ast.alias
    last: ast.expr | ast.stmt | ast.keyword | ast.alias

    def span(self, lines: Sequence[bytes]) -> tuple[int, int]:
        """Where it begins and ends, in bytes."""
        before = [0, *accumulate(len(line) for line in lines)]
        end_line, end = self.last.end_lineno or 0, self.last.end_col_offset or 0
        return before[self.first.lineno - 1] + self.first.col_offset, before[end_line - 1] + end


def users(module: ast.Module, names: set[str]) -> list[Part]:
    """The innermost elements of lists, dictionaries and calls, or statements, that use one of the names."""
    found: list[Part] = []

    def visit(node: ast.AST, part: Part | None) -> None:
        if isinstance(node, ast.Name) and node.id in names and part is not None:
            found.append(part)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                for one in (key, value):
                    if one is not None:
                        visit(one, Part(key or value, value))
        else:
            listed = isinstance(node, ast.Tuple | ast.List | ast.Set)
            for child in ast.iter_child_nodes(node):
                own = isinstance(child, ast.stmt | ast.keyword) or (listed and isinstance(child, ast.expr))
                visit(child, Part(child, child) if own else part)  # type: ignore[arg-type]

    visit(module, None)
    return found


def say(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def passes(tree: Path, name: str, *command: str) -> bool:
    """Run one check in the copy; show what it says if it fails."""
    env = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)
    say(f"  {'ok' if done.returncode == 0 else 'FAILS'}  {name}")
    if done.returncode != 0:
        say(done.stdout[-6_000:] + done.stderr[-3_000:])
    return done.returncode == 0


IMPORT_ALL = """
import importlib, pkgutil, bot
for one in pkgutil.walk_packages(bot.__path__, "bot."):
    if not one.name.endswith("__main__"):
        importlib.import_module(one.name)
"""


def check(tree: Path) -> bool:
    """Whether all that is left imports, lints, type-checks, keeps its contracts, and passes two domains' tests."""
    tools = Path(sys.executable).parent
    python, ruff = (sys.executable, "-m"), (sys.executable, "-m", "ruff")
    subprocess.run([*ruff, "check", "-q", "--fix", "--select", "F401,I", "."], cwd=tree, check=False)
    subprocess.run([*ruff, "format", "-q", "."], cwd=tree, check=False)
    tests = [f"tests/{floor}/{name}" for name in LEFT for floor in ("rules", "features")]
    return all(
        [
            passes(tree, "everything imports", sys.executable, "-c", IMPORT_ALL),
            passes(tree, "ruff", *ruff, "check", "."),
            passes(tree, "mypy", *python, "mypy", "bot", "tests"),
            passes(tree, "lint-imports", str(tools / "lint-imports")),
            passes(tree, f"tests of {' and '.join(LEFT)}", *python, "pytest", "-q", *tests),
        ]
    )


def main() -> int:
    """Take each domain out of a copy of its own."""
    fine = True
    for name in TRIED:
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "encore"
            shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
            cut = Cut(name, tree)
            cut.out()
            say(f"Without {name}. Touched beyond its folders:")
            for touched in sorted(cut.touched):
                say(f"  {touched}{'' if (tree / touched).exists() else ' (removed)'}")
            if cut.too_far:
                say(f"  These should not name it: {', '.join(cut.too_far)}")
            fine = check(tree) and not cut.too_far and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
