"""A username has one holder: whoever was seen with it last. On both databases, also under a crowd."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.features.communities import Communities
from bot.rules.act import Sender
from bot.rules.notes import Did
from bot.rules.place import Place
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.schema import migrate
from bot.store.engine.sessions import Tx
from bot.store.members import meet, standing
from tests.features.deeds import count
from tests.features.scene import NOON, days, fan, query, shop

CROWD = 20


async def act(db: Database, place: Place, *people: Sender) -> None:
    """Let people act in the shop, all at once."""
    await asyncio.gather(*(db.write(standing, place.community_id, person, NOON) for person in people))


async def holders(db: Database, username: str) -> list[int]:
    """Whose rows have the username."""
    rows = await query(db, "SELECT user_id FROM person WHERE username = :username", username=username)
    return [user_id for (user_id,) in rows]


def named(number: int, username: str | None) -> Sender:
    """The fan with this number under another username."""
    return replace(fan(number), username=username)


@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
async def test_a_username_goes_to_who_is_seen_with_it(db: Database, known: bool) -> None:
    """Who gave it up has it no more, though they haven't been seen since."""
    place = await shop(db)
    await act(db, place, named(1, "ana"))
    if known:
        await act(db, place, named(2, "ben"))
    await act(db, place, named(2, "ana"))
    assert await holders(db, "ana") == [fan(2).user_id]
    assert await query(db, "SELECT username FROM person WHERE user_id = :id", id=fan(1).user_id) == [(None,)]
    await act(db, place, named(1, "cleo"))
    assert await holders(db, "cleo") == [fan(1).user_id]


async def test_every_way_to_be_seen_moves_a_username(db: Database) -> None:
    """Opening the private chat, meeting a person and acting in a second shop: one holder each time."""
    here, there = await shop(db), await shop(db, fan(900), -1002)
    await act(db, here, named(1, "ana"))
    await Communities(db, open_to_all=True).started(named(2, "ana"), can_write=True)
    assert await holders(db, "ana") == [fan(2).user_id]
    await db.write(meet, named(3, "ana"), None)
    assert await holders(db, "ana") == [fan(3).user_id]
    await act(db, there, named(1, "ana"))
    assert await holders(db, "ana") == [fan(1).user_id]
    await act(db, here, named(1, None))
    assert await holders(db, "ana") == []


@pytest.mark.parametrize("known", [True, False], ids=["known before", "new"])
async def test_a_crowd_seen_with_one_username(db: Database, known: bool) -> None:
    """However many are seen at once with the same username, nobody's act fails and one of them has it."""
    place = await shop(db)
    if known:
        await act(db, place, *(fan(number) for number in range(CROWD)))
    await act(db, place, *(named(number, "ana") for number in range(CROWD)))
    assert len(await holders(db, "ana")) == 1
    assert await query(db, "SELECT count(*) FROM member") == [(CROWD,)]


async def test_pairs_that_swap_usernames_at_once(db: Database) -> None:
    """Each takes the other's in the same moment: no act fails, and no username has two holders."""
    place = await shop(db)
    await act(db, place, *(fan(number) for number in range(CROWD)))
    await act(db, place, *(named(number, f"fan{number ^ 1}") for number in range(CROWD)))
    found = await query(db, "SELECT username, count(*) FROM person WHERE username IS NOT NULL GROUP BY username")
    assert {many for _, many in found} == {1}


@pytest.mark.runs_once
async def test_a_known_person_costs_one_statement(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who acts again under the same name is only looked up: the hot path pays nothing for unique usernames."""
    place = await shop(db)
    await act(db, place, named(1, "ana"))
    ran: list[Hot] = []
    execute = Hot._execute

    def counted(self: Hot, *how: Any) -> Any:
        ran.append(self)
        return execute(self, *how)

    monkeypatch.setattr(Hot, "_execute", counted)
    await act(db, place, named(1, "ana"))
    assert len(ran) == 1
    ran.clear()
    await act(db, place, named(2, "ben"))
    assert len(ran) == 6  # looked up, met, joined, account, anyone forgotten?, looked up again: as many as ever


async def test_the_database_itself_refuses_a_second_holder(db: Database) -> None:
    """Whatever writes past the rules: two rows can't have one username, but any number can have none."""
    place = await shop(db)
    await act(db, place, named(1, "ana"), named(2, "ben"), named(3, None), named(4, None))
    with pytest.raises(IntegrityError):
        await db.write(lambda tx: tx.execute(text("UPDATE person SET username = 'ana'")))


@pytest.mark.parametrize(
    ("active", "keeps"),
    [
        ({1: 0, 2: 3}, [fan(2).user_id]),
        ({1: 4}, [fan(1).user_id]),
        ({1: 3, 2: 3}, []),
        ({}, []),
    ],
)
async def test_old_doubles_are_sorted_out(url: str, active: dict[int, int], keeps: list[int]) -> None:
    """The migration leaves a username to who was active last; where nobody can tell, to nobody. Both ways it works."""
    async with Database.open(url) as db:
        place = await shop(db)
        await act(db, place, fan(1), fan(2), fan(3))
        for number, day in active.items():
            await db.write(_active, fan(number), days(day).date())
    await migrate(url, "<0015")
    async with Database.open(url) as db:
        for number, username in ((1, "ana"), (2, "Ana")):
            await db.write(_rename, fan(number), username)
    await migrate(url)
    async with Database.open(url) as db:
        assert await holders(db, "ana") == keeps
        assert await holders(db, "fan3") == [fan(3).user_id]
        await act(db, place, named(3, "ana"))
        assert await holders(db, "ana") == [fan(3).user_id]


def _active(tx: Tx, sender: Sender, day: date) -> None:
    """Somebody claimed something on a day."""
    member_id = tx.execute(text("SELECT id FROM member WHERE user_id = :id"), {"id": sender.user_id}).scalar_one()
    count(tx, member_id, day, Did.CLAIM)


def _rename(tx: Tx, sender: Sender, username: str) -> None:
    """Write a username past all rules."""
    tx.execute(text("UPDATE person SET username = :name WHERE user_id = :id"), {"name": username, "id": sender.user_id})
