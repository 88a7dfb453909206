"""Two steps in one transaction: both are done, or neither."""

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from bot.store.engine.db import Database
from bot.store.engine.joint import Joint, joined
from bot.store.engine.sessions import Tx
from bot.store.tables import Person
from tests.features.kernel.small_writes import OopsError, born
from tests.features.scene import query

SECOND = 502


def joint(*, stands: bool = True) -> Joint:
    """Person 501 is written first, then who is written under the number 502."""
    return Joint(lambda args: SECOND in args, _first, lambda _tx: stands)


async def people(db: Database) -> list[int]:
    """Who is there."""
    return [user_id for (user_id,) in await query(db, "SELECT user_id FROM person ORDER BY user_id")]


async def test_both_steps_are_done(db: Database) -> None:
    """The use case that is meant runs behind the first step; others, and those after the block, run alone."""
    with joined(joint()):
        await db.write(born, 600)
        assert await people(db) == [600]
        await db.write(born, SECOND)
    assert await people(db) == [501, SECOND, 600]
    await db.write(born, 700)
    assert await people(db) == [501, SECOND, 600, 700]


async def test_a_second_step_that_refuses_undoes_the_first(db: Database) -> None:
    """Nothing is kept of either, and its answer is heard, which was given in the light of the first."""
    with joined(joint(stands=False)):
        assert await db.write(_count, SECOND) == 1
    assert await people(db) == []


async def test_a_step_that_fails_undoes_both(db: Database) -> None:
    """An exception of the first or of the second step leaves nothing behind and is raised."""

    def fails(_tx: Tx) -> None:
        raise OopsError

    with joined(Joint(lambda args: SECOND in args, fails, lambda _tx: True)), pytest.raises(OopsError):
        await db.write(born, SECOND)
    with joined(joint()), pytest.raises(OopsError):
        await db.write(_fail, SECOND)
    assert await people(db) == []


def _first(tx: Tx) -> None:
    born(tx, 501)


def _count(tx: Tx, _number: int) -> int:
    return tx.execute(select(func.count()).where(col(Person.user_id) == SECOND - 1)).scalar_one()


def _fail(_tx: Tx, _number: int) -> None:
    raise OopsError
