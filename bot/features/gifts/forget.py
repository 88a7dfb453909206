"""Somebody has their data deleted: what becomes of their gifts."""

from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.features.gifts.cancelling import cancel, drop_rewards
from bot.features.gifts.stock import give_back
from bot.rules.gift_states import GiftState, Who
from bot.store.engine.sessions import Tx
from bot.store.leaving import Leaving, Traces
from bot.store.tables import Gift, GiftOffer, GiftOpening, GiftReward, GiftSending, Invitation
from bot.store.told_data import Holds

ACTED_BY = (col(GiftOffer.made_by),)
"""Columns that say who of the staff did something."""
TELLS = (
    Holds(col(Gift.giver_id)),
    Holds(col(GiftSending.giver_id)),
    Holds(col(GiftOpening.user_id), by_user=True),
    Holds(col(Invitation.inviter_id)),
    Holds(col(Invitation.friend_id)),
)
"""Rows that are about a person."""


def forget(tx: Tx, leaving: Leaving) -> None:
    """As a friend they count as gone, as a giver their cards are void."""
    member_id, at = leaving.member_id, leaving.at
    mine = tx.execute(select(col(Invitation.id)).where(col(Invitation.friend_id) == member_id)).scalar_one_or_none()
    if mine is not None:
        cancel(tx, mine, member_id, at)
    brought = select(col(Invitation.id)).where(col(Invitation.inviter_id) == member_id)
    drop_rewards(tx, col(GiftReward.invitation_id).in_(brought), col(GiftReward.who) == Who.INVITER, at=at)
    cards = tx.execute(
        select(Gift).where(col(Gift.giver_id) == member_id, col(Gift.state) == GiftState.OPEN).with_for_update()
    ).scalars()
    for gift in cards.all():
        gift.state = GiftState.VOID
        tx.flush()
        if gift.reserved:
            give_back(tx, gift, at, leaving.policies)
    tx.execute(update(Gift).where(col(Gift.giver_id) == member_id).values(cause=None))
    tx.execute(delete(GiftSending).where(col(GiftSending.giver_id) == member_id))


def drop_traces(tx: Tx, traces: Traces) -> None:
    """Delete which cards they opened."""
    mine = delete(GiftOpening).where(col(GiftOpening.user_id) == traces.user_id)
    if traces.community_id is not None:
        mine = mine.where(col(GiftOpening.community_id) == traces.community_id)
    tx.execute(mine)
