"""Habits that no linter sees: what is wired is asynchronous, words stay out of Python, tests say what they show.

Which layer may import which is import-linter's matter (pyproject.toml).
"""

import ast
import inspect
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiogram import Dispatcher, Router
from aiogram.dispatcher.event.telegram import TelegramEventObserver

from bot.app import build
from bot.domains import DOMAINS, table_of
from bot.handlers.kit.handler import Handler
from bot.handlers.kit.table import Table
from bot.settings import Settings
from tests.circles import find_circles, imports_of

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])

CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]")
SPOKEN = {
    "bot/rules/checkins/words.py": {
        *("CHECK_IN_WORDS", "MAKE_UP_WORDS", "KO_WORDS", "KO_BEFORE", "KO_AFTER", "ZH_WORDS", "ZH_BEFORE", "ZH_AFTER"),
    },
    "bot/handlers/coupons/claims.py": {"COUPON_WORDS"},
    "bot/handlers/coin_shop/shelf.py": {"SHOP_WORDS"},
    "bot/handlers/streams/streams.py": {"STREAM_WORDS"},
    "bot/handlers/raffles/raffles.py": {"RAFFLE_WORDS"},
    "bot/handlers/gifts/cards.py": {"GIFT_WORDS"},
    "bot/features/shops/founding.py": {"DEFAULT_PERSONA", "DEFAULT_COIN"},
    "bot/content/filters.py": {"_DEFAULT_COINS", "TIER_NAMES", "SEASON_NAMES"},
    "bot/content/dates.py": {
        *(
            "_CHINESE_HOURS",
            "_MIDNIGHT",
            "_DAYS",
            "_NEAR",
            "_LAST",
            "_CHINESE_NIGHTS",
            "_CHINESE_FULL",
            "_CHINESE_HALF_PAST",
        ),
    },
    "bot/rules/currencies.py": {"NAMES", "SHARED_NAMES"},
    "bot/rules/orders/blanks.py": {"NOTHING"},
    "bot/rules/orders/money.py": {"UNITS"},
    "bot/rules/orders/refund_statuses.py": {"STANDS", "BACK", "PARTLY", "WAITING", "CALLED_OFF"},
    "bot/rules/orders/lines.py": {"BETWEEN_CODES"},
    "bot/rules/orders/statuses.py": {"PAID", "UNPAID", "UNDECIDED", "REFUNDED", "PARTLY_REFUNDED", "CANCELLED"},
    "bot/rules/times/vocabulary.py": {
        *("PARTS", "NOONS", "HOUR_SIGNS", "MINUTE_SIGNS", "SECOND_SIGNS", "FRACTIONS", "SPELT"),
        *("DATE_SIGNS", "WEEKDAYS", "ZONE_NAMES", "DAYS", "SHORT_DAYS", "WEEKS", "COMING", "UNITS"),
        *("HALF_HOURS", "HALVES", "AND_A_HALF", "LATER", "DAYS_OR_DATE", "PARTICLES", "BETWEEN_HOURS"),
    },
    "bot/rules/amounts.py": {"COUNTERS", "LARGE"},
    "bot/rules/posts/slot_words.py": {
        *("SETS", "ANY_WORDS", "MORNING_WORDS", "ADD_WORDS", "REMOVE_WORDS", "OFF_WORDS", "ON_WORDS", "PROMOTION_WORDS")
    },
    "bot/rules/segment_words.py": {
        *("TIER", "SOURCE", "QUIET", "SPENT", "JOINED", "TAG", "EVERYBODY", "NEW", "FAN", "LOYAL", "CORE"),
        *("DAYS", "WEEKS", "MONTHS"),
    },
    "bot/rules/sheets/encodings.py": {"HANGUL", "HANZI"},
    "bot/rules/sheets/member_names.py": {
        *("USER_ID_NAMES", "USERNAME_NAMES", "MEMBER_NAME_NAMES", "POINTS_NAMES"),
        *("JOINED_NAMES", "TAGS_NAMES", "TIER_NAMES", "SCORE_NAMES"),
    },
    "bot/rules/sheets/names.py": {
        *(
            "CODE_NAMES",
            "ORDER_NAMES",
            "VALUE_NAMES",
            "TIME_NAMES",
            "ORDER_STATUS_NAMES",
            "REFUND_STATUS_NAMES",
            "NOTE_NAMES",
            "CURRENCY_NAMES",
        ),
        *(
            "DISCOUNT_NAMES",
            "BACK_NAMES",
            "ITEM_NAMES",
            "CODE_STATUS_NAMES",
            "USES_NAMES",
            "LIMIT_NAMES",
            "ENDS_NAMES",
        ),
        "SUMS",
    },
    "bot/rules/sheets/statuses.py": {"USED", "EXPIRED", "DISABLED", "USABLE", "YES", "NO", "OF_ORDERS"},
    "bot/commands/demo/cast.py": {
        "CAST",
        "REGULARS",
        "GUESTS",
        "CROWD",
        "SHOP",
        "ROOM",
        "DROPS",
        "CHAT",
        "SCARF",
        "SCRUNCHIE",
        "NIGHT",
        "WORD",
        "EARLY",
        "QUESTION",
        "RIBBON",
        "MADE_UP",
        "SHAWL",
        "WARM_START",
        "SOURCES",
        "ORDERS_FILE",
    },
}
"""What people type, what a new shop is called at first, and the demo's people: all the Korean and Chinese in Python."""
MAKES_POLICIES = frozenset({"bot/app.py", "bot/domains.py", "bot/rules/policies.py"})
"""Where policies are made: one of each, and copies with other numbers for one shop."""
OF_ONE_MACHINE = re.compile(r"(?<![\w/:.])/(?:home|root|tmp|work)/")
"""Absolute paths that only one machine has."""


def tree(path: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"))


def short(path: Path) -> str:
    """A path as it stands in the project."""
    return path.relative_to(ROOT).as_posix()


def routers(root: Router) -> Iterator[Router]:
    """A router and all below it."""
    yield root
    for one in root.sub_routers:
        yield from routers(one)


def observers(root: Router) -> Iterator[TelegramEventObserver]:
    """All observers of a wired dispatcher."""
    for router in routers(root):
        yield from router.observers.values()


def tabled(table: Table) -> Iterator[tuple[str, Handler]]:
    """Everything that commands, words and presses lead to."""
    tables = (table._commands, table._words, table._presses, table._openings, table._services, table._replies)
    for found in tables:
        yield from found.items()
    for number, (_, handler) in enumerate(table._hearings):
        yield f"hearing {number}", handler
    yield "message_else", table._message_else
    yield "press_else", table._press_else


@pytest.fixture
async def wired(tmp_path: Path) -> AsyncIterator[Dispatcher]:
    """The dispatcher as `build` wires it."""
    settings = Settings.model_validate({"bot_token": "42:TEST", "database_url": f"sqlite:///{tmp_path}/encore.db"})
    app = build(settings)
    yield app.dispatcher
    await app.close()


async def test_wired_handlers_are_coroutines(wired: Dispatcher) -> None:
    """A synchronous handler, filter or middleware costs a hop to another thread for each update."""
    found = 0
    for observer in observers(wired):
        for handler in observer.handlers:
            found += 1
            assert handler.awaitable, handler.callback
            assert "<lambda>" not in getattr(handler.callback, "__qualname__", "")
            for one in handler.filters or ():
                assert one.awaitable, one.callback
                assert one.magic is None, one.callback
        for middleware in (*observer.outer_middleware, *observer.middleware):
            call = middleware if inspect.isfunction(middleware) else type(middleware).__call__
            assert inspect.iscoroutinefunction(call), middleware
    assert found


def test_tabled_handlers_are_coroutines() -> None:
    """So are those that commands, words and presses find in the table."""
    found = dict(tabled(table_of(DOMAINS)))
    assert {"newcoupon", "checkin", "claim", "undo", "message_else"} <= found.keys()
    for name, handler in found.items():
        assert inspect.iscoroutinefunction(handler.callback), name
        assert not handler.callback.__name__.startswith("<"), name
        assert handler.callback.__doc__, name


def test_no_magic_filters() -> None:
    """aiogram's `F` is imported nowhere: bare, it is a synchronous filter."""
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"aiogram", "magic_filter"}:
                assert not {"F", "MagicFilter"} & {name.name for name in node.names}, short(path)
            if isinstance(node, ast.Import):
                assert "magic_filter" not in {name.name for name in node.names}, short(path)


def test_no_lambdas_are_registered() -> None:
    """Whatever is handed to a desk, a router or an observer has a name."""
    takes = {
        *("register", "command", "word", "press", "opening", "hearing", "service", "reply"),
        *("outer_middleware", "message", "callback_query", "my_chat_member", "chat_member"),
    }
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in takes:
                values = [*node.args, *(keyword.value for keyword in node.keywords)]
                assert not any(isinstance(value, ast.Lambda) for value in values), f"{short(path)}:{node.lineno}"


def test_no_session_spans_an_await() -> None:
    """Use cases are synchronous: a function that takes a write session awaits nothing."""
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.AsyncFunctionDef):
                kinds = [ast.unparse(one.annotation) for one in node.args.args if one.annotation is not None]
                assert not {"Tx", "Rx", "Session"} & set(kinds), f"{short(path)}:{node.lineno}"


def test_no_circles_of_imports() -> None:
    """No two modules import each other, by whatever way round."""
    assert find_circles(imports_of(ROOT, "bot")) == []


def test_circles_are_found(tmp_path: Path) -> None:
    """Also through a package, and where an import hides in a function; what only the type checker reads is none."""
    sources = {
        "__init__": "",
        "a": "from p import b",
        "b": "def later():\n    from p.c import x",
        "c": "import p.a\nx = 1",
        "d": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.e import y",
        "e": "from p.d import z",
    }
    (tmp_path / "p").mkdir()
    for name, source in sources.items():
        (tmp_path / "p" / f"{name}.py").write_text(source, encoding="utf-8")
    (circle,) = find_circles(imports_of(tmp_path, "p"))
    assert set(circle) == {"p.a", "p.b", "p.c"}


def test_policies_are_made_in_one_place() -> None:
    """Below the wiring nothing makes a policy of its own, so that one number can be changed for one shop."""
    making = {
        short(path)
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and re.fullmatch(r"(\w+\.)?\w*(Policy|Policies)", ast.unparse(node.func))
    }
    assert making - MAKES_POLICIES == set()


def test_no_words_in_python() -> None:
    """Korean and Chinese stand in templates; in Python only as the words that people type and a shop's first names."""
    for path in SOURCES:
        allowed = SPOKEN.get(short(path), set())
        spans = [
            (node.lineno, node.end_lineno or node.lineno)
            for node in tree(path).body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and {name.id for name in ast.walk(node) if isinstance(name, ast.Name)} & allowed
        ]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            inside = any(first <= number <= last for first, last in spans)
            assert inside or not CJK.search(line), f"{short(path)}:{number}: {line.strip()}"


def test_the_allowed_words_are_there() -> None:
    """An exception that nothing needs any more is taken out of the list."""
    for name, allowed in SPOKEN.items():
        source = ROOT / name
        assigned = {
            target.id
            for node in tree(source).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert allowed <= assigned, name


def test_every_test_says_what_it_shows() -> None:
    """Each test function has a docstring that ends as a sentence does."""
    for path in TESTS:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                first = (ast.get_docstring(node) or "").split("\n\n")[0].strip()
                assert first.endswith((".", "?", "!")), f"{short(path)}:{node.lineno} {node.name}"


def test_every_module_says_what_it_is() -> None:
    """Each file of Python begins with a docstring, an empty one excepted."""
    for path in [*SOURCES, *TESTS, *sorted((ROOT / "sandbox").rglob("*.py"))]:
        assert not path.read_text(encoding="utf-8").strip() or ast.get_docstring(tree(path)), short(path)


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_pages_name_nothing_that_readers_lack(path: Path) -> None:
    """README and docs stand by themselves, and what they link to is there."""
    text = path.read_text(encoding="utf-8")
    assert not OF_ONE_MACHINE.search(text)
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in link and not link.startswith("mailto:"):
            assert (path.parent / link).exists(), link


def test_sources_name_nothing_that_readers_lack() -> None:
    """Nor do docstrings and comments."""
    for path in [*SOURCES, *sorted((ROOT / "sandbox").rglob("*.py")), *sorted((ROOT / "migrations").rglob("*.py"))]:
        text = path.read_text(encoding="utf-8")
        assert not OF_ONE_MACHINE.search(text), short(path)


HOMES = {"rules", "features", "handlers", "buttons", "secrets"}
"""Folders in which each domain has a folder or a file of its own."""
FOLDERS = {path.parent.name for path in (ROOT / "bot" / "handlers").glob("*/domain.py") if path.parent.name != "kit"}
"""The domains by their folders' names."""


def domain_of(module: str) -> str | None:
    """The domain whose folder, or file of buttons or secrets, a module is."""
    parts = module.split(".")
    if parts[:2] == ["bot", "content"]:
        parts = parts[1:]
    return parts[2] if len(parts) > 2 and parts[1] in HOMES and parts[2] in FOLDERS else None


def test_a_domain_imports_no_other_on_any_floor() -> None:
    """Not its handlers another's features, nor its features another's rules: what two share stands below both."""
    assert FOLDERS
    crossing = []
    for path in SOURCES:
        module = short(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        own = domain_of(module)
        if own is None:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                theirs = {domain_of(f"{node.module}.{alias.name}") or domain_of(node.module) for alias in node.names}
                crossing += [f"{short(path)}: {node.module}" for other in theirs if other not in {None, own}]
    assert crossing == []
