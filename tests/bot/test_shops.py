"""`python -m bot shops` as who holds the machine uses it: what it lists, moves and removes, and what it refuses."""

import asyncio
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.features.shops.arrivals import Arrival, arrive
from bot.rules.act import Sender
from bot.rules.words import Language
from bot.settings import DATABASES
from bot.store.audit import MACHINE
from bot.store.engine.db import Database
from bot.store.engine.lock import using
from bot.store.engine.mark import MARK, address_of, leave_mark
from bot.store.engine.sessions import Tx
from bot.store.places import place_of
from bot.store.rooms import leave_room
from sandbox import Rights
from tests.bot.conftest import Play
from tests.bot.process import VARIABLES
from tests.features.scene import NOON, OWNER, query

JUN = Sender(2, "Jun\x1b[2J\u202e", "jun", "en")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`python -m bot shops …` on the test's database: exit code, what it printed, its line of refusal."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_TOKEN", "42:TEST")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    def shops(*arguments: object, types: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(types))
        code = main(["shops", *map(str, arguments)])
        said = capsys.readouterr()
        assert said.err.count("\n") <= 1
        return code, said.out, said.err.removeprefix("encore: ").rstrip("\n")

    return shops


def keep(url: str, *works: Callable[[Tx], object]) -> None:
    """Write to the test's database, without a bot."""

    async def write() -> None:
        async with Database.open(url) as db:
            for work in works:
                await db.write(work)

    asyncio.run(write())


def comes(chat_id: int, title: str, owner: Sender, **how: Any) -> Callable[[Tx], object]:
    """A group that takes the bot up."""
    arrival = Arrival(chat_id, title, owner, Language.EN, NOON, is_admin=True, **how)
    return lambda tx: arrive(tx, arrival, open_to_all=True)


def asks(url: str, line: str) -> list[tuple[object, ...]]:
    """Rows of the test's database."""

    async def read() -> list[tuple[object, ...]]:
        async with Database.open(url) as db:
            return await query(db, line)

    return asyncio.run(read())


TWO_SHOPS = (
    comes(-100, "Silk room", OWNER),
    comes(-101, "Silk den", OWNER, into=1),
    comes(-102, "News", OWNER, into=1, is_channel=True),
    comes(-200, "Wool\x1b[31m room\n", JUN),
    lambda tx: leave_room(tx, -200, NOON),
)


def test_what_it_lists(run: Run, url: str) -> None:
    """Each shop with its number, owner, home, rooms and members; nothing that people wrote steers the terminal."""
    assert run() == (0, "there is no shop yet\n", "")
    keep(url, *TWO_SHOPS)
    code, out, problem = run()
    assert (code, problem) == (0, "")
    assert out.splitlines() == [
        "1  Silk room",
        "   owner    Mina (1)",
        "   home     Silk room (-100)",
        "   rooms    Silk den (-101), News (-102, channel)",
        "   members  0",
        "",
        "2  Wool[31m room",
        "   owner    Jun[2J (2)",
        "   home     Wool[31m room (-200) (gone: the bot isn't in it)",
        "   rooms    none",
        "   members  0",
    ]


def test_moving_home(run: Run, url: str) -> None:
    """Only to a group of that shop that the bot is in; the audit log has it as the machine's act."""
    keep(url, *TWO_SHOPS)
    for number, chat_id in ((1, -102), (1, -200), (1, -5), (2, -101), (2, -100)):
        code, out, problem = run("home", number, chat_id)
        assert (code, out) == (1, "")
        assert problem.startswith(f"{chat_id} is no group of shop {number} that the bot is in")
    assert run("home", 3, -101) == (1, "", "there is no shop 3; `python -m bot shops` lists them")
    code, out, _ = run("home", 1, -101)
    assert (code, out.split(";")[0]) == (0, "Silk den is home of shop 1, Silk room")
    assert asks(url, "SELECT chat_id FROM fan_group WHERE is_home ORDER BY chat_id") == [(-200,), (-101,)]
    assert asks(url, "SELECT actor_id, subject FROM audit_entry WHERE act = 'home.moved'") == [(MACHINE, "Silk den")]


@pytest.mark.parametrize("typed", ["", "\n", "yes\n", "remove 2\n", "1\n"])
def test_what_is_not_confirmed(run: Run, url: str, typed: str) -> None:
    """Anything but the words that were asked for removes nothing, the end of the input neither."""
    keep(url, *TWO_SHOPS)
    code, out, problem = run("remove", 1, types=typed)
    assert (code, problem) == (1, "nothing was removed")
    assert "Type `remove 1` to do it" in out
    assert asks(url, "SELECT count(*) FROM community") == [(2,)]


def test_removing(run: Run, url: str, tmp_path: Path) -> None:
    """By the typed words or `--yes`; the other shop stays. After the last one it says what comes next."""
    keep(url, *TWO_SHOPS)
    leave_mark(tmp_path, address_of(url))
    code, out, _ = run("remove", 1, types="remove 1\n")
    assert code == 0
    assert "removed shop 1, Silk room: " in out
    assert out.endswith("the bot is still in Silk room (-100), Silk den (-101), News (-102, channel)\n")
    assert asks(url, "SELECT id, shop FROM community") == [(2, "Wool\x1b[31m room\n")]
    assert (tmp_path / MARK).exists()
    assert run("remove", 1, "--yes") == (1, "", "there is no shop 1; `python -m bot shops` lists them")
    code, out, _ = run("remove", 2, "--yes")
    assert code == 0
    assert out.splitlines()[1:] == [
        "the next group to speak founds a new shop: set OWNER_ID before you start the bot again"
    ]
    assert not (tmp_path / MARK).exists()
    assert run() == (0, "there is no shop yet\n", "")


@pytest.mark.parametrize("act", [("remove", 1, "--yes"), ("home", 1, -101)])
def test_while_a_bot_works(run: Run, url: str, act: tuple[object, ...]) -> None:
    """A bot would go on with what it has read: it must be stopped first. Listing disturbs nobody."""
    keep(url, *TWO_SHOPS)
    before = asks(url, "SELECT chat_id, is_home FROM fan_group ORDER BY id")

    async def meanwhile() -> tuple[int, str, str]:
        with using(url):
            async with Database.open(url) as bot:
                await bot.read(partial(place_of, community_id=1))
                assert (await asyncio.to_thread(run))[0] == 0
                return await asyncio.to_thread(partial(run, *act))

    assert asyncio.run(meanwhile()) == (1, "", "a bot is using this database; stop it first")
    assert asks(url, "SELECT chat_id, is_home FROM fan_group ORDER BY id") == before
    assert run(*act)[0] == 0


@pytest.mark.parametrize("act", [(), ("remove", 1, "--yes"), ("home", 1, -101)])
def test_no_database(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: tuple[object, ...]) -> None:
    """One line, and nothing is made where a database might be."""
    for address, code, told in (
        (f"sqlite:///{tmp_path}/none/encore.db", 1, "there is no database yet at DATABASE_URL"),
        ("postgresql://me:Sesame@127.0.0.1:1/name", 2, "DATABASE_URL can't be used: ConnectionRefusedError"),
        ("postgresql://me:Sesame@127.0.0.1:port/name", 2, f"DATABASE_URL is wrong: {DATABASES}"),
    ):
        monkeypatch.setenv("DATABASE_URL", address)
        assert run(*act) == (code, "", told)
    assert not (tmp_path / "none").exists()
    (tmp_path / "other.db").touch()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    assert run(*act) == (1, "", "the database at DATABASE_URL holds no shop")


async def test_the_bot_after_its_home_was_moved(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose the shop is, Telegram says at the next act: the new home's creator, and not the old one's."""
    stage = await play(language="en")
    jun = stage.fan("Jun")
    den = stage.telegram.add_group("Den", creator=jun)
    stage.owner.joins(den)
    jun.promotes(stage.owner, den, Rights.full())
    stage.owner.adds(stage.bot, den, Rights.full())
    await stage.all_sent()
    await stage.stop()
    monkeypatch.setenv("BOT_TOKEN", "42:TEST")
    monkeypatch.setenv("DATABASE_URL", stage.url)
    assert await asyncio.to_thread(main, ["shops", "home", "1", str(den.id)]) == 0
    stage.start_again()
    said = stage.owner.says(stage.group, "/setup coin=petals")
    assert "Only the owner" in (await stage.whisper(stage.owner, after=said)).text
    said = jun.says(den, "/setup coin=petals")
    await jun.waits_for(den, lambda m: m.only_for is jun and "petals" in m.text, timeout=10, after=said)
    assert await query(stage.app.db, "SELECT owner_id FROM community") == [(jun.id,)]
