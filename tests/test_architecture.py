"""The house's own rules, those that import contracts can't hold."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from aiogram.dispatcher.event.handler import CallableObject

from bot import handlers
from bot.handlers.table import Table

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
EASTERN = re.compile(r"[가-힣一-鿿぀-ヿ]")
WORDS_ALLOWED = {
    "bot/content/filters.py": "the coin's default names",
    "bot/demo.py": "the cast's names and what they say",
    "bot/features/communities.py": "a new shop's default persona and coin",
    "bot/handlers/checkins.py": "words that fans say",
    "bot/handlers/coupons.py": "words that fans say",
    "bot/handlers/forms.py": "quotation marks of other keyboards",
}


def name(path: Path) -> str:
    """A file's path as the repository knows it."""
    return path.relative_to(ROOT).as_posix()


@pytest.fixture
def table() -> Table:
    """The root router with every desk."""
    return handlers.setup()


def test_handlers_and_filters_are_asynchronous(table: Table) -> None:
    """A synchronous handler or filter, a lambda or a bare `F` costs a thread hop an update."""
    callables: list[CallableObject] = [*table.handlers]
    for router in (table, *table.sub_routers):
        for observer in router.observers.values():
            for handler in observer.handlers:
                callables += [handler, *(handler.filters or [])]
    assert len(callables) > 15
    for one in callables:
        assert inspect.iscoroutinefunction(one.callback), one.callback


@pytest.mark.parametrize("path", sorted((ROOT / "bot" / "handlers").glob("*.py")), ids=name)
def test_no_magic_filter_and_no_lambda_where_routers_are_made(path: Path) -> None:
    """Nothing in a handler's file is a lambda or aiogram's `F`."""
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.Lambda), f"{name(path)}:{node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.module == "aiogram":
            assert "F" not in {alias.name for alias in node.names}


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_words_never_stand_in_python(path: Path) -> None:
    """Korean and Chinese text belongs to templates; the exceptions are named with their reasons."""
    if name(path) not in WORDS_ALLOWED:
        texts = [
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and EASTERN.search(node.value)
        ]
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        assert [text for text in texts if text not in docstring and not text.endswith("\n")] == []


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_each_test_says_what_it_shows(path: Path) -> None:
    """Every test function has a one-sentence docstring."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            assert ast.get_docstring(node), f"{name(path)}:{node.name}"


def test_a_command_belongs_to_one_feature(table: Table) -> None:
    """All commands of the README are found, and no two features listen to the same one."""
    named = set(re.findall(r"`/([a-z]+)", (ROOT / "README.md").read_text())) - {"newbot"}  # BotFather's
    assert named <= table.names
    assert {"checkin", "makeup", "me", "top", "coupons", "newcoupon", "coupon", "redeem", "setup", "undo"} <= named
