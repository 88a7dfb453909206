"""Rewards that wait for the look of the shop: staff release or refuse them."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from bot.features.gifts.cancelling import lock_accounts
from bot.features.gifts.living_card import show_progress
from bot.features.gifts.payments import (
    Case,
    facts_of,
    find_cases,
    pay,
    settled_at_of,
    tell_paid,
)
from bot.rules.gift_states import RewardState, Stage, Who
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.gifts.rewards import settled
from bot.rules.place import Place
from bot.store.engine.sessions import Tx
from bot.store.tables import GiftReward, Invitation

KIND = "gift"
"""Under which the shop finds what is held of them."""


class HeldGifts:
    """What staff decide on rewards that wait for their look. Each function runs in the transaction of the decision."""

    def __init__(self, policy: GiftPolicy) -> None:
        self._policy = policy

    def worth(self, tx: Tx, place: Place, invitation_id: int, member_id: int) -> int:
        """Coins that releasing what is held for one of the two would take from the shop, at most; it is locked then."""
        case = _find_locked(tx, place, invitation_id, member_id, RewardState.HELD)
        return sum(reward.amount for reward in case.rewards) if case is not None else 0

    def release(self, tx: Tx, place: Place, invitation_id: int, member_id: int, at: datetime) -> int:
        """Pay what was held for one of the two; coins paid now. What comes later isn't held again."""
        case = _find_locked(tx, place, invitation_id, member_id, RewardState.HELD)
        if case is None:
            return 0
        paid: defaultdict[tuple[Who, Stage], int] = defaultdict(int)
        for reward in case.rewards:
            state = settled(facts_of(tx, case, reward, at), self._policy)
            reward.state, reward.settled_at = state, settled_at_of(state, at)
            if state is RewardState.PAID:
                pay(tx, case, reward, at)
                paid[Who(reward.who), Stage(reward.stage)] += reward.amount
            tx.flush()
        tell_paid(tx, case, paid, at)
        show_progress(tx, case.invitation.gift_id, at, self._policy)
        return sum(paid.values())

    def refuse(self, tx: Tx, place: Place, invitation_id: int, member_id: int, at: datetime) -> int:
        """Pay neither what was held for one of the two nor what falls due later."""
        self._change_state(
            tx, _find_locked(tx, place, invitation_id, member_id, RewardState.HELD), RewardState.REFUSED, at
        )
        return 0

    def hold_again(self, tx: Tx, place: Place, invitation_id: int, member_id: int, at: datetime) -> bool:
        """A refusal is taken back: what it was about waits again."""
        self._change_state(
            tx, _find_locked(tx, place, invitation_id, member_id, RewardState.REFUSED), RewardState.HELD, at
        )
        return True

    def _change_state(self, tx: Tx, case: Case | None, state: RewardState, at: datetime) -> None:
        if case is None:
            return
        for reward in case.rewards:
            reward.state, reward.settled_at = state, at
        tx.flush()
        show_progress(tx, case.invitation.gift_id, at, self._policy)


def _find_locked(tx: Tx, place: Place, invitation_id: int, member_id: int, state: RewardState) -> Case | None:
    """Rewards of one of the two in a state, locked; None if there are none (any more)."""
    invitation = tx.execute(
        select(Invitation).where(
            col(Invitation.id) == invitation_id, col(Invitation.community_id) == place.community_id
        )
    ).scalar_one_or_none()
    if invitation is None or member_id not in {invitation.inviter_id, invitation.friend_id}:
        return None
    lock_accounts(tx, {invitation.inviter_id, invitation.friend_id})
    who = Who.FRIEND if member_id == invitation.friend_id else Who.INVITER
    found = tx.execute(
        select(col(GiftReward.id)).where(
            col(GiftReward.invitation_id) == invitation_id,
            col(GiftReward.who) == who,
            col(GiftReward.state) == state,
        )
    ).scalars()
    cases = find_cases(tx, [reward_id for reward_id in found if reward_id is not None], state)
    return cases[0] if cases else None
