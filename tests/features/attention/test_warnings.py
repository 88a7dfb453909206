"""What staff type and what breaks a bound waits ten seconds, and longer if they hold it; on both databases."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domains import DOMAINS, lines_of
from bot.features.attention.bounds import ShopBounds
from bot.features.attention.budget import Budget
from bot.features.attention.warnings import StaffWarnings
from bot.rules.act import Act
from bot.rules.attention.bounds import BoundsPolicy, BoundsWish, Span
from bot.rules.attention.budget import AttentionPolicy
from bot.rules.attention.warnings import Broken, LeftAlready, StaffWarned, WaitsNow, WarningPolicy
from bot.rules.coupons.campaigns import CampaignMade, NewCampaign
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.verdicts import Reason
from bot.store.engine.db import Database
from bot.store.messages import departures
from tests.features.scene import NOON, OWNER, Causes, act_of, campaigns_of, fan, query, shop, undo
from tests.features.studio import EIGHT, Studio

NIGHT = NOON + timedelta(hours=10)
"""Ten in the evening of the first Monday in Seoul: quiet hours."""
NINE = NOON + timedelta(hours=21)
TEN_SECONDS = timedelta(seconds=10)


def warnings_of(db: Database, at: datetime, grace: timedelta = TEN_SECONDS) -> StaffWarnings:
    """What looks at staff's acts at this instant."""
    warned = StaffWarnings(db, AttentionPolicy(), WarningPolicy(grace), lambda: at, lines_of(DOMAINS))
    db.on_typed(warned.look)
    return warned


async def drops(db: Database, act: Act, **wish: Any) -> CampaignMade:
    """Staff put up a drop."""
    made = await campaigns_of(db).make(act, NewCampaign(wish.pop("title", "Silk scarf"), 3, **wish))
    assert isinstance(made, CampaignMade)
    return made


async def due(db: Database) -> list[timedelta]:
    """How long after noon cards are due."""
    rows = await db.read(departures.look, NOON)
    assert rows is not None
    found = await query(db, "SELECT due_at FROM outbox WHERE act = 'post_card' ORDER BY id")
    return [datetime.fromisoformat(str(at)).replace(tzinfo=NOON.tzinfo) - NOON for (at,) in found]


async def test_within_bounds_nothing_waits(db: Database, causes: Causes) -> None:
    """A drop at noon goes at once, without a word."""
    place = await shop(db)
    warned, act = warnings_of(db, NOON), act_of(place, cause=causes.next())
    await drops(db, act)
    assert await due(db) == [timedelta(0)]
    assert await warned.warning(place, act.cause) is None


async def test_in_quiet_hours_it_waits_ten_seconds(db: Database, causes: Causes) -> None:
    """A drop at night is held for ten seconds, and the warning names the hours and the next morning."""
    place = await shop(db)
    warned, act = warnings_of(db, NIGHT), act_of(place, at=NIGHT, cause=causes.next())
    await drops(db, act)
    assert await due(db) == [NIGHT - NOON + TEN_SECONDS]
    told = await warned.warning(place, act.cause)
    assert told is not None
    assert told == StaffWarned(
        place.community_id, told.verdict_id, Broken(Reason.QUIET_HOURS, 0, Span("21:00", "09:00")), 1, 10, NINE
    )


async def test_held_and_let_go(db: Database, causes: Causes) -> None:
    """Held it waits until nine; a second press of the same update hears the same; undone it goes out now."""
    place = await shop(db)
    warned, act = warnings_of(db, NIGHT), act_of(place, at=NIGHT, cause=causes.next())
    await drops(db, act)
    told = await warned.warning(place, act.cause)
    assert told is not None
    press = act_of(place, at=NIGHT, cause=causes.next())
    held = await warned.hold(press, told.verdict_id)
    assert held == WaitsNow(NINE, 1, held.audit_id) if isinstance(held, WaitsNow) else False
    assert await warned.hold(press, told.verdict_id) == held
    assert await due(db) == [NINE - NOON]
    assert await query(db, "SELECT ruling, reason FROM verdict") == [("hold", "quiet_hours")]
    assert await warned.warning(place, act.cause) is None
    assert isinstance(held, WaitsNow)
    assert isinstance(await undo(db, place, OWNER.user_id, NIGHT, causes.next(), held.audit_id), Undone)
    assert await due(db) == [NIGHT - NOON]


@pytest.mark.parametrize(("hours", "leaves"), [(11, True), (26, False)])
async def test_what_was_held_obeys_the_bounds_when_its_time_has_come(
    db: Database, causes: Causes, hours: int, leaves: bool
) -> None:
    """At nine it leaves. If the bot was away until the next midnight, it waits on: nobody types it then."""
    place = await shop(db)
    warned, act = warnings_of(db, NIGHT), act_of(place, at=NIGHT, cause=causes.next())
    await drops(db, act)
    told = await warned.warning(place, act.cause)
    assert told is not None
    assert isinstance(await warned.hold(act_of(place, at=NIGHT, cause=causes.next()), told.verdict_id), WaitsNow)
    now = NIGHT + timedelta(hours=hours)
    seen = await db.read(departures.look, now)
    taken = await db.write(Budget(AttentionPolicy()).take, seen.due, "me", now)
    assert bool(taken) is leaves
    assert await due(db) == [(NINE if leaves else NINE + timedelta(days=1)) - NOON]


async def test_gone_already(db: Database, causes: Causes) -> None:
    """What left can't be held, and what was held and left can't be let go."""
    place = await shop(db)
    warned, act = warnings_of(db, NIGHT), act_of(place, at=NIGHT, cause=causes.next())
    await drops(db, act)
    told = await warned.warning(place, act.cause)
    assert told is not None
    ids = [row_id for (row_id,) in await query(db, "SELECT id FROM outbox WHERE act = 'post_card'")]
    held = await warned.hold(act_of(place, at=NIGHT, cause=causes.next()), told.verdict_id)
    assert isinstance(held, WaitsNow)
    await db.write(departures.take, ids, "me")
    assert isinstance(await undo(db, place, OWNER.user_id, NIGHT, causes.next(), held.audit_id), TooLateToUndo)
    assert await warned.hold(act_of(place, at=NIGHT, cause=causes.next()), told.verdict_id) == LeftAlready()


async def test_nobody_elses(db: Database, causes: Causes) -> None:
    """Another shop's staff hold nothing here, nor does a verdict that nobody was warned of."""
    place, there = await shop(db), await shop(db, fan(9), -1009)
    warned, act = warnings_of(db, NIGHT), act_of(place, at=NIGHT, cause=causes.next())
    await drops(db, act)
    told = await warned.warning(place, act.cause)
    assert told is not None
    press = act_of(there, fan(9), NIGHT, causes.next())
    assert await warned.hold(press, told.verdict_id) == LeftAlready()
    assert await warned.hold(act_of(place, cause=causes.next()), 9_999) == LeftAlready()
    assert await warned.warning(there, act.cause) is None


async def test_over_before_it_could_go(db: Database, causes: Causes) -> None:
    """A drop that closes before the morning can't be held: no button is offered."""
    place = await shop(db)
    warned, act = warnings_of(db, NIGHT), act_of(place, at=NIGHT, cause=causes.next())
    await drops(db, act, closes=NIGHT + timedelta(hours=2))
    told = await warned.warning(place, act.cause)
    assert told is not None
    assert told.until is None


@pytest.mark.parametrize(("grace", "waits"), [(timedelta(0), 0), (TEN_SECONDS, 1)])
async def test_without_a_grace_nobody_is_warned(db: Database, causes: Causes, grace: timedelta, waits: int) -> None:
    """A shop could want no such wait."""
    place = await shop(db)
    warned, act = warnings_of(db, NIGHT, grace), act_of(place, at=NIGHT, cause=causes.next())
    await drops(db, act)
    assert await due(db) == [NIGHT - NOON + waits * TEN_SECONDS]
    assert (await warned.warning(place, act.cause) is not None) == bool(waits)


async def test_the_number_is_the_shops_own(db: Database, causes: Causes) -> None:
    """With three messages a day of its own, the shop's warning says three."""
    place = await shop(db)
    wish = BoundsWish(most=1, most_promotional=0)
    await ShopBounds(db, AttentionPolicy(), BoundsPolicy()).change(act_of(place, cause=causes.next()), wish)
    warned, act = warnings_of(db, NOON), act_of(place, cause=causes.next())
    await drops(db, act)
    told = await warned.warning(place, act.cause)
    assert told is not None
    assert told.broken == Broken(Reason.MOST_PROMOTIONAL, 0)


async def test_while_a_stream_is_on_nobody_is_warned(db: Database, causes: Causes) -> None:
    """At the microphone staff drop what they like, as often as they like."""
    studio = await Studio.open(db, causes)
    await studio.plan()
    await studio.golive(EIGHT)
    late = EIGHT + timedelta(hours=2)
    warned, act = warnings_of(db, late), studio.act(late)
    await drops(db, act)
    assert await warned.warning(studio.place, act.cause) is None


async def test_two_of_the_staff_hold_it_at_once(db: Database, causes: Causes) -> None:
    """One holds it, the other hears that there is nothing to hold any more; it waits once."""
    place = await shop(db)
    warned, act = warnings_of(db, NIGHT), act_of(place, at=NIGHT, cause=causes.next())
    await drops(db, act)
    told = await warned.warning(place, act.cause)
    assert told is not None
    presses = [act_of(place, at=NIGHT, cause=causes.next()) for _ in range(5)]
    outcomes = await asyncio.gather(*(warned.hold(press, told.verdict_id) for press in presses))
    assert sorted(type(one).__name__ for one in outcomes) == ["LeftAlready"] * 4 + ["WaitsNow"]
    assert await due(db) == [NINE - NOON]
