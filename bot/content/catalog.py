"""All outcomes by their stored names, and the files that hold their words.

`bot/rules/coupons/claims.py` has its words in `content/<language>/coupons/claims.j2`, in a block for each outcome.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from bot import rules
from bot.rules.outcome import Outcome


def file_of(kind: type[Outcome]) -> str:
    """The file of an outcome's words, without folder of the language and ending: `coupons/claims`."""
    return kind.__module__.removeprefix(f"{rules.__name__}.").replace(".", "/")


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        if not found.ispkg:
            yield import_module(found.name)


def _outcomes() -> dict[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for module in _modules():
        for kind in vars(module).values():
            own = isinstance(kind, type) and kind.__module__ == module.__name__
            if own and issubclass(kind, Outcome) and kind is not Outcome:
                if kind.stored_name in found:
                    raise ValueError(f"two outcomes are stored as {kind.stored_name}")
                found[kind.stored_name] = kind
    return found


OUTCOMES = _outcomes()
"""Every outcome's class by its stored name."""
FILES = tuple(sorted({file_of(kind) for kind in OUTCOMES.values()}))
"""The files of outcomes' words, as `file_of` names them."""
