"""Who brought whom, and how far each friend has come.

A stage that is reached makes its rewards *due*; they are paid by the clock, a moment later (`rewards.py`), where both
accounts can be locked in one order and everything is checked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.cancelling import cancel, unwatch
from bot.features.gifts.living_card import show_progress
from bot.rules.act import Sender
from bot.rules.gift_states import ON_FIRST_CHECK_IN, ON_STAYING, GiftKind, GiftState, Opens, RewardState, Stage, Who
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.gifts.rewards import Reward, rewards_of
from bot.rules.gifts.stages import Progress, progress
from bot.rules.place import Place
from bot.rules.streaks import Cover
from bot.store.coupons.for_gifts import GiftCoupons
from bot.store.engine.inserts import insert_into
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.members import Standing
from bot.store.tables import Account, CheckIn, Gift, GiftOffer, GiftOpening, GiftReward, Invitation, Member, Person
from bot.store.tables.base import id_of


@dataclass(frozen=True, slots=True)
class Brought:
    """A newcomer came by a card."""

    giver: str
    title: str
    kind: str
    waiting: int
    """Coins that their first check-in sets free."""
    code: str | None
    missed: bool
    """Whether the gift itself was for another friend."""


def attribute(
    tx: Tx, place: Place, sender: Sender, at: datetime, policy: GiftPolicy, coupons: GiftCoupons
) -> Brought | None:
    """Note who brought a newcomer: the giver of the first card that they opened while they were outside.

    None if nobody did. One inviter each, for good: who leaves and comes back is nobody's newcomer.
    """
    opened = _first_opening(tx, place, sender.user_id, at, policy)
    if opened is None:
        return None
    gift = opened.gift
    friend = _lock_newcomer(tx, place, sender.user_id)
    if friend is None or opened.giver_user_id == sender.user_id:
        return None
    invitation_id = _invite(tx, place, gift, friend.member_id, at, policy)
    if invitation_id is None:
        return None
    got, code = _take_gift(tx, gift, friend.member_id), None
    if got and gift.kind == GiftKind.COUPON:
        code = coupons.give(tx, place, friend, gift, f"gift:{invitation_id}", at)
        got = code is not None
    waiting = _add_rewards(tx, gift, invitation_id, rewards_of(GiftKind(gift.kind), gift.coins, policy, with_gift=got))
    tx.execute(update(Member).where(col(Member.id) == friend.member_id).values(invitation_id=invitation_id))
    tx.flush()
    tx.info[PLANNED] = True
    show_progress(tx, id_of(gift), at, policy)
    return Brought(opened.giver, gift.title, gift.kind, waiting, code, missed=not got)


class _Opened(NamedTuple):
    """A card that somebody opened, and whose it is."""

    gift: Gift
    giver_user_id: int
    giver: str


def _first_opening(tx: Tx, place: Place, user_id: int, at: datetime, policy: GiftPolicy) -> _Opened | None:
    """The first card that they opened while they were outside, if it can bring them still."""
    found = tx.execute(
        select(Gift, col(Person.user_id), col(Person.name))
        .join(GiftOpening, col(GiftOpening.gift_id) == col(Gift.id))
        .join(Member, col(Member.id) == col(Gift.giver_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(GiftOpening.community_id) == place.community_id,
            col(GiftOpening.user_id) == user_id,
            col(GiftOpening.outsider).is_(True),
            col(GiftOpening.at) > at - policy.attribution,
            col(GiftOpening.at) <= at,
            col(Gift.state) != GiftState.VOID,
        )
        .order_by(col(GiftOpening.at), col(GiftOpening.id))
        .limit(1)
    ).first()
    return _Opened(*found) if found is not None else None


def _add_rewards(tx: Tx, gift: Gift, invitation_id: int, rewards: Sequence[Reward]) -> int:
    """Write down what may be paid for this friend; how much of it waits for their first check-in."""
    for reward in rewards:
        tx.add(
            GiftReward(
                community_id=gift.community_id,
                invitation_id=invitation_id,
                stage=reward.stage,
                who=reward.who,
                amount=reward.amount,
            )
        )
    return sum(reward.amount for reward in rewards if reward.stage in ON_FIRST_CHECK_IN)


def _lock_newcomer(tx: Tx, place: Place, user_id: int) -> Standing | None:
    """The newcomer, their account locked; None for someone who came back after a deletion."""
    row: Any = tx.execute(
        select(
            col(Member.id).label("member_id"),
            col(Account.id).label("account_id"),
            col(Account.balance),
            col(Member.tier),
            col(Member.back_since),
        )
        .join(Account, col(Account.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
        .with_for_update(of=Account)
    ).one_or_none()
    if row is None or row.back_since is not None:
        return None
    return Standing(row.member_id, row.account_id, row.balance, row.tier)


def _invite(tx: Tx, place: Place, gift: Gift, friend_id: int, at: datetime, policy: GiftPolicy) -> int | None:
    made: int | None = tx.execute(
        insert_into(tx, Invitation)
        .values(
            community_id=place.community_id,
            gift_id=gift.id,
            inviter_id=gift.giver_id,
            friend_id=friend_id,
            joined_at=at,
            check_ins=0,
            watched_until=at + policy.within,
        )
        .on_conflict_do_nothing(index_elements=[col(Invitation.friend_id)])
        .returning(col(Invitation.id))
    ).scalar_one_or_none()
    return made


def _take_gift(tx: Tx, gift: Gift, friend_id: int) -> bool:
    """Whether the gift itself is this friend's: the first one's, or, for many, while the offer has some left."""
    if gift.opens == Opens.SINGLE:
        return (
            tx.execute(
                update(Gift)
                .where(col(Gift.id) == gift.id, col(Gift.state) == GiftState.OPEN)
                .values(state=GiftState.TAKEN, taken_by=friend_id)
                .returning(col(Gift.id))
            ).first()
            is not None
        )
    if gift.offer_id is None:
        return True
    return (
        tx.execute(
            update(GiftOffer)
            .where(
                col(GiftOffer.id) == gift.offer_id,
                (col(GiftOffer.stock).is_(None)) | (col(GiftOffer.taken) < col(GiftOffer.stock)),
            )
            .values(taken=col(GiftOffer.taken) + 1)
            .returning(col(GiftOffer.id))
        ).first()
        is not None
    )


def count_check_in(tx: Tx, place: Place, member: Standing, at: datetime, policy: GiftPolicy) -> None:
    """A friend who is watched checked in: see what that makes due. Doing it twice does it once."""
    invitation = tx.execute(
        select(Invitation)
        .where(col(Invitation.id) == member.invitation_id, col(Invitation.community_id) == place.community_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if invitation is None or invitation.left_at is not None:
        unwatch(tx, member.member_id)
        return
    instants = tx.execute(
        select(col(CheckIn.at))
        .where(
            col(CheckIn.member_id) == member.member_id,
            col(CheckIn.cover) == Cover.CHECKED,
            col(CheckIn.at) >= invitation.joined_at,
        )
        .order_by(col(CheckIn.at))
    ).scalars()
    now = progress(invitation.joined_at, list(instants), at, policy)
    _apply_progress(tx, invitation, now, at)
    if not now.watching:
        unwatch(tx, member.member_id)
    show_progress(tx, invitation.gift_id, at, policy)


def _apply_progress(tx: Tx, invitation: Invitation, now: Progress, at: datetime) -> None:
    if now.started:
        _fall_due(tx, invitation, ON_FIRST_CHECK_IN, at)
    if now.stays_at is not None and invitation.watched_until is not None:
        _fall_due(tx, invitation, ON_STAYING, now.stays_at)
        invitation.watched_until = None
    invitation.check_ins = now.check_ins
    tx.flush()


def _fall_due(tx: Tx, invitation: Invitation, stages: tuple[Stage, ...], due_at: datetime) -> None:
    due = tx.execute(
        update(GiftReward)
        .where(
            col(GiftReward.invitation_id) == invitation.id,
            col(GiftReward.stage).in_(stages),
            col(GiftReward.state) == RewardState.WAITING,
        )
        .values(state=RewardState.DUE, due_at=due_at)
        .returning(col(GiftReward.id))
    ).all()
    if due:
        tx.info[PLANNED] = True


def count_waiting_coins(session: Session, invitation_id: int) -> int:
    """Coins that a friend's first check-in sets free."""
    coins: int = session.execute(
        select(func.coalesce(func.sum(GiftReward.amount), 0)).where(
            col(GiftReward.invitation_id) == invitation_id,
            col(GiftReward.who) == Who.FRIEND,
            col(GiftReward.stage).in_(ON_FIRST_CHECK_IN),
            col(GiftReward.state) == RewardState.WAITING,
        )
    ).scalar_one()
    return int(coins)


def count_redeem(tx: Tx, place: Place, member_id: int, at: datetime) -> None:
    """A member's coupon was honoured: the first one of a friend makes the third stage due."""
    invitation = tx.execute(
        select(Invitation).where(
            col(Invitation.community_id) == place.community_id,
            col(Invitation.friend_id) == member_id,
            col(Invitation.left_at).is_(None),
        )
    ).scalar_one_or_none()
    if invitation is not None:
        _fall_due(tx, invitation, (Stage.REDEEMED,), at)


def cancel_if_gone(tx: Tx, place: Place, user_id: int, at: datetime, policy: GiftPolicy) -> None:
    """Someone may have left the community: then what is pending on their joining is cancelled, what is paid is paid."""
    left: Any = tx.execute(
        select(col(Invitation.id).label("invitation_id"), col(Invitation.gift_id), col(Invitation.friend_id))
        .join(Member, col(Member.id) == col(Invitation.friend_id))
        .where(
            col(Member.community_id) == place.community_id,
            col(Member.user_id) == user_id,
            col(Member.left_at).is_not(None),
            col(Invitation.left_at).is_(None),
        )
    ).one_or_none()
    if left is not None:
        cancel(tx, left.invitation_id, left.friend_id, at)
        show_progress(tx, left.gift_id, at, policy)
