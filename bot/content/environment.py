"""Jinja2's environment without the work that each rendering repeats.

Our templates don't inherit from one another, and each environment has one set of globals. So the blocks of a template
and the names of its globals are the same at each rendering: they are made once. Without this they took a third of the
time of a check-in's words.
"""

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.runtime import Context

Blocks = dict[str, Callable[[Context], Iterator[str]]]


class QuickContext(Context):
    """The values of one rendering. It shares the blocks and the names of globals with others of its template."""

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: Blocks,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  # Jinja2's own name
    ) -> None:
        if not isinstance(environment, QuickEnvironment) or name is None:
            super().__init__(environment, parent, name, blocks, globals)
            return
        self.parent = parent
        self.vars = {}
        self.environment = environment
        self.eval_ctx = EvalContext(environment, name)
        self.exported_vars = set()
        self.name = name
        self.globals_keys = environment.globals_keys
        self.blocks = environment.blocks_of(name, blocks)


class QuickEnvironment(Environment):
    """An environment whose templates render in a `QuickContext`."""

    context_class = QuickContext

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.globals_keys = set(self.globals)
        self._blocks: dict[str, dict[str, list[Any]]] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own globals: no template of ours has more of them."""
        return self.globals if d is None else super().make_globals(d)

    def blocks_of(self, name: str, blocks: Blocks) -> dict[str, list[Any]]:
        """A template's blocks as a context holds them. The templates of the bot bound how many are kept."""
        kept = self._blocks.get(name)
        if kept is None:
            kept = self._blocks[name] = {block: [render] for block, render in blocks.items()}
        return kept
