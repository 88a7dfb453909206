"""Circles of imports among the bot's modules: `python -m tests.circles` prints them, and nothing if there are none.

What only the type checker reads doesn't count. An import inside a function does: it only hides the circle.
"""

import ast
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print each circle in a line."""
    for circle in find_circles(imports_of(ROOT, "bot")):
        print(" → ".join(circle))  # noqa: T201  # a command-line tool that prints


def find_circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """One circle after the other, the last import of each left out to find the next."""
    rest = {module: set(others) for module, others in imports.items()}
    circles: list[list[str]] = []
    while True:
        try:
            TopologicalSorter(rest).prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            circles.append(circle)
            rest[circle[0]].discard(circle[1])
        else:
            return circles


def imports_of(root: Path, package: str) -> dict[str, set[str]]:
    """For each module of the package the modules of the package that it imports."""
    paths = {_name(root, path): path for path in sorted((root / package).rglob("*.py"))}
    return {name: set(_imported(path, paths)) - {name} for name, path in paths.items()}


def _name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, names: Collection[str]) -> Iterator[str]:
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            for one in node.names:
                inner = f"{node.module}.{one.name}"
                if inner in names:
                    yield inner
                elif node.module in names:
                    yield node.module


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only the type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _nodes(node)


if __name__ == "__main__":
    main()
