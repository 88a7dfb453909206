"""Being there: paid once an airing by the streak of streams, and a missed day made up; on both databases."""

from datetime import datetime, timedelta

import pytest

from bot.features.streams.attendance import streak_of_streams
from bot.flows.check_in import CheckIns
from bot.rules.act import Sender
from bot.rules.airings import How
from bot.rules.checkins.checkins import CheckedIn, MadeUp
from bot.rules.streaks import Restorable
from bot.rules.streams.attendance import AlreadyHere, Attended, NoSuchStream, NotOnYet, StreamOver
from bot.store import causes as store_causes
from bot.store.engine.db import Database
from tests.features.scene import NOON, POLICIES, Causes, act_of, balance, days, everything, fan, query, shop
from tests.features.studio import EIGHT, WEEK, Studio, at


@pytest.fixture
async def studio(db: Database, causes: Causes) -> Studio:
    """A studio with an airing each Monday at eight."""
    studio = await Studio.open(db, causes)
    await studio.plan(weekly=True)
    return studio


async def attended(studio: Studio, week: int, *came: Sender, on: bool = True) -> None:
    """One Monday airing to which these fans came."""
    begins = EIGHT + week * WEEK
    await studio.tick(begins)
    if on:
        await studio.golive(begins)
    for one in came:
        await studio.came(one, begins + timedelta(minutes=5))
    await studio.tick(begins + timedelta(hours=3))


async def streak(studio: Studio, sender: Sender) -> int:
    """The streak of streams as the fan's card would show it."""
    ((member_id,),) = await query(studio.db, "SELECT id FROM member WHERE user_id = :fan", fan=sender.user_id)
    return await studio.db.read(streak_of_streams, studio.place, member_id)


async def test_being_there(studio: Studio) -> None:
    """The first one pays ten coins; a second tap says so kindly and pays nothing."""
    await studio.tick(EIGHT)
    first = await studio.came(fan(1), at(5))
    assert first == Attended("Silk night", 1, 10, 10, None, 0)
    assert await studio.comes(fan(1), at(6)) == AlreadyHere("Silk night", 1)
    assert await studio.comes(fan(1), at(7), how=How.WORD) == AlreadyHere("Silk night", 1)
    assert await studio.coins("attend") == [10]
    assert await query(studio.db, "SELECT how, length, coins FROM attendance") == [("tap", 1, 10)]
    assert await studio.sound()


async def test_by_the_word(studio: Studio) -> None:
    """The word counts as a tap does, and what it was is written down."""
    await studio.golive(EIGHT, word="silk")
    assert (await studio.came(fan(1), at(5), how=How.WORD)).coins == 10
    assert await query(studio.db, "SELECT how FROM attendance") == [("word",)]


async def test_when_it_does_not_count(studio: Studio) -> None:
    """Before the start, after the end, after a cancellation, of no airing or of another shop's."""
    assert await studio.comes(fan(1), at(-1)) == NotOnYet("Silk night", EIGHT)
    assert await studio.comes(fan(1), at(5), airing=99) == NoSuchStream()
    there = Studio(studio.db, await shop(studio.db, fan(900), -1009), studio.causes)
    assert await there.comes(fan(1), at(5), airing=1) == NoSuchStream()
    assert await studio.comes(fan(1), at(180), airing=1) == StreamOver("Silk night")
    await studio.cancel(at(20))
    assert await studio.comes(fan(1), at(30), airing=1) == StreamOver("Silk night")
    assert await studio.coins("attend") == []


async def test_a_redelivered_tap(studio: Studio) -> None:
    """The same cause hears the first answer, after the end too, and is paid once; causes are forgotten in time."""
    first = await studio.came(fan(1), at(5), cause="42:900")
    await studio.tick(at(180))
    before = await everything(studio.db)
    assert await studio.comes(fan(1), at(6), airing=1, cause="42:900") == first
    assert await everything(studio.db) == before
    await studio.db.write(store_causes.forget, at(5) + store_causes.KEPT + timedelta(seconds=1))
    assert await query(studio.db, "SELECT cause, answer FROM attendance") == [(None, None)]
    assert (await studio.came(fan(1), EIGHT + WEEK, cause="42:900")).length == 2


async def test_streams_in_a_row(studio: Studio) -> None:
    """10 15 20 30 30 by streams attended, however many days lie between."""
    paid = []
    for week in range(5):
        await attended(studio, week, fan(1))
        paid = await studio.coins("attend")
    assert paid == [10, 15, 20, 30, 30]
    assert await streak(studio, fan(1)) == 5
    assert await balance(studio.db, studio.place, fan(1)) == 105
    assert await studio.sound()


async def test_a_missed_stream_ends_the_streak(studio: Studio) -> None:
    """An airing that was on, and where others were, begins it anew."""
    await attended(studio, 0, fan(1), fan(2))
    await attended(studio, 1, fan(2))
    assert await streak(studio, fan(1)) == 0
    await attended(studio, 2, fan(1), fan(2))
    assert await studio.coins("attend") == [10, 10, 15, 10, 20]
    assert (await streak(studio, fan(1)), await streak(studio, fan(2))) == (1, 3)


async def test_a_missed_stream_to_which_nobody_came(studio: Studio) -> None:
    """Staff said that it was on: it counts, though nobody tapped."""
    await attended(studio, 0, fan(1))
    await attended(studio, 1)
    await attended(studio, 2, fan(1))
    assert await studio.coins("attend") == [10, 10]


async def test_airings_that_never_were_on(studio: Studio) -> None:
    """Cancelled, or silent all evening: nobody could be there, so the streak goes on over it."""
    await attended(studio, 0, fan(1))
    await studio.cancel(EIGHT + WEEK - timedelta(hours=1))
    await attended(studio, 2, on=False)
    assert await streak(studio, fan(1)) == 1
    await attended(studio, 3, fan(1))
    assert await studio.coins("attend") == [10, 15]


async def test_a_silent_airing_that_was_on(studio: Studio) -> None:
    """Nobody told the bot, but fans came: it was on, for those who missed it too."""
    await attended(studio, 0, fan(1), fan(2))
    await attended(studio, 1, fan(2), on=False)
    await attended(studio, 2, fan(1), fan(2))
    assert await studio.coins("attend") == [10, 10, 15, 10, 20]


async def test_the_streak_while_one_is_on(studio: Studio) -> None:
    """Until tonight is over it isn't missed."""
    await attended(studio, 0, fan(1))
    await studio.tick(EIGHT + WEEK)
    await studio.golive(EIGHT + WEEK)
    assert await streak(studio, fan(1)) == 1
    await studio.end(EIGHT + WEEK + timedelta(hours=1))
    assert await streak(studio, fan(1)) == 0


async def test_two_streams_at_the_same_instant(studio: Studio) -> None:
    """Both count, one after the other."""
    await studio.plan(EIGHT, title="Twin")
    ids = [one.id for one in await studio.planned()]
    assert [(await studio.came(fan(1), at(5), airing=one)).length for one in ids] == [1, 2]
    await studio.plan(at(240), title="Late", made=at(200))
    await studio.tick(at(181))
    assert (await studio.came(fan(1), at(241), airing=3)).length == 3


async def test_a_delayed_airing_is_attended_once(studio: Studio) -> None:
    """Who had tapped before it was put off is on the list, and isn't paid again."""
    await studio.golive(EIGHT)
    await studio.came(fan(1), at(1))
    await studio.delay(at(5), by=timedelta(minutes=30))
    assert await studio.comes(fan(2), at(6)) == NotOnYet("Silk night", at(35))
    await studio.tick(at(35))
    assert await studio.comes(fan(1), at(36)) == AlreadyHere("Silk night", 1)
    assert await studio.coins("attend") == [10]


async def test_the_card_counts(studio: Studio) -> None:
    """A tap edits the card, at most once in five seconds."""
    await studio.tick(EIGHT)
    await studio.post(EIGHT)
    for number in range(10):
        await studio.came(fan(number), EIGHT + timedelta(seconds=1))
    assert await studio.waiting() == {"edit": 1}
    assert await studio.post(EIGHT + timedelta(seconds=4)) == {}
    assert await studio.post(EIGHT + timedelta(seconds=5)) == {"edit": 1}


# A missed day.


async def checked_in(studio: Studio, *numbers: int) -> None:
    """The first fan checks in at noon on these days."""
    for number in numbers:
        await studio.checks_in(fan(1), days(number))


async def on_day(studio: Studio, number: int) -> datetime:
    """An airing on this day, on air."""
    begins = EIGHT + timedelta(days=number)
    await studio.plan(begins, made=begins - timedelta(hours=1))
    await studio.golive(begins)
    return begins


async def make_up(studio: Studio, now: datetime) -> object:
    """The first fan makes up a day."""
    return await CheckIns(studio.db, POLICIES).make_up(act_of(studio.place, fan(1), now, studio.causes.next()))


@pytest.fixture
async def quiet(db: Database, causes: Causes) -> Studio:
    """A studio with nothing planned."""
    return await Studio.open(db, causes)


async def test_an_attended_stream_mends_a_day(quiet: Studio) -> None:
    """Two days missed: the freeze closes one, the stream the other, and it costs nothing."""
    await checked_in(quiet, 0, 1, 2, 5)
    now = await on_day(quiet, 5)
    outcome = await quiet.came(fan(1), now)
    assert (outcome.mended, outcome.days) == ((NOON + timedelta(days=4)).date(), 5)
    assert outcome.balance == 5 + 6 + 8 + 5 + 10
    assert await quiet.coins("makeup") == []
    covers = await query(quiet.db, "SELECT cover, length, coins FROM check_in ORDER BY day")
    assert covers == [
        ("checked", 1, 5),
        ("checked", 2, 6),
        ("checked", 3, 8),
        ("frozen", 3, 0),
        ("made_up", 4, 0),
        ("checked", 5, 5),
    ]
    assert (await query(quiet.db, "SELECT mended_day IS NOT NULL FROM attendance"))[0][0]
    assert await quiet.sound()


async def test_one_stream_mends_one_day(quiet: Studio) -> None:
    """Of three missed days the freeze closes one and the stream one: the third still costs 20 coins."""
    await checked_in(quiet, 0, 1, 2, 6)
    outcome = await quiet.came(fan(1), await on_day(quiet, 6))
    assert (outcome.mended, outcome.days) == ((NOON + timedelta(days=4)).date(), 1)
    mended = await make_up(quiet, days(6))
    assert isinstance(mended, MadeUp)
    assert (mended.price, mended.length) == (20, 6)


async def test_nothing_missed(quiet: Studio) -> None:
    """Then the stream keeps its mend for a week."""
    await checked_in(quiet, 0)
    assert (await quiet.came(fan(1), await on_day(quiet, 0))).mended is None
    await checked_in(quiet, 1, 4)
    mended = await make_up(quiet, days(4))
    assert isinstance(mended, MadeUp)
    assert (mended.price, mended.length) == (0, 4)
    assert (await query(quiet.db, "SELECT mended_day FROM attendance"))[0][0] is not None
    assert await quiet.sound()


async def test_an_unused_mend_is_kept_for_a_week(quiet: Studio) -> None:
    """After more than seven days a missed day costs coins again."""
    await checked_in(quiet, 0)
    await quiet.came(fan(1), await on_day(quiet, 0))
    await checked_in(quiet, 1, 2, 3, 4, 5, 8)
    mended = await make_up(quiet, days(8))
    assert isinstance(mended, MadeUp)
    assert mended.price == 20


async def test_before_the_days_check_in(quiet: Studio) -> None:
    """Today isn't checked in yet: nothing is mended, for the check-in may freeze it; then the mend is there, free."""
    await checked_in(quiet, 0, 1)
    outcome = await quiet.came(fan(1), await on_day(quiet, 4))
    assert (outcome.mended, outcome.days) == (None, 0)
    checked = await CheckIns(quiet.db, POLICIES).check_in(
        act_of(quiet.place, fan(1), EIGHT + timedelta(days=4), quiet.causes.next())
    )
    assert isinstance(checked, CheckedIn)
    assert checked.restorable == Restorable(4, ((NOON + timedelta(days=3)).date(),), 0)
    mended = await make_up(quiet, EIGHT + timedelta(days=4))
    assert isinstance(mended, MadeUp)
    assert (mended.price, mended.length) == (0, 4)


async def test_two_streams_mend_two_days(quiet: Studio) -> None:
    """Each attended stream makes up one, by itself."""
    await checked_in(quiet, 0, 1, 2, 6)
    await quiet.came(fan(1), await on_day(quiet, 6))
    await quiet.end(EIGHT + timedelta(days=6, hours=1))
    now = EIGHT + timedelta(days=6, hours=2)
    await quiet.plan(now, made=now - timedelta(minutes=30), title="Second")
    await quiet.golive(now, number=2)
    outcome = await quiet.came(fan(1), now)
    assert (outcome.mended, outcome.days) == ((NOON + timedelta(days=5)).date(), 6)
    assert await quiet.coins("makeup") == []


async def test_who_never_checked_in(quiet: Studio) -> None:
    """A fan of streams only has no day to mend."""
    outcome = await quiet.came(fan(7), await on_day(quiet, 0))
    assert (outcome.mended, outcome.days, outcome.balance) == (None, 0, 10)
