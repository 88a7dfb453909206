"""What gifts pay: due rewards are settled by the clock, each looked at again when it is to be paid."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.living_card import show_progress, tell_member
from bot.features.gifts.rings import circle_of
from bot.rules.calendar import day_of
from bot.rules.farming import FarmingPolicy, ring
from bot.rules.gift_states import ON_FIRST_CHECK_IN, ON_STAYING, RewardState, Stage, Who
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.gifts.rewards import FriendRewarded, InviterCapped, InviterRewarded, PayFacts, RewardHeld, settled
from bot.rules.gifts.rings import quirks_of, ring_size
from bot.rules.place import Place
from bot.rules.tiers import Deed
from bot.store import ledger
from bot.store.engine.db import Database, Tx
from bot.store.held import held_reasons, hold
from bot.store.invitations import lock_accounts, unwatch
from bot.store.members import note
from bot.store.places import place_of
from bot.store.tables import Account, Coupon, Gift, GiftReward, Invitation, Member, Person

CHUNK = 10
"""Rewards settled, and friends given up, in one transaction: no write holds the writer longer than 50 ms."""
REASON = "gift"
"""The ledger's word for what gifts pay."""
KIND = "gift"
"""Under which the shop finds what is held of them."""


class Rewarding:
    """The clock's part: pay what is due, give up what didn't come."""

    def __init__(self, db: Database, policy: GiftPolicy) -> None:
        self._db = db
        self._policy = policy

    async def run_due(self, now: datetime) -> datetime | None:
        """Settle due rewards and windows that are over; when the next one comes."""
        while await self._db.write(settle, now, self._policy):
            pass
        while await self._db.write(give_up, now, self._policy):
            pass
        return await self._db.read(next_due, self._policy)


@dataclass(slots=True)
class _Case:
    """One friend's due rewards, with what is looked at again before they are paid."""

    invitation: Invitation
    gift: Gift
    place: Place
    rewards: list[GiftReward] = field(default_factory=list)


def settle(tx: Tx, now: datetime, policy: GiftPolicy) -> bool:
    """Pay a chunk of what is due, or hold or drop it; whether there may be more."""
    due: Any = tx.execute(
        select(col(GiftReward.id), col(Invitation.inviter_id), col(Invitation.friend_id))
        .join(Invitation, col(Invitation.id) == col(GiftReward.invitation_id))
        .where(col(GiftReward.state) == RewardState.DUE, col(GiftReward.due_at) <= now)
        .order_by(col(GiftReward.due_at), col(GiftReward.id))
        .limit(CHUNK)
    ).all()
    if not due:
        return False
    # Accounts before what hangs on them, all in one order: a check-in or a leaving may be at them too.
    lock_accounts(tx, {member for row in due for member in row[1:]})
    for case in _cases(tx, [row[0] for row in due], RewardState.DUE):
        _settle(tx, case, now, policy)
    return len(due) == CHUNK


def _cases(tx: Tx, reward_ids: list[int], state: RewardState) -> list[_Case]:
    """The rewards by friend, those that are still in this state, locked."""
    rows: Any = tx.execute(
        select(GiftReward, Invitation, Gift)
        .join(Invitation, col(Invitation.id) == col(GiftReward.invitation_id))
        .join(Gift, col(Gift.id) == col(Invitation.gift_id))
        .where(col(GiftReward.id).in_(reward_ids), col(GiftReward.state) == state)
        .order_by(col(GiftReward.id))
        .with_for_update(of=(GiftReward, Invitation))
        .execution_options(populate_existing=True)
    ).all()
    cases: dict[int, _Case] = {}
    for reward, invitation, gift in rows:
        case = cases.setdefault(invitation.id, _Case(invitation, gift, place_of(tx, invitation.community_id), []))
        case.rewards.append(reward)
    return list(cases.values())


def _settle(tx: Tx, case: _Case, now: datetime, policy: GiftPolicy) -> None:
    paid: defaultdict[tuple[Who, Stage], int] = defaultdict(int)
    held: defaultdict[Who, int] = defaultdict(int)
    for reward in case.rewards:
        who = Who(reward.who)
        state = settled(_facts(tx, case, reward, now), policy)
        if state is RewardState.PAID:
            state = _looked_at(tx, case, reward, now, policy)
        reward.state, reward.due_at, reward.settled_at = state, None, _settled_at(state, now)
        if state is RewardState.PAID:
            _pay(tx, case, reward, now)
            paid[who, Stage(reward.stage)] += reward.amount
        elif state is RewardState.HELD:
            reward.held_at = now
            held[who] += reward.amount
        elif state is RewardState.CAPPED:
            _tell_capped(tx, case, now, policy)
        tx.flush()
    _tell_paid(tx, case, paid, now)
    for who, coins in held.items():
        key = f"gift:held:{case.invitation.id}:{who}"
        tell_member(tx, case.place, _payee(case.invitation, who), RewardHeld(coins), key=key, now=now)
    show_progress(tx, case.invitation.gift_id, now, policy)


def _looked_at(tx: Tx, case: _Case, reward: GiftReward, now: datetime, policy: GiftPolicy) -> RewardState:
    """Whether the shop must look first: paid, held, or refused as before."""
    invitation, who = case.invitation, Who(reward.who)
    member_id = _payee(invitation, who)
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
    quirks = quirks_of(circle, policy)
    seen = [ring(FarmingPolicy(), ring_size(circle, quirks))] if quirks else []
    reasons = held_reasons(tx, case.place, member_id, now, also=seen)
    holds = bool(reasons) and hold(
        tx,
        case.place,
        kind=KIND,
        subject_id=invitation.id or 0,
        member_id=member_id,
        reasons=reasons,
        at=now,
    )
    return RewardState.HELD if holds else RewardState.PAID


def _payee(invitation: Invitation, who: Who) -> int:
    return invitation.friend_id if who is Who.FRIEND else invitation.inviter_id


def _settled_at(state: RewardState, now: datetime) -> datetime | None:
    return now if state is not RewardState.WAITING else None


def _facts(tx: Tx, case: _Case, reward: GiftReward, now: datetime) -> PayFacts:
    invitation, who = case.invitation, Who(reward.who)
    inviter = who is Who.INVITER
    return PayFacts(
        who=who,
        friend_inside=invitation.left_at is None and _inside(tx, invitation.friend_id),
        inviter_inside=not inviter or _inside(tx, invitation.inviter_id),
        counted=invitation.rewarded_month is not None,
        this_month=_this_month(tx, invitation, case.place, now) if inviter else 0,
        reached=reward.stage != Stage.REDEEMED or _has_redeemed(tx, invitation.friend_id),
    )


def _has_redeemed(tx: Tx, member_id: int) -> bool:
    """Whether a coupon of theirs is redeemed, and counts: neither it nor its order was taken back."""
    used = select(col(Coupon.id)).where(col(Coupon.member_id) == member_id, col(Coupon.redeemed_on).is_not(None))
    return tx.execute(used.limit(1)).first() is not None


def _this_month(tx: Tx, invitation: Invitation, place: Place, now: datetime) -> int:
    month = day_of(now, place.timezone).replace(day=1)
    counted: int = tx.execute(
        select(func.count())
        .select_from(Invitation)
        .where(col(Invitation.inviter_id) == invitation.inviter_id, col(Invitation.rewarded_month) == month)
    ).scalar_one()
    return counted


def _inside(tx: Tx, member_id: int) -> bool:
    """Whether a member is in a room of the shop, as far as is known."""
    left_at = tx.execute(select(col(Member.left_at)).where(col(Member.id) == member_id)).scalar_one()
    return left_at is None


def _pay(tx: Tx, case: _Case, reward: GiftReward, now: datetime) -> None:
    invitation = case.invitation
    who = Who(reward.who)
    account: Any = tx.execute(
        select(col(Account.id)).where(col(Account.member_id) == _payee(invitation, who))
    ).scalar_one()
    ledger.pay(
        tx,
        community_id=case.place.community_id,
        key=f"gift:{invitation.id}:{reward.stage}:{who}",
        member_account=account,
        shop=case.place.shop_account,
        amount=reward.amount,
        reason=REASON,
        at=now,
    )
    if reward.stage == Stage.STAYED and who is Who.INVITER:
        note(tx, invitation.inviter_id, day_of(now, case.place.timezone), Deed.FRIEND)
    if who is Who.INVITER and invitation.rewarded_month is None:
        invitation.rewarded_nth = _this_month(tx, invitation, case.place, now) + 1
        invitation.rewarded_month = day_of(now, case.place.timezone).replace(day=1)


def _tell_paid(tx: Tx, case: _Case, paid: dict[tuple[Who, Stage], int], now: datetime) -> None:
    """One note for each of the two and each stage."""
    invitation = case.invitation
    giver, friend = _name(tx, invitation.inviter_id), _name(tx, invitation.friend_id)
    joined = sum(paid.get((Who.FRIEND, stage), 0) for stage in ON_FIRST_CHECK_IN)
    for stage, coins in ((Stage.JOINED, joined), (Stage.STAYED, paid.get((Who.FRIEND, Stage.STAYED), 0))):
        if coins:
            outcome = FriendRewarded(giver, stage, coins, _balance(tx, invitation.friend_id))
            key = f"gift:{invitation.id}:{stage}:{Who.FRIEND}"
            tell_member(tx, case.place, invitation.friend_id, outcome, key=key, now=now)
    grown = paid.get((Who.INVITER, Stage.GREW), 0)
    stayed = paid.get((Who.INVITER, Stage.STAYED), 0) + grown
    for stage, coins in ((Stage.STAYED, stayed), (Stage.REDEEMED, paid.get((Who.INVITER, Stage.REDEEMED), 0))):
        if coins:
            more = grown if stage is Stage.STAYED else 0
            note = InviterRewarded(friend, stage, coins, more, _balance(tx, invitation.inviter_id))
            key = f"gift:{invitation.id}:{stage}:{Who.INVITER}"
            tell_member(tx, case.place, invitation.inviter_id, note, key=key, now=now)


def _tell_capped(tx: Tx, case: _Case, now: datetime, policy: GiftPolicy) -> None:
    """Once a month: from then on the inviter knows."""
    invitation = case.invitation
    month = day_of(now, case.place.timezone).replace(day=1)
    outcome = InviterCapped(_name(tx, invitation.friend_id), policy.friends_a_month)
    key = f"gift:capped:{invitation.inviter_id}:{month}"
    tell_member(tx, case.place, invitation.inviter_id, outcome, key=key, now=now)


def _name(tx: Tx, member_id: int) -> str:
    name: str = tx.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == member_id)
    ).scalar_one()
    return name


def _balance(tx: Tx, member_id: int) -> int:
    return tx.execute(select(col(Account.balance)).where(col(Account.member_id) == member_id)).scalar_one() or 0


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


def worth(tx: Tx, place: Place, invitation_id: int, member_id: int) -> int:
    """Coins that releasing what is held for one of the two would take from the shop, at most. It is locked then."""
    case = _held(tx, place, invitation_id, member_id, RewardState.HELD)
    return sum(reward.amount for reward in case.rewards) if case is not None else 0


def release(tx: Tx, place: Place, invitation_id: int, member_id: int, at: datetime) -> int:
    """Pay what was held for one of the two; coins paid now. What comes later isn't held again."""
    case = _held(tx, place, invitation_id, member_id, RewardState.HELD)
    if case is None:
        return 0
    policy = GiftPolicy()
    paid: defaultdict[tuple[Who, Stage], int] = defaultdict(int)
    for reward in case.rewards:
        who = Who(reward.who)
        state = settled(_facts(tx, case, reward, at), policy)
        reward.state, reward.settled_at = state, _settled_at(state, at)
        if reward.state is RewardState.PAID:
            _pay(tx, case, reward, at)
            paid[who, Stage(reward.stage)] += reward.amount
        tx.flush()
    _tell_paid(tx, case, paid, at)
    show_progress(tx, case.invitation.gift_id, at, policy)
    return sum(paid.values())


def refuse(tx: Tx, place: Place, invitation_id: int, member_id: int, at: datetime) -> int:
    """Pay neither what was held for one of the two nor what falls due later."""
    return _turn(tx, place, invitation_id, member_id, RewardState.HELD, RewardState.REFUSED, at)


def hold_again(tx: Tx, place: Place, invitation_id: int, member_id: int, at: datetime) -> bool:
    """A refusal is taken back: what it was about waits again."""
    _turn(tx, place, invitation_id, member_id, RewardState.REFUSED, RewardState.HELD, at)
    return True


def _turn(
    tx: Tx, place: Place, invitation_id: int, member_id: int, was: RewardState, becomes: RewardState, at: datetime
) -> int:
    case = _held(tx, place, invitation_id, member_id, was)
    for reward in case.rewards if case is not None else ():
        reward.state, reward.settled_at = becomes, at
    tx.flush()
    if case is not None:
        show_progress(tx, case.invitation.gift_id, at, GiftPolicy())
    return 0


def _held(tx: Tx, place: Place, invitation_id: int, member_id: int, state: RewardState) -> _Case | None:
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
    cases = _cases(tx, [reward_id for reward_id in found if reward_id is not None], state)
    return cases[0] if cases else None
