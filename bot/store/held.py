"""Held rewards: signs of farming, and the queue of rewards that the shop should look at before they are paid.

Before a domain pays a reward that can be farmed, it calls `held_reasons`. If there are reasons, it calls `hold` and
doesn't pay. Later staff decide by `/held`, or the clock releases the reward (`flows/held_rewards.py`). Then the
`release` or `refuse` that the domain has registered is called.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Date, String, bindparam, func, select, update
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
from bot.store.chunks import delete_some
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import PLANNED, Tx
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.tables import Account, Activity, Held, Member, Sighting, Transfer

OWN_DEEDS = tuple(deed.value for deed in Deed if deed not in {Deed.FRIEND, Deed.BROUGHT})
"""Deeds that somebody does themselves. `FRIEND` isn't one: the friend did it. `BROUGHT` came in a file."""
NOTICE_KEPT = timedelta(hours=12)
"""How late the owner's note about held rewards may arrive."""

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
    """Note that a sign was seen of a member; once for each day and sign."""
    tx.touch(_NOTE_SIGHTING, member_id=member_id, sign=sign.value, day=day, at=at)


def forget_sightings(tx: Tx, now: datetime, policy: FarmingPolicy) -> bool:
    """Delete some sightings that are too old to count; whether there may be more."""
    return delete_some(tx, Sighting, col(Sighting.at) < now - policy.fast_kept)


def signs(session: Session, place: Place, member_id: int, now: datetime, policy: FarmingPolicy) -> tuple[Reason, ...]:
    """All signs of farming of a member, even if they are too few to hold a reward. Empty for other shops' members."""
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
    """Reasons to hold a reward until the shop has looked; empty if it can be paid.

    `also` are reasons that the caller itself found.
    """
    reasons = (*also, *signs(session, place, member_id, now, policy))
    return reasons if holds_reward(reasons, policy) else ()


@dataclass(frozen=True, slots=True)
class Reward:
    """A member's reward that can be held."""

    kind: str
    """The domain whose resolver pays or refuses it: `gift`, `packet`."""
    subject_id: int
    """The domain's id of what the reward is for."""
    member_id: int


def hold(tx: Tx, place: Place, reward: Reward, reasons: Iterable[Reason], at: datetime, policy: FarmingPolicy) -> bool:
    """Hold a reward until the shop has looked. False if staff released it before: then the caller pays it.

    The caller holds the member's lock (`standing`), so nobody else decides on this reward meanwhile. The owner is told
    once a day that rewards are held. The caller tells the fan.
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
        Terms(now=at, key=f"held:{place.community_id}:{today}", once=True, not_after=at + NOTICE_KEPT),
    )
    return True


def waiting(session: Session, place: Place) -> int:
    """How many rewards are held in this community now."""
    count: int = session.execute(
        select(func.count()).where(col(Held.community_id) == place.community_id, col(Held.state) == HeldState.HELD)
    ).scalar_one()
    return count


def reasons_of(held: Held) -> tuple[Reason, ...]:
    """The reasons for which a reward was held."""
    return tuple(causes.from_facts(Reason, facts) for facts in held.reasons)


def store_decision(tx: Tx, held_id: int, state: HeldState, at: datetime, by: int | None) -> bool:
    """Store the decision on a held reward. False if it was decided before."""
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
    """How many members joined by the same link within `policy.burst_within` around this member's joining."""
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
            col(Transfer.made_at) > since,  # coins of a fan's packet are earned earlier, but received now
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
