"""Rewards are paid: to whom, how much, and what the two hear of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from bot.features.gifts.living_card import note_terms, tell_member
from bot.rules.act import Occasion
from bot.rules.calendar import day_of
from bot.rules.gift_states import ON_FIRST_CHECK_IN, RewardState, Stage, Who
from bot.rules.gifts.policy import GiftPolicy
from bot.rules.gifts.rewards import FriendRewarded, InviterCapped, InviterRewarded, PayFacts
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.store import ledger
from bot.store.engine.sessions import Tx
from bot.store.notes import note
from bot.store.places import place_of
from bot.store.tables import Account, Coupon, Gift, GiftReward, Invitation, Member, Person
from bot.store.tables.base import id_of

REASON = "gift"
"""The ledger's word for what gifts pay."""


@dataclass(slots=True)
class Case:
    """One friend's rewards, and the rows that are checked again before they are paid."""

    invitation: Invitation
    gift: Gift
    place: Place
    rewards: list[GiftReward] = field(default_factory=list)


def find_cases(tx: Tx, reward_ids: list[int], state: RewardState) -> list[Case]:
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
    cases: dict[int, Case] = {}
    for reward, invitation, gift in rows:
        case = cases.setdefault(invitation.id, Case(invitation, gift, place_of(tx, invitation.community_id), []))
        case.rewards.append(reward)
    return list(cases.values())


def payee_of(invitation: Invitation, who: Who) -> int:
    """The member whose reward it is."""
    return invitation.friend_id if who is Who.FRIEND else invitation.inviter_id


def settled_at_of(state: RewardState, now: datetime) -> datetime | None:
    """When a reward of this state was settled; None for one that waits for its stage again."""
    return now if state is not RewardState.WAITING else None


def facts_of(tx: Tx, case: Case, reward: GiftReward, now: datetime) -> PayFacts:
    """What is known of a reward when it is to be paid."""
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


def pay(tx: Tx, case: Case, reward: GiftReward, now: datetime) -> None:
    """Pay a reward once, and count the friend for whom the inviter is rewarded."""
    invitation = case.invitation
    who = Who(reward.who)
    account: Any = tx.execute(
        select(col(Account.id)).where(col(Account.member_id) == payee_of(invitation, who))
    ).scalar_one()
    key = f"gift:{invitation.id}:{reward.stage}:{who}"
    ledger.pay(
        tx,
        ledger.TransferHeader(case.place.community_id, key, REASON, now, case.place.timezone),
        member_account=account,
        shop=case.place.shop_account,
        amount=reward.amount,
    )
    if reward.stage == Stage.STAYED and who is Who.INVITER:
        occasion = Occasion(now, day_of(now, case.place.timezone))
        note(tx, invitation.inviter_id, Did.FRIEND, occasion, About(Thing.INVITATION, id_of(invitation)))
    if who is Who.INVITER and invitation.rewarded_month is None:
        invitation.rewarded_nth = _this_month(tx, invitation, case.place, now) + 1
        invitation.rewarded_month = day_of(now, case.place.timezone).replace(day=1)


def tell_paid(tx: Tx, case: Case, paid: dict[tuple[Who, Stage], int], now: datetime) -> None:
    """One note for each of the two and each stage."""
    invitation = case.invitation
    giver, friend = name_of(tx, invitation.inviter_id), name_of(tx, invitation.friend_id)
    joined = sum(paid.get((Who.FRIEND, stage), 0) for stage in ON_FIRST_CHECK_IN)
    for stage, coins in ((Stage.JOINED, joined), (Stage.STAYED, paid.get((Who.FRIEND, Stage.STAYED), 0))):
        if coins:
            outcome = FriendRewarded(giver, stage, coins, _balance(tx, invitation.friend_id))
            key = f"gift:{invitation.id}:{stage}:{Who.FRIEND}"
            tell_member(tx, case.place, invitation.friend_id, outcome, note_terms(key, now))
    grown = paid.get((Who.INVITER, Stage.GREW), 0)
    stayed = paid.get((Who.INVITER, Stage.STAYED), 0) + grown
    for stage, coins in ((Stage.STAYED, stayed), (Stage.REDEEMED, paid.get((Who.INVITER, Stage.REDEEMED), 0))):
        if coins:
            more = grown if stage is Stage.STAYED else 0
            words = InviterRewarded(friend, stage, coins, more, _balance(tx, invitation.inviter_id))
            key = f"gift:{invitation.id}:{stage}:{Who.INVITER}"
            tell_member(tx, case.place, invitation.inviter_id, words, note_terms(key, now))


def tell_capped(tx: Tx, case: Case, now: datetime, policy: GiftPolicy) -> None:
    """Once a month: from then on the inviter knows."""
    invitation = case.invitation
    month = day_of(now, case.place.timezone).replace(day=1)
    outcome = InviterCapped(name_of(tx, invitation.friend_id), policy.friends_a_month)
    terms = note_terms(f"gift:capped:{invitation.inviter_id}:{month}", now, once=True)
    tell_member(tx, case.place, invitation.inviter_id, outcome, terms)


def name_of(tx: Tx, member_id: int) -> str:
    """How Telegram calls a member."""
    name: str = tx.execute(
        select(col(Person.name))
        .join(Member, col(Member.user_id) == col(Person.user_id))
        .where(col(Member.id) == member_id)
    ).scalar_one()
    return name


def _balance(tx: Tx, member_id: int) -> int:
    return tx.execute(select(col(Account.balance)).where(col(Account.member_id) == member_id)).scalar_one() or 0
