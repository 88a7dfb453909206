"""The morning card: once a day of the community, in its groups, counting; on both databases."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.features.posts.fill import FillRules, fill_posting
from bot.features.posts.morning import morning_card
from bot.features.posts.plan import plan_week
from bot.rules.posts.morning import MorningCard
from bot.rules.posts.slots import CalendarPolicy
from bot.rules.quiet_room import QuietRoomPolicy
from bot.rules.shops.setup import Setup
from bot.store.engine.db import Database
from bot.store.messages.cards import take_down
from bot.store.mornings import CARD
from bot.store.rooms import leave_room
from bot.store.tables import FanGroup, Slot
from tests.features.scene import NOON, Causes, act_of, desk, fan, query, shop
from tests.features.studio import EIGHT, Studio, another_group, at, morning_slot

NINE = NOON + timedelta(hours=21)
"""Nine o'clock on the first Tuesday."""
TUESDAY = date(2026, 11, 3)
MIDNIGHT = NOON + timedelta(hours=36)
"""The end of Tuesday."""


@pytest.fixture
async def studio(db: Database, causes: Causes) -> Studio:
    """A studio whose morning card comes at nine."""
    studio = await Studio.open(db, causes)
    await morning_slot(db, studio.place)
    return studio


async def somebody_is_heard(studio: Studio, at: datetime) -> None:
    """Somebody writes in each room."""
    await studio.db.write(lambda tx: tx.execute(update(FanGroup).values(heard_at=at)))


async def postings(studio: Studio) -> list[tuple[str, str, str | None]]:
    """What filled the slot on which day, or why nothing did; what is planned is left out."""
    rows = await query(studio.db, "SELECT day, state, reason FROM posting WHERE state <> 'planned' ORDER BY day")
    return [(str(day), state, reason) for day, state, reason in rows]


async def card(studio: Studio, now: datetime) -> MorningCard | None:
    """The card of the last morning."""
    ((posting_id,),) = await query(studio.db, "SELECT max(id) FROM posting WHERE state = 'posted'")
    return await studio.db.read(morning_card, studio.place.community_id, posting_id, now)


async def test_once_a_day(studio: Studio) -> None:
    """At its hour, not before, and not again that day."""
    assert (await studio.tick(NINE - timedelta(seconds=1)))[2] == NINE
    assert await studio.post(NINE - timedelta(seconds=1)) == {}
    planned_again = await studio.tick(NINE)
    assert planned_again[2] is not None
    assert MIDNIGHT < planned_again[2] < MIDNIGHT + timedelta(hours=1)
    assert await studio.post(NINE) == {"card": 1}
    for hours in (0, 1, 4, 14):
        await studio.tick(NINE + timedelta(hours=hours))
        assert await studio.post(NINE + timedelta(hours=hours)) == {}
    await somebody_is_heard(studio, NINE + timedelta(hours=20))
    await studio.tick(NINE + timedelta(days=1))
    assert await studio.post(NINE + timedelta(days=1)) == {"card": 1}
    assert await postings(studio) == [("2026-11-03", "posted", None), ("2026-11-04", "posted", None)]


async def test_the_day_of_the_founding(studio: Studio) -> None:
    """Founded at noon, the shop has no card of nine o'clock that day: nothing was planned for it."""
    await studio.tick(NOON)
    assert await postings(studio) == []
    assert await studio.post(NOON) == {}
    ((first,),) = await query(studio.db, "SELECT min(day) FROM posting")
    assert str(first) == "2026-11-03"


@pytest.mark.parametrize(("hours", "state"), [(0.98, "posted"), (1.02, "expired")])
async def test_after_an_outage(studio: Studio, hours: float, state: str) -> None:
    """Up to an hour late; then the day's card is left out, with the reason for the owner's log."""
    now = NINE + timedelta(hours=hours)
    await studio.tick(now)
    assert [one[1] for one in await postings(studio)] == [state]
    assert await studio.post(now) == ({"card": 1} if state == "posted" else {})


async def test_after_a_week_down(studio: Studio) -> None:
    """Today's card comes, those of the days between don't, and the log says why."""
    await studio.tick(NINE)
    await studio.post(NINE)
    later = NINE + timedelta(days=7, minutes=50)
    await somebody_is_heard(studio, later)
    await studio.tick(later)
    assert await studio.post(later) == {"card": 1}
    states = [(state, reason) for _, state, reason in await postings(studio)]
    assert states == [("posted", None), *[("expired", "too_late")] * 6, ("posted", None)]


async def test_promised_and_not_sent_in_time(studio: Studio) -> None:
    """Filled, and then the way out was shut: after an hour it isn't hung any more."""
    await studio.tick(NINE)
    assert await studio.post(NINE + timedelta(hours=1)) == {}


async def test_on_its_weekdays_only(db: Database, causes: Causes) -> None:
    """A slot of Tuesdays and Fridays fills those."""
    studio = await Studio.open(db, causes)
    await morning_slot(db, studio.place, weekdays="25")
    for number in range(7):
        await somebody_is_heard(studio, NINE + timedelta(days=number))
        await studio.tick(NINE + timedelta(days=number))
    assert [day for day, state, _ in await postings(studio) if state == "posted"] == ["2026-11-03", "2026-11-06"]


async def test_switched_off(studio: Studio) -> None:
    """An idle slot fills nothing, even if it was due a moment ago, and what was planned for it goes."""
    await studio.tick(NOON)
    await studio.db.write(lambda tx: tx.execute(update(Slot).values(active=False)))
    ((posting_id,),) = await query(studio.db, "SELECT min(id) FROM posting")
    policies = FillRules(CalendarPolicy(), QuietRoomPolicy())
    assert await studio.db.write(fill_posting, posting_id, None, frozenset(), NINE, policies) is None
    await studio.db.write(plan_week, studio.place.community_id, NINE, policies.calendar)
    await studio.tick(NINE)
    assert await query(studio.db, "SELECT count(*) FROM posting") == [(0,)]


async def test_in_no_group(studio: Studio) -> None:
    """The bot was removed everywhere: written down, and nothing is promised."""
    await studio.db.write(leave_room, -1001, NOON)
    await another_group(studio.db, studio.place, -1003, channel=True)
    await studio.tick(NINE)
    assert await postings(studio) == [("2026-11-03", "skipped", "no_room")]
    assert await studio.waiting() == {}


async def test_it_counts_who_checked_in(studio: Studio) -> None:
    """The card counts this shop's check-ins of its own day, by edits at most every ten seconds."""
    await studio.tick(NINE)
    await studio.post(NINE)
    there = Studio(studio.db, await shop(studio.db, fan(900), -1009), studio.causes)
    await there.checks_in(fan(7), NINE)
    assert await studio.waiting() == {}
    for number in range(3):
        await studio.checks_in(fan(number), NINE + timedelta(seconds=1))
    assert await studio.waiting() == {"edit": 1}
    assert await studio.post(NINE + timedelta(seconds=9)) == {}
    assert await studio.post(NINE + timedelta(seconds=10)) == {"edit": 1}
    shown = await card(studio, NINE)
    assert shown == MorningCard(TUESDAY, 3, None, None, past=False)
    assert await studio.db.read(morning_card, there.place.community_id, 1, NINE) is None


async def test_it_names_the_days_stream(studio: Studio) -> None:
    """Tonight's, until three hours after midnight; not tomorrow's, nor a cancelled one."""
    day = timedelta(days=1)
    await studio.plan(EIGHT + 2 * day, title="Tomorrow")
    await studio.tick(NINE)
    shown = await card(studio, NINE)
    assert shown is not None
    assert shown.stream is None
    await studio.plan(at(5 * 60) + day, title="Late")
    assert (await card(studio, NINE)) == MorningCard(TUESDAY, 0, "Late", at(5 * 60) + day, past=False)
    await studio.plan(EIGHT + day, title="Tonight")
    assert (await card(studio, NINE)) == MorningCard(TUESDAY, 0, "Tonight", EIGHT + day, past=False)
    await studio.cancel(NINE, number=3)
    assert (await card(studio, NINE)) == MorningCard(TUESDAY, 0, "Late", at(5 * 60) + day, past=False)


async def test_yesterdays_card(studio: Studio) -> None:
    """It says how many came, and offers no button any more."""
    await studio.tick(NINE)
    shown = await card(studio, NINE + timedelta(hours=15))
    assert shown is not None
    assert shown.past


async def test_a_change_of_zone_makes_no_second_card(studio: Studio) -> None:
    """Seoul's Tuesday card was hung; New York's Monday and Tuesday follow: Tuesday has had its card."""
    await studio.tick(NINE)
    await desk(studio.db).change(
        act_of(studio.place, at=NINE, cause=studio.causes.next()), Setup(timezone="America/New_York")
    )
    for hours in range(1, 60):
        await somebody_is_heard(studio, NINE + timedelta(hours=hours))
        await studio.tick(NINE + timedelta(hours=hours))
    posted = [(day, state) for day, state, _ in await postings(studio) if state == "posted"]
    assert posted == [("2026-11-03", "posted"), ("2026-11-04", "posted")]
    due = await query(studio.db, "SELECT due_at FROM posting WHERE state = 'posted' ORDER BY day")
    # Nine o'clock in Seoul, then nine o'clock in New York.
    assert [str(row[0])[:16] for row in due] == ["2026-11-03 00:00", "2026-11-04 14:00"]


async def test_a_card_follows_its_group(studio: Studio) -> None:
    """A morning card that wasn't hung yet changes its chat with the group."""
    await studio.tick(NINE)
    assert await studio.db.write(take_down, CARD, -1001, -1002) == []
    assert await query(studio.db, "SELECT chat_id FROM card") == [(-1002,)]


@pytest.mark.parametrize(
    ("hears", "heard_hours_ago", "posted"),
    [
        pytest.param(True, 23, True, id="somebody was up yesterday"),
        pytest.param(True, 25, False, id="nobody for a day"),
        pytest.param(False, 25, True, id="the bot can't hear there"),
    ],
)
async def test_nobody_is_woken(studio: Studio, hears: bool, heard_hours_ago: int, posted: bool) -> None:
    """Where nobody was heard for a day the card stays away, unless the bot can't hear anybody there."""
    now = NINE + timedelta(days=2)
    await somebody_is_heard(studio, now - timedelta(hours=heard_hours_ago))
    await studio.db.write(lambda tx: tx.execute(update(FanGroup).values(is_admin=hears)))
    await studio.tick(now)
    assert await studio.post(now) == ({"card": 1} if posted else {})
    day = ("2026-11-05", "posted", None) if posted else ("2026-11-05", "skipped", "asleep")
    assert (await postings(studio))[-1] == day


async def test_one_room_sleeps_and_another_is_awake(studio: Studio) -> None:
    """Each room decides for itself."""
    await another_group(studio.db, studio.place, -1005)
    now = NINE + timedelta(days=3)
    await studio.db.write(
        lambda tx: tx.execute(update(FanGroup).where(col(FanGroup.chat_id) == -1005).values(heard_at=now))
    )
    await studio.tick(now)
    assert await query(studio.db, "SELECT chat_id FROM card") == [(-1005,)]
