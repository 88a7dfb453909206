"""A giver's card: what it shows, where it lives, and private notes to the two whom it concerns."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.gift_states import GiftState, RewardState, Stage, Who
from bot.rules.gifts.cards import FRIENDS_SHOWN, START, FriendLine, GiftCard
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.place import Place
from bot.store.engine.sessions import Tx
from bot.store.messages.cards import CardSubject, hang_card, touch_cards
from bot.store.messages.outbox import Terms
from bot.store.messages.payloads import pack
from bot.store.messages.telling import tell_in_private
from bot.store.private_messages import may_write_privately, readers_among
from bot.store.tables import Card, Gift, GiftReward, Invitation, Member, Person
from bot.store.tables.messages import Lane

CARD = "gift"
"""The kind of a giver's living card, in their private chat."""
TOLD_WITHIN = timedelta(days=1)

_LINE_STATES = {
    RewardState.DUE: "enough",
    RewardState.PAID: "stayed",
    RewardState.HELD: "held",
    RewardState.CAPPED: "capped",
    RewardState.LAPSED: "over",
    RewardState.REFUSED: "over",
    RewardState.CANCELLED: "over",
}


def card_of(session: Session, community_id: int, gift_id: int, now: datetime, policy: GiftPolicy) -> GiftCard | None:
    """A card as its giver sees it at `now`."""
    gift = session.execute(
        select(Gift).where(col(Gift.id) == gift_id, col(Gift.community_id) == community_id)
    ).scalar_one_or_none()
    if gift is None:
        return None
    joined: int = session.execute(
        select(func.count()).select_from(Invitation).where(col(Invitation.gift_id) == gift_id)
    ).scalar_one()
    earned = _earned(session, gift_id)
    friends = _friends(session, gift_id)
    return GiftCard(
        gift_id=gift_id,
        payload=f"{START}_{gift.token}",
        title=gift.title,
        kind=gift.kind,
        coins=gift.coins,
        opens=gift.opens,
        state=_state_of(gift, joined, now),
        opened=gift.opened,
        friends=friends,
        more=joined - len(friends),
        earned=sum(earned.values()),
        grown=earned.get(Stage.GREW, 0),
        back_at=gift.expires_at if not gift.opened else None,
        check_ins=policy.check_ins,
        joined_pays=policy.friend_joined,
        stayed_pays=policy.inviter_stayed,
        redeemed_pays=policy.inviter_redeemed,
    )


def _state_of(gift: Gift, joined: int, now: datetime) -> str:
    if gift.state != GiftState.OPEN:
        return str(gift.state)
    if gift.expires_at <= now:
        return str(GiftState.RETURNED)
    if joined:
        return "joined"
    if gift.opened:
        return "opened"
    return "shared" if gift.shared_at is not None else "ready"


def _friends(session: Session, gift_id: int) -> tuple[FriendLine, ...]:
    """Those who came last, first."""
    rows: Any = session.execute(
        select(Invitation, Person.name, GiftReward.state)  # type: ignore[call-overload]
        .join(Member, col(Member.id) == col(Invitation.friend_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .outerjoin(
            GiftReward,
            (col(GiftReward.invitation_id) == col(Invitation.id))
            & (col(GiftReward.stage) == Stage.STAYED)
            & (col(GiftReward.who) == Who.INVITER),
        )
        .where(col(Invitation.gift_id) == gift_id)
        .order_by(col(Invitation.id).desc())
        .limit(FRIENDS_SHOWN)
    ).all()
    return tuple(FriendLine(name, brought.check_ins, _line_state(brought, state)) for brought, name, state in rows)


def _line_state(invitation: Invitation, state: str | None) -> str:
    settled = RewardState(state) if state is not None else RewardState.WAITING
    if invitation.left_at is not None and settled is not RewardState.PAID:
        return "left"
    return _LINE_STATES.get(settled, "started" if invitation.check_ins else "new")


def _earned(session: Session, gift_id: int) -> dict[str, int]:
    """What a card has brought its giver, by stage."""
    rows = session.execute(
        select(col(GiftReward.stage), func.sum(col(GiftReward.amount)))
        .join(Invitation, col(Invitation.id) == col(GiftReward.invitation_id))
        .where(
            col(Invitation.gift_id) == gift_id,
            col(GiftReward.who) == Who.INVITER,
            col(GiftReward.state) == RewardState.PAID,
        )
        .group_by(col(GiftReward.stage))
    ).all()
    return {stage: int(coins) for stage, coins in rows}


def show_progress(tx: Tx, gift_id: int, now: datetime, policy: GiftPolicy) -> None:
    """Bring the giver's card up to date; hang it in their private chat if it was only whispered until now."""
    gift = tx.get_one(Gift, gift_id)
    hangs = tx.execute(
        select(col(Card.id)).where(col(Card.kind) == CARD, col(Card.subject_id) == gift_id).limit(1)
    ).first()
    if hangs is not None:
        touch_cards(tx, gift.community_id, CARD, gift_id, now, every=policy.card_every)
        return
    giver = tx.execute(
        select(col(Member.user_id))
        .join(Person, col(Person.user_id) == col(Member.user_id))
        .where(col(Member.id) == gift.giver_id, may_write_privately(wanted=True, inside=False))
    ).scalar_one_or_none()
    if giver is not None:
        subject = CardSubject(gift.community_id, CARD, gift_id)
        hang_card(tx, subject, giver, Terms(now=now, not_after=now + TOLD_WITHIN))


def note_message(tx: Tx, community_id: int, gift_id: int, chat_id: int, message_id: int, now: datetime) -> None:
    """A card was shown in its giver's private chat: it lives there from here on."""
    card = tx.execute(
        select(Card).where(col(Card.kind) == CARD, col(Card.subject_id) == gift_id, col(Card.chat_id) == chat_id)
    ).scalar_one_or_none()
    if card is None:
        card = Card(community_id=community_id, kind=CARD, subject_id=gift_id, chat_id=chat_id)
        tx.add(card)
    card.message_id, card.edited_at = message_id, now
    tx.flush()


def note_terms(key: str, now: datetime, *, once: bool = False) -> Terms:
    """The terms of a private note about gifts. `once`: its key outlives the delivery."""
    return Terms(now=now, key=key, once=once, not_after=now + TOLD_WITHIN, lane=Lane.REMINDER)


def tell_member(tx: Tx, place: Place, member_id: int, outcome: Any, terms: Terms) -> None:
    """One private note, to a member who may be written to and hasn't said *stop*; others see it on their card."""
    reader = readers_among(tx, [member_id], place.language, wanted=True, inside=False).get(member_id)
    if reader is not None:
        tell_in_private(tx, place.community_id, reader, pack(outcome), terms)
