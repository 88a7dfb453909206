"""Who brought whom, and what is paid at each stage: on joining, on staying, at the first redeemed coupon.

A stage that is reached makes its rewards *due*; they are paid by the clock, a moment later, where both accounts can be
locked in one order and everything is looked at again.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules import gifts as rules
from bot.rules.calendar import day_of
from bot.rules.checkins import Cover
from bot.rules.communities import Place
from bot.rules.coupons import Claimed, CouponPolicy, KeptFor
from bot.rules.gifts import (
    FriendRewarded,
    GiftKind,
    GiftPolicy,
    GiftState,
    InviterCapped,
    InviterRewarded,
    Opens,
    PayFacts,
    Progress,
    RewardHeld,
    RewardState,
    RewardUnheld,
    Stage,
    Who,
    progress,
    rewards_of,
)
from bot.store import coupons, ledger
from bot.store.circles import circle_of
from bot.store.db import PLANNED, Database, Tx
from bot.store.gift_cards import show_progress, tell_member
from bot.store.invitations import PENDING, cancel, lock_accounts, unwatch
from bot.store.members import Sender, Standing
from bot.store.places import place_of
from bot.store.tables import (
    Account,
    CheckIn,
    Gift,
    GiftOffer,
    GiftOpening,
    GiftReward,
    Invitation,
    Member,
    Person,
    Presence,
)

CHUNK = 20
"""Rewards settled, and friends given up, in one transaction: no write holds the writer longer than 50 ms."""
REASON = "gift"
"""The ledger's word for what gifts pay."""
ON_FIRST_CHECK_IN = (Stage.JOINED, Stage.GIFT)
ON_STAYING = (Stage.STAYED, Stage.GREW)


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


class Inviting:
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
    claimed = coupons.hand_out(
        tx,
        place,
        friend,
        gift.campaign_id,
        at,
        f"gift:{invitation_id}",
        policy,
        choice,
        way=KeptFor.GIFT,
        price=0,
        aside=gift.reserved,
    )
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
    quirks: dict[bool, tuple[rules.Quirk, ...]] = {}
    for reward in case.rewards:
        # Who has only just come has done nothing but check in: only circles count then.
        fresh = reward.stage in ON_FIRST_CHECK_IN
        if fresh not in quirks:
            quirks[fresh] = _quirks(tx, case.invitation, policy, fresh=fresh)
        state = rules.settled(_facts(tx, case, Who(reward.who), now), quirks[fresh], policy)
        reward.state, reward.due_at, reward.settled_at = state, None, now
        who, stage = Who(reward.who), Stage(reward.stage)
        if state is RewardState.PAID:
            _pay(tx, case, reward, now)
            paid[who, stage] += reward.amount
        elif state is RewardState.HELD:
            reward.quirks = [str(quirk) for quirk in quirks[fresh]]
            held[who] += reward.amount
        elif state is RewardState.CAPPED:
            _tell_capped(tx, case, now, policy)
        tx.flush()
    _tell_paid(tx, case, paid, now)
    for who, coins in held.items():
        member_id = _payee(case.invitation, who)
        tell_member(tx, case.place, member_id, RewardHeld(coins), key=f"gift:held:{case.rewards[0].id}:{who}", now=now)
    show_progress(tx, case.invitation.gift_id, now, policy)


def _quirks(tx: Tx, invitation: Invitation, policy: GiftPolicy, *, fresh: bool) -> tuple[rules.Quirk, ...]:
    """Why the owner should look first; nothing once they have."""
    if invitation.looked_at is not None:
        return ()
    return rules.quirks_of(circle_of(tx, invitation, fresh=fresh), policy)


def _payee(invitation: Invitation, who: Who) -> int:
    return invitation.friend_id if who is Who.FRIEND else invitation.inviter_id


def _facts(tx: Tx, case: _Case, who: Who, now: datetime) -> PayFacts:
    invitation = case.invitation
    inviter = who is Who.INVITER
    return PayFacts(
        who=who,
        friend_inside=invitation.left_at is None and _inside(tx, invitation.friend_id),
        inviter_inside=not inviter or _inside(tx, invitation.inviter_id),
        counted=invitation.rewarded_month is not None,
        this_month=_this_month(tx, invitation, case.place, now) if inviter else 0,
    )


def _this_month(tx: Tx, invitation: Invitation, place: Place, now: datetime) -> int:
    month = day_of(now, place.timezone).replace(day=1)
    counted: int = tx.execute(
        select(func.count())
        .select_from(Invitation)
        .where(col(Invitation.inviter_id) == invitation.inviter_id, col(Invitation.rewarded_month) == month)
    ).scalar_one()
    return counted


def _inside(tx: Tx, member_id: int) -> bool:
    """Whether a member is in a group: by what was seen of their coming and going, else as far as anybody knows.

    That they left may have been forgotten because they did something in private since.
    """
    left_at = tx.execute(select(col(Member.left_at)).where(col(Member.id) == member_id)).scalar_one()
    seen = tx.execute(select(col(Presence.left_at)).where(col(Presence.member_id) == member_id)).scalars().all()
    return left_at is None and (not seen or None in seen)


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


def release(tx: Tx, place: Place, invitation_id: int, at: datetime, policy: GiftPolicy) -> RewardUnheld:
    """Pay what was held for a friend: the owner has looked, and it isn't held again."""
    case = _held(tx, place, invitation_id)
    if case is None:
        return RewardUnheld("", 0, "gone")
    case.invitation.looked_at = at
    paid: defaultdict[tuple[Who, Stage], int] = defaultdict(int)
    for reward in case.rewards:
        who = Who(reward.who)
        reward.state, reward.settled_at = rules.settled(_facts(tx, case, who, at), (), policy), at
        if reward.state is RewardState.PAID:
            _pay(tx, case, reward, at)
            paid[who, Stage(reward.stage)] += reward.amount
        tx.flush()
    _tell_paid(tx, case, paid, at)
    show_progress(tx, case.invitation.gift_id, at, policy)
    return RewardUnheld(_name(tx, case.invitation.friend_id), sum(paid.values()), "paid" if paid else "gone")


def refuse(tx: Tx, place: Place, invitation_id: int, at: datetime, policy: GiftPolicy) -> RewardUnheld:
    """Pay nothing more for this friend, neither what was held nor what is to come."""
    case = _held(tx, place, invitation_id)
    if case is None:
        return RewardUnheld("", 0, "gone")
    case.invitation.looked_at, case.invitation.watched_until = at, None
    tx.flush()
    refused = sum(reward.amount for reward in case.rewards)
    tx.execute(
        update(GiftReward)
        .where(col(GiftReward.invitation_id) == invitation_id, col(GiftReward.state).in_(PENDING))
        .values(state=RewardState.REFUSED, due_at=None, settled_at=at)
    )
    unwatch(tx, case.invitation.friend_id)
    show_progress(tx, case.invitation.gift_id, at, policy)
    return RewardUnheld(_name(tx, case.invitation.friend_id), refused, "refused")


def _held(tx: Tx, place: Place, invitation_id: int) -> _Case | None:
    """What is held for a friend, locked; None if there is nothing to decide (any more)."""
    members: Any = tx.execute(
        select(col(Invitation.inviter_id), col(Invitation.friend_id)).where(
            col(Invitation.id) == invitation_id, col(Invitation.community_id) == place.community_id
        )
    ).one_or_none()
    if members is None:
        return None
    lock_accounts(tx, tuple(members))
    held = tx.execute(
        select(col(GiftReward.id)).where(
            col(GiftReward.invitation_id) == invitation_id, col(GiftReward.state) == RewardState.HELD
        )
    ).scalars()
    cases = _cases(tx, [reward_id for reward_id in held if reward_id is not None], RewardState.HELD)
    return cases[0] if cases else None
