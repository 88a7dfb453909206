"""Import aiogram without building its 400 types: each is built when it is used first.

aiogram declares its types for that (`defer_build`), but then builds all of them at its import, each with all types
inside it. Measured: that takes 1.1 s of CPU and 95 MiB, and a bot uses some twenty of them.

Whoever needs aiogram calls `import_aiogram` before any other module imports it. Without that everything works the
same, but starts later.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel


def import_aiogram() -> None:
    """Import aiogram. Its types are built later, unless it was imported before."""
    if "aiogram" in sys.modules:
        return
    with _without_rebuilding() as names:
        import aiogram  # noqa: F401, PLC0415
    _complete_modules(names)


def build_types(types: Iterable[type[BaseModel]]) -> None:
    """Build these types now. Their first update doesn't wait for that, and the collector needn't look through them."""
    for one in types:
        one.model_rebuild()


@contextmanager
def _without_rebuilding() -> Iterator[dict[str, Any]]:
    """Let `model_rebuild` do nothing but remember the names with which it was called."""
    names: dict[str, Any] = {}

    def remember(_cls: type[BaseModel], /, *, _types_namespace: Mapping[str, Any] | None = None, **_: Any) -> None:
        names.update(_types_namespace or {})

    # Not `BaseModel.model_rebuild`, which is bound to `BaseModel` already.
    original = vars(BaseModel)["model_rebuild"]
    BaseModel.model_rebuild = classmethod(remember)  # type: ignore[assignment]
    try:
        yield names
    finally:
        BaseModel.model_rebuild = original  # type: ignore[method-assign]


def _complete_modules(names: Mapping[str, Any]) -> None:
    """Give each module of aiogram's types the names that its annotations use.

    There they are imported for type checkers only, to avoid circles. pydantic looks for them in the module.
    """
    modules = {one.__module__ for one in names.values() if isinstance(one, type) and issubclass(one, BaseModel)}
    for module in modules:
        own = vars(sys.modules[module])
        for name, one in names.items():
            own.setdefault(name, one)
