"""Who may be written to in private, and in which language, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.private_messages import Reader, is_reachable, reader_of, readers_among
from bot.store.tables import Member, Person
from bot.store.tables.base import id_of
from tests.features.scene import NOON, fan, give, shop

STATES: dict[str, dict[str, Any]] = {
    "writes": {},
    "said stop": {"service": False},
    "left": {"left_at": NOON},
    "said stop and left": {"service": False, "left_at": NOON},
}
"""Members that may be written to, and what is so of each."""


def _set_up(tx: Tx) -> dict[str, int]:
    """Members by what is so of them; one more never opened the private chat."""
    ids: dict[str, int] = {}
    for number, (name, state) in enumerate([*STATES.items(), ("never opened", {})], start=1):
        which = col(Member.user_id) == fan(number).user_id
        ids[name] = id_of(tx.execute(select(Member).where(which)).scalar_one())
        if state:
            tx.execute(update(Member).where(which).values(**state))
        if name in STATES:
            tx.execute(update(Person).where(col(Person.user_id) == fan(number).user_id).values(can_write=True))
    return ids


@pytest.mark.parametrize(
    ("wanted", "inside", "reached"),
    [
        (True, True, {"writes"}),
        (True, False, {"writes", "left"}),
        (False, True, {"writes", "said stop"}),
        (False, False, set(STATES)),
    ],
)
async def test_each_rule_reaches_whom_it_should(db: Database, wanted: bool, inside: bool, reached: set[str]) -> None:
    """Nobody who never opened the chat; who said *stop* or left only where the rule doesn't ask."""
    place = await shop(db)
    for number in range(1, len(STATES) + 2):
        await give(db, place, fan(number), 1)
    ids = await db.write(_set_up)
    found = await db.read(readers_among, list(ids.values()), Language.ZH, wanted=wanted, inside=inside)
    assert {name for name, member_id in ids.items() if member_id in found} == reached
    assert found[ids["writes"]] == Reader(fan(1).user_id, Language.KO)


def test_the_readers_language() -> None:
    """The chosen one, else Telegram's, else the shop's."""
    someone = Person(user_id=7, name="Ana", can_write=True, telegram_language="zh-hans")
    assert reader_of(someone, Language.EN) == Reader(7, Language.ZH)
    someone.language = "ko"
    assert reader_of(someone, Language.EN) == Reader(7, Language.KO)
    someone.language, someone.telegram_language = None, "fr"
    assert reader_of(someone, Language.EN) == Reader(7, Language.EN)


def test_who_must_hear_it() -> None:
    """Whoever opened the private chat, whatever they chose; nobody else."""
    assert is_reachable(Person(user_id=7, name="Ana", can_write=True))
    assert not is_reachable(Person(user_id=7, name="Ana", can_write=False))
    assert not is_reachable(None)
