"""What passes by itself and what doesn't; who is sending what."""

from datetime import timedelta

import pytest
from sqlalchemy import literal, select, text
from sqlalchemy.exc import DBAPIError, InternalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import col

from bot.store.engine.away import DatabaseAwayError, is_away
from bot.store.engine.db import Database
from bot.store.engine.schema import migrate
from bot.store.engine.sessions import Rx, Tx
from bot.store.messages import departures
from bot.store.messages.outbox import Terms, promise
from bot.store.messages.payloads import Say
from bot.store.tables import Outbox
from tests.features.scene import NOON, shop


class DriverError(Exception):
    """An error of PostgreSQL's driver."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("code", "away"),
    [
        ("08003", True),
        ("08006", True),
        ("25006", True),
        ("40P01", True),
        ("53300", True),
        ("57P01", True),
        ("57P03", True),
        ("57014", True),
        ("23505", False),
        ("28P01", False),
        ("3D000", False),
        ("42P01", False),
        ("22003", False),
    ],
)
def test_codes_that_pass(code: str, *, away: bool) -> None:
    """A server that stops, starts or is full passes; a wrong password, statement, value or name doesn't."""
    error = DriverError(code)
    assert is_away(error) is away
    assert is_away(DBAPIError("SELECT 1", None, error)) is away


def test_other_signs() -> None:
    """A connection that broke, one that can't be made and one that isn't free in time pass; a bug doesn't."""
    assert is_away(DBAPIError("SELECT 1", None, Exception("?"), connection_invalidated=True))
    assert is_away(ConnectionRefusedError())
    assert is_away(PoolTimeout())
    assert is_away(InternalError("SELECT 1", None, Exception("another operation is in progress")))
    assert not is_away(DBAPIError("SELECT 1", None, Exception("?")))
    assert not is_away(ValueError())


async def test_a_number_that_is_too_large_is_no_outage(db: Database) -> None:
    """The driver says it much as it says that a connection was lost, but asking again would never help."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  # each database has its own
        await db.read(lambda rx: rx.execute(select(col(Outbox.id)).where(col(Outbox.chat_id) == literal(2**63))).all())
    assert not isinstance(caught.value, DatabaseAwayError)


def _promise(tx: Tx, community_id: int) -> None:
    terms = Terms(now=NOON, key="one", not_after=NOON + timedelta(hours=1))
    promise(tx, community_id, -101, Say("communities.Oops", {}), terms)


def _state(rx: Rx) -> str:
    return str(rx.execute(select(col(Outbox.state))).scalar_one())


async def test_only_what_others_were_sending_is_taken_back(db: Database) -> None:
    """Who looks for what a crash left behind leaves alone what is on its way by themselves."""
    place = await shop(db)
    await db.write(_promise, place.community_id)
    (row,) = (await db.read(departures.look, NOON)).due
    assert await db.write(departures.take, [row.id], "me") == {row.id}
    await db.write(departures.after_crash, "me")
    assert await db.read(_state) == "sending"
    await db.write(departures.after_crash, "another")
    assert await db.read(_state) == "waiting"
    assert await db.write(departures.take, [row.id], "another") == {row.id}
    await db.write(departures.after_crash, "another")
    assert await db.read(_state) == "sending"


async def test_what_an_earlier_version_was_sending(url: str) -> None:
    """It has no sender after the update, so whoever starts takes it back; going back to that version loses nothing."""
    async with Database.open(url) as db:
        place = await shop(db)
        await db.write(_promise, place.community_id)
        (row,) = (await db.read(departures.look, NOON)).due
        await db.write(departures.take, [row.id], "me")
    await migrate(url, "<0021")
    await migrate(url)
    async with Database.open(url) as db:
        assert await db.read(_state) == "sending"
        assert await db.read(lambda rx: rx.execute(text("SELECT sender FROM outbox")).scalar_one()) is None
        await db.write(departures.after_crash, "me")
        assert await db.read(_state) == "waiting"


async def test_taken_unheard(db: Database) -> None:
    """What a process took without hearing of it waits again; what it is sending, and others are, is left alone."""
    place = await shop(db)
    await db.write(_promise, place.community_id)
    (row,) = (await db.read(departures.look, NOON)).due
    await db.write(departures.take, [row.id], "me")
    for sender, under_way in (("me", [row.id]), ("another", [])):
        await db.write(departures.put_strays_back, sender, under_way)
        assert await db.read(_state) == "sending"
    await db.write(departures.put_strays_back, "me", [])
    assert await db.read(_state) == "waiting"


async def test_a_folding_row_put_back_twice(db: Database) -> None:
    """The second time changes nothing: it doesn't take the row for a newer one with the same fold."""
    place = await shop(db)
    await db.write(_promise, place.community_id)
    await db.write(lambda tx: tx.execute(text("UPDATE outbox SET fold_key = 'card:1'")).close())
    (row,) = (await db.read(departures.look, NOON)).due
    await db.write(departures.take, [row.id], "me")
    for _ in range(2):
        await db.write(departures.put_back, row.id, NOON, "me")
        assert await db.read(_state) == "waiting"


async def test_what_was_taken_and_never_sent_waits_again(db: Database) -> None:
    """At a stop it is put back as it was: a start is told by the next process, and bulk isn't given up as unknown."""
    place = await shop(db)
    await db.write(_promise, place.community_id)
    await db.write(lambda tx: tx.execute(text("UPDATE outbox SET lane = 'bulk'")).close())
    (row,) = (await db.read(departures.look, NOON)).due
    await db.write(departures.take, [row.id], "me")
    for _ in range(2):  # the answer to the first commit was lost
        await db.write(departures.put_all_back, [row.id], "me")
        assert await db.read(_state) == "waiting"
    await db.write(departures.after_crash, "another")
    assert [one.id for one in (await db.read(departures.look, NOON)).due] == [row.id]
