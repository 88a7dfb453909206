"""Evenings as staff and the clock run them: on, delayed, cancelled, asked about, ended; on both databases."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.rules.general import TooLateToUndo, Undone
from bot.rules.streams.streams import (
    AiringState,
    Delayed,
    DelayPast,
    NoStreamThere,
    NotOnAir,
    Phase,
    StreamCancelled,
    StreamEnded,
    WentLive,
    phase_of,
)
from bot.store.airings import live_card
from bot.store.engine.db import Database
from tests.features.scene import NOON, Causes, everything, fan, query, shop
from tests.features.studio import EIGHT, WEEK, Studio, another_group, at

QUARTER = timedelta(minutes=15)


@pytest.fixture
async def studio(db: Database, causes: Causes) -> Studio:
    """A studio whose first evening is planned for eight."""
    studio = await Studio.open(db, causes)
    await studio.plan(url="https://example.com/live")
    return studio


@pytest.fixture
async def weekly(db: Database, causes: Causes) -> Studio:
    """A studio with an evening each Monday at eight."""
    studio = await Studio.open(db, causes)
    await studio.plan(weekly=True)
    return studio


async def phase(studio: Studio, now: datetime, airing: int | None = None) -> Phase:
    """What the last evening, or another one, is."""
    return phase_of(await studio.airing(airing if airing is not None else await studio.last_id()), now)


# On air.


async def test_golive_before_the_start(studio: Studio) -> None:
    """It is told at once, counts from now, and the planned time says nothing any more."""
    outcome = await studio.golive(at(-10), word="silk")
    assert outcome == WentLive(1, "Silk night", 1, "silk", planned=True, was=EIGHT)
    assert await studio.post(at(-10)) == {"card": 1}
    await studio.tick(EIGHT)
    assert await studio.post(EIGHT) == {}
    assert await phase(studio, at(169)) is Phase.ON_AIR
    assert await phase(studio, at(170)) is Phase.ENDED


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
    assert await phase(studio, at(90)) is Phase.ON_AIR
    await studio.tick(at(89 + 180))
    assert await studio.post(at(89 + 180)) == {"edit": 1}
    assert len(await query(studio.db, "SELECT id FROM airing")) == 1


async def test_golive_long_after_the_end(studio: Studio) -> None:
    """More than an hour later it is an evening of its own."""
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
    assert await phase(studio, NOON) is Phase.ON_AIR
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


# Delays.


async def test_a_delay(studio: Studio) -> None:
    """The groups hear the new time once, the start comes then, and the old time says nothing."""
    await studio.subscribes(fan(1), NOON)
    outcome = await studio.delay(at(-30), by=QUARTER)
    assert isinstance(outcome, Delayed)
    assert (outcome.old, outcome.new, outcome.told) == (EIGHT, at(15), 1)
    await studio.tick(at(-30))
    assert await studio.post(at(-30)) == {"DelayNotice": 1, "DelayNotice to one": 1}
    await studio.tick(EIGHT)
    assert "card" not in await studio.post(EIGHT)
    await studio.tick(at(15))
    assert await studio.post(at(15)) == {"card": 1}
    assert (await studio.airing(1)).ends_at == at(195)


async def test_two_delays(studio: Studio) -> None:
    """Each is told; the first notice, if it is still waiting, is taken back, for it is true no more."""
    await studio.delay(at(-30), by=QUARTER)
    second = await studio.delay(at(-30), by=QUARTER)
    assert isinstance(second, Delayed)
    assert (second.old, second.new) == (at(15), at(30))
    assert await studio.post(at(-30)) == {"DelayNotice": 1}
    assert await studio.post(at(30)) == {"card": 1}


async def test_a_delay_of_one_that_is_on(studio: Studio) -> None:
    """Too early: the card says the new time, and the start is told again when it is there."""
    await studio.golive(at(-20))
    assert await studio.post(at(-20)) == {"card": 1}
    outcome = await studio.delay(at(-10), by=QUARTER)
    assert isinstance(outcome, Delayed)
    assert outcome.new == at(5)
    assert await studio.post(at(-10)) == {"DelayNotice": 1, "edit": 1}
    card = await studio.db.read(live_card, studio.place.community_id, 1, at(-10))
    assert card is not None
    assert card.phase == Phase.DELAYED
    await studio.tick(at(5))
    assert await studio.post(at(5)) == {"card": 1}
    assert await phase(studio, at(6)) is Phase.STARTING


async def test_a_delay_back_to_the_planned_time(studio: Studio) -> None:
    """Announced early, then put off to the instant that was planned at first: it is told then, as promised."""
    await studio.golive(at(-20))
    await studio.post(at(-20))
    await studio.delay(at(-10), to=EIGHT)
    await studio.post(at(-10))
    assert await studio.post(EIGHT) == {"card": 1}


async def test_a_delay_of_one_that_should_be_on(studio: Studio) -> None:
    """A quarter of an hour, asked for ten minutes into the silence, counts from now."""
    await studio.tick(at(10))
    outcome = await studio.delay(at(11), by=QUARTER)
    assert isinstance(outcome, Delayed)
    assert outcome.new == at(26)
    assert not (await studio.waiting())["AskOwner to one"]
    await studio.tick(at(36))
    assert (await studio.waiting())["AskOwner to one"] == 1


@pytest.mark.parametrize("to", [-30, -31, -60_000])
async def test_a_delay_into_the_past(studio: Studio, to: int) -> None:
    """A start that would be over already isn't one."""
    before = await everything(studio.db)
    assert await studio.delay(at(-30), to=at(to)) == DelayPast(at(to))
    assert await everything(studio.db) == before


async def test_a_start_moved_to_be_earlier(studio: Studio) -> None:
    """A start can come forward, too."""
    outcome = await studio.delay(at(-60), to=at(-30))
    assert isinstance(outcome, Delayed)
    assert await studio.post(at(-60)) == {"DelayNotice": 1}
    assert await studio.post(at(-30)) == {"card": 1}


async def test_an_undone_delay(studio: Studio) -> None:
    """The old time stands again and is told, once; after the start has passed it is too late."""
    await studio.delay(at(-30), by=QUARTER)
    await studio.post(at(-30))
    assert await studio.undo(at(-29)) == Undone("stream.delayed", "#1 Silk night")
    assert await studio.post(at(-29)) == {"DelayNotice": 1}
    assert await studio.post(EIGHT) == {"card": 1}
    assert await studio.post(at(15)) == {}


async def test_a_delay_that_cannot_be_undone(studio: Studio) -> None:
    """The old start is past, or the start was moved again: too late."""
    first = await studio.delay(at(-30), by=QUARTER)
    assert isinstance(first, Delayed)
    too_late = TooLateToUndo("stream.delayed", "#1 Silk night")
    assert await studio.undo(EIGHT, first.audit_id) == too_late
    await studio.delay(at(-20), by=QUARTER)
    assert await studio.undo(at(-19), first.audit_id) == too_late


# Cancellations.


async def test_a_cancelled_evening(studio: Studio) -> None:
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


async def test_a_cancelled_evening_that_hangs(studio: Studio) -> None:
    """In the silence after the start: the card says that it isn't on, and it can't be undone."""
    await studio.tick(EIGHT)
    await studio.post(EIGHT)
    outcome = await studio.cancel(at(12))
    assert isinstance(outcome, StreamCancelled)
    assert not outcome.undoable
    assert await studio.post(at(12)) == {"CancelNotice": 1, "edit": 1}
    assert await studio.undo(at(12)) == TooLateToUndo("stream.cancelled", "#1 Silk night")


async def test_a_weekly_one_goes_on(weekly: Studio) -> None:
    """One evening is called off; the next one is named, and comes."""
    outcome = await weekly.cancel(at(-30))
    assert isinstance(outcome, StreamCancelled)
    assert (outcome.series, outcome.next_at) == (False, EIGHT + WEEK)
    second = await weekly.cancel(at(-29))
    assert isinstance(second, StreamCancelled)
    assert (second.at, second.next_at) == (EIGHT + WEEK, EIGHT + 2 * WEEK)
    (third,) = await weekly.planned()
    assert third.starts_at == EIGHT + 2 * WEEK


async def test_a_cancelled_series(weekly: Studio) -> None:
    """Nothing of it comes any more, the evening that was made beside it too."""
    await weekly.golive(EIGHT)
    await weekly.end(at(10))
    await weekly.golive(at(20))
    assert len(await weekly.planned()) == 2
    outcome = await weekly.cancel(at(30), series=True)
    assert isinstance(outcome, StreamCancelled)
    assert (outcome.series, outcome.next_at) == (True, None)
    assert await weekly.planned() == []
    await weekly.post(at(30))
    assert await weekly.tick(EIGHT + WEEK) == [None, None, None]
    assert await weekly.post(EIGHT + WEEK) == {}


async def test_a_series_that_is_taken_back(weekly: Studio) -> None:
    """Undoing the end of a series brings all its evenings back, and it goes on."""
    await weekly.cancel(at(-60))
    ended = await weekly.cancel(at(-50), series=True)
    assert isinstance(ended, StreamCancelled)
    await weekly.undo(at(-40), ended.audit_id)
    (back,) = await weekly.planned()
    assert back.starts_at == EIGHT + WEEK
    await weekly.tick(EIGHT + WEEK + timedelta(hours=3))
    (following,) = await weekly.planned()
    assert following.starts_at == EIGHT + 2 * WEEK


async def test_a_series_with_two_evenings_is_taken_back(weekly: Studio) -> None:
    """Tonight was called off and taken back, so next week's stands beside it: both end with the series, both return."""
    await weekly.cancel(at(-60))
    await weekly.undo(at(-59))
    ended = await weekly.cancel(at(-50), series=True)
    assert isinstance(ended, StreamCancelled)
    assert await weekly.planned() == []
    assert isinstance(await weekly.undo(at(-40), ended.audit_id), Undone)
    assert [one.starts_at for one in await weekly.planned()] == [EIGHT, EIGHT + WEEK]
    assert (await weekly.waiting())["card"] == 2


async def test_one_evening_of_an_ended_series_is_taken_back(weekly: Studio) -> None:
    """The evening comes, the series stays ended."""
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


# The end.


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
    """Where it really was on, the end is told; of an evening that never was, nothing is."""
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


# The clock.


async def test_the_clock_of_an_evening(studio: Studio) -> None:
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


# Causes and other shops.


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
async def test_another_shops_evening(studio: Studio, act: str) -> None:
    """Numbers and evenings of another shop mean nothing here."""
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


async def test_an_old_button_means_its_own_evening(weekly: Studio) -> None:
    """Pressed the day after, the owner's buttons touch nothing: not next week's evening."""
    await weekly.tick(at(181))
    (following,) = await weekly.planned()
    later = EIGHT + timedelta(days=1)
    assert await weekly.golive(later, airing_id=1) == NoStreamThere(None)
    assert await weekly.delay(later, by=QUARTER, airing_id=1) == NoStreamThere(None)
    assert await weekly.cancel(later, airing_id=1) == NoStreamThere(None)
    assert await weekly.planned() == [following]
