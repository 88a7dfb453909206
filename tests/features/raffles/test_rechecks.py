"""A fan has a draw computed again: what stands in rows is compared with what the proof gives."""

import asyncio
from datetime import timedelta

import pytest

from bot.features.raffles.proofs import Proofs
from bot.features.raffles.rechecks import DrawChecks
from bot.features.rechecks import Rechecks
from bot.rules.raffles.entries import NoSuchRaffle
from bot.rules.raffles.rechecks import CheckFilesCome, DrawChecked, DrawDoubtful, NothingToCheck, StillChecking
from bot.store.engine.db import Database
from tests.features.draws import DRAWS, Fair
from tests.features.packets.table import change
from tests.features.scene import Causes, act_of, fan, privacy, query


def checks_of(fair: Fair) -> DrawChecks:
    """A fresh check, which has computed nothing yet."""
    return DrawChecks(fair.db, Proofs(fair.db), None)


async def drawn(db: Database, causes: Causes, entrants: int = 7) -> tuple[Fair, int]:
    """A drawn raffle with three winners."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(winners=3)
    for number in range(1, entrants + 1):
        await fair.entered(raffle, fan(number))
    assert isinstance(await checks_of(fair).check(fair.place, raffle, DRAWS), NothingToCheck)
    await fair.drawn()
    return fair, raffle


async def test_a_draw_is_confirmed(db: Database, causes: Causes) -> None:
    """The winners in order, the list's hash of the card, and how many entered; also after a redraw and a deletion."""
    fair, raffle = await drawn(db, causes)
    checks = checks_of(fair)
    found = await checks.check(fair.place, raffle, DRAWS)
    assert isinstance(found, DrawChecked)
    card = await fair.card(raffle)
    assert (found.list_hash, found.commitment, found.entries) == (card.list_hash, card.commitment, 7)
    assert [one.number for one in found.winners] == await fair.winners(raffle)
    await fair.redrawn(1, found.winners[0].number)
    again = await checks.check(fair.place, raffle, DRAWS)
    assert isinstance(again, DrawChecked)
    assert [one.number for one in again.winners] == await fair.winners(raffle) != [one.number for one in found.winners]
    rows = await query(
        db,
        "SELECT m.user_id FROM raffle_entry e JOIN member m ON m.id = e.member_id WHERE e.state = 'won' ORDER BY place",
    )
    await privacy(db).delete(fair.place, rows[0][0], DRAWS)
    assert isinstance(await checks_of(fair).check(fair.place, raffle, DRAWS), DrawChecked)


@pytest.mark.parametrize(
    ("statement", "doubts"),
    [
        ("UPDATE raffle SET seed = 'ZEROS'", {"seal", "winners"}),
        ("UPDATE raffle SET commitment = 'ZEROS'", {"seal"}),
        ("UPDATE raffle SET list_hash = 'ZEROS'", {"list"}),
        ("UPDATE raffle_entry SET weight = 9 WHERE number = 1", {"list", "winners"}),
        ("UPDATE raffle_entry SET seal = 'ZEROS' WHERE number = 2", {"list", "winners"}),
        ("UPDATE raffle_entry SET state = 'in' WHERE place = 1", {"winners"}),
    ],
)
async def test_a_row_that_was_changed_is_found(db: Database, causes: Causes, statement: str, doubts: set[str]) -> None:
    """A seal, a seed, a list or winners that somebody changed in the database: the answer says what doesn't fit."""
    fair, raffle = await drawn(db, causes)
    await db.write(change, statement.replace("ZEROS", "00" * 32))
    found = await checks_of(fair).check(fair.place, raffle, DRAWS)
    assert isinstance(found, DrawDoubtful)
    assert set(found.doubts) <= doubts
    assert found.doubts


async def test_another_shops_raffle_is_not_there(db: Database, causes: Causes) -> None:
    """Neither its draw nor its files."""
    fair, raffle = await drawn(db, causes)
    assert await checks_of(fair).check(fair.place, raffle + 1, DRAWS) == NoSuchRaffle()
    act = act_of(fair.place, fan(1), DRAWS, causes.next())
    assert await checks_of(fair).files(act, raffle + 1, can_write=True) == NoSuchRaffle()


async def test_files_come_once_a_day(db: Database, causes: Causes) -> None:
    """The proof and the page, in private; a second press on the same day sends nothing more."""
    fair, raffle = await drawn(db, causes)
    checks = checks_of(fair)
    mine = "SELECT count(*) FROM outbox WHERE chat_id = :chat AND act = 'file'"
    for at, files in ((DRAWS, 2), (DRAWS + timedelta(minutes=5), 2), (DRAWS + timedelta(days=1), 4)):
        act = act_of(fair.place, fan(1), at, causes.next())
        told = await checks.files(act, raffle, can_write=True)
        assert told == CheckFilesCome("Silk scarf", fair.place.community_id, raffle, can_write=True)
        assert await query(db, mine, chat=fan(1).user_id) == [(files,)]
    unwritten = await checks.files(act_of(fair.place, fan(2), DRAWS, causes.next()), raffle, can_write=False)
    assert isinstance(unwritten, CheckFilesCome)
    assert await query(db, mine, chat=fan(2).user_id) == [(0,)]
    page = await checks.page(fair.place.community_id, raffle)
    assert (page.name, page.content[:15]) == ("encore-verify.html", b"<!doctype html>")


async def test_a_computation_is_made_once_and_waits_for_nobody() -> None:
    """Many presses share one computation; a press that can't wait is told so, and a later one gets the result."""
    rechecks: Rechecks[int] = Rechecks(timedelta(milliseconds=20))
    go, made = asyncio.Event(), []

    async def compute() -> int:
        await go.wait()
        made.append(1)
        return 7

    assert await asyncio.gather(*(rechecks.find("a", compute) for _ in range(50))) == [None] * 50
    assert [await rechecks.find(number, compute) for number in range(30)] == [None] * 30
    go.set()
    assert await rechecks.find("a", compute) == 7
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(made) == 20, "more than may wait are turned away"
    assert await rechecks.find("a", compute) == 7
    assert len(made) == 20


async def test_a_computation_that_failed_is_tried_again() -> None:
    """Its press hears of the failure, and the next one starts it anew."""
    rechecks: Rechecks[int] = Rechecks()

    async def fail() -> int:
        raise ValueError("no such row")

    async def work() -> int:
        return 3

    with pytest.raises(ValueError, match="no such row"):
        await rechecks.find("a", fail)
    assert await rechecks.find("a", work) == 3


async def test_a_long_list_is_still_being_computed(
    db: Database, causes: Causes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first press is told to come again, and the second one finds the result."""
    fair, raffle = await drawn(db, causes)
    checks = checks_of(fair)
    monkeypatch.setattr(checks._rechecks, "_patience", 0.0)
    assert await checks.check(fair.place, raffle, DRAWS) == StillChecking("Silk scarf")
    monkeypatch.setattr(checks._rechecks, "_patience", 10.0)
    assert isinstance(await checks.check(fair.place, raffle, DRAWS), DrawChecked)
