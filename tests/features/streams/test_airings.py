"""How airings begin and end, by staff and by the clock; causes, and other shops; on both databases."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.rules.airings import AiringState
from bot.rules.streams.airings import (
    NoStreamThere,
    NotOnAir,
    StreamEnded,
)
from tests.features.scene import everything, fan, shop
from tests.features.studio import EIGHT, WEEK, Studio, at

QUARTER = timedelta(minutes=15)


async def test_ended_by_staff(weekly: Studio) -> None:
    """The card says so, the groups hear it once, with who came, the recording and what is next."""
    await weekly.golive(EIGHT)
    await weekly.post(EIGHT)
    await weekly.came(fan(1), at(1))
    outcome = await weekly.end(at(90), replay="https://example.com/replay")
    assert outcome == StreamEnded(1, "Silk night", 1, "https://example.com/replay", EIGHT + WEEK)
    assert await weekly.post(at(90)) == {"EndNotice": 1, "edit": 1}
    await weekly.tick(at(181))
    assert await weekly.post(at(181)) == {}


async def test_a_recording_comes_later(studio: Studio) -> None:
    """For a day after the end its recording goes onto the card; nothing is told again."""
    await studio.golive(EIGHT)
    await studio.post(EIGHT)
    await studio.tick(at(181))
    assert await studio.post(at(181)) == {"EndNotice": 1, "edit": 1}
    outcome = await studio.end(at(600), replay="https://example.com/replay")
    assert outcome == StreamEnded(1, "Silk night", 0, "https://example.com/replay", None)
    assert await studio.post(at(600)) == {"edit": 1}
    assert (await studio.airing(1)).state is AiringState.ENDED
    late = await studio.end(at(180 + 24 * 60 + 1), replay="https://example.com/replay")
    assert late == NoStreamThere(None)


async def test_an_end_of_what_has_not_begun(studio: Studio) -> None:
    """Only what has begun can be ended."""
    assert await studio.end(at(-5)) == NotOnAir(1, "Silk night", EIGHT)
    assert await studio.end(at(-5), number=1) == NotOnAir(1, "Silk night", EIGHT)
    assert await studio.end(at(-5), number=9) == NoStreamThere(9)


@pytest.mark.parametrize("how", ["on air", "a fan came", "silence", "never announced"])
async def test_ended_by_its_length(studio: Studio, how: str) -> None:
    """Where it really was on, the end is told; of an airing that never was, nothing is."""
    await studio.tick(at(61) if how == "never announced" else EIGHT)
    await studio.post(at(61) if how == "never announced" else EIGHT)
    if how == "on air":
        await studio.golive(at(1))
    if how == "a fan came":
        await studio.came(fan(1), at(1))
    await studio.post(at(30))
    await studio.tick(at(180))
    sent = await studio.post(at(180))
    assert ("EndNotice" in sent) is (how in {"on air", "a fan came"})
    airing = await studio.airing(1)
    assert (airing.state, airing.closed_at) == (AiringState.ENDED, at(180))


async def test_the_end_is_not_told_hours_later(studio: Studio) -> None:
    """Down over the end: told until an hour after it, then not any more."""
    await studio.golive(EIGHT)
    await studio.post(EIGHT)
    await studio.tick(at(180 + 61))
    assert await studio.post(at(180 + 61)) == {"edit": 1}


async def test_the_clock_of_an_airing(studio: Studio) -> None:
    """It wakes for the start, the question and the end, and never twice for the same."""
    assert (await studio.tick(at(-100)))[0] == EIGHT
    assert (await studio.tick(EIGHT))[0] == at(10)
    assert (await studio.airing(1)).state is AiringState.LIVE
    assert (await studio.tick(at(10)))[0] == at(180)
    assert (await studio.tick(at(180)))[0] is None


async def test_the_owner_is_asked_once(studio: Studio) -> None:
    """Ten minutes into the silence, whispered or in private; fans hear nothing."""
    for minute in (0, 10, 11, 59):
        await studio.tick(at(minute))
    assert await studio.post(at(59)) == {"card": 1, "AskOwner to one": 1}


@pytest.mark.parametrize(
    ("act", "minutes"), [("golive", 5), ("delay", 5), ("cancel", 5), ("end", 5), ("down", 60), ("down", 181)]
)
async def test_the_owner_is_not_asked(studio: Studio, act: str, minutes: int) -> None:
    """Who has spoken isn't asked, nor is anyone where an answer could help no more."""
    if act != "down":
        await studio.tick(EIGHT)
        await studio.post(EIGHT)
        acts: dict[str, Callable[[datetime], Awaitable[Any]]] = {
            "golive": studio.golive,
            "cancel": studio.cancel,
            "end": studio.end,
        }
        await (studio.delay(at(minutes), by=QUARTER) if act == "delay" else acts[act](at(minutes)))
        minutes = 11
    await studio.tick(at(minutes))
    assert not (await studio.waiting())["AskOwner to one"]


async def test_a_question_that_was_answered_meanwhile(studio: Studio) -> None:
    """The question is still waiting when staff say that it is on: it isn't asked."""
    await studio.tick(at(10))
    assert (await studio.waiting())["AskOwner to one"] == 1
    await studio.golive(at(10))
    assert "AskOwner to one" not in await studio.post(at(10))


ACTS: dict[str, Callable[[Studio, str], Awaitable[Any]]] = {
    "golive": lambda studio, cause: studio.golive(at(-10), cause=cause, url="https://example.com/2", word="silk"),
    "delay": lambda studio, cause: studio.delay(at(-10), by=QUARTER, cause=cause),
    "cancel": lambda studio, cause: studio.cancel(at(-10), cause=cause),
    "series": lambda studio, cause: studio.cancel(at(-10), series=True, cause=cause),
    "end": lambda studio, cause: studio.end(at(5), replay="https://example.com/replay", cause=cause),
}


@pytest.mark.parametrize("act", ACTS)
async def test_a_redelivered_act(weekly: Studio, act: str) -> None:
    """The same cause hears the first answer and does nothing more, whatever happened since."""
    if act == "end":
        await weekly.golive(EIGHT)
    first = await ACTS[act](weekly, "42:900")
    assert not isinstance(first, NoStreamThere | NotOnAir)
    before = await everything(weekly.db)
    assert await ACTS[act](weekly, "42:900") == first
    assert await everything(weekly.db) == before


@pytest.mark.parametrize("act", ["golive", "delay", "cancel", "end"])
async def test_another_shops_airing(studio: Studio, act: str) -> None:
    """Numbers and airings of another shop mean nothing here."""
    there = Studio(studio.db, await shop(studio.db, fan(900), -1009), studio.causes)
    before = await everything(studio.db)
    acts: dict[str, Callable[[], Awaitable[Any]]] = {
        "golive": lambda: there.golive(at(1), airing_id=1),
        "delay": lambda: there.delay(at(1), by=QUARTER, airing_id=1),
        "cancel": lambda: there.cancel(at(1), airing_id=1),
        "end": lambda: there.end(at(1), number=1),
    }
    outcome = await acts[act]()
    assert outcome == NoStreamThere(1 if act == "end" else None)
    assert await everything(studio.db) == before


async def test_an_old_button_means_its_own_airing(weekly: Studio) -> None:
    """Pressed the day after, the owner's buttons touch nothing: not next week's airing."""
    await weekly.tick(at(181))
    (following,) = await weekly.planned()
    later = EIGHT + timedelta(days=1)
    assert await weekly.golive(later, airing_id=1) == NoStreamThere(None)
    assert await weekly.delay(later, by=QUARTER, airing_id=1) == NoStreamThere(None)
    assert await weekly.cancel(later, airing_id=1) == NoStreamThere(None)
    assert await weekly.planned() == [following]
