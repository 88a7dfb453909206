"""Due rewards are settled by the clock, each looked at again when it is to be paid."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.cancelling import lock_accounts, unwatch
from bot.features.gifts.held import KIND
from bot.features.gifts.living_card import note_terms, show_progress, tell_member
from bot.features.gifts.payments import (
    Case,
    facts_of,
    find_cases,
    name_of,
    pay,
    payee_of,
    settled_at_of,
    tell_capped,
    tell_paid,
)
from bot.features.gifts.rings import circle_of
from bot.rules.farming import FarmingPolicy, ring_reason
from bot.rules.gift_states import ON_FIRST_CHECK_IN, ON_STAYING, RewardState, Stage, Who
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.gifts.rewards import RewardHeld, settled
from bot.rules.gifts.rings import quirks_of, ring_size
from bot.rules.policies import Policies
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.held import Reward, held_reasons, hold
from bot.store.tables import GiftReward, Invitation
from bot.store.tables.base import id_of

CHUNK = 10
"""Rewards settled, and friends given up, in one transaction: no write holds the writer longer than 50 ms."""


class RewardClock:
    """The clock's part: pay what is due, give up what didn't come."""

    def __init__(self, db: Database, policies: Policies) -> None:
        self._db = db
        self._policies = policies
        self._policy = policies[GiftPolicy]

    async def run_due(self, now: datetime) -> datetime | None:
        """Settle due rewards and windows that are over; when the next one comes."""
        while await self._db.write(settle, now, self._policies):
            pass
        while await self._db.write(give_up, now, self._policy):
            pass
        return await self._db.read(next_due, self._policy)


def settle(tx: Tx, now: datetime, policies: Policies) -> bool:
    """Pay a chunk of what is due, or hold or drop it; whether there may be more."""
    due: Any = tx.execute(
        select(col(GiftReward.id).label("reward_id"), col(Invitation.inviter_id), col(Invitation.friend_id))
        .join(Invitation, col(Invitation.id) == col(GiftReward.invitation_id))
        .where(col(GiftReward.state) == RewardState.DUE, col(GiftReward.due_at) <= now)
        .order_by(col(GiftReward.due_at), col(GiftReward.id))
        .limit(CHUNK)
    ).all()
    if not due:
        return False
    # Accounts before what hangs on them, all in one order: a check-in or a leaving may be at them too.
    lock_accounts(tx, {member for row in due for member in (row.inviter_id, row.friend_id)})
    for case in find_cases(tx, [row.reward_id for row in due], RewardState.DUE):
        _settle(tx, case, now, policies)
    return len(due) == CHUNK


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a friend's first check-in set free."""

    coins: int
    giver: str


def settle_at_check_in(tx: Tx, invitation_id: int, now: datetime, policies: Policies) -> Unlocked | None:
    """Pay a friend at once what their first check-in set free, so that its answer tells the one sum that they have.

    None if nothing was due, or all of it is held or dropped. The friend's account is locked, and the invitation.
    """
    due = (
        tx.execute(
            select(col(GiftReward.id)).where(
                col(GiftReward.invitation_id) == invitation_id,
                col(GiftReward.who) == Who.FRIEND,
                col(GiftReward.stage).in_(ON_FIRST_CHECK_IN),
                col(GiftReward.state) == RewardState.DUE,
            )
        )
        .scalars()
        .all()
    )
    if not due:
        return None
    (case,) = find_cases(tx, [reward_id for reward_id in due if reward_id is not None], RewardState.DUE)
    paid = _settle(tx, case, now, policies, told=True)
    return Unlocked(paid, name_of(tx, case.invitation.inviter_id)) if paid else None


def _settle(tx: Tx, case: Case, now: datetime, policies: Policies, *, told: bool = False) -> int:
    """Pay, hold or drop one friend's due rewards, and tell the two. Returns the coins that were paid.

    `told`: what is paid is told in the answer to what set it free.
    """
    policy = policies[GiftPolicy]
    paid: defaultdict[tuple[Who, Stage], int] = defaultdict(int)
    held: defaultdict[Who, int] = defaultdict(int)
    for reward in case.rewards:
        who = Who(reward.who)
        state = settled(facts_of(tx, case, reward, now), policy)
        if state is RewardState.PAID:
            state = _state_after_look(tx, case, reward, now, policies)
        reward.state, reward.due_at, reward.settled_at = state, None, settled_at_of(state, now)
        if state is RewardState.PAID:
            pay(tx, case, reward, now)
            paid[who, Stage(reward.stage)] += reward.amount
        elif state is RewardState.HELD:
            reward.held_at = now
            held[who] += reward.amount
        elif state is RewardState.CAPPED:
            tell_capped(tx, case, now, policy)
        tx.flush()
    if not told:
        tell_paid(tx, case, paid, now)
    for who, coins in held.items():
        key = f"gift:held:{case.invitation.id}:{who}"
        tell_member(tx, case.place, payee_of(case.invitation, who), RewardHeld(coins), note_terms(key, now))
    show_progress(tx, case.invitation.gift_id, now, policy)
    return sum(paid.values())


def _state_after_look(tx: Tx, case: Case, reward: GiftReward, now: datetime, policies: Policies) -> RewardState:
    """What becomes of a reward that may be paid: paid, held until the shop has looked, or refused as before."""
    invitation, who = case.invitation, Who(reward.who)
    member_id = payee_of(invitation, who)
    refused = tx.execute(
        select(col(GiftReward.id)).where(
            col(GiftReward.invitation_id) == invitation.id,
            col(GiftReward.who) == who,
            col(GiftReward.state) == RewardState.REFUSED,
        )
    ).first()
    if refused is not None:
        return RewardState.REFUSED
    # Who has only just come has done nothing but check in: of them only circles tell.
    circle = circle_of(tx, invitation, fresh=reward.stage in ON_FIRST_CHECK_IN)
    quirks = quirks_of(circle, policies[GiftPolicy])
    policy = policies[FarmingPolicy]
    seen = [ring_reason(policy, ring_size(circle, quirks))] if quirks else []
    reasons = held_reasons(tx, case.place, member_id, now, policy, also=seen)
    held = Reward(KIND, id_of(invitation), member_id)
    holds = bool(reasons) and hold(tx, case.place, held, reasons, now, policy)
    return RewardState.HELD if holds else RewardState.PAID


def give_up(tx: Tx, now: datetime, policy: GiftPolicy) -> bool:
    """End a chunk of windows in which the check-ins didn't come; whether there may be more."""
    over = (
        tx.execute(
            select(Invitation)
            .where(col(Invitation.watched_until) <= now - policy.late)
            .order_by(col(Invitation.watched_until))
            .limit(CHUNK)
            .with_for_update(skip_locked=True)
        )
        .scalars()
        .all()
    )
    for invitation in over:
        invitation.watched_until = None
        tx.flush()
        tx.execute(
            update(GiftReward)
            .where(
                col(GiftReward.invitation_id) == invitation.id,
                col(GiftReward.stage).in_(ON_STAYING),
                col(GiftReward.state) == RewardState.WAITING,
            )
            .values(state=RewardState.LAPSED, settled_at=now)
        )
        if invitation.check_ins:
            unwatch(tx, invitation.friend_id)
        show_progress(tx, invitation.gift_id, now, policy)
    return len(over) == CHUNK


def next_due(session: Session, policy: GiftPolicy) -> datetime | None:
    """When the clock is needed next."""
    reward = session.execute(
        select(func.min(col(GiftReward.due_at))).where(col(GiftReward.state) == RewardState.DUE)
    ).scalar_one()
    window = session.execute(
        select(func.min(col(Invitation.watched_until))).where(col(Invitation.watched_until).is_not(None))
    ).scalar_one()
    times = [at for at in (reward, window + policy.late if window is not None else None) if at is not None]
    return min(times, default=None)
