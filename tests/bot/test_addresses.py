"""Database addresses as hosts and other programs write them."""

import asyncio
import struct
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from bot.__main__ import main
from bot.settings import Settings
from bot.store.engine.db import Database
from bot.store.engine.mark import address_of
from tests.bot.process import VARIABLES
from tests.features.scene import shop

SECRET = "Sesame-open"
SPELLINGS = (
    ("sqlite:///data/encore.db", "sqlite:///data/encore.db"),
    ("sqlite+aiosqlite:///data/encore.db", "sqlite:///data/encore.db"),
    ("sqlite+pysqlite:////srv/encore.db", "sqlite:////srv/encore.db"),
    ("  sqlite:///data/encore.db\n", "sqlite:///data/encore.db"),
    ("postgres://me:word@host/name", "postgresql://me:word@host/name"),
    ("postgresql+asyncpg://me:word@host:6000/name", "postgresql://me:word@host:6000/name"),
    ("postgresql+psycopg://me:p%40ss@host/name", "postgresql://me:p%40ss@host/name"),
    ("postgresql+psycopg2://host/name?sslmode=verify-full", "postgresql://host/name?sslmode=verify-full"),
    ("postgres://host/name?ssl=true", "postgresql://host/name?sslmode=require"),
    ("postgresql+asyncpg://host/name?ssl=require", "postgresql://host/name?sslmode=require"),
    ("postgresql://host/name?sslmode=require&channel_binding=require", "postgresql://host/name?sslmode=require"),
    ("postgres://host/name?pgbouncer=true&connect_timeout=10", "postgresql://host/name"),
    ("postgresql:///name?host=/run/postgresql", "postgresql:///name?host=%2Frun%2Fpostgresql"),
)
ODD = (
    f"mysql://me:{SECRET}@host/name",
    f"postgresql+pg8000://me:{SECRET}@host/name",
    f"postgresql://me:{SECRET}@host:port/name",
    f"postgresql://me:{SECRET}@host/name?sslmode=maybe",
    f"postgresql://me@host/name?{SECRET}=1",
    "sqlite://data/encore.db",
    "sqlite:///",
    "sqlite+aiosqlite://",
    "sqlite:///:memory:",
    "sqlite:///file:encore.db?uri=true",
    "sqlite:///encore.db?mode=ro",
    "encore.db",
    "",
)


def read(url: str) -> str:
    """The address as the bot uses it."""
    given = {"bot_token": "42:TEST", "database_url": url}
    return Settings.model_validate(given).database_url.get_secret_value()


@pytest.mark.parametrize(("url", "used"), SPELLINGS)
def test_each_spelling_means_one_address(url: str, used: str) -> None:
    """Whatever driver a host names, the bot's own is used; what its driver doesn't know is left out."""
    assert read(url) == used
    assert read(used) == used


@pytest.mark.parametrize("url", ODD)
def test_odd_addresses_are_refused(url: str) -> None:
    """What can't be used is told in a line that shows what can, and no secret."""
    with pytest.raises(ValidationError) as caught:
        read(url)
    (problem,) = caught.value.errors(include_input=False)
    assert SECRET not in problem["msg"]
    assert any(shown in problem["msg"] for shown in ("sqlite:///data/encore.db", "require", "target_session_attrs"))


def test_names_with_signs(tmp_path: Path) -> None:
    """A file's name may have spaces, percents and Korean: it means the same file for every part of the bot."""
    for name in ("a b.db", "50%25.db", "가게.db"):
        used = read(f"sqlite+aiosqlite:///{tmp_path}/{name}")
        assert read(used) == used
        assert address_of(used) == str(tmp_path / (make_url(f"sqlite:///{name}").database or ""))


@pytest.fixture
def spelled(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The test's database as another program would write its address."""

    async def fill() -> None:
        async with Database.open(url) as db:
            await shop(db)

    asyncio.run(fill())
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    driver = "sqlite+aiosqlite" if url.startswith("sqlite") else "postgresql+asyncpg"
    spelled = make_url(url).set(drivername=driver)
    if driver != "sqlite+aiosqlite":
        spelled = spelled.update_query_dict({"sslmode": "prefer", "channel_binding": "prefer"})
    monkeypatch.setenv("BOT_TOKEN", "42:TEST")
    monkeypatch.setenv("DATABASE_URL", spelled.render_as_string(hide_password=False))
    return url


def test_every_verb_takes_them(spelled: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`migrate`, `shops` and `backup` find the same database, and PostgreSQL's is told from a file."""
    assert main(["migrate"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert main(["shops"]) == 0
    assert "Silk room" in capsys.readouterr().out
    on_a_file = spelled.startswith("sqlite")
    assert main(["backup", "copy.db"]) == (0 if on_a_file else 2)
    assert Path("copy.db").exists() is on_a_file
    if on_a_file:
        assert main(["restore", "copy.db"]) == 0


@pytest.mark.parametrize(("query", "asks"), [("sslmode=require", True), ("ssl=true", True), ("sslmode=disable", False)])
async def test_tls_is_asked_for(query: str, *, asks: bool) -> None:
    """A host's `sslmode` reaches the driver: the server is asked for TLS before anything else is said."""
    heard: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (_, code) = struct.unpack("!ii", await reader.readexactly(8))
        if not heard.done():
            heard.set_result(code)
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Database.open(read(f"postgres://me:word@127.0.0.1:{port}/name?{query}")) as db:
            with pytest.raises(ConnectionError):
                await db.read(lambda rx: rx.connection())
    ssl_request = 80877103
    assert (await heard == ssl_request) is asks
