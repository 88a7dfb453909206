"""Stages, payments and rings of gifts, as pure decisions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rules.gift_states import GiftKind, RewardState, Stage, Who
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.gifts.rewards import PayFacts, rewards_of, settled
from bot.rules.gifts.rings import Circle, Quirk, quirks_of, ring_size
from bot.rules.gifts.stages import Progress, progress

POLICY = GiftPolicy()
JOINED = datetime(2026, 11, 2, 3, tzinfo=UTC)
ANA, BEN, EVE, ZOE = 1, 2, 3, 4


def days(number: float) -> datetime:
    """So many days after joining."""
    return JOINED + timedelta(days=number)


@pytest.mark.parametrize(
    ("check_ins", "now", "expected"),
    [
        ((), 1, Progress(0, started=False, stays_at=None, watching=True)),
        ((0,), 1, Progress(1, started=True, stays_at=None, watching=True)),
        ((0, 1, 2), 2, Progress(3, started=True, stays_at=days(7), watching=False)),
        ((0, 1, 9), 9, Progress(3, started=True, stays_at=days(9), watching=False)),
        ((0, 1, 10), 10, Progress(3, started=True, stays_at=days(10), watching=False)),
        ((0, 1, 10.01), 10.01, Progress(2, started=True, stays_at=None, watching=False)),
        ((11,), 11, Progress(0, started=True, stays_at=None, watching=False)),
        ((), 11, Progress(0, started=False, stays_at=None, watching=True)),
        ((-1, 0, 1), 1, Progress(2, started=True, stays_at=None, watching=True)),
    ],
)
def test_progress(check_ins: tuple[float, ...], now: float, expected: Progress) -> None:
    """The later of the third check-in within ten days and seven full days; a check-in before joining is none."""
    assert progress(JOINED, [days(day) for day in check_ins], days(now), POLICY) == expected


@given(st.lists(st.integers(0, 40 * 24), max_size=12), st.integers(0, 12))
def test_progress_only_grows(hours: list[int], known: int) -> None:
    """More check-ins never take a stage back, and the second stage is never before the seventh day is full."""
    instants = sorted(JOINED + timedelta(hours=hour) for hour in hours)
    some, now = instants[:known], days(41)
    before, after = progress(JOINED, some, now, POLICY), progress(JOINED, instants, now, POLICY)
    assert before.check_ins <= after.check_ins <= POLICY.check_ins
    assert after.started >= before.started
    if before.stays_at is not None:
        assert after.stays_at == before.stays_at
        assert days(7) <= before.stays_at <= days(10)


@given(st.sampled_from(list(GiftKind)), st.integers(0, 1_000), st.booleans())
def test_rewards_are_the_products(kind: GiftKind, coins: int, with_gift: bool) -> None:
    """Friend 10 and 20, inviter 30 and 100, once each; a gift's coins for whom it is, a relay's for its giver."""
    rewards = rewards_of(kind, coins, POLICY, with_gift=with_gift)
    paid = {(reward.stage, reward.who): reward.amount for reward in rewards}
    assert len(paid) == len(rewards)
    more = {}
    if coins and with_gift and kind is GiftKind.COINS:
        more[Stage.GIFT, Who.FRIEND] = coins
    if coins and kind is GiftKind.RELAY:
        more[Stage.GREW, Who.INVITER] = coins
    assert paid == {
        (Stage.JOINED, Who.FRIEND): 10,
        (Stage.STAYED, Who.FRIEND): 20,
        (Stage.STAYED, Who.INVITER): 30,
        (Stage.REDEEMED, Who.INVITER): 100,
        **more,
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (PayFacts(Who.FRIEND, True, True, False, 99), RewardState.PAID),
        (PayFacts(Who.FRIEND, True, False, False, 0), RewardState.PAID),
        (PayFacts(Who.FRIEND, False, True, False, 0), RewardState.CANCELLED),
        (PayFacts(Who.INVITER, True, False, False, 0), RewardState.CANCELLED),
        (PayFacts(Who.INVITER, False, True, True, 0), RewardState.CANCELLED),
        (PayFacts(Who.INVITER, True, True, False, 19), RewardState.PAID),
        (PayFacts(Who.INVITER, True, True, False, 20), RewardState.CAPPED),
        (PayFacts(Who.INVITER, True, True, True, 20), RewardState.PAID),
        (PayFacts(Who.INVITER, True, True, True, 0, reached=False), RewardState.WAITING),
        (PayFacts(Who.INVITER, False, True, True, 0, reached=False), RewardState.CANCELLED),
        (PayFacts(Who.INVITER, True, True, False, 20, reached=False), RewardState.WAITING),
    ],
)
def test_what_becomes_of_a_due_reward(facts: PayFacts, expected: RewardState) -> None:
    """Both must still be there; beyond the month's friends only who was counted before is paid for."""
    assert settled(facts, POLICY) is expected


EVERYBODY = frozenset({ANA, BEN, EVE, ZOE})
FIVE = frozenset(range(10, 15))


@pytest.mark.parametrize(
    ("circle", "expected"),
    [
        (Circle(ANA, BEN, frozenset({(ANA, BEN)}), frozenset()), ()),
        (Circle(ANA, BEN, frozenset({(ANA, BEN), (BEN, ANA)}), frozenset()), (Quirk.PAIR,)),
        (Circle(ANA, BEN, frozenset({(ANA, BEN), (BEN, EVE), (EVE, ANA)}), frozenset()), (Quirk.RING,)),
        (Circle(ANA, BEN, frozenset(), EVERYBODY, brought_by=EVE), (Quirk.CHAIN,)),
        (Circle(ANA, BEN, frozenset(), EVERYBODY - {EVE}, brought_by=EVE), ()),
        (Circle(ANA, BEN, frozenset(), EVERYBODY - {BEN}, brought_by=EVE), ()),
        (Circle(ANA, BEN, frozenset({(EVE, ANA), (ANA, BEN)}), EVERYBODY), ()),
        (Circle(ANA, 10, frozenset({(ANA, 10)}), FIVE, FIVE), (Quirk.QUIET_FRIENDS,)),
        (Circle(ANA, 10, frozenset({(ANA, 10)}), FIVE - {14}, FIVE), ()),
        (Circle(ANA, 10, frozenset({(ANA, 10)}), FIVE, FIVE - {14}), ()),
    ],
)
def test_circles(circle: Circle, expected: tuple[Quirk, ...]) -> None:
    """Cards that go both ways or round, three in a line and five friends who do only what is easy; nothing else."""
    assert quirks_of(circle, POLICY) == expected
    assert ring_size(circle, expected) == {(): 0, (Quirk.PAIR,): 2, (Quirk.QUIET_FRIENDS,): 6}.get(expected, 3)


people = st.integers(1, 7)


@given(st.frozensets(st.tuples(people, people), max_size=20), people, people)
def test_a_ring_is_a_way_back(opened: frozenset[tuple[int, int]], inviter: int, friend: int) -> None:
    """Whatever was opened, a pair or ring is found exactly if cards lead from the friend back to the inviter."""
    assume(inviter != friend)
    reached: set[int] = set()
    edge = {friend}
    while edge:
        edge = {opener for giver, opener in opened if giver in edge} - reached
        reached |= edge
    found = quirks_of(Circle(inviter, friend, opened, frozenset()), POLICY)
    assert bool(found) is (inviter in reached)
