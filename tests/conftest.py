"""What all tests share: both databases, fresh for each test."""

import gc
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from bot.rules import shown
from bot.rules.shown import CLASSES, ShownClass, file_kind
from bot.store.engine.db import Database
from bot.store.engine.schema import migrate
from bot.store.messages.payloads import Say, SendFile, Tell
from sandbox import patience
from tests.engines import compiled_once
from tests.postgres import Postgres
from tests.twice import run_twice
from tests.verdicts import without_verdict

pytest_plugins = ["tests.lanes"]

# Whether an example takes long says how busy the machine is, nothing else.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# No test measures how soon an answer comes by how long it waits for it.
patience.factor = 6.0

DATABASES = ("sqlite", "postgresql")
_numbers = itertools.count(1)
FILLERS = {"Oops", "communities.Oops", "coupons.NoSuchCoupon", "file.proof"}
"""What tests promise of which only the way matters, not the words."""


def pytest_collection_finish() -> None:
    """Leave what is loaded and collected out of later collections: it stays until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def statements_compiled_once() -> Iterator[None]:
    """Engines share their compiled statements."""
    with compiled_once():
        yield


@pytest.fixture(autouse=True)
def use_cases_run_twice(request: pytest.FixtureRequest) -> Iterator[None]:
    """No use case has an effect outside its session: on SQLite each runs twice, and the first time leaves no trace."""
    if request.node.get_closest_marker("runs_once") is not None:
        yield
        return
    with run_twice():
        yield


@pytest.fixture(autouse=True, scope="session")
def promised_kinds_have_a_class() -> Iterator[None]:
    """A message that is promised in any test is of a kind that `rules/shown.py` lists."""
    with pytest.MonkeyPatch.context() as patch:
        for payload in (Say, Tell, SendFile):
            patch.setattr(payload, "to_facts", _with_class(payload.to_facts))
        # The budget has nothing to say of them: they stand for messages of any class.
        patch.setattr(shown, "CLASSES", {**CLASSES, **dict.fromkeys(FILLERS, ShownClass.ASKED_FOR)})
        yield


def _with_class(to_facts: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def checked(told: Any) -> dict[str, Any]:
        kind = file_kind(told.file) if isinstance(told, SendFile) else told.outcome
        answers = isinstance(told, Tell) and told.asked
        assert answers or kind in {*CLASSES, *FILLERS}, f"{kind} has no class in bot/rules/shown.py"
        return to_facts(told)

    return checked


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The embedded PostgreSQL."""
    server = Postgres(tmp_path_factory.mktemp("pg"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    import asyncio  # noqa: PLC0415

    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database to copy."""
    import asyncio  # noqa: PLC0415

    asyncio.run(migrate(postgres.create("template_encore")))
    return "template_encore"


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database: each test runs on both kinds."""
    if request.param == "sqlite":
        yield fresh_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    yield server.create(name, request.getfixturevalue("postgres_template"))
    server.drop(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file, where the kind of database doesn't matter."""
    return fresh_sqlite(sqlite_template, tmp_path)


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """The store on a fresh database."""
    async with Database.open(url) as database:
        yield database
        assert await database.read(without_verdict) == []


def fresh_sqlite(template: Path, folder: Path) -> str:
    """Copy the migrated file."""
    path = folder / "encore.db"
    shutil.copy(template, path)  # with its rights: a database is its owner's to read
    return f"sqlite:///{path}"
