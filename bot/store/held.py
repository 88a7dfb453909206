"""Rewards that wait for the shop's look: what speaks for farming, and the queue in which every domain holds things.

A domain that is about to pay a reward that can be farmed asks `held_reasons`. If there are any, it calls `hold` and
doesn't pay. Staff decide by `/held`, or the clock lets it go (`flows/held_rewards.py`): then the `release` or `refuse`
that the domain has registered is called.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Date, String, bindparam, delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.calendar import day_of
from bot.rules.farming import (
    EARNED_BY_DOING,
    FarmingFacts,
    FarmingPolicy,
    HeldState,
    Reason,
    Sign,
    holds_reward,
    signs_of,
)
from bot.rules.place import Place
from bot.rules.staff.held import HeldNotice
from bot.rules.tiers import Deed
from bot.store import causes
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.tables import Account, Activity, Held, Member, Sighting, Transfer

OWN_DEEDS = tuple(deed.value for deed in Deed if deed is not Deed.FRIEND)
"""What somebody does by themselves; a friend who stayed is the friend's deed."""
NOTICE_KEPT = timedelta(hours=12)
"""How long the owner's note of what waits may be on its way."""

_NOTE_SIGHTING = Hot.upsert(
    lambda insert_: (
        insert_(Sighting)
        .values(
            member_id=bindparam("member_id"),
            sign=bindparam("sign", type_=String),
            day=bindparam("day", type_=Date),
            at=bindparam("at"),
        )
        .on_conflict_do_nothing()
    )
)


def note_sighting(tx: Tx, member_id: int, sign: Sign, day: date, at: datetime) -> None:
    """Write down that a sign was seen, once a day."""
    tx.touch(_NOTE_SIGHTING, member_id=member_id, sign=sign.value, day=day, at=at)


def forget_sightings(tx: Tx, now: datetime, policy: FarmingPolicy) -> None:
    """Drop what counts no more."""
    tx.execute(delete(Sighting).where(col(Sighting.at) < now - policy.fast_kept))


def signs(session: Session, place: Place, member_id: int, now: datetime, policy: FarmingPolicy) -> tuple[Reason, ...]:
    """Everything that speaks for farming, enough or not; nothing of who isn't of this community."""
    found = session.execute(
        select(col(Member.joined_at), col(Member.source_id), col(Member.back_since)).where(
            col(Member.id) == member_id, col(Member.community_id) == place.community_id
        )
    ).one_or_none()
    if found is None:
        return ()
    joined_at, source_id, back_since = found
    facts = FarmingFacts(
        joined_at=joined_at,
        came_with=_came_with(session, place, source_id, joined_at, policy),
        fast_at=session.execute(
            select(func.max(col(Sighting.at))).where(
                col(Sighting.member_id) == member_id, col(Sighting.sign) == Sign.FAST.value
            )
        ).scalar(),
        rewards=_rewards(session, place, member_id, now - policy.rewards_within),
        active_days=_active_days(session, member_id, day_of(now - policy.rewards_within, place.timezone)),
        back_since=back_since,
    )
    return signs_of(facts, now, policy)


def held_reasons(
    session: Session,
    place: Place,
    member_id: int,
    now: datetime,
    policy: FarmingPolicy,
    *,
    also: Iterable[Reason] = (),
) -> tuple[Reason, ...]:
    """Why a reward must wait for the shop's look; empty if it needn't. `also` is what the caller itself saw."""
    reasons = (*also, *signs(session, place, member_id, now, policy))
    return reasons if holds_reward(reasons, policy) else ()


@dataclass(frozen=True, slots=True)
class Reward:
    """A member's reward that can be held."""

    kind: str
    """Whose resolver decides on it: `gift`, `packet`."""
    subject_id: int
    """What it is for, as the domain knows it."""
    member_id: int


def hold(tx: Tx, place: Place, reward: Reward, reasons: Iterable[Reason], at: datetime, policy: FarmingPolicy) -> bool:
    """Let a reward wait for the shop's look. False if staff let it go before: then it is paid.

    The caller holds the member's lock (`standing`), so nobody else decides on this reward meanwhile. The owner is told
    once a day that something waits; the fan is told by whoever doesn't pay.
    """
    before = tx.execute(
        select(col(Held.state)).where(
            col(Held.community_id) == place.community_id,
            col(Held.kind) == reward.kind,
            col(Held.subject_id) == reward.subject_id,
            col(Held.member_id) == reward.member_id,
        )
    ).scalar()
    if before is not None:
        return before != HeldState.RELEASED
    tx.add(
        Held(
            community_id=place.community_id,
            kind=reward.kind,
            subject_id=reward.subject_id,
            member_id=reward.member_id,
            reasons=[causes.to_facts(reason) for reason in reasons],
            at=at,
            look_at=at + policy.look_after,
        )
    )
    tx.flush()
    tx.info[PLANNED] = True
    today = day_of(at, place.timezone)
    tell_owner(
        tx,
        place,
        HeldNotice(waiting(tx, place)),
        Terms(now=at, key=f"held:{place.community_id}:{today}", not_after=at + NOTICE_KEPT),
    )
    return True


def waiting(session: Session, place: Place) -> int:
    """How many rewards wait in this community."""
    count: int = session.execute(
        select(func.count()).where(col(Held.community_id) == place.community_id, col(Held.state) == HeldState.HELD)
    ).scalar_one()
    return count


def reasons_of(held: Held) -> tuple[Reason, ...]:
    """Why it was held."""
    return tuple(causes.from_facts(Reason, facts) for facts in held.reasons)


def settle(tx: Tx, held_id: int, state: HeldState, at: datetime, by: int | None) -> bool:
    """Decide on what waits; False if somebody did before."""
    decided = tx.execute(
        update(Held)
        .where(col(Held.id) == held_id, col(Held.state) == HeldState.HELD)
        .values(state=state, settled_at=at, settled_by=by)
        .returning(col(Held.id))
    ).all()
    return bool(decided)


def _came_with(
    session: Session, place: Place, source_id: int | None, joined_at: datetime, policy: FarmingPolicy
) -> int:
    """The fullest stretch of time around their coming, by the same link."""
    if source_id is None:
        return 0
    within = policy.burst_within
    came: int = session.execute(
        select(func.count()).where(
            col(Member.community_id) == place.community_id,
            col(Member.source_id) == source_id,
            col(Member.joined_at) > joined_at - within / 2,
            col(Member.joined_at) <= joined_at + within / 2,
        )
    ).scalar_one()
    return came


def _rewards(session: Session, place: Place, member_id: int, since: datetime) -> int:
    count: int = session.execute(
        select(func.count())
        .select_from(Transfer)
        .join(Account, col(Account.id) == col(Transfer.credit_id))
        .where(
            col(Account.member_id) == member_id,
            col(Transfer.community_id) == place.community_id,
            col(Transfer.made_at) > since,  # old coins in a fan's packet are a reward of today
            col(Transfer.earned_at).is_not(None),
            col(Transfer.reason).not_in(EARNED_BY_DOING),
        )
    ).scalar_one()
    return count


def _active_days(session: Session, member_id: int, since: date) -> int:
    days: int = session.execute(
        select(func.count(func.distinct(col(Activity.day)))).where(
            col(Activity.member_id) == member_id, col(Activity.day) >= since, col(Activity.kind).in_(OWN_DEEDS)
        )
    ).scalar_one()
    return days
