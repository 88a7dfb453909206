"""Signs of accounts that only farm: what each needs, and what they weigh together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from bot.rules.farming import (
    FarmingFacts,
    FarmingPolicy,
    Reason,
    RecentPresses,
    Sign,
    holds_reward,
    is_released_by_clock,
    ring_reason,
    signs_of,
)

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
POLICY = FarmingPolicy()
ORDINARY = FarmingFacts(
    joined_at=NOW - timedelta(days=40), came_with=0, fast_at=None, rewards=0, active_days=9, back_since=None
)


def seen(**changed: object) -> set[Sign]:
    """The signs of an ordinary member with something changed."""
    return {reason.sign for reason in signs_of(replace(ORDINARY, **changed), NOW, POLICY)}  # type: ignore[arg-type]


def test_an_ordinary_member_shows_nothing() -> None:
    """Nothing speaks against who has been here for a while and does things."""
    assert signs_of(ORDINARY, NOW, POLICY) == ()


@pytest.mark.parametrize(
    ("just_enough", "not_quite", "sign"),
    [
        ({"joined_at": NOW - timedelta(days=2)}, {"joined_at": NOW - timedelta(days=3)}, Sign.NEW_HERE),
        (
            {"came_with": 15, "joined_at": NOW - timedelta(days=5)},
            {"came_with": 14, "joined_at": NOW - timedelta(days=5)},
            Sign.BURST,
        ),
        ({"fast_at": NOW - timedelta(days=13)}, {"fast_at": NOW - timedelta(days=14)}, Sign.FAST),
        ({"rewards": 5, "active_days": 1}, {"rewards": 5, "active_days": 2}, Sign.ONLY_REWARDS),
        ({"rewards": 5, "active_days": 0}, {"rewards": 4, "active_days": 0}, Sign.ONLY_REWARDS),
        ({"back_since": NOW - timedelta(days=29)}, {"back_since": NOW - timedelta(days=30)}, Sign.BACK),
    ],
)
def test_each_sign_has_its_threshold(just_enough: dict[str, object], not_quite: dict[str, object], sign: Sign) -> None:
    """A sign is seen at its threshold, and not a step before."""
    assert sign in seen(**just_enough)
    assert sign not in seen(**not_quite)


def test_one_sign_holds_nothing_but_a_ring() -> None:
    """Whatever a single sign may be, it isn't enough; two of the innocent ones aren't either."""
    for sign in Sign:
        assert holds_reward([Reason(sign, POLICY.weights[sign])], POLICY) is (sign is Sign.RING)
    burst_at_a_stream = [Reason(sign, POLICY.weights[sign]) for sign in (Sign.BURST, Sign.NEW_HERE)]
    assert not holds_reward(burst_at_a_stream, POLICY)
    both = {
        frozenset(pair)
        for pair in combinations(set(Sign) - {Sign.RING}, 2)
        if holds_reward([Reason(sign, POLICY.weights[sign]) for sign in pair], POLICY)
    }
    assert both == {
        frozenset({Sign.FAST, Sign.BURST}),
        frozenset({Sign.FAST, Sign.ONLY_REWARDS}),
        frozenset({Sign.FAST, Sign.BACK}),
    }


def test_the_same_sign_counts_once() -> None:
    """Two who saw the same thing don't make it two things."""
    fast = Reason(Sign.FAST, POLICY.weights[Sign.FAST])
    assert not holds_reward([fast, fast], POLICY)


def test_the_second_look_lets_go_what_is_normal_by_then() -> None:
    """What isn't seen any more speaks no more; a ring stays one until staff decide."""
    then = (Reason(Sign.FAST, 60), Reason(Sign.BURST, 40, 20))
    assert is_released_by_clock(then, (), POLICY)
    assert is_released_by_clock(then, (Reason(Sign.FAST, 60),), POLICY)
    assert not is_released_by_clock(then, then, POLICY)
    assert not is_released_by_clock((ring_reason(POLICY, 4),), (), POLICY)


def test_twenty_presses_in_ten_seconds_are_no_persons() -> None:
    """Presses spread over ten seconds or more are a person's, however many there are."""
    hasty, busy = RecentPresses(), RecentPresses()
    assert [hasty.note_press(NOW + timedelta(milliseconds=400 * n), POLICY) for n in range(20)] == [False] * 19 + [True]
    assert not any(busy.note_press(NOW + timedelta(milliseconds=550 * n), POLICY) for n in range(100))


def test_what_waited_at_telegram_is_no_haste() -> None:
    """After an outage everything arrives at one instant: that counts as one press."""
    pulse = RecentPresses()
    assert not any(pulse.note_press(NOW, POLICY) for _ in range(100))
