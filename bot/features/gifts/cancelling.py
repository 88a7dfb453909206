"""What is pending on a friend ends: they left, or somebody has their data deleted."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlmodel import col

from bot.rules.gift_states import RewardState
from bot.store.engine.sessions import Tx
from bot.store.tables import Account, GiftReward, Invitation, Member

PENDING = (RewardState.WAITING, RewardState.DUE, RewardState.HELD)


def lock_accounts(tx: Tx, members: Iterable[int]) -> None:
    """Lock members' accounts in one order, before what hangs on them."""
    tx.execute(
        select(col(Account.id))
        .where(col(Account.member_id).in_(sorted(members)))
        .order_by(col(Account.id))
        .with_for_update()
    ).all()


def unwatch(tx: Tx, member_id: int) -> None:
    """A member's check-ins don't matter for an invitation any more."""
    tx.execute(update(Member).where(col(Member.id) == member_id).values(invitation_id=None))


def cancel(tx: Tx, invitation_id: int, friend_id: int, at: datetime) -> None:
    """Nothing more is paid for this friend."""
    lock_accounts(tx, [friend_id])
    tx.execute(
        update(Invitation)
        .where(col(Invitation.id) == invitation_id, col(Invitation.left_at).is_(None))
        .values(left_at=at, watched_until=None)
    )
    drop_rewards(tx, col(GiftReward.invitation_id) == invitation_id, at=at)
    unwatch(tx, friend_id)


def drop_rewards(tx: Tx, *which: ColumnElement[bool], at: datetime) -> None:
    """Rewards that are pending aren't paid any more."""
    tx.execute(
        update(GiftReward)
        .where(*which, col(GiftReward.state).in_(PENDING))
        .values(state=RewardState.CANCELLED, due_at=None, settled_at=at)
    )
