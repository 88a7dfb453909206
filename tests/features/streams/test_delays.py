"""Delays: what the groups and the fans hear, and how a delay is taken back; on both databases."""

from datetime import timedelta

import pytest

from bot.features.streams.live_card import live_card
from bot.rules.airings import Phase
from bot.rules.general import TooLateToUndo, Undone
from bot.rules.streams.airings import (
    Delayed,
    DelayPast,
)
from tests.features.scene import NOON, everything, fan
from tests.features.studio import EIGHT, Studio, at

QUARTER = timedelta(minutes=15)


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
    assert await studio.phase(at(6)) is Phase.STARTING


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
