"""`/golive`: what is planned, what is on, what ended just now and what nobody planned; on both databases."""

from datetime import timedelta

from bot.rules.airings import Phase
from bot.rules.streams.airings import (
    NoStreamThere,
    WentLive,
)
from bot.store.engine.db import Database
from tests.features.scene import NOON, Causes, query
from tests.features.studio import EIGHT, Studio, another_group, at


async def test_golive_before_the_start(studio: Studio) -> None:
    """It is told at once, counts from now, and the planned time says nothing any more."""
    outcome = await studio.golive(at(-10), word="silk")
    assert outcome == WentLive(1, "Silk night", 1, "silk", planned=True, was=EIGHT)
    assert await studio.post(at(-10)) == {"card": 1}
    await studio.tick(EIGHT)
    assert await studio.post(EIGHT) == {}
    assert await studio.phase(at(169)) is Phase.ON_AIR
    assert await studio.phase(at(170)) is Phase.ENDED


async def test_golive_after_the_start_only_edits(studio: Studio) -> None:
    """The announcement that hangs there says that it is on; nothing is told anew."""
    await studio.tick(EIGHT)
    assert await studio.post(EIGHT) == {"card": 1}
    assert await studio.golive(at(4)) == WentLive(1, "Silk night", 0, None, planned=True, was=None, hung=1)
    assert await studio.post(at(4)) == {"edit": 1}
    assert await studio.golive(at(5), url="https://example.com/2", word="moon") == WentLive(
        1, "Silk night", 0, "moon", planned=True, was=None, hung=1
    )
    airing = await studio.airing(await studio.last_id())
    assert (airing.on_air_at, airing.url, airing.word) == (at(4), "https://example.com/2", "moon")
    assert airing.ends_at == at(180)


async def test_golive_while_the_announcement_is_late(studio: Studio) -> None:
    """Down over the start, then /golive: what waits is told once, now."""
    outcome = await studio.golive(at(40))
    assert isinstance(outcome, WentLive)
    assert outcome.told == 1
    assert await studio.post(at(40)) == {"card": 1}
    await studio.tick(at(41))
    assert await studio.post(at(41)) == {}


async def test_golive_after_the_announcement_expired(studio: Studio) -> None:
    """Told to nobody for an hour: nothing is announced by itself, but by the word of staff it is."""
    await studio.tick(at(61))
    assert await studio.post(at(61)) == {}
    outcome = await studio.golive(at(70))
    assert isinstance(outcome, WentLive)
    assert outcome.told == 1
    assert await studio.post(at(70)) == {"card": 1}
    await studio.golive(at(71))
    assert await studio.post(at(71)) == {"edit": 1}


async def test_golive_again_after_the_end(studio: Studio) -> None:
    """Ended by mistake: for an hour /golive opens it again, on the same card, and the end is told once."""
    await studio.golive(EIGHT)
    await studio.post(EIGHT)
    await studio.end(at(30))
    assert await studio.post(at(30)) == {"EndNotice": 1, "edit": 1}
    outcome = await studio.golive(at(89))
    assert isinstance(outcome, WentLive)
    assert (outcome.told, outcome.planned, outcome.was) == (0, True, None)
    assert await studio.post(at(89)) == {"edit": 1}
    assert await studio.phase(at(90)) is Phase.ON_AIR
    await studio.tick(at(89 + 180))
    assert await studio.post(at(89 + 180)) == {"edit": 1}
    assert len(await query(studio.db, "SELECT id FROM airing")) == 1


async def test_golive_long_after_the_end(studio: Studio) -> None:
    """More than an hour later it is an airing of its own."""
    await studio.golive(EIGHT)
    await studio.end(at(30))
    outcome = await studio.golive(at(91))
    assert isinstance(outcome, WentLive)
    assert (outcome.planned, outcome.number) == (False, 2)


async def test_golive_with_nothing_planned(db: Database, causes: Causes) -> None:
    """It is on under the shop's name, told at once, and ends by its length."""
    studio = await Studio.open(db, causes)
    outcome = await studio.golive(NOON, url="https://example.com/live")
    assert outcome == WentLive(1, "Silk room", 1, None, planned=False, was=None)
    assert await studio.post(NOON) == {"card": 1}
    await studio.tick(NOON)
    assert await studio.post(NOON) == {}
    assert await studio.phase(NOON) is Phase.ON_AIR
    await studio.tick(NOON + timedelta(hours=3))
    assert await studio.post(NOON + timedelta(hours=3)) == {"EndNotice": 1, "edit": 1}


async def test_golive_means_the_nearest(db: Database, causes: Causes) -> None:
    """The one that is on, else the next within a day; by its number any of them."""
    studio = await Studio.open(db, causes)
    await studio.plan(EIGHT + timedelta(days=3), title="Thursday")
    unplanned = await studio.golive(NOON)
    assert isinstance(unplanned, WentLive)
    assert not unplanned.planned
    await studio.end(NOON)
    await studio.plan(EIGHT, title="Monday")
    by_number = await studio.golive(NOON + timedelta(hours=2), number=1)
    assert isinstance(by_number, WentLive)
    assert by_number.title == "Thursday"
    on = await studio.golive(NOON + timedelta(hours=2))
    assert isinstance(on, WentLive)
    assert on.title == "Thursday"
    await studio.end(NOON + timedelta(hours=3), number=1)
    assert await studio.golive(NOON + timedelta(hours=6), number=99) == NoStreamThere(99)
    nearest = await studio.golive(NOON + timedelta(hours=6))
    assert isinstance(nearest, WentLive)
    assert nearest.title == "Monday"


async def test_a_chat_that_came_after_the_plan(studio: Studio) -> None:
    """A group that joined the shop since hears the start like the others, once."""
    await another_group(studio.db, studio.place, -1002)
    await studio.tick(EIGHT)
    assert sorted(await studio.post_to(EIGHT)) == [(-1002, "card"), (-1001, "card")]
    await another_group(studio.db, studio.place, -1003)
    await studio.golive(at(5))
    assert (-1003, "card") in await studio.post_to(at(5))
    await studio.tick(at(6))
    assert await studio.post(at(6)) == {}
