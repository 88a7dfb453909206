"""One damaged row doesn't stop a bot: it is set aside and told, the others are sent, and it can be repaired."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from structlog.testing import capture_logs

from bot.store.engine.sessions import Tx
from bot.store.messages.set_aside import count_aside
from sandbox import Chat, Limits, Person, Rights, Sandbox
from tests.bot.conftest import Play, Stage, is_card
from tests.bot.process import Running, result, running

MESSAGE = """INSERT INTO outbox (community_id, chat_id, lane, act, facts, due_at, state, attempts, made_at)
VALUES (1, {chat}, '{lane}', '{act}', '{facts}', '{due_at}', 'waiting', 0, '2026-10-01 00:00:00.000000')"""
DUE = "2026-11-01 00:00:00.000000"
UNSENDABLE = (
    ("say", '{"outcome": "NoSuchThing", "facts": {}}', "unknown outcome"),
    ("say", '{"outcome": "communities.Oops", "facts": {"more": 1}, "language": "xx"}', "unknown language"),
    ("say", '{"outcome": "draws.RoundNamed", "facts": {"prize": 5}}', "not this outcome''s facts"),
    (
        "say",
        '{"outcome": "communities.Oops", "facts": {}, "witness": {"kind": "nobody", "subject_id": 1}}',
        "unknown witness",
    ),
    ("say", '{"outcome": "communities.Oops", "facts": {}, "witness": {"kind": "naming"}}', "facts: witness"),
    ("say", "[]", "facts are no object"),
    ("say", "null", "facts are no object"),
    ("tell", '{"outcome": "communities.Oops", "facts": {}}', "facts: user_id, language, whisper, can_write"),
    ("post_card", '{"card_id": "one"}', "facts: card_id"),
    ("file", '{"file": "poem", "subject_id": 1}', "unknown file"),
    ("delete", "{}", "facts: message_id"),
    ("dance", "{}", "unknown act"),
)
GOOD = '{"outcome": "communities.Oops", "facts": {}}'


async def change(stage: Stage, statement: str) -> None:
    """Change rows past all rules."""

    def run(tx: Tx) -> None:
        tx.execute(text(statement.replace(":", "\\:")))

    await stage.app.db.write(run)


async def rows(stage: Stage, statement: str) -> list[Any]:
    """What a query finds."""
    return list(await stage.app.db.read(lambda session: session.execute(text(statement)).all()))


async def test_messages_that_cannot_be_sent(play: Play) -> None:
    """On both databases: each goes aside at once, with its reason, and what is due after them is sent."""
    stage = await play(language="en")
    for act, facts, _ in UNSENDABLE:
        await change(stage, MESSAGE.format(chat=stage.group.id, lane="live", act=act, facts=facts, due_at=DUE))
    await change(stage, MESSAGE.format(chat=stage.group.id, lane="bulk", act="say", facts=GOOD, due_at=DUE))
    stage.telegram.clock.advance(1)
    await stage.owner.waits_for(stage.group, lambda m: "Oops" in m.text, timeout=20)
    async with asyncio.timeout(20):
        while len(found := await rows(stage, "SELECT reason FROM set_aside ORDER BY reason")) < len(UNSENDABLE):
            await asyncio.sleep(0.05)
    assert sorted(reason.replace("''", "'") for _, _, reason in UNSENDABLE) == [reason for (reason,) in found]
    assert await rows(stage, "SELECT count(*) FROM outbox WHERE act = 'dance'") == [(0,)]


async def test_a_card_that_nobody_can_render(play: Play) -> None:
    """A card of a kind that there is no more: its message goes aside, others hang."""
    stage = await play(language="en")
    await stage.drop()
    await stage.all_sent()
    await change(stage, "UPDATE card SET kind = 'poem'")
    ((number,),) = await rows(stage, "SELECT id FROM card")
    edit = MESSAGE.format(
        chat=stage.group.id, lane="live", act="edit_card", facts=f'{{"card_id": {number}}}', due_at=DUE
    )
    await change(stage, edit)
    stage.telegram.clock.advance(1)
    async with asyncio.timeout(20):
        while not (aside := await rows(stage, "SELECT kind, reason FROM set_aside")):
            await asyncio.sleep(0.05)
    assert aside == [("outbox", "unknown card kind")]
    assert is_card(await stage.drop('title="Another" stock=1'))


async def test_a_plan_that_is_due_at_no_instant(play_sqlite: Play) -> None:
    """The round that meets it sets it aside and goes on: the other stream's evening starts on time."""
    stage = await play_sqlite(language="en")
    for title in ("Silk night", "Tea night"):
        said = stage.owner.says(stage.group, f'/newstream title="{title}" at=+2h')
        await stage.whisper(stage.owner, after=said)
    await stage.all_sent()
    await change(stage, "UPDATE airing SET starts_at = 'soon', planned_at = 'soon' WHERE id = 1")
    stage.telegram.clock.advance(timedelta(hours=2, seconds=5).total_seconds())
    await stage.owner.waits_for(stage.group, lambda m: "Tea night" in m.text and m.only_for is None, timeout=20)
    async with asyncio.timeout(20):
        while not (await stage.app.db.read(count_aside)).get("airing"):
            await asyncio.sleep(0.05)
    with capture_logs() as logs:
        await stage.app.jobs.tick()
    assert [line for line in logs if line["event"] == "due_failed"] == []
    assert (await stage.app.db.read(count_aside))["airing"] == 1


def damage(chat: int) -> list[str]:
    """Statements that leave rows which can't be read, or can't be sent to this chat."""
    good = {"chat": chat, "lane": "live", "act": "say", "facts": GOOD, "due_at": DUE}
    return [
        MESSAGE.format(**good | {"facts": "{"}),
        MESSAGE.format(**good | {"due_at": "0 o''clock"}),
        MESSAGE.format(**good | {"due_at": "soon"}).replace("'waiting'", "'sending'"),
        *(MESSAGE.format(**good | {"act": act, "facts": facts}) for act, facts, _ in UNSENDABLE),
        "UPDATE audit_entry SET after = '{', undone_at = 'never'",
    ]


def aside_of(url: str, kind: str) -> int:
    """How many of a kind are set aside."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        (count,) = database.execute("SELECT count(*) FROM set_aside WHERE kind = ?", (kind,)).fetchone()
        return int(count)


@asynccontextmanager
async def a_shop(url: str) -> AsyncIterator[tuple[Person, Chat, dict[str, str]]]:
    """A group and its creator, and what a process needs to run their bot."""
    async with Sandbox(limits=Limits.none()) as telegram:
        telegram.add_bot(token="42:TEST", username="encore_test_bot")
        owner = telegram.add_user("Mina", language="en")
        group = telegram.add_group("Silk room", creator=owner)
        yield owner, group, {"BOT_TOKEN": "42:TEST", "TELEGRAM_API_URL": telegram.url, "DATABASE_URL": url}


async def comes(process: Running, owner: Person, group: Chat) -> None:
    """The bot is started, and the owner adds it to the group."""
    await process.logs("started")
    owner.adds(owner.world.bots["42:TEST"], group, Rights.full())
    await process.logs("arrived")


async def test_a_process_on_damaged_rows(sqlite_url: str, tmp_path: Path) -> None:
    """The process starts, runs and stops, sends the others, `doctor` counts what is aside, `repair` mends it."""
    async with a_shop(sqlite_url) as (owner, group, variables):
        async with running(tmp_path, **variables) as process:
            await comes(process, owner, group)
            said = owner.says(group, '/newcoupon title="Scarf" stock=5')
            await owner.waits_for(group, is_card, timeout=10, after=said)
            assert await process.stops() == 0
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database, database:
            for statement in damage(group.id):
                database.execute(statement)
            good = MESSAGE.format(chat=group.id, lane="bulk", act="say", facts=GOOD, due_at=DUE)
            database.execute(good)
        async with running(tmp_path, **variables) as process:
            await process.logs("started")
            await owner.waits_for(group, lambda m: "Oops" in m.text, timeout=20)
            messages = 3 + len(UNSENDABLE)
            async with asyncio.timeout(20):
                while aside_of(sqlite_url, "outbox") < messages:  # another process writes it
                    await asyncio.sleep(0.1)
            said = owner.says(group, "/me")
            await owner.waits_for(group, lambda m: m.only_for is owner, timeout=10, after=said)
            assert await process.stops() == 0
        acts = aside_of(sqlite_url, "audit_entry")
        assert acts > 0
        assert aside_of(sqlite_url, "outbox") == messages
        aside = messages + acts
        code, told, problems = await result(tmp_path, "doctor", "--language", "en", **variables)
        assert problems == []
        assert f"{aside} rows" in told
        code, told, _ = await result(tmp_path, "repair", **variables)
        assert code == 0
        assert len(told.splitlines()) == aside + 1
        assert "Oops" not in told
        code, told, problems = await result(tmp_path, "repair", "again", "all", **variables)
        assert code == 0, problems
        assert told == f"{messages - 1} put back, {acts + 1} stay\n", "JSON that is none can't be put back"
        code, told, problems = await result(tmp_path, "repair", "drop", "all", **variables)
        assert (code, told) == (1, "")
        assert "add --yes" in problems[0]
        code, told, problems = await result(tmp_path, "repair", "drop", "all", "--yes", **variables)
        assert (code, told) == (0, f"dropped {acts + 1}\n")
        code, told, _ = await result(tmp_path, "repair", **variables)
        assert (code, told) == (0, "nothing is set aside\n")


async def test_an_update_that_is_put_back(sqlite_url: str, tmp_path: Path) -> None:
    """An update that an older Encore couldn't read is put back by `repair again`, and handled at the next start."""
    async with a_shop(sqlite_url) as (owner, group, variables):
        async with running(tmp_path, **variables) as process:
            await comes(process, owner, group)
            assert await process.stops() == 0
        fan = {"id": owner.id, "is_bot": False, "first_name": "Mina", "language_code": "en"}
        chat = {"id": group.id, "type": "supergroup", "title": "Silk room"}
        message = {
            "message_id": 900,
            "date": int(owner.world.clock.now()),
            "chat": chat,
            "from": fan,
            "text": "/checkin",
        }
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": 8}]
        row = ("update", "42:900", json.dumps({"update_id": 900, "message": message}), "unreadable", DUE)
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database, database:
            database.execute(
                "INSERT INTO set_aside (kind, key, body, reason, set_aside_at) VALUES (?, ?, ?, ?, ?)", row
            )
        code, told, problems = await result(tmp_path, "repair", "again", "all", **variables)
        assert (code, told) == (0, "1 put back\n"), problems
        async with running(tmp_path, **variables) as process:
            await owner.waits_for(group, lambda m: m.only_for is owner and "+5" in m.text, timeout=20)
            assert await process.stops() == 0
