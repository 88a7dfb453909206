"""Who brought whom, and how far each friend has come.

A stage that is reached makes its rewards *due*; they are paid by the clock, a moment later (`rewarding.py`), where both
accounts can be locked in one order and everything is looked at again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.gifts.living_card import show_progress
from bot.rules.act import Sender
from bot.rules.checkins.checkins import Cover
from bot.rules.coupon_states import KeptFor
from bot.rules.coupons.campaigns import CouponPolicy
from bot.rules.coupons.claims import Claimed
from bot.rules.gifts.gifts import (
    ON_FIRST_CHECK_IN,
    ON_STAYING,
    GiftKind,
    GiftPolicy,
    GiftState,
    Opens,
    Progress,
    RewardState,
    Stage,
    Who,
    progress,
    rewards_of,
)
from bot.rules.place import Place
from bot.store.coupons import hand_out as coupons
from bot.store.engine.db import PLANNED, Tx
from bot.store.invitations import cancel, unwatch
from bot.store.members import Standing
from bot.store.tables import Account, CheckIn, Gift, GiftOffer, GiftOpening, GiftReward, Invitation, Member, Person


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
    tx: Tx, place: Place, sender: Sender, at: datetime, policy: GiftPolicy, choice: coupons.Choice
) -> Brought | None:
    """Note who brought a newcomer: the giver of the first card that they opened while they were outside.

    None if nobody did. One inviter each, for good: who leaves and comes back is nobody's newcomer.
    """
    found: Any = tx.execute(
        select(Gift, Person.user_id, Person.name)  # type: ignore[call-overload]
        .join(GiftOpening, col(GiftOpening.gift_id) == col(Gift.id))
        .join(Member, col(Member.id) == col(Gift.giver_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(
            col(GiftOpening.community_id) == place.community_id,
            col(GiftOpening.user_id) == sender.user_id,
            col(GiftOpening.outsider).is_(True),
            col(GiftOpening.at) > at - policy.attribution,
            col(GiftOpening.at) <= at,
            col(Gift.state) != GiftState.VOID,
        )
        .order_by(col(GiftOpening.at), col(GiftOpening.id))
        .limit(1)
    ).first()
    if found is None:
        return None
    gift, giver_user_id, giver = found
    friend = _lock_newcomer(tx, place, sender.user_id)
    if friend is None or giver_user_id == sender.user_id:
        return None
    friend_id = friend.member_id
    invitation_id = _invite(tx, place, gift, friend_id, at, policy)
    if invitation_id is None:
        return None
    kind = GiftKind(gift.kind)
    got, code = _take(tx, gift, friend_id), None
    if got and kind is GiftKind.COUPON:
        code = _give_coupon(tx, place, gift, friend, invitation_id, at, choice)
        got = code is not None
    waiting = 0
    for reward in rewards_of(kind, gift.coins, policy, with_gift=got):
        tx.add(
            GiftReward(
                community_id=place.community_id,
                invitation_id=invitation_id,
                stage=reward.stage,
                who=reward.who,
                amount=reward.amount,
            )
        )
        waiting += reward.amount if reward.stage in ON_FIRST_CHECK_IN else 0
    tx.execute(update(Member).where(col(Member.id) == friend_id).values(invitation_id=invitation_id))
    tx.flush()
    tx.info[PLANNED] = True
    show_progress(tx, gift.id, at, policy)
    return Brought(giver, gift.title, gift.kind, waiting, code, missed=not got)


def _lock_newcomer(tx: Tx, place: Place, user_id: int) -> Standing | None:
    """The newcomer, their account locked; None for someone who came back after a deletion."""
    row: Any = tx.execute(
        select(col(Member.id), col(Account.id), col(Account.balance), col(Member.tier), col(Member.back_since))
        .join(Account, col(Account.member_id) == col(Member.id))
        .where(col(Member.community_id) == place.community_id, col(Member.user_id) == user_id)
        .with_for_update(of=Account)
    ).one_or_none()
    return Standing(*row) if row is not None and row.back_since is None else None


def _invite(tx: Tx, place: Place, gift: Gift, friend_id: int, at: datetime, policy: GiftPolicy) -> int | None:
    insert = postgresql.insert if tx.get_bind().dialect.name == "postgresql" else sqlite.insert
    made: int | None = tx.execute(
        insert(Invitation)
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


def _take(tx: Tx, gift: Gift, friend_id: int) -> bool:
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


def _give_coupon(
    tx: Tx,
    place: Place,
    gift: Gift,
    friend: Standing,
    invitation_id: int,
    at: datetime,
    choice: coupons.Choice,
) -> str | None:
    """The coupon in a gift, free of charge; its code, or None if its campaign is over meanwhile."""
    policy = CouponPolicy()
    if gift.campaign_id is None:
        return None
    claim = coupons.Claim(
        place,
        gift.campaign_id,
        at,
        f"gift:{invitation_id}",
        way=KeptFor.GIFT,
        price=0,
        was_set_aside=gift.reserved,
    )
    claimed = coupons.hand_out(tx, friend, claim, coupons.ClaimTools(policy, choice))
    if isinstance(claimed, Claimed):
        return claimed.code
    if gift.reserved:
        coupons.put_back(tx, place, gift.campaign_id, at, policy)
    return None


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
    _apply(tx, invitation, now, at)
    if not now.watching:
        unwatch(tx, member.member_id)
    show_progress(tx, invitation.gift_id, at, policy)


def _apply(tx: Tx, invitation: Invitation, now: Progress, at: datetime) -> None:
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


def waiting(session: Session, invitation_id: int) -> int:
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


def leave(tx: Tx, place: Place, user_id: int, at: datetime, policy: GiftPolicy) -> None:
    """Someone may have left the community: then what is pending on their joining is cancelled, what is paid is paid."""
    left: Any = tx.execute(
        select(col(Invitation.id), col(Invitation.gift_id), col(Member.id))
        .join(Member, col(Member.id) == col(Invitation.friend_id))
        .where(
            col(Member.community_id) == place.community_id,
            col(Member.user_id) == user_id,
            col(Member.left_at).is_not(None),
            col(Invitation.left_at).is_(None),
        )
    ).one_or_none()
    if left is not None:
        cancel(tx, left[0], left[2], at)
        show_progress(tx, left[1], at, policy)
