"""The command line as an operator meets it: one line for each mistake, and a clean end."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import __version__
from bot.__main__ import EXIT_SETTINGS, main
from bot.settings import load_settings
from bot.store.engine.schema import HEAD
from sandbox import Limits, Rights, Sandbox
from tests.bot.conftest import is_card
from tests.bot.process import VARIABLES, kept, launch, launched, result, running

SECRET = "Sesame-open"
TOKEN = f"42:{SECRET}"
FANS = 200
MISTAKES: tuple[tuple[str, dict[str, str]], ...] = (
    ("BOT_TOKEN", {}),
    ("BOT_TOKEN", {"BOT_TOKEN": ""}),
    ("BOT_TOKEN", {"BOT_TOKEN": SECRET}),
    ("BOT_TOKEN", {"BOT_TOKEN": f"42:{SECRET} x"}),
    ("TELEGRAM_API_URL", {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": f"ftp://{SECRET}"}),
    ("DATABASE_URL", {"BOT_TOKEN": TOKEN, "DATABASE_URL": f"mysql://me:{SECRET}@host/name"}),
    ("CONCURRENCY", {"BOT_TOKEN": TOKEN, "CONCURRENCY": "0"}),
    ("CONCURRENCY", {"BOT_TOKEN": TOKEN, "CONCURRENCY": "many"}),
    ("METRICS_PORT", {"BOT_TOKEN": TOKEN, "METRICS_PORT": "0"}),
    ("METRICS_PORT", {"BOT_TOKEN": TOKEN, "METRICS_PORT": "web"}),
    ("PUBLIC_URL", {"BOT_TOKEN": TOKEN, "PUBLIC_URL": "https://shop.example"}),
    ("PUBLIC_URL", {"BOT_TOKEN": TOKEN, "METRICS_PORT": "9108", "PUBLIC_URL": "http://shop.example"}),
    ("PUBLIC_URL", {"BOT_TOKEN": TOKEN, "METRICS_PORT": "9108", "PUBLIC_URL": f"https://me:{SECRET}@shop.example"}),
    ("PUBLIC_URL", {"BOT_TOKEN": TOKEN, "METRICS_PORT": "9108", "PUBLIC_URL": "https://["}),
    ("WEBHOOK_LISTEN", {"BOT_TOKEN": TOKEN, "WEBHOOK_URL": "https://shop.example/telegram", "WEBHOOK_LISTEN": "web"}),
    ("WEBHOOK_URL", {"BOT_TOKEN": TOKEN, "WEBHOOK_URL": f"https://me:{SECRET}@shop.example", "WEBHOOK_LISTEN": "8081"}),
    ("LOG_LEVEL", {"BOT_TOKEN": TOKEN, "LOG_LEVEL": "loud"}),
    ("OPEN", {"BOT_TOKEN": TOKEN, "OPEN": "perhaps"}),
)
BAD_DATABASES = (
    "sqlite:////dev/null/encore.db",
    f"postgresql://me:{SECRET}@127.0.0.1:1/name",
    f"postgresql://me:{SECRET}@127.0.0.1:port/name",
)
MOST = {"run": 1, "migrate": 3}
"""`run` loads aiogram before it meets the database, which takes its time: one case shows it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to start the bot in."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    return folder


def check(named: str, code: int, out: str, lines: list[str]) -> None:
    """Exit code 2, and one line that names the variable and no secret."""
    assert (code, out) == (2, ""), (named, lines)
    (line,) = lines
    assert line.startswith("encore: ")
    assert named in line
    assert SECRET not in line


async def test_version(folder: Path) -> None:
    """`version` and `--version` need no settings."""
    for word in ("version", "--version"):
        assert await launched(folder, word) == (0, f"encore {__version__}\n", [])


async def test_mistaken_settings(folder: Path) -> None:
    """Each wrong variable stops the start with one line that names it."""
    for start in range(0, len(MISTAKES), 2):
        some = MISTAKES[start : start + 2]
        ended = await asyncio.gather(*(result(folder, "run", **variables) for _, variables in some))
        for (named, _), outcome in zip(some, ended, strict=True):
            check(named, *outcome)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (f"BOT_TOKEN={TOKEN}\nLOG_LEVLE=debug", "LOG_LEVLE in .env is no setting; did you mean LOG_LEVEL?"),
        (f"BOT_TOKN={TOKEN}", "BOT_TOKEN is not set; BOT_TOKN in .env is no setting; did you mean BOT_TOKEN?"),
        (f"BOT_TOKEN={TOKEN}\nCOLOUR=red", "COLOUR in .env is no setting; .env.example lists them all"),
        (f"BOT_TOKEN={TOKEN}\n{SECRET}=1", "a line in .env is no setting; .env.example lists them all"),
        (f"{TOKEN}", "BOT_TOKEN is not set"),
    ],
)
def test_typos_in_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], written: str, told: str
) -> None:
    """A name in `.env` that sets nothing stops the start, and what was meant is named; a secret never is."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder)
    (folder / ".env").write_text(written)
    assert main(["migrate"]) == EXIT_SETTINGS
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"encore: {told}")
    assert SECRET.casefold() not in said.err.casefold()


def test_a_file_that_is_no_plain_text(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some editors save UTF-16, which is told; a byte-order mark before UTF-8 does no harm."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder)
    (folder / ".env").write_text(f"BOT_TOKEN={TOKEN}\n", encoding="utf-16")
    assert main(["migrate"]) == EXIT_SETTINGS
    assert capsys.readouterr().err == "encore: .env isn't plain text: save it as UTF-8\n"
    (folder / ".env").write_text(f"BOT_TOKEN={TOKEN}\n", encoding="utf-8-sig")
    assert load_settings().bot_token.get_secret_value() == TOKEN


@pytest.mark.parametrize("verb", ["run", "migrate"])
async def test_a_database_that_cannot_be_used(folder: Path, verb: str) -> None:
    """A path that can't be written, a server that isn't there and an address that is none are told in one line."""
    ended = await asyncio.gather(
        *(result(folder, verb, BOT_TOKEN=TOKEN, DATABASE_URL=address) for address in BAD_DATABASES[: MOST[verb]])
    )
    for outcome in ended:
        check("DATABASE_URL", *outcome)


async def test_a_token_that_telegram_does_not_know(folder: Path) -> None:
    """The start ends with one line, whether the server says 401 or 404."""
    async with Sandbox() as telegram:
        outcome = await launched(folder, "run", BOT_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url, LOG_LEVEL="error")
        check("BOT_TOKEN", *outcome)
        telegram.add_bot(token=TOKEN)
        body = b'{"ok":false,"error_code":404,"description":"Not Found"}'
        telegram.faults.answer("getMe", code=404, body=body, content_type="application/json")
        outcome = await result(folder, "run", BOT_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url, LOG_LEVEL="error")
        check("BOT_TOKEN", *outcome)


async def test_a_stop_while_it_waits_for_telegram(folder: Path) -> None:
    """A start in an outage tells it once and looks again and again; SIGTERM ends it with code 0 all the same."""
    async with Sandbox() as telegram:
        telegram.add_bot(token=TOKEN)
        telegram.faults.answer("getMe", code=403, times=None)
        async with running(folder, BOT_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url) as process:
            await process.logs("waiting_for_telegram", seconds=60)
            async with asyncio.timeout(20):
                while len(telegram.calls) < 4:
                    await asyncio.sleep(0.1)
            assert await process.stops() == 0
    assert [event["event"] for event in process.events].count("waiting_for_telegram") == 1
    assert SECRET not in "".join(process.lines)


async def test_migrating_twice(folder: Path) -> None:
    """`migrate` makes the schema, then finds nothing to do; it makes the folder that the file lies in."""
    variables = {"BOT_TOKEN": TOKEN, "DATABASE_URL": "sqlite:///data/deep/encore.db"}
    first = await result(folder, "migrate", **variables)
    second = await result(folder, "migrate", **variables)
    assert first == (0, f"schema {HEAD}: brought up to date\n", [])
    assert second == (0, f"schema {HEAD}: nothing to do\n", [])
    with closing(sqlite3.connect(folder / "data/deep/encore.db")) as database:
        assert database.execute("SELECT count(*) FROM campaign").fetchone() == (0,)


async def test_a_stop_under_load(folder: Path) -> None:
    """SIGTERM while taps are being handled ends within 10 s with code 0, and what wasn't answered is kept.

    Its settings come from `.env`, over which the environment wins; the database is where it is by default.
    """
    async with Sandbox(limits=Limits.none(), latency=0.05) as telegram:
        lines = (f"BOT_TOKEN={TOKEN}", "# a comment", f"TELEGRAM_API_URL={telegram.url}/", "LOG_LEVEL=loud")
        (folder / ".env").write_text("\n".join(lines))
        bot = telegram.add_bot(token=TOKEN)
        owner = telegram.add_user("Mina", language="en")
        group = telegram.add_group("Silk room", creator=owner)
        fans = [telegram.add_user(f"Fan {number}") for number in range(FANS)]
        for fan in fans:
            fan.joins(group)
        async with kept(await launch(folder, "-m", "bot", "run", LOG_LEVEL="info")) as process:
            await process.logs("started")
            owner.adds(bot, group, Rights.full())
            await process.logs("arrived")
            said = owner.says(group, "/newcoupon title=Scarf stock=500")
            card = await owner.waits_for(group, is_card, timeout=10, after=said)
            presses = [fan.presses(card, "claim") for fan in fans]
            await presses[0].answered()
            assert await process.stops(10) == 0
        unanswered = {press.id for press in presses if press.answer is None}
        pending = {one.payload["id"] for one in telegram.pending(bot) if one.kind == "callback_query"}
    with closing(sqlite3.connect(folder / "data/encore.db")) as database:
        claimed, fans_with_one = database.execute("SELECT count(*), count(DISTINCT member_id) FROM coupon").fetchone()
        bodies = [json.loads(body) for (body,) in database.execute("SELECT body FROM inbox")]
    stored = {body["callback_query"]["id"] for body in bodies if "callback_query" in body}
    assert unanswered <= pending | stored
    assert FANS - len(unanswered) <= claimed == fans_with_one
    assert process.events[-1]["event"] == "stopped"
