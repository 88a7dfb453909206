"""`doctor`: what it sees of a shop, of the database and of Telegram, and how it says so."""

import asyncio
import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from aiohttp import web

from bot.commands.doctor.machine import examine_machine
from bot.commands.doctor.report import columns, fold, report
from bot.commands.doctor.telegram import examine_telegram
from bot.content import FOLDER
from bot.rules.doctor import findings as doctor
from bot.rules.doctor.findings import FINDINGS as GENERAL_FINDINGS
from bot.rules.doctor.findings import GROUP_RIGHTS, Chat, Finding, Level
from bot.rules.doctor.rooms import ROOM_FINDINGS
from bot.rules.refusals import Refusal
from bot.rules.words import Language
from bot.settings import Settings
from bot.store.engine.hold import held
from bot.store.engine.lock import using
from bot.store.engine.mark import address_of, leave_mark
from bot.store.engine.schema import HEAD, migrate
from bot.store.engine.sessions import Tx
from bot.store.tables import FanGroup
from sandbox import Limits, Rights, Sandbox
from tests.bot.conftest import Play, settings
from tests.bot.process import result
from tests.bot.test_answers import BAD
from tests.hostile import RIGHT_TO_LEFT
from tests.words import WORDS

SECRET = "Sesame-open"
TOKEN = f"42:{SECRET}"
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
MISSING = doctor.RightsMissing("Second room", ("can_pin_messages", "can_manage_tags"))
LATIN_IN_SENTENCES = re.compile(
    r"https?://\S+(?: \S+/deleteWebhook)?"
    r"|@BotFather|/mybots|/setjoingroups|/setinline(?:feedback)?|/setup timezone=\S+"
    r"|python -m bot shops home|python -m bot \w+(?: --\w+)?|/start|pip install -r \S+"
    r"|chmod 600|timedatectl set-ntp true|requirements\.txt|sqlite3|tzdata|\.env|books_unsound|\(chown\)|（chown）"
    r"|\bdate\b|[A-Z]{2,}(?:_[A-Z]+)+=?|Bot API|API Token|Enable|SQLite|PostgreSQL|Telegram|Encore|MiB"
)
"""Names, commands and switches that stand in Latin letters in every language."""


def at(url: str, token: str = TOKEN, database: str = "sqlite:///nowhere.db") -> Settings:
    """Settings that point somewhere."""
    return Settings.model_validate({"bot_token": token, "telegram_api_url": url, "database_url": database})


@asynccontextmanager
async def api(**answers: Any) -> AsyncIterator[str]:
    """A Bot API that says what a test wants, method by method; an answer may be a response of its own."""

    async def page(request: web.BaseRequest) -> web.StreamResponse:
        answer = answers.get(request.path.rsplit("/", 1)[1], {"ok": True, "result": {}})
        return answer if isinstance(answer, web.Response) else web.json_response(answer)

    runner = web.ServerRunner(web.Server(page))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def me(**more: Any) -> dict[str, Any]:
    """What getMe answers."""
    return {"ok": True, "result": {"id": 42, "is_bot": True, "username": "encore_bot", "can_join_groups": True, **more}}


def now() -> datetime:
    """The machine's time, as `doctor` asks for it."""
    return datetime.now(UTC)  # noqa: TID251  # compared with the header that a server writes


async def test_a_shop_as_it_stands(play_sqlite: Play) -> None:
    """Rights are told chat by chat, and a bot that runs is neither disturbed nor overlooked."""
    stage = await play_sqlite(rights=Rights.full())
    second = stage.telegram.add_group("Second room", creator=stage.owner)
    rights = {name: True for name in GROUP_RIGHTS if name not in MISSING.rights}
    stage.owner.adds(stage.bot, second, Rights(**rights))
    third = stage.telegram.add_group("Third room", creator=stage.owner)
    stage.owner.adds(stage.bot, third, None)
    news, closed = (stage.telegram.add_channel(name, creator=stage.owner) for name in ("News", "Closed news"))
    stage.owner.adds(stage.bot, news, Rights(can_post_messages=True))
    stage.owner.adds(stage.bot, closed, Rights())
    await stage.settled()
    await stage.app.db.write(know, "Gone", -5)
    polls = sum(call.method == "getUpdates" for call in stage.telegram.calls)

    on_machine, chats = await examine_machine(settings(stage.url, stage.telegram))
    seen = await examine_telegram(settings(stage.url, stage.telegram), chats, now)

    assert [finding for finding in on_machine if finding.level is not Level.FINE] == []
    assert doctor.DatabaseFine("SQLite", 1, 0) in on_machine
    assert doctor.SchemaFine(HEAD) in on_machine
    assert doctor.BooksFine(0, 0) in on_machine
    assert doctor.TokenFine("encore_test_bot") in seen
    assert doctor.NoWebhook() in seen
    assert doctor.ClockFine() in seen
    told = {finding for finding in seen if finding.part is doctor.Part.GROUPS}
    assert told == {
        doctor.GroupFine("Silk room"),
        MISSING,
        doctor.NotAdministrator("Third room", privacy=True),
        doctor.ChannelFine("News"),
        doctor.ChannelClosed("Closed news"),
        doctor.ChatGone("Gone"),
    }
    assert sum(call.method == "getUpdates" for call in stage.telegram.calls) <= polls + 1
    stage.telegram.calls[:] = [call for call in stage.telegram.calls if call.method != "getChatMember"]


async def test_a_shop_without_its_home_group(play_sqlite: Play) -> None:
    """Nobody steers it: `doctor` says what to do."""
    stage = await play_sqlite()
    stage.owner.removes(stage.bot, stage.group)
    await stage.settled()
    on_machine, _ = await examine_machine(settings(stage.url, stage.telegram))
    assert [finding for finding in on_machine if finding.level is Level.WRONG] == [doctor.HomeLost("Silk room")]


async def test_updates_that_were_set_aside(play: Play) -> None:
    """How many there are is told, and never what is in them."""
    stage = await play(language="en")
    stage.telegram.sends_raw(stage.bot, lambda number: b'{"update_id":%d,"message":"Sesame"}' % number)
    stage.telegram.sends_raw(stage.bot, lambda number: b'{"update_id":%d,"message":[]}' % number)
    async with asyncio.timeout(10):
        while stage.app.meters.set_aside < 2:
            await asyncio.sleep(0.02)
    on_machine, _ = await examine_machine(settings(stage.url, stage.telegram))
    assert doctor.UpdatesAside(2) in on_machine


async def test_a_server_that_talks_nonsense() -> None:
    """Each bad answer to each question is a finding, never a traceback."""
    async with Sandbox() as telegram:
        telegram.add_bot(token=TOKEN)
        for code, body, kind in BAD.values():
            for method in ("getMe", "getWebhookInfo", "getChatMember"):
                telegram.faults.answer(method, code=code, body=body, content_type=kind)
                chats = [doctor.Chat(-5, "Silk room", is_channel=False)]
                found = await examine_telegram(at(telegram.url), chats, now)
                assert any(finding.level is not Level.FINE for finding in found)
                telegram.faults.clear()


def know(tx: Tx, title: str, chat_id: int) -> None:
    """A chat that the database believes in."""
    tx.add(FanGroup(community_id=1, chat_id=chat_id, title=title, joined_at=NOW))
    tx.flush()


async def test_both_databases_are_examined(url: str) -> None:
    """A fresh shopless database of either kind is fine, and knows no chats."""
    found, chats = await examine_machine(at("http://127.0.0.1:1", database=url))
    assert chats == []
    assert [finding for finding in found if finding.level is not Level.FINE] == []
    assert doctor.DatabaseFine("SQLite" if url.startswith("sqlite") else "PostgreSQL", 0, 0) in found


async def test_whether_a_bot_runs(url: str) -> None:
    """The lock tells on either kind of database, and looking at it is in nobody's way."""
    settings = at("http://127.0.0.1:1", database=url)
    with using(url):
        async with held(url):
            assert doctor.BotRuns() in (await examine_machine(settings))[0]
    assert doctor.BotRests() in (await examine_machine(settings))[0]


async def test_a_database_that_lost_its_shop(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the mark says that a shop stood, an empty database must be mended, and a missing file too."""
    monkeypatch.chdir(tmp_path)
    for lost in (url, f"sqlite:///{tmp_path}/none.db"):
        leave_mark(tmp_path, address_of(lost))
        found, _ = await examine_machine(at("http://127.0.0.1:1", database=lost))
        assert doctor.ShopLost() in found
    assert not (tmp_path / "none.db").exists()


async def found_in(path: Path) -> list[Finding]:
    """What is found of an SQLite file, the disk left out."""
    found, _ = await examine_machine(at("http://127.0.0.1:1", database=f"sqlite:///{path}"))
    return [one for one in found if one.part is doctor.Part.DATABASE and not type(one).__name__.startswith("Disk")]


async def test_databases_that_cannot_serve(tmp_path: Path, sqlite_url: str) -> None:
    """No file, a folder, junk, a broken page and a lock that is held are told apart."""
    assert (await found_in(tmp_path / "none.db"))[0] == doctor.NoDatabaseYet()
    assert not (tmp_path / "none.db").exists()
    assert isinstance((await found_in(tmp_path))[0], doctor.DatabaseAway)
    (tmp_path / "junk.db").write_bytes(b"not a database at all, but long enough to look like one" * 20)
    assert (await found_in(tmp_path / "junk.db"))[0] == doctor.DatabaseDamaged()
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE song (title TEXT)")
    assert (await found_in(tmp_path / "other.db"))[0] == doctor.NotEncores()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    assert (await found_in(broken(path)))[0] == doctor.DatabaseDamaged()


def broken(path: Path) -> Path:
    """A copy of a database with one page of nonsense."""
    pages = bytearray(path.read_bytes())
    pages[4096:8192] = b"\xff" * 4096
    copy = path.with_name("broken.db")
    copy.write_bytes(pages)
    return copy


async def test_a_database_that_somebody_holds(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write lock that isn't given back is told as such, after a while."""
    monkeypatch.setattr("bot.store.engine.checkup.PATIENCE", 0.1)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = WAL")
        holder.execute("BEGIN IMMEDIATE")
        assert (await found_in(path))[0] == doctor.DatabaseHeld()
        holder.execute("ROLLBACK")


async def test_servers_that_are_away() -> None:
    """A PostgreSQL that isn't there is told without its address."""
    found, _ = await examine_machine(at("http://x", database=f"postgresql://me:{SECRET}@127.0.0.1:1/shop"))
    (away,) = (one for one in found if isinstance(one, doctor.DatabaseAway))
    assert SECRET not in away.reason


async def test_schemas_of_other_versions(tmp_path: Path) -> None:
    """An older schema is behind, one that this version doesn't know is ahead; neither's rows are read."""
    path = tmp_path / "encore.db"
    await migrate(f"sqlite:///{path}", "0001")
    assert doctor.SchemaBehind("0001") in await found_in(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert doctor.SchemaAhead("9999") in await found_in(path)


async def test_books_that_do_not_balance(play_sqlite: Play) -> None:
    """A balance that isn't the sum of its transfers is found."""
    stage = await play_sqlite()
    await stage.ask(stage.fan(), "/checkin")
    await stage.stop()
    path = Path(stage.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE account SET balance = balance + 1 WHERE kind = 'member'")
    assert doctor.BooksWrong(1) in await found_in(path)


async def test_unknown_zones_and_open_files(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zone that this machine lacks, and files that all may read, are told."""
    stage = await play_sqlite()
    await stage.stop()
    path = Path(stage.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE community SET timezone = 'Moon/Sea_of_Tranquility'")
    open_to_all(path)
    open_to_all(path.with_name(".env"))
    monkeypatch.chdir(path.parent)
    found, _ = await examine_machine(at("http://127.0.0.1:1", database=stage.url))
    assert doctor.ZonesMissing(("Moon/Sea_of_Tranquility",)) in found
    assert doctor.FileOpenToOthers(".env") in found
    assert doctor.FileOpenToOthers(str(path)) in found


def open_to_all(path: Path) -> None:
    """A file that every account may read."""
    path.touch()
    path.chmod(0o644)


async def test_tokens_and_addresses() -> None:
    """A refused token, a silent address, and a web page in Telegram's place are told apart."""
    async with Sandbox() as telegram:
        refused = await examine_telegram(at(telegram.url), [], now)
    assert doctor.TokenRefused() in refused
    page = web.Response(text="<html>Please log in</html>", content_type="text/html")
    async with api(getMe=page) as url:
        assert await examine_telegram(at(url), [], now) == [doctor.NotTelegram()]
    (away,) = await examine_telegram(at("http://127.0.0.1:1"), [], now)
    assert isinstance(away, doctor.TelegramAway)
    assert SECRET not in away.reason


async def test_what_stands_in_the_way_of_polling() -> None:
    """A webhook is told by its host alone, with what waits and with BotFather's switches."""
    info = {"url": f"https://old.example/hook/{SECRET}", "pending_update_count": 1234}
    off = me(can_join_groups=False, supports_inline_queries=False)
    async with api(getMe=off, getWebhookInfo={"ok": True, "result": info}) as url:
        seen = await examine_telegram(at(url), [], now)
    assert {doctor.WebhookSet("old.example"), doctor.UpdatesWait(1234), doctor.CannotJoinGroups()} <= set(seen)
    assert doctor.InlineOff() in seen
    assert doctor.NoGroupYet() in seen


@pytest.mark.parametrize(
    ("off", "kind"), [(0, doctor.ClockFine), (30, doctor.ClockOff), (-3600, doctor.ClockWrong)], ids=str
)
async def test_a_clock_beside_telegrams(off: int, kind: type[Finding]) -> None:
    """The time is compared with the one in Telegram's answer."""
    there = format_datetime(now() - timedelta(seconds=off), usegmt=True)
    answer = web.json_response(me(), headers={"Date": there})
    async with api(getMe=answer, getWebhookInfo={"ok": True, "result": {"url": ""}}) as url:
        seen = await examine_telegram(at(url), [], now)
    (clock,) = (one for one in seen if type(one).__name__.startswith("Clock"))
    assert isinstance(clock, kind)
    assert getattr(clock, "fast", off > 0) is (off > 0)


async def test_what_telegram_says_of_chats() -> None:
    """A moved group, a removal and an answer that helps nobody."""
    chat = Chat(-1001, "Silk room", is_channel=False)
    cases: dict[type[Finding], dict[str, Any]] = {
        doctor.ChatMoved: {
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
        },
        doctor.ChatLeft: {"error_code": 403, "description": "Forbidden: bot was kicked from the supergroup chat"},
        doctor.ChatUnknown: {"error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 60}},
    }
    for kind, answer in cases.items():
        async with api(getMe=me(), getChatMember={"ok": False, **answer}) as url:
            seen = await examine_telegram(at(url), [chat], now)
        assert isinstance(seen[-1], kind)


async def test_as_an_operator_runs_it(tmp_path: Path) -> None:
    """Exit codes: 1 if something must be mended, 0 if only warnings are left, 2 with one line for bad settings."""
    async with Sandbox(limits=Limits.none()) as telegram:
        variables = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "LANG": "ko_KR.UTF-8"}
        code, out, problems = await result(tmp_path, "doctor", **variables)
        assert (code, problems) == (1, [])
        assert "✗ 텔레그램이 BOT_TOKEN을 받아 주지 않아요." in out
        telegram.add_bot(token=TOKEN)
        code, out, problems = await result(tmp_path, "doctor", "--language", "zh", **variables)
        assert (code, problems) == (0, [])
        assert "! 还没有数据库。" in out
        assert "✗" not in out
        assert "\x1b" not in out
        assert SECRET not in out
        assert os.listdir(tmp_path) == []  # noqa: PTH208  # a folder of nothing
    code, out, problems = await result(tmp_path, "doctor", BOT_TOKEN=SECRET)
    assert (code, out, len(problems)) == (2, "", 1)
    assert problems[0].startswith("encore: BOT_TOKEN")
    assert SECRET not in problems[0]


FINDINGS = (*GENERAL_FINDINGS, *ROOM_FINDINGS)
ORDINARY: dict[Any, Any] = {
    str: "Silk room",
    int: 3,
    bool: True,
    tuple[str, ...]: GROUP_RIGHTS,
    Refusal: Refusal.MUTED,
}
PLACED: dict[str, Any] = {"zones": ("Asia/Seoul",)}
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("title", "path", "host", "reason", "username", "revision", "kind"), ""),
    "zones": (),
}
"""Facts that put no word into a sentence."""
EVERY = [pytest.param(kind, language, id=f"{kind.__name__}-{language}") for kind in FINDINGS for language in Language]


def sample(what: type[Finding], /, **other: Any) -> Finding:
    """One finding of a kind, with ordinary facts."""
    hints = get_type_hints(what)
    facts = {one.name: PLACED.get(one.name, ORDINARY[hints[one.name]]) for one in fields(what)}
    return what(**{**facts, **{name: value for name, value in other.items() if name in facts}})


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_finding_is_said(kind: type[Finding], language: Language) -> None:
    """Each finding has a sentence, and advice exactly if there is something to do; a name can't break the lines."""
    for other in ({}, {"fast": False, "privacy": False, "wrong": 1, "count": 1, "title": RIGHT_TO_LEFT + "\n\x1b[31m"}):
        lines = list(report(WORDS, [sample(kind, **other)], language, width=None, color=False))
        heading, said, *todo = lines[: lines.index("")]
        assert heading
        assert said[:4] == {Level.FINE: "  ✓ ", Level.WARNING: "  ! ", Level.WRONG: "  ✗ "}[kind.level]
        assert bool(todo) is (kind.level is not Level.FINE)
        assert all(line.startswith("    → ") and line[6:].strip() for line in todo)
        for line in lines:
            assert "None" not in line
            assert "  " not in line.lstrip()
            assert line == line.rstrip()
            assert "\x1b" not in line


@pytest.mark.parametrize("language", Language)
def test_no_words_are_left_over(language: Language) -> None:
    """The file holds the findings' blocks, the headings and the sum, and no others."""
    names = {kind.__name__ for kind in FINDINGS}
    todos = {f"{kind.__name__}_todo" for kind in FINDINGS if kind.level is not Level.FINE}
    parts = {f"part_{part}" for part in doctor.Part}
    source = (FOLDER / language / "doctor.j2").read_text(encoding="utf-8")
    assert set(re.findall(r"{% block (\w+) %}", source)) == names | todos | parts | {"sum"}


@pytest.mark.parametrize("language", [Language.KO, Language.ZH])
def test_scripts_stay_in_their_language(language: Language) -> None:
    """Korean and Chinese sentences hold no Latin words but names, commands and switches."""
    for kind in FINDINGS:
        lines = report(WORDS, [sample(kind, **NOTHING)], language, width=None, color=False)
        rest = LATIN_IN_SENTENCES.sub("", "\n".join(lines))
        assert not re.findall(r"[A-Za-z]+", rest), rest


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [40, 60, 100])
def test_lines_fit_a_terminal(language: Language, width: int) -> None:
    """No line is wider than the terminal, whatever the script, and folding loses nothing but spaces."""
    everything = [sample(kind) for kind in FINDINGS]
    folded = list(report(WORDS, everything, language, width=width, color=False))
    plain = list(report(WORDS, everything, language, width=None, color=False))
    long_words = [line for line in folded if columns(line) > width]
    assert [line for line in long_words if " " in line.strip().removeprefix("→ ")] == []
    assert "".join("".join(folded).split()) == "".join("".join(plain).split())


def test_folding_chinese_minds_its_marks() -> None:
    """A line of Chinese breaks between characters, and never before a comma or a closing bracket."""
    assert fold("磁盘快满了，只剩一点", 10) == ["磁盘快满", "了，只剩一", "点"]
    assert fold("a word and another", 10) == ["a word and", "another"]


def test_colors_are_for_terminals() -> None:
    """With colour, the signs and headings carry it and the words don't."""
    lines = list(report(WORDS, [doctor.TokenRefused()], Language.EN, width=80, color=True))
    assert lines[0].startswith("\x1b[1m")
    assert lines[1].startswith("  \x1b[31m✗\x1b[0m Telegram refuses")
    assert lines[-1] == "1 thing to mend. Mend and run this again."


def test_the_sum_counts_what_is_to_do() -> None:
    """The last line tells how much is wrong, how much is worth a look, or that all is well."""
    assert list(report(WORDS, [doctor.SettingsFine()], Language.EN, width=None, color=False))[-1] == "All is well."
    some: list[Finding] = [doctor.NoDatabaseYet(), doctor.ClockUnknown()]
    assert list(report(WORDS, some, Language.EN, width=None, color=False))[-1].startswith(
        "Nothing is broken; 2 warnings"
    )
