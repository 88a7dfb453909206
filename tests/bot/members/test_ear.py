"""Who is active is heard in memory and written once a minute: which updates are signs, and what is written of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.store.engine.db import Database
from bot.telegram.ear import Sign, sign_in
from tests.bot.conftest import Play, Stage
from tests.features.scene import query

CHAT = {"id": -1001, "type": "supergroup"}
ANA = {"id": 7, "is_bot": False, "first_name": "Ana"}
WROTE = Sign(-1001, 7, wrote=True, at=100)
THERE = Sign(-1001, 7, wrote=False, at=100)
PRESSED = Sign(-1001, 7, wrote=False, at=None)
SOMEBODY = Sign(-1001, None, wrote=False, at=100)


def said(**more: Any) -> dict[str, Any]:
    """A message in the group."""
    return {"message": {"message_id": 1, "chat": CHAT, "from": ANA, "date": 100, **more}}


@pytest.mark.parametrize(
    ("update", "sign"),
    [
        (said(text="hello"), WROTE),
        (said(sticker={}), WROTE),
        (said(photo=[], caption="/look"), WROTE),
        (said(text="/checkin"), THERE),
        (said(text="hello", forward_origin={}), THERE),
        (said(text="hello", via_bot={}), THERE),
        (said(text="hello", sender_chat=CHAT), SOMEBODY),
        (said(text="hello", sender_chat=CHAT, is_automatic_forward=True), None),
        (said(text="hello", **{"from": {**ANA, "is_bot": True}}), None),
        (said(new_chat_members=[ANA]), None),
        (said(text="hello", chat={"id": 7, "type": "private"}), None),
        ({"callback_query": {"from": ANA, "message": {"chat": CHAT}}}, PRESSED),
        ({"callback_query": {"from": ANA, "inline_message_id": "1"}}, None),
        ({"callback_query": {"from": ANA, "message": "?"}}, None),
        ({"message_reaction": {"chat": CHAT, "user": ANA, "new_reaction": [{}]}}, PRESSED),
        ({"message_reaction": {"chat": CHAT, "user": ANA, "new_reaction": []}}, None),
        ({"message_reaction": {"chat": CHAT, "actor_chat": CHAT, "new_reaction": [{}]}}, SOMEBODY._replace(at=None)),
        ({"message_reaction_count": {"chat": CHAT}}, None),
        ({"chat_member": {"chat": CHAT, "from": ANA}}, None),
        ({}, None),
    ],
)
def test_what_is_a_sign_of_life(update: Mapping[str, Any], sign: Sign | None) -> None:
    """Own words, presses and reactions of people are; what others wrote and service messages are not."""
    assert sign_in(update) == sign


async def _days(stage: Stage) -> list[tuple[Any, ...]]:
    rows = await query(
        stage.app.db,
        "SELECT p.name, a.day, a.wrote FROM active_day a JOIN member m ON m.id = a.member_id "
        "JOIN person p ON p.user_id = m.user_id ORDER BY p.name",
    )
    return [(name, str(day), bool(wrote)) for name, day, wrote in rows]


async def _messages(db: Database) -> list[tuple[Any, ...]]:
    return await query(db, "SELECT times FROM activity WHERE kind = 'message'")


async def test_a_day_with_messages_is_written_once(play: Play) -> None:
    """A fan who checked in talks: nothing is written but once a minute, and nothing of what was said."""
    stage = await play()
    ana, ben, cho = stage.fan("Ana"), stage.fan("Ben"), stage.fan("Cho")
    await stage.ask(ana, "/checkin")
    await stage.ask(ben, "/checkin")
    for text in ("a secret colour", "and another", "👋"):
        ana.says(stage.group, text)
        cho.says(stage.group, text)
    await stage.settled()
    assert await _days(stage) == []
    await stage.app.ear.write_down()
    # Cho is no member yet, and talking makes nobody one.
    assert await _days(stage) == [("Ana", "2026-11-02", True), ("Ben", "2026-11-02", False)]
    assert await _messages(stage.app.db) == [(1,)]
    assert stage.app.meters.heard == 2
    ana.says(stage.group, "more")
    await stage.settled()
    await stage.app.ear.write_down()
    assert stage.app.meters.heard == 2
    assert await _messages(stage.app.db) == [(1,)]
    heard_at = await stage.app.db.read(
        lambda rx: rx.connection().exec_driver_sql("SELECT heard_at FROM fan_group").scalar()
    )
    assert str(heard_at).startswith("2026-11-02")
    for table in ("active_day", "note", "activity", "fan_group"):
        assert "secret" not in str(await query(stage.app.db, f"SELECT * FROM {table}"))  # noqa: S608


async def test_a_stop_writes_the_last_minute_down(play_sqlite: Play) -> None:
    """What was heard since the last writing isn't lost by a stop, and a start counts nothing twice."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    ana.says(stage.group, "good night")
    await stage.settled()
    await stage.stop()
    stage.start_again()
    await stage.settled()
    assert await _messages(stage.app.db) == [(1,)]
    ana.says(stage.group, "still here")
    await stage.settled()
    await stage.app.ear.write_down()
    assert await _messages(stage.app.db) == [(1,)]


async def test_what_cant_be_written_waits(play_sqlite: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database is away nothing is lost: the next minute writes it down."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    ana.says(stage.group, "hello")
    await stage.settled()

    async def away(*_args: object) -> None:
        raise OperationalError("", None, Exception())

    with monkeypatch.context() as patch:
        patch.setattr(stage.app.db, "write", away)
        await stage.app.ear.write_down()
    assert await _messages(stage.app.db) == []
    await stage.app.ear.write_down()
    assert await _messages(stage.app.db) == [(1,)]


async def test_midnight_parts_two_days(play_sqlite: Play) -> None:
    """Messages before and after midnight of the shop's zone, heard in one minute, are two days."""
    stage = await play_sqlite()
    ana = stage.fan("Ana")
    await stage.ask(ana, "/checkin")
    stage.telegram.clock.advance(12 * 3600 - 30)
    ana.says(stage.group, "almost tomorrow")
    await stage.settled()
    stage.telegram.clock.advance(60)
    ana.says(stage.group, "tomorrow")
    await stage.settled()
    assert stage.app.clock.now() > datetime(2026, 11, 2, 15, tzinfo=UTC)
    await stage.app.ear.write_down()
    assert [(day, wrote) for _, day, wrote in await _days(stage)] == [("2026-11-02", True), ("2026-11-03", True)]
