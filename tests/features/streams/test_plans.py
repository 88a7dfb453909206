"""Plans of streams and what is promised of them, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from bot.features.streams.live_card import live_card
from bot.features.streams.plans import StreamPlans
from bot.rules.airings import AiringState
from bot.rules.general import NothingToUndo, TooLateToUndo, Undone
from bot.rules.shops.setup import Setup
from bot.rules.streams.reminders import Reminding
from bot.rules.streams.streams import NewStream, StreamInPast, StreamMade, StreamPolicy
from bot.store.engine.db import Database
from tests.features.scene import NOON, Causes, act_of, desk, everything, fan, shop
from tests.features.studio import EIGHT, WEEK, Studio, another_group, at, morning_slot


async def test_a_plan(db: Database, causes: Causes) -> None:
    """It has a number, one airing, and its start is promised to every group and the channel."""
    studio = await Studio.open(db, causes)
    await another_group(db, studio.place, -1002)
    await another_group(db, studio.place, -1003, channel=True)
    made = await studio.plan(url="https://example.com/live", remind=(timedelta(hours=1),), length=timedelta(hours=2))
    assert made == StreamMade(1, "Silk night", EIGHT, "once", "https://example.com/live", (60,), 120, 3, made.audit_id)
    (airing,) = await studio.planned()
    assert (airing.starts_at, airing.ends_at, airing.state) == (EIGHT, at(120), AiringState.PLANNED)
    assert await studio.waiting() == {"card": 3}
    assert await studio.post(at(-1)) == {}
    assert await studio.post(EIGHT) == {"card": 3}


@pytest.mark.parametrize("minutes", [0, -1, -100_000])
async def test_a_plan_for_the_past(db: Database, causes: Causes, minutes: int) -> None:
    """What would have begun already isn't planned, and takes no number."""
    place = await shop(db)
    before = await everything(db)
    start = NOON + timedelta(minutes=minutes)
    outcome = await StreamPlans(db, StreamPolicy()).plan(act_of(place, cause=causes.next()), NewStream("Silk", start))
    assert outcome == StreamInPast(start)
    assert await everything(db) == before


async def test_a_redelivered_plan(db: Database, causes: Causes) -> None:
    """The same cause hears the first answer and plans nothing more."""
    studio = await Studio.open(db, causes)
    first = await studio.plan(cause="42:900")
    before = await everything(db)
    assert await studio.plan(cause="42:900", title="Other") == first
    assert await everything(db) == before


async def test_numbers_count_within_the_shop(db: Database, causes: Causes) -> None:
    """Twenty plans at once get twenty numbers; another shop begins with one."""
    studio = await Studio.open(db, causes)
    made = await asyncio.gather(*(studio.plan(at(number)) for number in range(20)))
    assert sorted(one.number for one in made) == list(range(1, 21))
    there = Studio(db, await shop(db, fan(900), -1009), causes)
    assert (await there.plan()).number == 1


async def test_a_weekly_plan_makes_the_next_airing_only(db: Database, causes: Causes) -> None:
    """The second airing is made when the first is over, and a week later."""
    studio = await Studio.open(db, causes)
    await studio.plan(weekly=True)
    assert len(await studio.planned()) == 1
    await studio.golive(EIGHT)
    await studio.end(at(60))
    (following,) = await studio.planned()
    assert following.starts_at == EIGHT + WEEK
    await studio.tick(EIGHT + WEEK + timedelta(hours=4))
    (third,) = await studio.planned()
    assert third.starts_at == EIGHT + 2 * WEEK


@pytest.mark.parametrize(
    ("timezone", "hours"),
    [
        pytest.param("America/New_York", 14, id="west: Monday 20:00 there is fourteen hours later"),
        pytest.param("Pacific/Kiritimati", -5, id="east"),
        pytest.param("Pacific/Pago_Pago", 20, id="far west"),
    ],
)
async def test_a_week_stays_a_week_after_a_change_of_zone(
    db: Database, causes: Causes, timezone: str, hours: int
) -> None:
    """What was planned keeps its instant; the next airing has the wall clock of the new zone, a week on."""
    studio = await Studio.open(db, causes)
    await studio.plan(weekly=True)
    await desk(db).change(act_of(studio.place, cause=causes.next()), Setup(timezone=timezone))
    assert [one.starts_at for one in await studio.planned()] == [EIGHT]
    await studio.tick(at(181))
    assert [one.starts_at for one in await studio.planned()] == [EIGHT + WEEK + timedelta(hours=hours)]


async def test_a_weekly_airing_that_the_bot_slept_through(db: Database, causes: Causes) -> None:
    """Three weeks down: the old airing is closed in silence, and the next one is still to come."""
    studio = await Studio.open(db, causes)
    await studio.plan(weekly=True)
    await studio.tick(EIGHT + 3 * WEEK + timedelta(minutes=5))
    (following,) = await studio.planned()
    assert following.starts_at == EIGHT + 4 * WEEK
    assert await studio.post(EIGHT + 3 * WEEK + timedelta(minutes=5)) == {}


async def test_an_undone_plan_leaves_nothing_behind(db: Database, causes: Causes) -> None:
    """No airing, no promise, no alarm; the number stays used."""
    studio = await Studio.open(db, causes)
    await studio.plan(weekly=True)
    assert await studio.undo(NOON) == Undone("stream.made", "#1 Silk night")
    assert await studio.planned() == []
    assert await studio.waiting() == {}
    assert (await studio.tick(EIGHT))[:2] == [None, None]
    assert await studio.post(EIGHT) == {}
    assert await studio.planned() == []
    assert await studio.undo(NOON) == NothingToUndo()
    assert (await studio.plan()).number == 2


async def test_a_plan_that_somebody_wants_to_be_reminded_of(db: Database, causes: Causes) -> None:
    """Once a fan asked, the plan is called off aloud, not undone; after they thought again it can be."""
    studio = await Studio.open(db, causes)
    await studio.plan()
    await studio.subscribes(fan(1), NOON)
    before = await everything(db)
    assert await studio.undo(NOON) == TooLateToUndo("stream.made", "#1 Silk night")
    assert await everything(db) == before


@pytest.mark.parametrize("act", ["begun", "on air", "moved", "ended", "cancelled"])
async def test_a_plan_that_is_used_stays(db: Database, causes: Causes, act: str) -> None:
    """What has begun, moved, ended or been called off isn't undone as if it had never been planned."""
    studio = await Studio.open(db, causes)
    made = await studio.plan(weekly=True)
    later = EIGHT
    match act:
        case "begun":
            later = at(1)
        case "on air":
            await studio.golive(NOON)
        case "moved":
            await studio.delay(NOON, by=timedelta(minutes=5))
        case "ended":
            await studio.golive(NOON)
            await studio.end(NOON)
        case _:
            await studio.cancel(NOON)
    outcome = await studio.undo(later, made.audit_id)
    assert outcome == TooLateToUndo("stream.made", "#1 Silk night")


async def test_asking_to_be_reminded_while_the_plan_is_undone(db: Database, causes: Causes) -> None:
    """Ten fans ask while staff take it back: either they are on the list of a stream that comes, or hear it is gone."""
    studio = await Studio.open(db, causes)
    made = await studio.plan()
    *asked, undone = await asyncio.gather(
        *(studio.asks(fan(number), NOON) for number in range(10)), studio.undo(NOON, made.audit_id)
    )
    kept = [one for one in asked if isinstance(one, Reminding)]
    assert isinstance(undone, Undone) is not bool(kept)
    assert len(await studio.planned()) == (1 if kept else 0)


async def test_what_is_coming(db: Database, causes: Causes) -> None:
    """What is on stands first, five at most, and each reader sees what they asked for."""
    studio = await Studio.open(db, causes)
    for number in range(6):
        await studio.plan(at(number * 60), title=f"Night {number}", weekly=number == 1)
    await studio.subscribes(fan(1), NOON, stream=2)
    plans = StreamPlans(db, studio.policy)
    shown = await plans.list_coming(act_of(studio.place, fan(1), at(61)))
    assert [(line.title, line.phase, line.weekly, line.reminded) for line in shown.lines] == [
        ("Night 0", "starting", False, False),
        ("Night 1", "starting", True, True),
        ("Night 2", "coming", False, False),
        ("Night 3", "coming", False, False),
        ("Night 4", "coming", False, False),
    ]
    assert not any(line.reminded for line in (await plans.list_coming(act_of(studio.place))).lines)
    other = await shop(db, fan(900), -1009)
    assert (await plans.list_coming(act_of(other, fan(1)))).lines == ()


async def test_a_card_of_another_shop(db: Database, causes: Causes) -> None:
    """An airing's card is shown in its own shop only."""
    studio = await Studio.open(db, causes)
    await studio.plan()
    airing_id, other = await studio.last_id(), await shop(db, fan(900), -1009)
    assert await db.read(live_card, other.community_id, airing_id, EIGHT) is None
    assert await db.read(live_card, studio.place.community_id, airing_id, EIGHT) is not None


async def test_a_channel_is_told_of_the_start_only(db: Database, causes: Causes) -> None:
    """The morning card hangs in the groups; the start is told in the channel too."""
    studio = await Studio.open(db, causes)
    await another_group(db, studio.place, -1003, channel=True)
    await morning_slot(db, studio.place)
    nine = NOON + timedelta(hours=21)
    await studio.tick(nine)
    await studio.plan(nine + timedelta(hours=1), made=nine)
    assert await studio.post_to(nine) == [(-1001, "card")]
    assert await studio.post_to(nine + timedelta(hours=1)) == [(-1001, "card"), (-1003, "card")]
