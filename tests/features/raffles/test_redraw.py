"""Redraws: how many, what the group is told, and who is looked up before a place is given."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.features.people.joining import Going
from bot.features.raffles.draw import Draws
from bot.features.raffles.proofs import Proofs
from bot.flows.come_and_go import ComeAndGo
from bot.rules.raffles.draws import UNREACHABLE, RedrawAnnounced, ReservesSpent, may_redraw
from bot.store.engine.db import Database
from tests.features.draws import CLOSES, DRAWS, Fair
from tests.features.scene import NOON, POLICIES, Causes, dice, everything, fan, privacy, query


async def drawn(db: Database, causes: Causes, entrants: int = 7, **wish: Any) -> tuple[Fair, int, list[int]]:
    """Draw a raffle. Returns the fair, the raffle's id and the order."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(**wish)
    for number in range(1, entrants + 1):
        await fair.entered(raffle, fan(number))
    await fair.drawn()
    return fair, raffle, (await fair.proof(raffle))["order"]


@pytest.mark.parametrize(
    ("places", "redrawn", "reserves", "may"),
    [(1, 0, 1, True), (1, 1, 1, False), (2, 0, 1, False), (2, 1, 3, True), (1, 0, 0, False)],
)
def test_as_many_places_as_reserves(places: int, redrawn: int, reserves: int, *, may: bool) -> None:
    """The reserves limit all redraws together."""
    assert may_redraw(places, redrawn, reserves) is may


async def test_no_more_places_than_reserves(db: Database, causes: Causes) -> None:
    """More redraws than reserves are refused and change nothing; by default there are as many reserves as winners."""
    fair, raffle, order = await drawn(db, causes, winners=2)
    assert (await fair.card(raffle)).reserve_numbers == tuple(order[2:4])
    await fair.redrawn(1, order[0])
    assert (await fair.card(raffle)).reserve_numbers == (order[3],)
    before = await everything(db)
    assert await fair.redraws(1) == ReservesSpent(1, "Silk scarf", 2, 1)
    assert await everything(db) == before
    await fair.redrawn(1, order[1])
    assert await fair.redraws(1, order[2]) == ReservesSpent(1, "Silk scarf", 2, 0)
    assert (await fair.card(raffle)).reserve_numbers == ()
    assert (await fair.checked(raffle)).faults == ()
    none, _, winner = await drawn(db, causes, reserves=0)
    assert await none.redraws(2, winner[0]) == ReservesSpent(2, "Silk scarf", 0, 0)


async def test_each_redraw_is_told_with_its_reason(db: Database, causes: Causes) -> None:
    """The group gets a message for each redraw, even for two at once; the proof has reason, time and struck entries."""
    fair, raffle, order = await drawn(db, causes, reserves=3)
    await fair.redrawn(1, order[0], reason="gave it away", at=DRAWS + timedelta(minutes=1))
    # A message that waited: it can't have happened before the draw.
    await fair.redrawn(1, order[1], at=CLOSES)
    assert await fair.told("file") == [-1001] * 3
    rows = await query(db, "SELECT id, number, reason FROM raffle_redraw ORDER BY number")
    assert [row[1:] for row in rows] == [(1, "gave it away"), (2, UNREACHABLE)]
    first, second = [await Proofs(db).redraw(fair.place.community_id, row[0]) for row in rows]
    assert first is not None
    assert second is not None
    assert isinstance(first.caption, RedrawAnnounced)
    assert (first.caption.reason, first.caption.lost) == ("gave it away", (order[0],))
    assert (second.caption.reason, second.caption.lost) == (UNREACHABLE, (order[1],))
    assert [winner.number for winner in second.caption.won] == [order[2]]
    proof = await fair.proof(raffle)
    later = (DRAWS + timedelta(minutes=1)).isoformat(timespec="seconds")
    assert proof["struck"] == [
        {"entry": order[0], "reason": "redrawn", "at": later, "redraw": 1},
        {"entry": order[1], "reason": "redrawn", "at": later, "redraw": 2},
    ]
    assert proof["redraws"] == [
        {"number": 1, "at": later, "reason": "gave it away"},
        {"number": 2, "at": later, "reason": UNREACHABLE},
    ]
    assert (await fair.checked(raffle)).faults == ()
    assert await Proofs(db).redraw(99, rows[0][0]) is None


async def test_a_reason_goes_with_whom_it_tells_of(db: Database, causes: Causes) -> None:
    """Deleting a fan's data deletes the owner's reason for striking them, and no other reason."""
    fair, raffle, order = await drawn(db, causes, winners=2)
    await fair.redrawn(1, order[0], reason="Ana moved")
    await fair.redrawn(1, order[1], reason="Ben moved")
    await privacy(db).delete(fair.place, fan(order[0]).user_id, DRAWS)
    reasons = [one["reason"] for one in (await fair.proof(raffle))["redraws"]]
    assert reasons == [UNREACHABLE, "Ben moved"]
    assert "Ana moved" not in repr(await everything(db))


class Door:
    """Plays Telegram's answers about who is still in the shop."""

    def __init__(self, fair: Fair, gone: Sequence[int]) -> None:
        self.fair = fair
        self.gone = {fan(number).user_id for number in gone}
        self.asked: list[int] = []

    async def __call__(self, community_id: int, user_ids: Sequence[int]) -> None:
        """Mark those who are gone."""
        assert community_id == self.fair.place.community_id
        for user_id in user_ids:
            self.asked.append(user_id)
            if user_id in self.gone:
                await ComeAndGo(self.fair.db, POLICIES, dice()).go(Going(self.fair.place, -1001, user_id, NOON))


async def test_winners_are_looked_up_before_a_place_is_given(db: Database, causes: Causes) -> None:
    """A winner who left unseen is struck, and only winners and those who move up are looked up."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(winners=2)
    for number in range(1, 8):
        await fair.entered(raffle, fan(number))
    door = Door(fair, gone=[])
    drawing = Draws(db, fair.policies, None, door)
    await drawing.run_due(CLOSES)
    sealed = await query(db, "SELECT list_hash FROM raffle")
    assert door.asked == []
    door.gone = {fan(number).user_id for number in (1, 2, 3, 4)}
    await drawing.run_due(DRAWS)
    order = (await fair.proof(raffle))["order"]
    here = [number for number in order if number > 4]
    assert await fair.winners(raffle) == here[:2]
    last = order.index(here[1])
    assert door.asked == [fan(number).user_id for number in order[: last + 1]]
    assert await query(db, "SELECT list_hash FROM raffle") == sealed
    assert (await fair.checked(raffle)).faults == ()
    redrawn = await fair.redrawn(1, here[0], look_up=door)
    assert [winner.number for winner in redrawn.moved_up] == [here[2]]
    assert len(door.asked) == len(set(door.asked))
