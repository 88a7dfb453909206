"""Renders one template of an owner's and ends: JSON comes by standard input, JSON leaves by standard output.

Run by `bot/outside/owner_templates.py`. Three walls stand around a template:

1. The list of what may stand in it: no loops, no sums, no calls, no assignments. What is left can't grow, as each name
   of the source is written once at most. It is checked after parsing and before anything is worked out.
2. Jinja2's `ImmutableSandboxedEnvironment`, in which nothing is reachable but texts.
3. This process, with bounds of the kernel's on processor time and memory. They hold inside C code too, where no check
   of Python's runs. `owner_templates.py` ends it by the clock.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

MARK, END_OF_MARK = "\x02", "\x03"
ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Filter, nodes.Tuple, nodes.List),
)
"""What may stand in a template."""
FORBIDDEN: tuple[tuple[str, tuple[type[nodes.Node], ...]], ...] = (
    ("loop", (nodes.For,)),
    ("set", (nodes.Assign, nodes.AssignBlock, nodes.With)),
    ("macro", (nodes.Macro, nodes.CallBlock)),
    ("call", (nodes.Call,)),
    ("include", (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block)),
    ("sum", (nodes.BinExpr, nodes.UnaryExpr, nodes.Concat)),
    ("part", (nodes.Getattr, nodes.Getitem)),
)
"""What Jinja2 has besides, under the names by which `rules/posts/templates.py` knows it."""
WITH_WORDS = frozenset({"default"})
"""Filters that take a text between brackets."""
BROKEN = (
    ("end_stray", re.compile(r"unknown tag '(?:end\w+|else|elif)'", re.IGNORECASE)),
    ("tag", re.compile(r"unknown tag", re.IGNORECASE)),
    ("if_open", re.compile(r"innermost block", re.IGNORECASE)),
    ("braces", re.compile(r"unexpected end of template|unexpected '}'|missing end of", re.IGNORECASE)),
)
"""Jinja2's messages about a source that it can't read. The first that fits names the trouble."""


class Trouble(Exception):  # noqa: N818  # what the owner did is no error of ours
    """Something is wrong with the source."""

    def __init__(self, kind: str, line: int = 1, word: str = "") -> None:
        super().__init__(kind)
        self.told = {"trouble": kind, "line": line, "word": word}


class Missing(StrictUndefined):
    """A name that stands for nothing now. It can be asked for by `if`, and can't be shown."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        return self._undefined_name or ""

    def __bool__(self) -> bool:  # type: ignore[override]  # Jinja2 says that it raises
        return False


def bound(cpu_seconds: int, most_memory: int) -> None:
    """Let the kernel end this process when it takes more, where the system can do that."""
    try:
        import resource  # noqa: PLC0415  # not on Windows
    except ImportError:
        return
    bounds = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, most_memory),
    )
    for what, most in bounds:
        with suppress(ValueError, OSError):  # a system may know one of them and not another
            resource.setrlimit(what, (most, most))


def check(tree: nodes.Template, names: frozenset[str], filters: frozenset[str]) -> None:
    """The first wall: raise Trouble at the first thing that may not stand in a template."""
    for node in _walk(tree):
        if not isinstance(node, ALLOWED):
            what = next((what for what, kinds in FORBIDDEN if isinstance(node, kinds)), "other")
            raise Trouble("forbidden", node.lineno, what)
        if isinstance(node, nodes.Name) and node.name not in names:
            raise Trouble("name", node.lineno, node.name)
        if isinstance(node, nodes.Filter):
            _check_filter(node, filters)


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    """The nodes of a tree, each before what stands in it: `range(9)` is told as a call, and not as an unknown name."""
    for child in node.iter_child_nodes():
        yield child
        yield from _walk(child)


def _check_filter(node: nodes.Filter, filters: frozenset[str]) -> None:
    if node.name not in filters:
        raise Trouble("filter", node.lineno, node.name)
    plain = all(isinstance(one, nodes.Const) for one in node.args)
    most = 1 if node.name in WITH_WORDS else 0
    if node.node is None or not plain or len(node.args) > most or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise Trouble("forbidden", node.lineno, "call")


def mark_lines(tree: nodes.Template) -> None:
    """Put the source's line before each piece of the output, so that a fault of the output has a line too."""
    for output in tree.find_all(nodes.Output):
        marked: list[nodes.Expr] = []
        for piece in output.nodes:
            marked += [nodes.TemplateData(f"{MARK}{piece.lineno}{END_OF_MARK}", lineno=piece.lineno), piece]
        output.nodes = marked


def _plainly(change: Callable[[str], str]) -> Callable[[Any], str]:
    """A filter of a text that leaves HTML of ours (a time) as it is."""
    return lambda value: value if isinstance(value, Markup) else change(str(value))


def environment() -> ImmutableSandboxedEnvironment:
    """The second wall: a sandbox that holds no function but our filters."""
    made = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=Missing, optimized=False, cache_size=0, trim_blocks=True, lstrip_blocks=True
    )
    kept = made.filters["default"]
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(
        default=kept,
        upper=_plainly(str.upper),
        lower=_plainly(str.lower),
        capitalize=_plainly(str.capitalize),
        trim=_plainly(str.strip),
    )
    return made


def render(wish: dict[str, Any]) -> str:
    """The template's output, with marks of lines.

    Raises:
        Trouble: something is wrong with the source.
    """
    made = environment()
    try:
        tree = made.parse(wish["source"])
    except TemplateSyntaxError as error:
        raise _broken(made, wish["source"], error) from error
    check(tree, frozenset(wish["names"]), frozenset(wish["filters"]))
    mark_lines(tree)
    return fill(made, tree, wish)


def fill(made: ImmutableSandboxedEnvironment, tree: nodes.Template, wish: dict[str, Any]) -> str:
    """Work a checked template out."""
    values = {
        name: Markup(value["html"]) if isinstance(value, dict) else value  # noqa: S704  # HTML of ours
        for name, value in wish["values"].items()
    }
    pieces, length = list[str](), 0
    try:
        for piece in made.from_string(tree).generate(values):
            pieces.append(piece)
            length += len(piece)
            if length > wish["most_output"]:
                raise Trouble("too_much")
    except UndefinedError as error:
        raise Trouble("empty", _line_of(error), str(error)) from error
    return "".join(pieces)


def _line_of(error: BaseException) -> int:
    """The line of the source at which an error came up. Jinja2 puts it into the traceback."""
    line, step = 1, error.__traceback__
    while step is not None:
        if "__jinja_exception__" in step.tb_frame.f_globals:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _broken(made: ImmutableSandboxedEnvironment, source: str, error: TemplateSyntaxError) -> Trouble:
    """What is wrong with a source that can't be parsed."""
    message = error.message or ""
    word = next((name for name, pattern in BROKEN if pattern.search(message)), "other")
    line = _open_if(made, source) if word == "if_open" else None
    return Trouble("broken", line or error.lineno, word)


def _open_if(made: ImmutableSandboxedEnvironment, source: str) -> int | None:
    """The line of the last `if` that nothing ends. Jinja2 itself names the source's last line."""
    opened: list[int] = []
    tokens = [token for token in made.lex(source) if token[1] != "whitespace"]
    for (_, before, _), (line, kind, word) in pairwise(tokens):
        if before == "block_begin" and kind == "name":
            if word == "if":
                opened.append(line)
            elif word == "endif" and opened:
                opened.pop()
    return opened[-1] if opened else None


def main() -> int:
    """Read a wish, render it, and tell what came of it."""
    wish: dict[str, Any] = json.load(sys.stdin.buffer)
    bound(wish["cpu_seconds"], wish["most_memory"])
    try:
        told: dict[str, Any] = {"html": render(wish)}
    except Trouble as trouble:
        told = trouble.told
    except (MemoryError, RecursionError, SyntaxError):
        told = {"trouble": "too_much"}
    json.dump(told, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
