"""The draw from the close to the proof, on both databases: crashes, losses, redraws, and a beacon that is late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col
from structlog.testing import capture_logs

from bot.features.communities import set_reachable
from bot.features.people.joining import Going
from bot.features.people.preferences import Preferences
from bot.features.raffles import draw as steps
from bot.features.raffles.proofs import Proofs
from bot.flows.come_and_go import ComeAndGo
from bot.rules.people.preferences import Preference
from bot.rules.raffles.entries import Entered, WonLately
from bot.rules.raffles.facts import RafflePolicy
from bot.rules.raffles.opening import NotAWinner, RaffleNotNow, RaffleUnknown
from bot.rules.raffles.results import Winner
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.ledger import check_books
from bot.store.tables import Activity, Member, RaffleEntry
from bot.store.tables.wins import WinKind
from bot.store.wins import record_win
from tests.features.draws import CLOSES, DRAWS, Fair
from tests.features.scene import NOON, POLICIES, Causes, act_of, balance, dice, everything, fan, give, privacy, query

SMALL = RafflePolicy(chunk=3)
"""Chunks that are so small that a draw of ten entries takes several."""


async def crowd(fair: Fair, raffle: int, count: int = 10) -> None:
    """Fans 1 to `count` enter, so fan n has entry n."""
    for number in range(1, count + 1):
        assert await fair.entered(raffle, fan(number)) == number


async def leaves(fair: Fair, number: int) -> None:
    """A fan leaves the shop's only group."""
    await ComeAndGo(fair.db, POLICIES, dice()).go(Going(fair.place, -1001, fan(number).user_id, NOON))


async def test_a_draw_from_close_to_proof(db: Database, causes: Causes) -> None:
    """A raffle is closed, frozen with its hash shown, drawn after the pause and announced, and its proof holds."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(winners=3, reserves=2)
    await crowd(fair, raffle)
    await db.write(set_reachable, fan(1), can_write=True)
    assert await fair.drawing.run_due(CLOSES) == CLOSES + fair.policy.pause
    frozen = await fair.card(raffle, CLOSES)
    assert (frozen.state, frozen.entries, frozen.seed, frozen.won) == ("listed", 10, None, ())
    assert frozen.list_hash is not None
    assert await Proofs(db).proof(fair.place.community_id, raffle) is None
    await fair.drawing.run_due(CLOSES + timedelta(seconds=5))
    assert (await fair.card(raffle)).state == "listed"
    assert await fair.drawing.run_due(DRAWS) is None
    card, proof, checked = await fair.card(raffle), await fair.proof(raffle), await fair.checked(raffle)
    assert checked.faults == ()
    assert (card.commitment, card.list_hash, card.seed) == (proof["commitment"], frozen.list_hash, proof["seed"])
    winners = await fair.winners(raffle)
    assert winners == list(checked.winners) == proof["order"][:3]
    assert card.won == tuple(Winner(number, f"Fan {number}") for number in winners)
    assert list(card.reserve_numbers) == proof["order"][3:5]
    assert sorted(await fair.told("raffles.YouWon")) == sorted(fan(number).user_id for number in winners)
    assert await fair.told("file") == [-1001]
    assert str(fan(1).user_id) not in str(proof)
    assert await query(db, "SELECT count(*) FROM win") == [(3,)]


@pytest.mark.runs_once
@pytest.mark.parametrize("step", ["write_verdicts", "freeze", "fix_key", "write_ranks", "finish_draw"])
async def test_a_crash_changes_nothing_but_the_hour(
    db: Database, causes: Causes, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draw that crashes before any chunk of any step, even repeatedly, ends like an undisturbed one."""
    fair = await Fair.open(db, causes, policy=SMALL)
    raffle = await fair.made(winners=3, weights=(2, 1, 1, 1))
    await crowd(fair, raffle)
    real: Callable[..., Any] = getattr(steps, step)
    times = 0

    def breaks(*given: Any) -> Any:
        nonlocal times
        times += 1
        if times % 2:
            raise OSError("the power went")
        return real(*given)

    monkeypatch.setattr(steps, step, breaks)
    with capture_logs() as logs:
        for second in range(60):
            await fair.drawing.run_due(CLOSES + timedelta(seconds=second))
    assert {line["event"] for line in logs} == {"draw_failed"}
    proof = await fair.proof(raffle)
    assert (await fair.checked(raffle)).faults == ()
    assert await fair.winners(raffle) == proof["order"][:3]
    assert len(proof["entries"]) == 10
    places = await query(db, "SELECT number FROM raffle_entry ORDER BY place")
    assert [number for (number,) in places] == proof["order"]
    assert len(await fair.told("raffles.YouWon")) == 3
    assert times > 1


async def test_conditions_are_checked_when_it_closes(db: Database, causes: Causes) -> None:
    """Fans who left or were deleted before the freeze aren't on the list, and tickets of those who left go back."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(ticket=5)
    for number in (1, 2, 3):
        await give(db, fair.place, fan(number), 5)
        await fair.entered(raffle, fan(number), ticket=True)
    await leaves(fair, 1)
    await privacy(db).delete(fair.place, fan(2).user_id, NOON)
    await fair.drawn()
    await fair.calling_off.finish_refunds(DRAWS)
    assert [one[0] for one in (await fair.proof(raffle))["entries"]] == [3]
    states = await query(db, "SELECT number, state, reason FROM raffle_entry ORDER BY number")
    assert states == [(1, "out", "left"), (2, "out", "deleted"), (3, "won", None)]
    assert await balance(db, fair.place, fan(1)) == 5
    assert (await db.read(check_books)).sound


async def test_losses_between_list_and_draw_are_struck(db: Database, causes: Causes) -> None:
    """Fans who left or were deleted after the freeze stay on the list, and their place goes to the next in rank."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(winners=2)
    await crowd(fair, raffle, 6)
    order = await would_be(fair, raffle)
    await fair.drawing.run_due(CLOSES)
    await leaves(fair, order[0])
    await privacy(db).delete(fair.place, fan(order[1]).user_id, CLOSES)
    await fair.drawing.run_due(DRAWS)
    proof = await fair.proof(raffle)
    assert proof["order"] == order
    assert [(one["entry"], one["reason"], one["redraw"]) for one in proof["struck"]] == [
        (order[0], "left", None),
        (order[1], "deleted", None),
    ]
    assert {one["at"] for one in proof["struck"]} == {DRAWS.isoformat(timespec="seconds")}
    assert await fair.winners(raffle) == proof["winners"] == order[2:4]
    assert (await fair.checked(raffle)).faults == ()
    assert (await fair.card(raffle)).lost == 2


async def would_be(fair: Fair, raffle: int) -> list[int]:
    """The order of the draw, computed from the seed before the draw."""
    from bot.rules.sealing import ListLine, key_of, list_hash, order_of  # noqa: PLC0415

    ((seed,),) = await query(fair.db, "SELECT seed FROM raffle WHERE id = :r", r=raffle)
    rows = await query(fair.db, "SELECT number, seal FROM raffle_entry WHERE raffle_id = :r", r=raffle)
    listed = [ListLine(number, 1, seal) for number, seal in rows]
    return order_of(key_of(bytes.fromhex(seed), list_hash(listed)), listed)


async def test_a_redraw_goes_down_the_same_order(db: Database, causes: Causes) -> None:
    """After a redraw the next in rank moves up, and struck winners never come back."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(winners=2, reserves=7)
    await crowd(fair, raffle, 7)
    await fair.drawn()
    order = (await fair.proof(raffle))["order"]
    one = await fair.redrawn(1, order[0])
    assert [winner.number for winner in one.lost] == [order[0]]
    assert [winner.number for winner in one.moved_up] == [order[2]]
    assert await fair.winners(raffle) == order[1:3]
    both = await fair.redrawn(1)
    assert [winner.number for winner in both.lost] == order[1:3]
    assert await fair.winners(raffle) == order[3:5]
    last = await fair.redrawn(1)
    assert (await fair.winners(raffle), last.empty) == (order[5:7], 0)
    over = await fair.redrawn(1)
    assert (over.moved_up, over.empty, await fair.winners(raffle)) == ((), 2, [])
    proof = await fair.proof(raffle)
    assert [one["entry"] for one in proof["struck"]] == order
    assert [one["redraw"] for one in proof["struck"]] == [1, 2, 2, 3, 3, 4, 4]
    assert [one["number"] for one in proof["redraws"]] == [1, 2, 3, 4]
    assert (await fair.checked(raffle)).faults == ()
    assert await query(db, "SELECT count(*) FROM win") == [(0,)]
    assert await fair.told("file") == [-1001] * 5
    assert len(await fair.told("raffles.PlaceRedrawn")) == 7


async def test_redraws_that_make_no_sense(db: Database, causes: Causes) -> None:
    """A redraw before the draw, of an entry without a place, or of an unknown raffle changes nothing."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made()
    await crowd(fair, raffle, 3)
    assert await fair.redraws(1) == RaffleNotNow(1, "Silk scarf", "redraw", "closed")
    await fair.drawn()
    before = await everything(db)
    loser = (await fair.proof(raffle))["order"][1]
    assert await fair.redraws(1, loser) == NotAWinner(1, "Silk scarf", loser)
    assert await fair.redraws(7) == RaffleUnknown(7)
    assert await everything(db) == before


async def test_not_won_lately_first_and_the_cap(db: Database, causes: Causes) -> None:
    """Fans who won recently, in a packet too, come last with `fresh=` and get no place with `cap=`."""
    fair = await Fair.open(db, causes)
    fresh, capped = await fair.made(winners=3, fresh_days=30), await fair.made(winners=4, cap_days=30)
    await crowd(fair, fresh, 4)
    await crowd(fair, capped, 4)
    rows = dict(await query(db, "SELECT number, member_id FROM raffle_entry WHERE raffle_id = :r", r=fresh))
    await db.write(record_win, fair.place, rows[2], WinKind.PACKET, 1, NOON)
    await db.write(record_win, fair.place, rows[3], WinKind.PACKET, 1, NOON - timedelta(days=31))
    await fair.drawn()
    assert [after for _, _, after, _ in (await fair.proof(fresh))["entries"]] == [0, 1, 0, 0]
    assert sorted(await fair.winners(fresh)) == [1, 3, 4]
    # Drawn after the first, by which three more have won: the cap counts that too.
    assert await fair.winners(capped) == []
    assert [number for number, *_ in (await fair.proof(capped))["entries"]] == [1, 3, 4]
    assert {one["reason"] for one in (await fair.proof(capped))["struck"]} == {"won"}
    assert (await fair.checked(capped)).faults == ()


@pytest.mark.parametrize(
    ("days_ago", "entry"),
    [
        pytest.param(3, (None, None), id="within both: out"),
        pytest.param(10, ("in", True), id="within fresh alone: behind all others"),
        pytest.param(31, ("in", False), id="within neither: like everybody"),
    ],
)
@pytest.mark.parametrize("deleted", [False, True])
async def test_each_window_for_its_purpose(
    db: Database, causes: Causes, days_ago: int, entry: tuple[str | None, bool | None], *, deleted: bool
) -> None:
    """With `fresh=30d cap=7d` a win or deletion 3 days ago keeps a fan out, and one 10 days ago puts them last."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(fresh_days=30, cap_days=7)
    at = CLOSES - timedelta(days=days_ago)
    await crowd(fair, raffle, 2)
    rows = dict(await query(db, "SELECT number, member_id FROM raffle_entry"))
    if deleted:
        await db.write(_came_back, rows[1], at)
    else:
        await db.write(record_win, fair.place, rows[1], WinKind.RAFFLE, 99, at)
    again = await fair.made(at=NOON + timedelta(minutes=1), fresh_days=30, cap_days=7)
    state, after = entry
    outcome = await fair.enters(again, fan(1), at=NOON + timedelta(minutes=1))
    assert isinstance(outcome, Entered if state else WonLately)
    await fair.drawing.run_due(CLOSES)
    listed = await query(
        db, "SELECT state, reason, after FROM raffle_entry WHERE raffle_id = :r AND number = 1", r=raffle
    )
    assert [(found, why, bool(behind)) for found, why, behind in listed] == [
        ("in", None, after) if state else ("out", "won", False)
    ]


def _came_back(tx: Tx, member_id: int, at: datetime) -> None:
    """Make a member one whose data was deleted at this instant and who came back."""
    tx.execute(update(Member).where(col(Member.id) == member_id).values(back_since=at))


def _redeemed_thrice(tx: Tx, raffle: int, number: int) -> None:
    """The fan of an entry redeemed three coupons: enough for the second tier."""
    entry = tx.execute(
        select(RaffleEntry).where(col(RaffleEntry.raffle_id) == raffle, col(RaffleEntry.number) == number)
    ).scalar_one()
    tx.add(Activity(member_id=entry.member_id, day=NOON.date(), kind="redeem", times=3))


async def test_weights_go_by_the_tier_at_the_close(db: Database, causes: Causes) -> None:
    """The frozen list has the weight of each fan's tier."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(weights=(2, 5, 7, 9))
    await crowd(fair, raffle, 2)
    await db.write(_redeemed_thrice, raffle, 1)
    await fair.drawn()
    assert [weight for _, weight, _, _ in (await fair.proof(raffle))["entries"]] == [5, 2]


async def test_nobody_entered(db: Database, causes: Causes) -> None:
    """A raffle without entries ends as drawn, with nobody, and its proof holds."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(winners=3)
    await fair.drawn()
    card = await fair.card(raffle)
    assert (card.state, card.won, card.entries) == ("drawn", (), 0)
    assert (await fair.checked(raffle)).faults == ()


async def test_who_hides_is_not_named(db: Database, causes: Causes) -> None:
    """The card shows a winner who asked not to be shown by number alone."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made()
    await crowd(fair, raffle, 1)
    await Preferences(db).change(act_of(fair.place, fan(1), NOON), Preference(hidden=True))
    await fair.drawn()
    assert (await fair.card(raffle)).won == (Winner(1, None),)


async def test_a_deleted_fan_leaves_no_trace_in_a_raffle(db: Database, causes: Causes) -> None:
    """A deleted fan's line stays on the frozen list, without salt, name and stored answer."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made()
    await crowd(fair, raffle, 1)
    await fair.drawn()
    await fair.redrawn(1)
    await privacy(db).delete(fair.place, fan(1).user_id, DRAWS)
    rows = await everything(db)
    assert not [table for table, found in rows.items() if "Fan 1" in repr(found) or "'101'" in repr(found)]
    assert (await fair.checked(raffle)).faults == ()
    assert await query(db, "SELECT salt, cause, answer FROM raffle_entry") == [(None, None, None)]
