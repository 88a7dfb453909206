"""Cancellations of one airing and of a series, and how they are taken back; on both databases."""

from datetime import timedelta

from bot.rules.general import TooLateToUndo, Undone
from bot.rules.streams.airings import (
    NoStreamThere,
    StreamCancelled,
)
from tests.features.scene import NOON, fan
from tests.features.studio import EIGHT, WEEK, Studio, at


async def test_a_cancelled_airing(studio: Studio) -> None:
    """Told once in the groups and to who asked; the start is not announced, nobody is asked anything."""
    await studio.subscribes(fan(1), NOON)
    outcome = await studio.cancel(at(-30))
    assert isinstance(outcome, StreamCancelled)
    assert (outcome.series, outcome.next_at, outcome.told, outcome.undoable) == (True, None, 1, True)
    for minute in (-30, 0, 10, 60, 200):
        await studio.tick(at(minute))
        sent = await studio.post(at(minute))
        assert sent == ({"CancelNotice": 1, "CancelNotice to one": 1} if minute == -30 else {})
    assert await studio.cancel(at(200)) == NoStreamThere(None)


async def test_a_cancelled_airing_that_hangs(studio: Studio) -> None:
    """In the silence after the start: the card says that it isn't on, and it can't be undone."""
    await studio.tick(EIGHT)
    await studio.post(EIGHT)
    outcome = await studio.cancel(at(12))
    assert isinstance(outcome, StreamCancelled)
    assert not outcome.undoable
    assert await studio.post(at(12)) == {"CancelNotice": 1, "edit": 1}
    assert await studio.undo(at(12)) == TooLateToUndo("stream.cancelled", "#1 Silk night")


async def test_a_weekly_one_goes_on(weekly: Studio) -> None:
    """One airing is called off; the next one is named, and comes."""
    outcome = await weekly.cancel(at(-30))
    assert isinstance(outcome, StreamCancelled)
    assert (outcome.series, outcome.next_at) == (False, EIGHT + WEEK)
    second = await weekly.cancel(at(-29))
    assert isinstance(second, StreamCancelled)
    assert (second.at, second.next_at) == (EIGHT + WEEK, EIGHT + 2 * WEEK)
    (third,) = await weekly.planned()
    assert third.starts_at == EIGHT + 2 * WEEK


async def test_a_cancelled_series(weekly: Studio) -> None:
    """Nothing of it comes any more, the airing that was made beside it too."""
    await weekly.golive(EIGHT)
    await weekly.end(at(10))
    await weekly.golive(at(20))
    assert len(await weekly.planned()) == 2
    outcome = await weekly.cancel(at(30), series=True)
    assert isinstance(outcome, StreamCancelled)
    assert (outcome.series, outcome.next_at) == (True, None)
    assert await weekly.planned() == []
    await weekly.post(at(30))
    assert (await weekly.tick(EIGHT + WEEK))[:2] == [None, None]
    assert await weekly.post(EIGHT + WEEK) == {}


async def test_a_series_that_is_taken_back(weekly: Studio) -> None:
    """Undoing the end of a series brings all its airings back, and it goes on."""
    await weekly.cancel(at(-60))
    ended = await weekly.cancel(at(-50), series=True)
    assert isinstance(ended, StreamCancelled)
    await weekly.undo(at(-40), ended.audit_id)
    (back,) = await weekly.planned()
    assert back.starts_at == EIGHT + WEEK
    await weekly.tick(EIGHT + WEEK + timedelta(hours=3))
    (following,) = await weekly.planned()
    assert following.starts_at == EIGHT + 2 * WEEK


async def test_a_series_with_two_airings_is_taken_back(weekly: Studio) -> None:
    """Tonight was called off and taken back, so next week's stands beside it: both end with the series, both return."""
    await weekly.cancel(at(-60))
    await weekly.undo(at(-59))
    ended = await weekly.cancel(at(-50), series=True)
    assert isinstance(ended, StreamCancelled)
    assert await weekly.planned() == []
    assert isinstance(await weekly.undo(at(-40), ended.audit_id), Undone)
    assert [one.starts_at for one in await weekly.planned()] == [EIGHT, EIGHT + WEEK]
    assert (await weekly.waiting())["card"] == 2


async def test_one_airing_of_an_ended_series_is_taken_back(weekly: Studio) -> None:
    """The airing comes, the series stays ended."""
    first = await weekly.cancel(at(-60))
    await weekly.cancel(at(-50), series=True)
    assert isinstance(first, StreamCancelled)
    assert isinstance(await weekly.undo(at(-40), first.audit_id), Undone)
    assert [one.starts_at for one in await weekly.planned()] == [EIGHT]
    await weekly.tick(at(200))
    assert await weekly.planned() == []


async def test_undone_before_anyone_was_told(studio: Studio) -> None:
    """The notice never left, so nobody hears anything, and the start comes."""
    await studio.subscribes(fan(1), NOON)
    await studio.cancel(at(-30))
    assert await studio.undo(at(-30)) == Undone("stream.cancelled", "#1 Silk night")
    await studio.tick(at(-30))
    assert not (await studio.post(at(-30))).keys() & {"CancelNotice", "BackOnNotice", "BackOnNotice to one"}
    await studio.tick(EIGHT)
    assert await studio.post(EIGHT) == {"card": 1}


async def test_undone_before_anyone_was_told_and_after_a_tick(studio: Studio) -> None:
    """A round that found nobody to tell has told nobody."""
    await studio.cancel(at(-30))
    await studio.tick(at(-30))
    await studio.undo(at(-30))
    assert await studio.post(at(-30)) == {}


async def test_undone_after_it_was_told(studio: Studio) -> None:
    """Who may have heard of it hears that it is on after all, once; the reminder in between isn't told besides."""
    await studio.subscribes(fan(1), NOON)
    await studio.cancel(at(-65))
    await studio.tick(at(-65))
    assert await studio.post(at(-65)) == {"CancelNotice": 1, "CancelNotice to one": 1}
    await studio.undo(at(-58))
    await studio.tick(at(-58))
    assert await studio.post(at(-58)) == {"BackOnNotice": 1, "BackOnNotice to one": 1}
    await studio.tick(at(-10))
    assert await studio.post(at(-10)) == {"Reminder to one": 1}
    await studio.tick(EIGHT)
    assert await studio.post(EIGHT) == {"card": 1}


async def test_cancelled_and_undone_twice(studio: Studio) -> None:
    """Each change of mind is told once."""
    for minute in (-50, -40):
        await studio.cancel(at(minute))
        assert await studio.post(at(minute)) == {"CancelNotice": 1}
        await studio.undo(at(minute + 1))
        assert await studio.post(at(minute + 1)) == {"BackOnNotice": 1}
    assert await studio.post(EIGHT) == {"card": 1}
