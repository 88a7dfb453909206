"""Opening raffles, entering them and taking them back, on both databases."""

import asyncio
from datetime import timedelta

from bot.flows.check_in import CheckIns
from bot.rules.general import Undone
from bot.rules.raffles.entries import (
    AlreadyEntered,
    CheckInFirst,
    ComeToStreamFirst,
    Entered,
    EntryClosed,
    MyEntry,
    NoSuchRaffle,
    NotEntered,
    TicketTooDear,
    TierTooLow,
    WonLately,
)
from bot.rules.raffles.facts import Need, NewRaffle, RafflePolicy
from bot.rules.raffles.opening import ClosesWrong, NoStreamForIt, RaffleCancelled, RaffleMade, RaffleNotNow, RaffleShown
from bot.rules.sealing import commitment, line_of
from bot.store.engine.db import Database
from bot.store.ledger import check_books
from tests.features.draws import CLOSES, DRAWS, HALF_HOUR, STAFF, Fair
from tests.features.scene import (
    NOON,
    POLICIES,
    Causes,
    act_of,
    balance,
    everything,
    fan,
    give,
    privacy,
    query,
    shop,
    staff_act,
    undo,
)
from tests.features.studio import Studio

MINUTE = timedelta(minutes=1)


async def test_opening_promises_the_seal_and_the_card(db: Database, causes: Causes) -> None:
    """The card shows the seed's hash and all rules, and only the raffle's row has the seed."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(
        winners=3, reserves=2, value="₩39,000", ticket=5, tier="new", fresh_days=30, weights=(1, 1, 2, 3)
    )
    ((seed, promised),) = await query(db, "SELECT seed, commitment FROM raffle")
    card = await fair.card(raffle, NOON)
    assert card.commitment == promised == commitment(bytes.fromhex(seed))
    assert (card.seed, card.list_hash, card.won, card.state) == (None, None, (), "open")
    assert (card.winners, card.reserves, card.value, card.ticket, card.fresh_days) == (3, 2, "₩39,000", 5, 30)
    rows = await everything(db)
    assert [table for table, found in rows.items() if seed in repr(found)] == ["raffle"]
    assert await fair.told("post_card") == [-1001]


async def test_the_same_update_opens_one_raffle(db: Database, causes: Causes) -> None:
    """A redelivered `/newraffle` gets the first answer, though it brings another seed."""
    fair = await Fair.open(db, causes)
    wish, cause = NewRaffle("Silk", CLOSES), causes.next()
    outcomes = [await fair.raffles.make(staff_act(fair.place, STAFF, NOON, cause), wish) for _ in range(2)]
    assert outcomes[0] == outcomes[1]
    assert await query(db, "SELECT count(*) FROM raffle") == [(1,)]


async def test_windows_that_make_no_sense(db: Database, causes: Causes) -> None:
    """It closes a minute to 90 days ahead, and a raffle of a stream needs one that starts before."""
    fair = await Fair.open(db, causes)
    for closes in (NOON, NOON + timedelta(seconds=59), NOON + timedelta(days=91)):
        outcome = await fair.raffles.make(staff_act(fair.place, STAFF, NOON, causes.next()), NewRaffle("Silk", closes))
        assert outcome == ClosesWrong(closes, 1, 90)
    wish = NewRaffle("Silk", CLOSES, needs=(Need.STREAM,))
    assert await fair.raffles.make(staff_act(fair.place, STAFF, NOON, causes.next()), wish) == NoStreamForIt(CLOSES)
    assert await query(db, "SELECT count(*) FROM raffle") == [(0,)]


async def test_one_entry_each(db: Database, causes: Causes) -> None:
    """The second tap tells the same number, with a ticket too; a redelivered one hears the first answer."""
    fair = await Fair.open(db, causes)
    await give(db, fair.place, fan(1), 20)
    raffle = await fair.made(ticket=5)
    cause = causes.next()
    first = await fair.enters(raffle, fan(1), cause=cause)
    assert first == Entered(raffle, "Silk scarf", 1, CLOSES, 0, 20)
    assert await fair.enters(raffle, fan(1), cause=cause) == first
    again = await fair.enters(raffle, fan(1), ticket=True)
    assert again == AlreadyEntered(raffle, "Silk scarf", 1, CLOSES, 0)
    assert await balance(db, fair.place, fan(1)) == 20
    assert await fair.entered(raffle, fan(2)) == 2
    assert (await fair.card(raffle, NOON)).entries == 2


async def test_a_ticket_weighs_as_much_as_the_free_entry(db: Database, causes: Causes) -> None:
    """A ticket costs its price once and weighs as much as a free entry."""
    fair = await Fair.open(db, causes)
    await give(db, fair.place, fan(1), 20)
    await give(db, fair.place, fan(3), 4)
    raffle = await fair.made(ticket=5)
    assert await fair.enters(raffle, fan(1), ticket=True) == Entered(raffle, "Silk scarf", 1, CLOSES, 5, 15)
    assert await fair.entered(raffle, fan(2)) == 2
    assert await fair.enters(raffle, fan(3), ticket=True) == TicketTooDear(raffle, "Silk scarf", 5, 4)
    await fair.drawn()
    assert [(number, weight) for number, weight, _, _ in (await fair.proof(raffle))["entries"]] == [(1, 1), (2, 1)]
    assert await balance(db, fair.place, fan(1)) == 15
    assert (await db.read(check_books)).sound


async def test_conditions_are_joined_by_and(db: Database, causes: Causes) -> None:
    """A fan who lacks a check-in, the stream or the tier is told the next step, and can enter after it."""
    fair = await Fair.open(db, causes)
    studio = await Studio.open(db, causes)
    await studio.plan(NOON + MINUTE)
    raffle = await fair.made(needs=(Need.CHECK_IN, Need.STREAM))
    core = await fair.made(tier="core")
    later = NOON + 2 * MINUTE
    assert await fair.enters(core, fan(1), at=later) == TierTooLow("Silk scarf", "core")
    assert await fair.enters(raffle, fan(1), at=later) == ComeToStreamFirst("Silk scarf")
    await studio.came(fan(1), later)
    assert await fair.enters(raffle, fan(1), at=later) == CheckInFirst(raffle, "Silk scarf")
    await CheckIns(db, POLICIES).check_in(act_of(fair.place, fan(1), later, causes.next()))
    assert await fair.entered(raffle, fan(1), at=later) == 1


async def test_refusals_change_nothing(db: Database, causes: Causes) -> None:
    """A raffle that is closed, cancelled, unknown or another shop's takes no entry and no coins."""
    fair = await Fair.open(db, causes)
    raffle, gone = await fair.made(), await fair.made()
    await fair.calling_off.cancel(staff_act(fair.place, STAFF, NOON, causes.next()), 2)
    await give(db, fair.place, fan(1), 5)
    before = await everything(db)
    assert await fair.enters(raffle, fan(1), at=CLOSES) == EntryClosed("Silk scarf", "closed")
    assert await fair.enters(gone, fan(1)) == EntryClosed("Silk scarf", "cancelled")
    assert await fair.enters(99, fan(1)) == NoSuchRaffle()
    assert await everything(db) == before
    other = await shop(db, fan(50), -2002)
    outcome = await fair.raffles.enter(act_of(other, fan(1), NOON, causes.next()), raffle)
    assert outcome == NoSuchRaffle()
    assert await fair.raffles.my_entry(other, fan(1).user_id, raffle, NOON) == NoSuchRaffle()


async def test_who_won_lately_can_be_kept_out(db: Database, causes: Causes) -> None:
    """With `cap=` a fan who won, or whose data was deleted, within its days can't enter."""
    fair = await Fair.open(db, causes)
    first = await fair.made()
    await fair.entered(first, fan(1))
    await fair.drawn()
    second = await fair.made(at=DRAWS, cap_days=30, closes=DRAWS + HALF_HOUR)
    assert await fair.enters(second, fan(1), at=DRAWS) == WonLately("Silk scarf", 30)
    await privacy(db).delete(fair.place, fan(1).user_id, DRAWS)
    assert await fair.enters(second, fan(1), at=DRAWS) == WonLately("Silk scarf", 30)
    assert await fair.entered(second, fan(2), at=DRAWS) == 1


async def test_calling_off_gives_tickets_back(db: Database, causes: Causes) -> None:
    """Cancelling gives every ticket back in full and once, even after a crash between chunks."""
    fair = await Fair.open(db, causes, policy=RafflePolicy(refunds=2))
    raffle = await fair.made(ticket=5)
    for number in range(1, 6):
        await give(db, fair.place, fan(number), 10)
        await fair.entered(raffle, fan(number), ticket=number != 3)
    cause = causes.next()
    called_off = await fair.calling_off.cancel(staff_act(fair.place, STAFF, NOON, cause), 1)
    assert isinstance(called_off, RaffleCancelled)
    assert (called_off.entries, called_off.refunded, called_off.undoable) == (5, 20, False)
    assert [await balance(db, fair.place, fan(number)) for number in range(1, 6)] == [10] * 5
    await fair.calling_off.finish_refunds(NOON)
    assert await fair.calling_off.cancel(staff_act(fair.place, STAFF, NOON, cause), 1) == called_off
    again = await fair.calling_off.cancel(staff_act(fair.place, STAFF, NOON, causes.next()), 1)
    assert again == RaffleNotNow(1, "Silk scarf", "cancel", "cancelled")
    assert [await balance(db, fair.place, fan(number)) for number in range(1, 6)] == [10] * 5
    assert (await db.read(check_books)).sound


async def test_nothing_is_called_off_once_it_is_closed(db: Database, causes: Causes) -> None:
    """After the close a raffle can't be cancelled, as its result is fixed."""
    fair = await Fair.open(db, causes)
    await fair.entered(await fair.made(), fan(1))
    closed = await fair.calling_off.cancel(staff_act(fair.place, STAFF, CLOSES, causes.next()), 1)
    assert closed == RaffleNotNow(1, "Silk scarf", "cancel", "closed")
    await fair.drawn()
    drawn = await fair.calling_off.cancel(staff_act(fair.place, STAFF, DRAWS, causes.next()), 1)
    assert drawn == RaffleNotNow(1, "Silk scarf", "cancel", "drawn")


async def test_undo_before_the_first_entry(db: Database, causes: Causes) -> None:
    """Opening and cancelling can be undone only while nobody has entered."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made()
    assert await undo(db, fair.place, STAFF, NOON, causes.next()) == Undone("raffle.made", "#1 Silk scarf")
    assert (await fair.card(raffle, NOON)).state == "cancelled"
    second = await fair.made()
    await fair.calling_off.cancel(staff_act(fair.place, STAFF, NOON, causes.next()), 2)
    assert await undo(db, fair.place, STAFF, NOON, causes.next()) == Undone("raffle.cancelled", "#2 Silk scarf")
    await fair.entered(second, fan(1))
    assert not isinstance(await undo(db, fair.place, STAFF, NOON, causes.next()), Undone)
    assert (await fair.card(second, NOON)).state == "open"


async def test_entries_race_the_close(db: Database, causes: Causes) -> None:
    """Exactly the fans who were told that they entered are on the list, wherever the close falls among them."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made()
    early, late = CLOSES - MINUTE, CLOSES
    taps = [fair.enters(raffle, fan(number), at=early if number % 4 else late) for number in range(30)]
    closing = fair.drawing.run_due(CLOSES)
    outcomes = await asyncio.gather(*taps[:15], closing, *taps[15:])
    told = [int(row[0]) for row in await query(db, "SELECT number FROM raffle_entry ORDER BY number")]
    assert told == list(range(1, len(told) + 1))
    await fair.drawn()
    assert [one[0] for one in (await fair.proof(raffle))["entries"]] == told
    assert {one.number for one in outcomes if isinstance(one, Entered)} <= set(told)


async def test_entries_race_the_call_off(db: Database, causes: Causes) -> None:
    """Every paid ticket comes back, whether it was bought before the cancelling or during it."""
    fair = await Fair.open(db, causes)
    raffle = await fair.made(ticket=5)
    for number in range(20):
        await give(db, fair.place, fan(number), 5)
    taps = [fair.enters(raffle, fan(number), ticket=True) for number in range(20)]
    off = fair.calling_off.cancel(staff_act(fair.place, STAFF, NOON, causes.next()), 1)
    await asyncio.gather(*taps[:10], off, *taps[10:])
    await fair.calling_off.finish_refunds(NOON)
    assert [await balance(db, fair.place, fan(number)) for number in range(20)] == [5] * 20
    assert await query(db, "SELECT count(*) FROM raffle_entry WHERE paid > 0 AND NOT returned") == [(0,)]
    assert (await db.read(check_books)).sound


async def test_one_fan_taps_ten_times_at_once(db: Database, causes: Causes) -> None:
    """A fan who taps many times at once has one entry and pays for one ticket."""
    fair = await Fair.open(db, causes)
    await give(db, fair.place, fan(1), 50)
    raffle = await fair.made(ticket=5)
    outcomes = await asyncio.gather(*(fair.enters(raffle, fan(1), ticket=True) for _ in range(10)))
    assert sum(isinstance(one, Entered) for one in outcomes) == 1
    assert await balance(db, fair.place, fan(1)) == 45


async def test_the_list_and_ones_own_line(db: Database, causes: Causes) -> None:
    """`/raffles` lists raffles with the fan's own entries, and the line is the hash of salt and id."""
    fair = await Fair.open(db, causes)
    first, second = await fair.made(prize="Silk"), await fair.made(prize="Wool", closes=CLOSES + HALF_HOUR)
    await fair.entered(first, fan(1))
    listed = await fair.raffles.list_for(fair.place, fan(1).user_id, NOON)
    assert [(line.prize, line.state, line.number, line.mine) for line in listed.lines] == [
        ("Silk", "open", 1, "in"),
        ("Wool", "open", None, None),
    ]
    await fair.drawn()
    listed = await fair.raffles.list_for(fair.place, fan(1).user_id, DRAWS)
    assert [(line.prize, line.state, line.mine) for line in listed.lines] == [
        ("Wool", "open", None),
        ("Silk", "drawn", "won"),
    ]
    mine = await fair.raffles.my_entry(fair.place, fan(1).user_id, first, DRAWS)
    assert isinstance(mine, MyEntry)
    assert (await fair.proof(first))["entries"] == [[1, 1, 0, mine.seal]]
    assert mine.seal == line_of(bytes.fromhex(mine.salt), fan(1).user_id)
    assert await fair.raffles.my_entry(fair.place, fan(1).user_id, second, DRAWS) == NotEntered("Wool")


async def test_staff_look_at_a_raffle(db: Database, causes: Causes) -> None:
    """`/raffle 1` shows entries, tickets and winners."""
    fair = await Fair.open(db, causes)
    await give(db, fair.place, fan(1), 5)
    raffle = await fair.made(ticket=5)
    await fair.entered(raffle, fan(1), ticket=True)
    shown = await fair.raffles.figures(fair.place, 1, NOON)
    assert isinstance(shown, RaffleShown)
    assert (shown.entries, shown.tickets, shown.coins, shown.won) == (1, 1, 5, ())
    await fair.drawn()
    shown = await fair.raffles.figures(fair.place, 1, DRAWS)
    assert isinstance(shown, RaffleShown)
    assert [(one.number, one.name) for one in shown.won] == [(1, "Fan 1")]


async def test_numbers_are_the_shops_own(db: Database, causes: Causes) -> None:
    """Each shop counts its raffles from 1."""
    fair = await Fair.open(db, causes)
    other = await shop(db, fan(50), -2002)
    await fair.made()
    outcome = await fair.raffles.make(act_of(other, fan(50), NOON, causes.next()), NewRaffle("Tea", CLOSES))
    assert isinstance(outcome, RaffleMade)
    assert outcome.number == 1
