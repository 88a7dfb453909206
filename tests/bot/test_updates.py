"""Updates that can't be read, stored or handled are set aside, each by itself; the fans' own are served meanwhile."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram.enums import UpdateType
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col
from structlog.testing import capture_logs

from bot.features.people.privacy import forget_me
from bot.rules import polling
from bot.rules.people.privacy import NothingKept
from bot.rules.retention import ASIDE_KEPT
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages import inbox, set_aside
from bot.store.messages.set_aside import MOST, UPDATE, count_aside, expire, put_aside, take_back
from bot.store.tables import Inbox, SetAside
from bot.telegram import polling as poller
from bot.updates import GREATEST_ID, KINDS, Sound, Unread, kind_of_update, read_body, sort_out, split_updates
from tests.bot.conftest import NOON, Play, Stage
from tests.bot.counting import count
from tests.features.scene import FORGETTING

JSON = "application/json"
DATE = int(NOON)
USER = {"id": 77, "is_bot": False, "first_name": "Zoe"}
GROUP = {"id": -100_77, "type": "supergroup", "title": "Room"}
MESSAGE = {"message_id": 9, "date": DATE, "chat": GROUP, "from": USER, "text": "check in"}

Write = Callable[[int], bytes]


def message(**more: Any) -> Write:
    """A message, with some of its fields as they shouldn't be."""
    return lambda number: json.dumps({"update_id": number, "message": {**MESSAGE, **more}}).encode()


def raw(pattern: bytes) -> Write:
    """Bytes, with the update's number where `%d` stands."""
    return lambda number: pattern.replace(b"%d", str(number).encode())


def nested(depth: int) -> Write:
    """A message that answers one that answers one …"""
    inner = b'{"reply_to_message":' * depth + b"{}" + b"}" * depth
    return raw(b'{"update_id":%d,"message":' + inner + b"}")


BAD: dict[str, Write] = {
    "no number": raw(json.dumps({"message": MESSAGE}).encode()),
    "a number as a word": raw(b'{"update_id":"%d","message":{}}'),
    "true for a number": raw(b'{"update_id":true,"message":{}}'),
    "a negative number": raw(b'{"update_id":-5,"message":{}}'),
    "a number of 63 bits": raw(b'{"update_id":9223372036854775807,"message":{}}'),
    "a number of 64 bits": raw(b'{"update_id":9223372036854775808,"message":{}}'),
    "a number of 5,000 digits": raw(b'{"update_id":' + b"9" * 5000 + b',"message":{}}'),
    "a list": raw(b"[1,2,3]"),
    "a word": raw(b'"check in"'),
    "null": raw(b"null"),
    "a message that is a word": raw(b'{"update_id":%d,"message":"check in"}'),
    "a message that is a list": raw(b'{"update_id":%d,"message":[]}'),
    "a sender who is a word": message(**{"from": "Zoe"}),
    "a sender who is a list": message(**{"from": [USER]}),
    "a sender without an id": message(**{"from": {"first_name": "Zoe"}}),
    "a sender's id of 64 bits": message(**{"from": {**USER, "id": 2**64}}),
    "a sender's id of 60 bits": message(**{"from": {**USER, "id": 2**60}}),
    "a sender's id as a word": message(**{"from": {**USER, "id": "Zoe"}}),
    "a chat that is a number": message(chat=5),
    "a chat's id of 60 bits": message(chat={**GROUP, "id": -(2**60)}),
    "a date that is a word": message(date="today"),
    "a date after the year 2106": message(date=2**40),
    "a text that is a list": message(text=["check in"]),
    "entities that are a word": message(entities="bold"),
    "half a character": raw(
        b'{"update_id":%d,"message":{"message_id":9,"date":1793588400,"chat":{"id":-5,"type":"group"},"text":"\\ud83d"}}'
    ),
    "half a name": message(**{"from": {**USER, "first_name": "\ud800"}}),
    "a zero byte": message(text="check\0in"),
    "Latin-1": raw('{"update_id":%d,"message":{"text":"é"}}'.encode("latin-1")),
    "not a number": raw(b'{"update_id":%d,"message":{"date":NaN}}'),
    "3,000 deep": nested(3000),
    "900 deep": nested(900),
    "3,000 lists": raw(b'{"update_id":%d,"message":' + b"[" * 3000 + b"]" * 3000 + b"}"),
    "a press without a sender": raw(b'{"update_id":%d,"callback_query":{"id":"5","chat_instance":"5"}}'),
    "a member of no kind": raw(
        json.dumps({"chat_member": {"chat": GROUP, "from": USER, "date": DATE, "new_chat_member": {"status": "x"}}})
        .encode()
        .replace(b"{", b'{"update_id":%d,', 1)
    ),
}
HARMLESS: dict[str, Write] = {
    "no kind at all": raw(b'{"update_id":%d}'),
    "a kind that nobody knows": raw(b'{"update_id":%d,"dream":"of silk"}'),
    "a kind that nobody listens to": raw(b'{"update_id":%d,"shipping_query":{"id":"5"}}'),
    "a typed zero byte": message(text="\\u0000"),
}


async def aside(stage: Stage) -> dict[str, int]:
    """How much is set aside, by kind."""
    return await stage.app.db.read(count_aside)


async def test_bad_updates_among_good_ones(play: Play) -> None:
    """Each bad update is set aside, and what fans say before and after it in the same batch is answered."""
    stage = await play(language="en")
    await stage.settled()
    offset = stage.app.poller._offset if stage.app.poller is not None else None
    fans = []
    with capture_logs() as logs:
        stage.telegram.faults.slow(0.2, "getUpdates")
        for write in (*BAD.values(), *HARMLESS.values()):
            stage.telegram.sends_raw(stage.bot, write)
            fans.append(stage.fan("Ana"))
            fans[-1].says(stage.group, "/checkin")
        for fan in fans:
            assert "5 coins" in (await stage.whisper(fan)).text
        await stage.settled()
    assert await aside(stage) == {UPDATE: len(BAD)}
    assert stage.app.meters.set_aside == len(BAD)
    assert (await stage.books()).held_by_fans == 5 * len(fans)
    assert await count(stage, Inbox) == 0
    assert stage.app.poller is not None
    assert stage.app.poller._offset != offset
    assert [line for line in logs if line["log_level"] == "error"] == []
    assert [line["event"] for line in logs if "failed" in line["event"]] == []


async def test_a_bad_update_of_each_kind_alone(play_sqlite: Play) -> None:
    """The poll that brings nothing but one bad update moves on wherever its number can be read."""
    stage = await play_sqlite(language="en")
    for name, write in BAD.items():
        stage.telegram.sends_raw(stage.bot, write)
        ana = stage.fan("Ana")
        await asyncio.sleep(0.02)
        said = ana.says(stage.group, "/checkin")
        assert "5 coins" in (await stage.whisper(ana, after=said)).text, name
    assert await aside(stage) == {UPDATE: len(BAD)}


async def test_a_batch_that_cannot_be_confirmed_is_not_asked_for_again_and_again(play_sqlite: Play) -> None:
    """Updates without usable numbers come with each poll: polls are spaced, and they are set aside once."""
    stage = await play_sqlite()
    body = b'{"ok":true,"result":[{"message":{}},{"update_id":99999999999,"message":{}}]}'
    await polls_are_spaced(stage, body)
    assert await aside(stage) == {UPDATE: 2}


async def test_empty_polls_that_return_at_once_are_spaced(play_sqlite: Play) -> None:
    """A server that ignores how long a poll may wait is asked once or twice a second; fans are heard all the same."""
    stage = await play_sqlite(language="en")
    await polls_are_spaced(stage, b'{"ok":true,"result":[]}')
    ana = stage.fan("Ana")
    assert "5 coins" in (await stage.ask(ana, "/checkin")).text


async def polls_are_spaced(stage: Stage, body: bytes) -> None:
    """Count the polls of three seconds in which each is answered by this at once."""
    await stage.settled()
    stage.telegram.faults.answer("getUpdates", code=200, body=body, content_type=JSON, times=None)
    stage.fan("Ana").says(stage.group, "hello")  # ends the poll that waits
    mark = len(stage.telegram.calls)
    await asyncio.sleep(3)
    assert 2 <= sum(call.method == "getUpdates" for call in stage.telegram.calls[mark:]) <= 6
    stage.telegram.faults.clear()


async def test_a_webhook_is_named(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a webhook is set the log says so once a minute, nobody is taken for a second poller, and the bot waits."""
    monkeypatch.setattr(poller, "WEBHOOK_SECONDS", 0.1)
    monkeypatch.setattr(polling, "ENDS_AFTER", 0.2)
    stage = await play_sqlite(language="en")
    words = (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    body = json.dumps({"ok": False, "error_code": 409, "description": words}).encode()
    with capture_logs() as logs:
        stage.telegram.faults.answer("getUpdates", code=409, body=body, content_type=JSON, times=None)
        ana = stage.fan("Ana")
        ana.says(stage.group, "/checkin")
        await asyncio.sleep(1)
        assert stage.app.meters.trouble == "a webhook is set for this bot"
        stage.telegram.faults.clear()
        ben = stage.fan("Ben")
        assert "5 coins" in (await stage.ask(ben, "/checkin")).text
    assert sum(line["event"] == "webhook_set" for line in logs) == 1
    assert stage.app.meters.trouble is None


async def test_a_failing_poll_is_one_line_and_counted(play_sqlite: Play) -> None:
    """Each failed poll is a line that says why without saying what came, and counts as unreachable."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.settled()
    with capture_logs() as logs:
        stage.telegram.faults.answer("getUpdates", times=2)
        ana.says(stage.group, "/checkin")
        await stage.whisper(ana)
        ana.says(stage.group, "/me")
        await stage.settled()
    failed = [line for line in logs if line["event"] == "poll_failed"]
    assert ["no clear answer (HTTP 502)" in line["reason"] for line in failed] == [True] * 2
    assert stage.app.meters.calls["poll", "unreachable"] == 2


DAMAGED: dict[str, tuple[Any, Any]] = {
    "no JSON": ("check in", "2026-11-02 03:00:00.000000"),
    "another shape": ('{"update_id":5,"message":"check in"}', "2026-11-02 03:00:00.000000"),
    "another number": ('{"message":{}}', "2026-11-02 03:00:00.000000"),
    "an instant that is none": ('{"update_id":5,"message":{}}', "yesterday"),
    "an instant that is a number": ('{"update_id":5,"message":{}}', 7.5),
    "no UTF-8": (b'{"update_id":5,"message":{"text":"\xe9"}}', "2026-11-02 03:00:00.000000"),
    "bytes": (b"\x00\x01", "2026-11-02 03:00:00.000000"),
}


async def test_damaged_rows_of_the_inbox(play_sqlite: Play) -> None:
    """A start sets aside what was damaged in the inbox, and handles the others that are in it."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.settled()
    await stage.stop()
    ana.says(stage.group, "/checkin")
    (update,) = stage.telegram.pending(stage.bot)
    body = update.written.decode()
    async with Database.open(stage.url) as db:
        await db.write(plant, stage.bot.id, [*DAMAGED.values(), (body, "2026-11-02 03:00:00.000000")], update.update_id)
    stage.start_again()
    assert "5 coins" in (await stage.whisper(ana)).text
    await stage.settled()
    assert await aside(stage) == {UPDATE: len(DAMAGED)}
    assert await count(stage, Inbox) == 0


def plant(tx: Tx, bot_id: int, rows: list[tuple[Any, Any]], last: int) -> None:
    """Write rows into the inbox as they can't come there by themselves; the last one under a number of its own."""
    for number, (body, at) in enumerate(rows, start=last - len(rows) + 1):
        kind = "CAST(:body AS TEXT)" if isinstance(body, bytes) and b"\x00" not in body else ":body"
        tx.execute(
            text(f"INSERT INTO inbox (bot_id, update_id, body, received_at) VALUES (:bot, :number, {kind}, :at)"),  # noqa: S608
            {"bot": bot_id, "number": number, "body": body, "at": at},
        )


async def test_what_the_database_refuses_is_set_aside_alone(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a batch can't be stored for the values in one of its updates, the others are stored one by one."""
    stage = await play_sqlite(language="en")
    await stage.settled()
    ana, ben, zoe = stage.fan("Ana"), stage.fan("Ben"), stage.fan("Zoe")
    save = inbox.save

    def refuses(tx: Tx, bot_id: int, rows: Any, *more: Any) -> Any:
        if any(f'"id":{zoe.id}' in written for _, written in rows):
            raise OverflowError
        return save(tx, bot_id, rows, *more)

    monkeypatch.setattr(inbox, "save", refuses)
    stage.telegram.faults.slow(0.2, "getUpdates")
    for fan in (ana, zoe, ben):
        fan.says(stage.group, "/checkin")
    for fan in (ana, ben):
        assert "5 coins" in (await stage.whisper(fan)).text
    assert await aside(stage) == {UPDATE: 1}


async def test_an_update_is_taken_back(play_sqlite: Play) -> None:
    """What can be read by now goes into the inbox again, and is handled at the next start; what can't stays aside."""
    stage = await play_sqlite(language="en")
    ana = stage.fan("Ana")
    await stage.settled()
    await stage.stop()
    ana.says(stage.group, "/checkin")
    (update,) = stage.telegram.pending(stage.bot)
    key = f"{stage.bot.id}:{update.update_id}"
    async with Database.open(stage.url) as db:
        now = stage.app.clock.now()
        for one, body in ((key, update.written.decode()), ("42:x", '{"message":{}}'), ("x", "{}")):
            assert await db.write(put_aside, SetAside(kind=UPDATE, key=one, body=body, reason="test", set_aside_at=now))
        ids = await db.read(lambda session: list(session.execute(select(col(SetAside.id))).scalars()))
        assert [await db.write(take_back, one or 0) for one in (*ids, 99)] == [True, False, False, False]
    stage.start_again()
    assert "5 coins" in (await stage.whisper(ana)).text
    assert await aside(stage) == {UPDATE: 2}


async def test_what_is_set_aside_goes_with_its_person_and_with_time(url: str) -> None:
    """Whoever has themselves deleted is in no update that waits for a repair; after 30 days nobody is."""
    async with Database.open(url) as db:
        now = at()
        for key, user in (("1", 5), ("2", 6), ("3", None)):
            assert await db.write(
                put_aside, SetAside(kind=UPDATE, key=key, body="{}", reason="x", set_aside_at=now, user_id=user)
            )
        assert not await db.write(put_aside, SetAside(kind=UPDATE, key="1", body="[]", reason="x", set_aside_at=now))
        assert await db.write(forget_me, None, 5, now, FORGETTING) == NothingKept()
        assert await db.read(count_aside) == {UPDATE: 2}
        await db.write(expire, now + ASIDE_KEPT)
        assert await db.read(count_aside) == {UPDATE: 2}
        await db.write(expire, now + ASIDE_KEPT + timedelta(seconds=1))
        assert await db.read(count_aside) == {}


async def test_there_is_a_most_of_what_is_set_aside(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go first."""
    assert MOST == 10_000
    monkeypatch.setattr(set_aside, "MOST", 2)
    async with Database.open(sqlite_url) as db:
        for key in ("1", "2", "3"):
            await db.write(put_aside, SetAside(kind=UPDATE, key=key, body="{}", reason="x", set_aside_at=at()))
        await db.write(expire, at())
        assert await db.read(keys) == ["2", "3"]


def at() -> datetime:
    """Noon."""
    return datetime.fromtimestamp(NOON, UTC)


def keys(session: Session) -> list[str]:
    """Of all that is set aside."""
    return list(session.execute(select(col(SetAside.key)).order_by(col(SetAside.id))).scalars())


def test_a_batch_is_sorted_out() -> None:
    """The greatest number that can be confirmed decides what the next poll confirms."""
    batch = sort_out([{"update_id": 7}, {"update_id": 5}, {"update_id": GREATEST_ID + 1}, "x", {}])
    assert ([one.update_id for one in batch.sound], len(batch.unread), batch.offset) == ([7, 5], 3, 8)
    assert sort_out([{"update_id": -1}, None]).offset is None
    assert sort_out([]).offset is None
    assert sort_out([{"update_id": 9, "message": []}]).offset == 10
    assert len({one.key for one in batch.unread}) == 3


def test_an_answer_is_split_by_its_brackets() -> None:
    """Each update is read by itself, whatever stands in its strings; what is no answer has none."""
    good = {"update_id": 5, "message": {"text": 'a "]},{" b \\'}}
    content = b'{"ok":true,"result":[' + json.dumps(good).encode() + b', 7 ,"\xe9",' + b"[" * 2000 + b"]" * 2000 + b"]}"
    first, second, third, fourth = split_updates(content) or []
    assert (first, second) == (good, 7)
    assert (third, fourth) == (
        Unread('"\\u00e9"', "not UTF-8"),
        Unread("[" * 2000 + "]" * 2000, "not JSON that can be read"),
    )
    assert split_updates(b'{"ok":true,"result":[]}') == []
    for none in (b"", b"[]", b'{"ok":true,"result":[1,2', b'{"ok":true,"result":{}}', b'{"ok":false,"result":[]}'):
        assert split_updates(none) is None


def test_a_long_update_is_told_but_not_kept() -> None:
    """Of an update that nobody could look through, only that it came is kept."""
    found = read_body('{"update_id":5,"message":"' + "x" * 1_000_001 + '"}')
    assert isinstance(found, Unread)
    assert (found.body, found.update_id, found.reason) == ("", 5, "too long to keep")
    assert isinstance(read_body('{"update_id":5}'), Sound)


def test_kinds_are_the_bot_apis() -> None:
    """They are listed here, as what is stored knows nothing of aiogram; what is none has no name of its own."""
    assert {kind.value for kind in UpdateType} == KINDS
    assert kind_of_update({"update_id": 5, "dream": {}}) == "unknown"
