"""What is paid for a friend, to whom, and what becomes of a reward that fell due."""

from dataclasses import dataclass

from bot.rules.gift_states import GiftKind, RewardState, Stage, Who
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Reward:
    """Something to be paid when a stage is reached."""

    stage: Stage
    who: Who
    amount: int


def rewards_of(kind: GiftKind, coins: int, policy: GiftPolicy, *, with_gift: bool) -> tuple[Reward, ...]:
    """All that an invitation by such a card may pay; `with_gift` says whether the gift itself is this friend's."""
    listed = [
        Reward(Stage.JOINED, Who.FRIEND, policy.friend_joined),
        Reward(Stage.STAYED, Who.FRIEND, policy.friend_stayed),
        Reward(Stage.STAYED, Who.INVITER, policy.inviter_stayed),
        Reward(Stage.REDEEMED, Who.INVITER, policy.inviter_redeemed),
    ]
    if kind is GiftKind.COINS and with_gift:
        listed.append(Reward(Stage.GIFT, Who.FRIEND, coins))
    if kind is GiftKind.RELAY:
        listed.append(Reward(Stage.GREW, Who.INVITER, coins))
    return tuple(reward for reward in listed if reward.amount > 0)


@dataclass(frozen=True, slots=True)
class PayFacts:
    """A reward that fell due, looked at again when it is to be paid."""

    who: Who
    friend_inside: bool
    inviter_inside: bool
    counted: bool
    """Whether this friend is among the inviter's rewarded ones already."""
    this_month: int
    """Friends for whom the inviter was first rewarded in this calendar month."""
    reached: bool = True
    """Whether the stage is still reached: a redeemed coupon or its order may have been taken back."""


def settled(facts: PayFacts, policy: GiftPolicy) -> RewardState:
    """What becomes of a due reward unless the shop must look first: paid, waiting for its stage again, or not paid."""
    if not facts.friend_inside:
        return RewardState.CANCELLED
    if facts.who is Who.INVITER:
        if not facts.inviter_inside:
            return RewardState.CANCELLED
        if not facts.reached:
            return RewardState.WAITING
        if not facts.counted and facts.this_month >= policy.friends_a_month:
            return RewardState.CAPPED
    return RewardState.PAID


@dataclass(frozen=True, slots=True)
class InviterRewarded(Outcome, name="gifts.InviterRewarded"):
    """A friend has come so far that their inviter is paid."""

    friend: str
    stage: str
    """`stayed` or `redeemed`."""
    coins: int
    grown: int
    """What of it a relay gift grew by."""
    balance: int


@dataclass(frozen=True, slots=True)
class InviterCapped(Outcome, name="gifts.InviterCapped"):
    """The month's rewarded friends are all counted: this one's reward isn't paid, but the friend got theirs."""

    friend: str
    friends: int


@dataclass(frozen=True, slots=True)
class FriendRewarded(Outcome, name="gifts.FriendRewarded"):
    """Coins of a gift have become the friend's."""

    giver: str
    stage: str
    """`joined` or `stayed`."""
    coins: int
    balance: int


@dataclass(frozen=True, slots=True)
class RewardHeld(Outcome, name="gifts.RewardHeld"):
    """A reward waits for the shop's look."""

    coins: int
