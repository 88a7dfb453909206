"""Tiers in the store: what a check-in pays, who is told of a rise, what is known of a fall, and who is looked at."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from bot.features.members.clock import TierClock
from bot.features.members.page import TierPages
from bot.flows.check_in import CheckIns
from bot.flows.my_card import MyCards
from bot.flows.tier_opens import opens_of
from bot.rules.act import Occasion, Sender
from bot.rules.calendar import DAY, end_of_month
from bot.rules.checkins.checkins import AlreadyCheckedIn, CheckedIn
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.tiers import DayOfDeeds, Deed, Tier, TierNow, settle, sums_of
from bot.rules.tiers_ahead import look_ahead
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.members import standing
from bot.store.notes import note, take_back
from bot.store.tiers import tier_of
from tests.features.scene import NOON, OWNER, POLICIES, TIERS, Causes, act_of, days, fan, outside, privacy, query, shop

OPENS = opens_of(POLICIES)


def clock_of(db: Database) -> TierClock:
    """The clock's part of tiers."""
    return TierClock(db, POLICIES, OPENS)


def _does(tx: Tx, place: Place, sender: Sender, kind: Deed, times: int, at: datetime = NOON) -> int:
    member = standing(tx, place.community_id, sender, NOON)
    note(tx, member.member_id, Did(kind.value), Occasion(at, at.date(), None), About(Thing.INVITATION, 1), times)
    return member.member_id


async def said(db: Database, outcome: str) -> list[Any]:
    """Promised messages with this outcome: chat and payload."""
    rows = await query(db, "SELECT chat_id, facts FROM outbox WHERE act = 'tell' ORDER BY id")
    return [(chat_id, facts) for chat_id, facts in rows if outcome in str(facts)]


async def test_the_tier_multiplies_what_a_check_in_pays(db: Database, causes: Causes) -> None:
    """A loyal fan's first check-in pays 5 × 1.25, rounded half up, and says so; tomorrow's is multiplied too."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    await db.write(_does, place, fan(1), Deed.STREAM, 24)
    outcome = await checkins.check_in(act_of(place, fan(1), days(0), causes.next()))
    assert isinstance(outcome, CheckedIn)
    assert (outcome.tier, outcome.percent, outcome.coins, outcome.tomorrow) == (Tier.LOYAL, 125, 6, 8)
    card = await MyCards(db, POLICIES).card(act_of(place, fan(1), days(0)))
    assert (card.tier, card.tomorrow, card.higher) == (Tier.LOYAL, 8, Tier.CORE)


async def test_tomorrow_is_told_with_its_bonus(db: Database, causes: Causes) -> None:
    """A fan at six days is told 70, by the answer, by a second one, and by the card; and they get 70."""
    place, checkins, cards = await shop(db), CheckIns(db, POLICIES), MyCards(db, POLICIES)
    *_, sixth = [await checkins.check_in(act_of(place, fan(1), days(day), causes.next())) for day in range(6)]
    assert isinstance(sixth, CheckedIn)
    again = await checkins.check_in(act_of(place, fan(1), days(5), causes.next()))
    assert isinstance(again, AlreadyCheckedIn)
    card, ready = [await cards.card(act_of(place, fan(1), days(day))) for day in (5, 6)]
    told = [(one.tomorrow, one.tomorrow_bonus) for one in (sixth, again, card, ready)]
    assert told == [(70, 50)] * 4
    seventh = await checkins.check_in(act_of(place, fan(1), days(6), causes.next()))
    assert isinstance(seventh, CheckedIn)
    assert seventh.coins + seventh.bonus == 70


async def test_the_check_in_that_raises_tells_it_once(db: Database, causes: Causes) -> None:
    """The deed that brings the thirtieth point is a check-in: its answer says what opens, and no message follows."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    member_id = await db.write(_does, place, fan(1), Deed.REDEEM, 1)
    await db.write(_does, place, fan(1), Deed.FRIEND, 1, days(-15))
    await clock_of(db).run_due(NOON)
    outcomes = [
        await checkins.check_in(act_of(place, fan(1), days(0), "42:900")),
        await checkins.check_in(act_of(place, fan(1), days(0), "42:900")),
    ]
    first = outcomes[0]
    assert isinstance(first, CheckedIn)
    assert first.risen is not None
    assert (first.risen.tier, first.risen.opens.percent, first.coins) == (Tier.FAN, 110, 5)
    assert first.tomorrow == 7  # 6 × 1.1
    assert outcomes[1] == first
    await clock_of(db).run_due(NOON)
    assert await said(db, "members.Risen") == []
    assert len(await query(db, "SELECT id FROM tier_rise WHERE member_id = :id", id=member_id)) == 1
    second = await checkins.check_in(act_of(place, fan(1), days(1), causes.next()))
    assert isinstance(second, CheckedIn)
    assert (second.risen, second.percent, second.coins) == (None, 110, 7)


async def test_many_clocks_at_once_tell_a_rise_once(db: Database) -> None:
    """Six clocks and readers that write race for one rise: one row, one message."""
    place = await shop(db)
    member_id = await db.write(_does, place, fan(1), Deed.STREAM, 6)
    clocks = [clock_of(db).run_due(NOON) for _ in range(6)]
    readers = [db.write(tier_of, place, member_id, NOON, TIERS) for _ in range(6)]
    await asyncio.gather(*clocks, *readers)
    await clock_of(db).run_due(NOON)
    assert len(await query(db, "SELECT id FROM tier_rise")) == 1
    [(chat_id, facts)] = await said(db, "members.Risen")
    assert (chat_id, "'fan'" in str(facts) or '"fan"' in str(facts)) == (place.home_chat, True)
    assert await query(db, "SELECT member_id FROM tier_pending") == []


async def test_who_cant_be_told_reads_it_at_their_next_check_in(db: Database, causes: Causes) -> None:
    """Without a room to whisper in and a private chat, the next check-in says it once."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    await db.write(_does, place, fan(1), Deed.STREAM, 6)
    await db.write(_set, "UPDATE fan_group SET is_admin = false")
    await clock_of(db).run_due(NOON)
    assert await said(db, "members.Risen") == []
    first = await checkins.check_in(act_of(place, fan(1), days(0), causes.next()))
    second = await checkins.check_in(act_of(place, fan(1), days(1), causes.next()))
    assert isinstance(first, CheckedIn)
    assert isinstance(second, CheckedIn)
    assert (first.risen is not None and first.risen.tier, second.risen) == (Tier.FAN, None)


def _set(tx: Tx, sql: str) -> None:
    tx.execute(text(sql))


async def test_a_fall_is_told_a_week_before_and_only_if_nothing_keeps_the_tier(db: Database, causes: Causes) -> None:
    """Two fans fall at the same month's end: the silent one is warned, the other one's deeds moved the date."""
    place = await shop(db)
    silent = await db.write(_does, place, fan(1), Deed.STREAM, 6)
    active = await db.write(_does, place, fan(2), Deed.STREAM, 6)
    await db.write(_set, "UPDATE person SET can_write = true")
    clock = clock_of(db)
    await clock.run_due(NOON)
    [(falls_on,), (other,)] = await query(db, "SELECT tier_falls_on FROM member WHERE tier = 'fan' ORDER BY id")
    assert str(falls_on) == str(other) == "2026-12-31"
    checkins = CheckIns(db, POLICIES)
    for day in range(1, 45):
        await checkins.check_in(act_of(place, fan(2), days(day), causes.next()))
    eve = datetime(2026, 12, 24, 3, 0, tzinfo=UTC)
    assert await clock.run_due(eve - timedelta(days=1)) == datetime(2026, 12, 23, 15, 0, tzinfo=UTC)
    assert await said(db, "members.FallComing") == []
    for _ in range(2):
        await clock.run_due(eve)
    [(chat_id, _facts)] = await said(db, "members.FallComing")
    assert chat_id == fan(1).user_id
    rows = dict(await query(db, "SELECT id, tier_falls_on FROM member"))
    assert str(rows[silent]) == "2026-12-31"
    assert str(rows[active]) > "2027-01-01"
    await clock.run_due(datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    tiers = dict(await query(db, "SELECT id, tier FROM member"))
    assert (tiers[silent], tiers[active]) == ("new", "fan")


async def test_the_fall_of_who_cant_be_written_to_waits_for_their_check_in(db: Database, causes: Causes) -> None:
    """The warning stands in the answer to their next check-in, once."""
    place, checkins = await shop(db), CheckIns(db, POLICIES)
    await db.write(_does, place, fan(1), Deed.STREAM, 6)
    clock = clock_of(db)
    await clock.run_due(NOON)
    await clock.run_due(datetime(2026, 12, 24, 3, 0, tzinfo=UTC))
    assert await said(db, "members.FallComing") == []
    at = datetime(2026, 12, 25, 3, 0, tzinfo=UTC)
    first = await checkins.check_in(act_of(place, fan(1), at, causes.next()))
    second = await checkins.check_in(act_of(place, fan(1), at + timedelta(days=1), causes.next()))
    assert isinstance(first, CheckedIn)
    assert isinstance(second, CheckedIn)
    assert first.falling is not None
    assert (first.falling.tier, first.falling.falls_on, second.falling) == (Tier.FAN, date(2026, 12, 31), None)


async def test_a_deed_that_is_taken_back_moves_the_fall_nearer(db: Database) -> None:
    """The stored date is that of the deeds that are left."""
    place = await shop(db)
    member_id = await db.write(_does, place, fan(1), Deed.FRIEND, 5)
    for kind in (Deed.REDEEM, Deed.ANSWER):
        await db.write(_does, place, fan(1), kind, 1)
    clock = clock_of(db)
    await clock.run_due(NOON)
    [(before,)] = await query(db, "SELECT tier_falls_on FROM member WHERE id = :id", id=member_id)
    await db.write(take_back, member_id, Did.FRIEND, NOON.date(), About(Thing.INVITATION, 1), 2)
    await clock.run_due(NOON)
    [(after,)] = await query(db, "SELECT tier_falls_on FROM member WHERE id = :id", id=member_id)
    kept = [(Deed.FRIEND, 3), (Deed.REDEEM, 1), (Deed.ANSWER, 1)]
    left = sums_of([DayOfDeeds(NOON.date(), kind, times) for kind, times in kept], TIERS)
    known = TierNow(Tier.FAN, NOON.date(), NOON.date())
    assert str(after) == str(look_ahead(known, left, NOON.date(), TIERS).falls_on)
    assert str(after) < str(before)


async def test_the_clock_looks_at_nobody_who_did_nothing(db: Database) -> None:
    """After everybody is settled, a month in which nothing is due reads no deed and writes no row."""
    place = await shop(db)
    for number in range(1, 6):
        await db.write(_does, place, fan(number), Deed.STREAM, 6)
    clock = clock_of(db)
    await clock.run_due(NOON)
    before = await query(db, "SELECT * FROM member ORDER BY id")
    next_at = await clock.run_due(days(20))
    assert next_at == datetime(2026, 12, 23, 15, 0, tzinfo=UTC)
    assert await query(db, "SELECT * FROM member ORDER BY id") == before


async def test_the_owner_hears_once_a_day_of_core_fans_in_private(db: Database) -> None:
    """Two fans become core on one day: one private note at ten the next morning, with what they did."""
    place = await shop(db)
    for number in (1, 2):
        await db.write(_does, place, fan(number), Deed.STREAM, 60)
    await db.write(_set, "UPDATE person SET can_write = true WHERE user_id = 1")
    clock = clock_of(db)
    await clock.run_due(NOON)
    assert await said(db, "members.NewCore") == []
    ten = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
    for _ in range(2):
        await clock.run_due(ten)
    [(chat_id, facts)] = await said(db, "members.NewCore")
    assert chat_id == OWNER.user_id
    assert all(name in str(facts) for name in ("Fan 1", "Fan 2", "stream"))


async def test_who_is_deleted_goes_from_a_waiting_note(db: Database) -> None:
    """A note to the owner that waits is taken back: nothing names the fan who left, and the other one is told of."""
    place = await shop(db)
    await db.write(_set, "UPDATE person SET can_write = true WHERE user_id = 1")
    for sender in (fan(1), fan(2)):
        await db.write(_does, place, sender, Deed.STREAM, 60)
    await clock_of(db).run_due(NOON)
    ten = datetime(2026, 11, 3, 1, tzinfo=UTC)
    await clock_of(db).run_due(ten)
    assert fan(1).name in str(await said(db, "members.NewCore"))
    await privacy(db).delete(place, fan(1).user_id, ten)
    await clock_of(db).run_due(ten + DAY)
    [(_, facts)] = await said(db, "members.NewCore")
    assert (fan(1).name in str(facts), fan(2).name in str(facts)) == (False, True)


async def test_the_owner_is_never_told_of_core_fans_in_a_group(db: Database) -> None:
    """An owner who can't be written to hears nothing, also after a week."""
    place = await shop(db)
    await db.write(_does, place, fan(1), Deed.STREAM, 60)
    clock = clock_of(db)
    await clock.run_due(NOON)
    for day in range(1, 12):
        await clock.run_due(days(day))
    assert await said(db, "members.NewCore") == []
    assert await query(db, "SELECT id FROM tier_rise WHERE nudged_at IS NULL") == []


async def test_the_page_says_why_and_what_is_missing(db: Database) -> None:
    """A fan reads each kind's points, which add up, what the tier opens, and about what brings the next."""
    place = await shop(db)
    await db.write(_does, place, fan(1), Deed.STREAM, 6)
    await db.write(_does, place, fan(1), Deed.CHECK_IN, 1)
    page = await TierPages(db, POLICIES, OPENS).page(act_of(place, outside(fan(1)), NOON))
    assert (page.sums.tier, page.sums.points, page.opens.percent) == (Tier.FAN, 32, 110)
    assert [(one.what, one.points) for one in page.sums.sums] == [(Deed.CHECK_IN, 2), (Deed.STREAM, 30)]
    assert page.sums.lacking is not None
    assert (page.sums.lacking.points, page.then is not None and page.then.percent) == (88, 125)


async def test_what_is_stored_is_what_comes_out_from_scratch(db: Database, causes: Causes) -> None:
    """Check-ins, streams and orders over a year, settled as they come: tier and fall as if settled once at the end."""
    place, checkins, clock = await shop(db), CheckIns(db, POLICIES), clock_of(db)
    member_id = await db.write(_does, place, fan(1), Deed.CHECK_IN, 1, days(-1))
    deeds = [DayOfDeeds(days(-1).date(), Deed.CHECK_IN, 1)]
    plan: list[tuple[int, Deed, int]] = [(n, Deed.CHECK_IN, 1) for n in range(60)]
    plan += [(n, Deed.STREAM, 1) for n in range(3, 90, 7)] + [(40, Deed.REDEEM, 4), (41, Deed.ORDER, 60_000)]
    for day, kind, times in sorted(plan, key=lambda one: one[0]):
        await clock.run_due(days(day))
        if kind is Deed.CHECK_IN:
            await checkins.check_in(act_of(place, fan(1), days(day), causes.next()))
        else:
            await db.write(_does, place, fan(1), kind, times, days(day))
        deeds.append(DayOfDeeds(days(day).date(), kind, times))
    day = 90
    while day < 400:
        await clock.run_due(days(day))
        day += 5
    last = days(395)
    scratch = settle(TierNow(), sums_of(deeds, TIERS), last.date(), TIERS)
    ahead = look_ahead(scratch, sums_of(deeds, TIERS), last.date(), TIERS)
    [(tier, falls_on)] = await query(db, "SELECT tier, tier_falls_on FROM member WHERE id = :id", id=member_id)
    assert (tier, falls_on and str(falls_on)) == (scratch.tier.value, ahead.falls_on and str(ahead.falls_on))


def test_the_ends_of_months() -> None:
    """February, December, and the day itself."""
    ends = [end_of_month(date(2026, *one)) for one in ((2, 1), (12, 31), (4, 30))]
    assert ends == [date(2026, 2, 28), date(2026, 12, 31), date(2026, 4, 30)]
    assert end_of_month(date(2028, 2, 29)) + DAY == date(2028, 3, 1)
