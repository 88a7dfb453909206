"""Rows that can't be read: what is found, where it goes, and what comes back; the rest of the table stays."""

import json
from datetime import UTC, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.store.damage import PARKED, Damage, Repairs, find_damage, put_back, set_row_aside
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import DamagedError, Say, read_payload
from bot.store.messages.set_aside import OUTBOX, count_aside, list_aside
from bot.store.tables import metadata
from bot.store.tables.messages import Lane
from tests.features.rows import everything_in, fill
from tests.features.scene import NOON, query, shop

LATER = NOON + timedelta(hours=1)
NO_INSTANTS = (
    "soon",
    "",
    "2026-13-45 00:00:00.000000",
    "2026-02-30 10:00:00.000000",
    "2026-11-02 25:00:00.000000",
    "0000-00-00 00:00:00.000000",
    "now",
    "2026-11-02T",
)


def plant(tx: Tx, statement: str, values: dict[str, Any] | None = None) -> None:
    """Change rows past all rules."""
    tx.execute(text(statement), values or {})


def promise_two(tx: Tx) -> None:
    """Two messages of shop 1."""
    for key in ("bad", "good"):
        promise(tx, 1, -5, Say("Oops", {}), Terms(now=NOON, key=key, lane=Lane.POST))


async def test_sound_tables(db: Database) -> None:
    """In a shop with rows in every table nothing is taken for damaged, and nothing changes."""
    await db.write(fill, 1)
    before = await db.read(everything_in)
    assert await db.read(find_damage) == []
    assert await Repairs(db).repair(NOON) == 0
    assert await db.read(everything_in) == before


@pytest.mark.parametrize("value", NO_INSTANTS)
async def test_an_instant_that_is_none(sqlite_url: str, value: str) -> None:
    """A message that is due at no instant goes aside whole; put back it is due now, the other one never moved."""
    async with Database.open(sqlite_url) as db:
        await shop(db)
        await db.write(promise_two)
        await db.write(lambda tx: plant(tx, "UPDATE outbox SET due_at = :value WHERE key = 'bad'", {"value": value}))
        assert await Repairs(db).repair(NOON) == 1
        assert await query(db, "SELECT key FROM outbox WHERE key IN ('bad', 'good')") == [("good",)]
        assert await db.read(count_aside) == {OUTBOX: 1}
        ((row_id, reason),) = await query(db, "SELECT id, reason FROM set_aside")
        assert reason == "due_at"
        assert await db.write(put_back, row_id, LATER)
        ((due_at, state),) = await query(db, "SELECT due_at, state FROM outbox WHERE key = 'bad'")
        assert (due_at, state) == (f"{LATER.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}", "waiting")
        assert await db.read(count_aside) == {}


async def test_every_column_of_every_table(sqlite_url: str) -> None:
    """Whichever columns can't be read: they are found, all tables can be read afterwards, and no other row goes."""
    async with Database.open(sqlite_url) as db:
        await db.write(fill, 1)
        before = await db.read(everything_in)
        wanted = {}
        for table in metadata.sorted_tables:
            names = [
                column.name
                for column in table.columns
                if type(column.type).__name__ in {"UTCDateTime", "Date", "JSON"} and not column.primary_key
            ]
            if names and table.name not in {"inbox", "set_aside"}:
                wanted[table.name] = tuple(names)
                values = ", ".join(f"{name} = '{{'" for name in names)
                await db.write(plant, "PRAGMA ignore_check_constraints = ON")
                await db.write(plant, f"UPDATE {table.name} SET {values}")  # noqa: S608
        found = await db.read(find_damage)
        assert {damage.table: damage.columns for damage in found} == wanted
        assert sum(map(len, wanted.values())) > 90
        assert await Repairs(db).repair(NOON) == len(found)
        assert await db.read(find_damage) == []
        after = await db.read(everything_in)
        assert {name for name in after if len(after[name]) < len(before[name])} == {"outbox", "dialogue"}


async def test_a_row_that_others_refer_to(sqlite_url: str) -> None:
    """A group's row stays, with an instant far away; what stood there is kept, and can be put back."""
    async with Database.open(sqlite_url) as db:
        await shop(db)
        await db.write(plant, "UPDATE fan_group SET joined_at = 'soon'")
        assert await Repairs(db).repair(NOON) == 1
        assert await query(db, "SELECT joined_at FROM fan_group") == [(f"{PARKED:%Y-%m-%d %H:%M:%S.%f}",)]
        ((row_id, body),) = await query(db, "SELECT id, body FROM set_aside")
        assert json.loads(body)["row"]["joined_at"] == "soon"
        assert await db.write(put_back, row_id, LATER)
        assert await query(db, "SELECT joined_at FROM fan_group") == [(f"{LATER:%Y-%m-%d %H:%M:%S.%f}",)]


async def test_a_message_comes_back_whole(db: Database) -> None:
    """On both databases a message that was set aside comes back as it was, once, and not beside a newer one."""
    await shop(db)
    await db.write(promise_two)
    rows = (await db.read(everything_in))["outbox"]
    ((number,),) = await query(db, "SELECT id FROM outbox WHERE key = 'bad'")
    damage = Damage(OUTBOX, (str(number),), ())
    assert await db.write(set_row_aside, damage, "unknown outcome", NOON)
    assert not await db.write(set_row_aside, damage, "unknown outcome", NOON)
    ((row_id,),) = await query(db, "SELECT id FROM set_aside")
    assert await db.write(put_back, row_id, LATER)
    assert not await db.write(put_back, row_id, LATER)
    assert sorted(map(str, (await db.read(everything_in))["outbox"])) == sorted(map(str, rows))
    assert await db.write(set_row_aside, damage, "unknown outcome", NOON)
    ((row_id,),) = await query(db, "SELECT id FROM set_aside")
    await db.write(plant, "UPDATE outbox SET key = 'bad'")
    assert not await db.write(put_back, row_id, LATER), "it was promised anew meanwhile"


async def test_an_id_that_is_given_again(db: Database) -> None:
    """Two messages that had the same number one after the other are both kept, and both can come back."""
    await shop(db)
    await db.write(promise_two)
    for name in ("bad", "good"):
        await db.write(plant, "UPDATE outbox SET id = 77 WHERE key = :name", {"name": name})
        assert await db.write(set_row_aside, Damage(OUTBOX, ("77",), ()), "unknown act", NOON)
    found = await db.read(list_aside)
    assert [one.key for one in found] == ["77", "77+"]
    assert await db.write(put_back, found[0].number, LATER)
    await db.write(plant, "UPDATE outbox SET id = 78 WHERE id = 77")
    assert await db.write(put_back, found[1].number, LATER)


async def test_two_who_look_at_once(sqlite_url: str) -> None:
    """What both find is set aside once, with the value that couldn't be read."""
    async with Database.open(sqlite_url) as db:
        await shop(db)
        await db.write(plant, "UPDATE fan_group SET joined_at = 'soon'")
        ((first, second),) = [await db.read(find_damage) * 2]
        assert await db.write(set_row_aside, first, "joined_at", NOON)
        assert not await db.write(set_row_aside, second, "joined_at", NOON)
        ((body,),) = await query(db, "SELECT body FROM set_aside")
        assert json.loads(body)["row"]["joined_at"] == "soon"


async def test_one_look_a_minute(sqlite_url: str) -> None:
    """Tables are read whole, so a feature that fails for another reason doesn't have them read over and over."""
    async with Database.open(sqlite_url) as db:
        await shop(db)
        repairs = Repairs(db)
        assert await repairs.repair(NOON) == 0
        await db.write(plant, "UPDATE fan_group SET joined_at = 'soon'")
        assert await repairs.repair(NOON + timedelta(seconds=59)) == 0
        assert await repairs.repair(NOON + timedelta(seconds=60)) == 1


@pytest.mark.parametrize(
    ("act", "facts", "problem"),
    [
        ("say", {"outcome": "Oops", "facts": {}}, None),
        ("say", {"outcome": "Oops"}, "facts: facts"),
        ("say", {"outcome": 5, "facts": []}, "facts: outcome, facts"),
        ("say", None, "facts are no object"),
        ("say", [], "facts are no object"),
        ("tell", {"outcome": "Oops", "facts": {}, "user_id": 5, "language": "ko", "whisper": True}, "facts: can_write"),
        ("post_card", {"card_id": "1"}, "facts: card_id"),
        ("post_card", {"card_id": True}, "facts: card_id"),
        ("delete", {}, "facts: message_id"),
        ("say", {"outcome": "Oops", "facts": {}, "witness": {"kind": "naming"}}, "facts: witness"),
        ("leave", {}, None),
        ("dance", {}, "unknown act"),
    ],
)
def test_what_a_message_needs(act: str, facts: Any, problem: str | None) -> None:
    """Facts that lack what their act needs are told by their names, never by what stands there."""
    if problem is None:
        assert read_payload(act, facts).act == act
        return
    with pytest.raises(DamagedError, match=f"^{problem}$"):
        read_payload(act, facts)
