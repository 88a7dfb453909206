"""Turns of the outbox: within Telegram's limits whatever comes, and nobody waits for a chat that isn't theirs."""

import random
from dataclasses import dataclass
from itertools import pairwise

from bot.telegram.pacer import IN_TURN, KEPT_AT_LEAST, HeldError, Limits, Pacer

LIMITS = Limits()


@dataclass
class Watch:
    """A monotonic clock that a test moves."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The present instant."""
        return self.now


def test_a_group_that_must_wait_holds_nobody_up() -> None:
    """A second message in one group waits its second; what others are to hear meanwhile doesn't."""
    pacer = Pacer(LIMITS, Watch())
    assert pacer.reserve(-1, edit=False, within=2) == 0
    waits = pacer.reserve(-1, edit=False, within=2)
    assert waits is not None
    assert waits >= LIMITS.chat_gap
    others = [pacer.reserve(-chat, edit=False, within=2) for chat in range(2, 22)]
    assert all(wait is not None and wait < 0.75 for wait in others)


def test_turns_keep_the_limits() -> None:
    """Whatever is asked for when, no second holds more than thirty turns, no group's minute more than its share."""
    dice = random.Random(4)
    watch = Watch()
    pacer = Pacer(LIMITS, watch)
    turns: list[tuple[float, int, bool]] = []
    for _ in range(3000):
        chat, edit = -dice.randint(1, 30), dice.random() < 0.3
        wait = pacer.reserve(chat, edit=edit, within=dice.choice([0.25, 2.0]))
        if wait is not None:
            turns.append((watch.now + wait, chat, edit))
        watch.now += dice.choice([0.0, 0.0, 0.01, 0.05])
    turns.sort()
    instants = [at for at, _, _ in turns]
    assert len(instants) > 300
    gap = 1 / LIMITS.per_second
    assert all(after - before >= gap - 1e-6 for before, after in pairwise(instants))
    for number in range(1, 31):
        mine = [(at, edit) for at, chat, edit in turns if chat == -number]
        for at, _ in mine:
            window = [edit for other, edit in mine if at <= other < at + LIMITS.group_window - 1e-6]
            assert len(window) <= LIMITS.group_messages
            assert sum(window) <= LIMITS.group_edits


def test_what_cannot_leave_soon_takes_no_turn() -> None:
    """A refused reservation leaves the turn to the next one who asks."""
    pacer = Pacer(LIMITS, Watch())
    pacer.reserve(-1, edit=False, within=2)
    assert pacer.reserve(-1, edit=False, within=0.25) is None
    wait = pacer.reserve(-2, edit=False, within=0.25)
    assert wait is not None
    assert wait < 1.1 / LIMITS.per_second


async def _answers() -> None:
    """A call that Telegram takes."""


async def test_private_answers_take_turns_from_the_outbox() -> None:
    """Answers leave at once, and what they use of Telegram's limit is kept free by the outbox; a flood takes half."""
    watch = Watch()
    pacer = Pacer(LIMITS, watch)
    for user in range(5):
        await pacer.paced("private", user, _answers)
    wait = pacer.reserve(99, edit=False, within=2)
    assert wait is not None
    assert abs(wait - 5 / LIMITS.per_second) < 1e-6
    for user in range(100):
        await pacer.paced("private", user, _answers)
    wait = pacer.reserve(98, edit=False, within=2)
    assert wait is not None
    assert wait < 0.6
    watch.now += 2
    assert pacer.reserve(97, edit=False, within=2) == 0


async def test_what_leaves_the_outbox_has_its_turn_already() -> None:
    """A private message of the outbox takes one slot, not two."""
    pacer = Pacer(LIMITS, Watch())
    assert pacer.reserve(1, edit=False, within=2) == 0
    token = IN_TURN.set(True)
    await pacer.paced("private", 1, _answers)
    IN_TURN.reset(token)
    wait = pacer.reserve(2, edit=False, within=2)
    assert wait is not None
    assert abs(wait - 1 / LIMITS.per_second) < 1e-6


async def test_answers_leave_room_for_a_start() -> None:
    """However many are answered in a group, the outbox can still tell it of a start within the same minute."""
    watch = Watch()
    pacer = Pacer(Limits(chat_gap=0.0, per_second=1e6), watch)
    answered = 0
    try:
        while True:
            await pacer.wait_for_slot(-1)
            answered += 1
    except HeldError:
        pass
    assert answered == LIMITS.group_messages - LIMITS.group_reserved
    assert pacer.reserve(-1, edit=False, within=2) is not None


def test_what_is_over_is_forgotten() -> None:
    """Whoever was ever written to isn't remembered: only what the limits of the last minute need is kept."""
    watch = Watch()
    pacer = Pacer(LIMITS, watch)
    for number in range(20_000):
        chat = -number if number % 100 == 0 else number
        assert pacer.reserve(chat, edit=False, within=2) is not None
        watch.now += 1 / LIMITS.per_second
        if number % 10 == 0:
            pacer._close("private", number, retry_after=1)
    in_a_minute = LIMITS.per_second * LIMITS.group_window
    assert len(pacer._chats) <= max(KEPT_AT_LEAST, 2 * in_a_minute / 100 + 2)
    assert len(pacer._gates) <= max(KEPT_AT_LEAST, 2 * in_a_minute / 10 + 2)


def test_a_refused_turn_keeps_nothing() -> None:
    """Asking for a turn that comes too late, for however many chats, is no reason to remember them."""
    pacer = Pacer(Limits(per_second=1), Watch())
    assert pacer.reserve(1, edit=False, within=0) == 0
    assert [pacer.reserve(chat, edit=False, within=0.25) for chat in range(2, 2_000)] == [None] * 1_998
    assert len(pacer._chats) == 1


def test_forgetting_keeps_the_limits() -> None:
    """A group whose minute is full stays full, and a closed gate closed, however much else comes and is forgotten."""
    watch = Watch()
    pacer = Pacer(Limits(chat_gap=0.0, per_second=1e6), watch)
    while pacer.reserve(-1, edit=False, within=1) is not None:
        pass
    pacer._close("group", -2, retry_after=50)
    for number in range(1, 40 * KEPT_AT_LEAST):
        pacer.reserve(number, edit=False, within=2)
        pacer._close("private", number, retry_after=0.001)
        watch.now += 50 / (40 * KEPT_AT_LEAST)
    assert pacer.reserve(-1, edit=False, within=1) is None
    assert len(pacer._chats) <= 2 * KEPT_AT_LEAST
    assert ("group", -2) in pacer._gates
