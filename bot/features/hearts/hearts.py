"""Heart goals: made, looked at and taken back by staff; filled by fans, each once a minute."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import String, and_, bindparam, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.rules.airings import LIVE_PHASES, AiringFacts, AiringState, phase_of
from bot.rules.coupons.coupons import CampaignState, KeptFor
from bot.rules.hearts.hearts import (
    CouponNotKept,
    Give,
    GoalCancelled,
    GoalMade,
    GoalOutcome,
    GoalShown,
    GoalState,
    GoalThere,
    HeartAgain,
    Hearted,
    HeartOutcome,
    HeartPolicy,
    HeartsRest,
    NoGoal,
    NoStreamForGoal,
    StepState,
    Unlocks,
    growth,
    packets_in,
)
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.store import airings, causes, giveaways
from bot.store.audit import caused_by, record
from bot.store.coupons.campaigns import campaign_numbered
from bot.store.engine.db import Database, Tx
from bot.store.engine.hot import Hot
from bot.store.hearts import give_of, shown, steps_of
from bot.store.members import Standing
from bot.store.messages.cards import touch_cards
from bot.store.oversight import tell_of
from bot.store.places import lock_shop
from bot.store.tables import (
    Airing,
    AuditEntry,
    Card,
    Heart,
    HeartCrowd,
    HeartGoal,
    HeartStep,
    Outbox,
)
from bot.store.tables.base import Id
from bot.store.tables.messages import OutboxState

MADE = giveaways.HEARTS_MADE
CANCELLED = giveaways.HEARTS_CANCELLED

Steps = tuple[tuple[int, Give], ...]


class Reached(NamedTuple):
    """A step that was reached just now."""

    nth: int
    hearts: int
    give: Give


_AT = Heart.__table__.c.at.type  # type: ignore[attr-defined]
_COLUMNS = (col(HeartGoal.id), col(HeartGoal.airing_id))
_ON = and_(
    col(HeartGoal.community_id) == bindparam("community_id", type_=Id),
    col(HeartGoal.state) == GoalState.RUNNING.value,
    or_(col(Airing.state) == AiringState.PLANNED.value, col(Airing.state) == AiringState.LIVE.value),
    col(Airing.ends_at) > bindparam("at", type_=_AT),
    or_(col(Airing.starts_at) <= bindparam("at", type_=_AT), col(Airing.on_air_at).is_not(None)),
)
"""A goal whose stream is on: `rules/airings.phase_of` as a condition."""
_GOAL = Hot(
    select(*_COLUMNS)
    .join(Airing, col(Airing.id) == col(HeartGoal.airing_id))
    .where(and_(col(HeartGoal.id) == bindparam("goal_id", type_=Id), _ON))
)
_GOAL_OF_CARD = Hot(
    select(*_COLUMNS)
    .join(Airing, col(Airing.id) == col(HeartGoal.airing_id))
    .join(
        Card,
        and_(
            col(Card.kind) == airings.CARD,
            col(Card.subject_id) == col(HeartGoal.airing_id),
        ),
    )
    .where(
        and_(
            col(Card.chat_id) == bindparam("chat_id", type_=Id),
            col(Card.message_id) == bindparam("message_id", type_=Id),
            _ON,
        )
    )
)
_BEAT = Hot.upsert(
    lambda insert_: (
        insert_(Heart)
        .values(
            goal_id=bindparam("goal_id"),
            member_id=bindparam("member_id"),
            hearts=bindparam("one"),
            at=bindparam("at"),
            cause=bindparam("cause"),
        )
        .on_conflict_do_update(
            index_elements=[col(Heart.goal_id), col(Heart.member_id)],
            set_={
                "hearts": col(Heart.hearts) + 1,
                "at": bindparam("at", type_=_AT),
                "cause": bindparam("cause", type_=String),
            },
            where=col(Heart.at) <= bindparam("before", type_=_AT),
        )
        .returning(col(Heart.hearts))
    )
)
_MINE = Hot(
    select(col(Heart.at), col(Heart.cause), col(HeartGoal.hearts))
    .join(HeartGoal, col(HeartGoal.id) == col(Heart.goal_id))
    .where(
        and_(
            col(Heart.goal_id) == bindparam("goal_id", type_=Id),
            col(Heart.member_id) == bindparam("member_id", type_=Id),
        )
    )
)
_NEXT = (
    select(func.min(col(HeartStep.hearts)))
    .where(col(HeartStep.goal_id) == col(HeartGoal.id), col(HeartStep.state) == StepState.WAITING.value)
    .correlate(HeartGoal)
    .scalar_subquery()
)
_CARD_IS_STALE = exists(
    select(col(Card.id)).where(
        col(Card.kind) == airings.CARD,
        col(Card.subject_id) == col(HeartGoal.airing_id),
        col(Card.message_id).is_not(None),
        ~exists(
            select(col(Outbox.id)).where(
                col(Outbox.fold_key) == literal("card:").concat(col(Card.id)),
                col(Outbox.state) == OutboxState.WAITING.value,
            )
        ),
    )
).correlate(HeartGoal)
"""Whether some card has no edit waiting that would show what is true then."""
_ADD = Hot(
    update(HeartGoal)
    .where(
        and_(
            col(HeartGoal.id) == bindparam("goal_id", type_=Id),
            col(HeartGoal.state) == GoalState.RUNNING.value,
        )
    )
    .values(hearts=col(HeartGoal.hearts) + bindparam("more", type_=HeartGoal.__table__.c.hearts.type))  # type: ignore[attr-defined]
    .returning(col(HeartGoal.hearts), _NEXT, _CARD_IS_STALE)
)


class Hearts:
    """What staff do with heart goals. Hearts themselves come through `flows/hearts_unlock.py`."""

    def __init__(self, db: Database, policy: HeartPolicy) -> None:
        self._db = db
        self._policy = policy

    async def make(
        self, place: Place, actor_id: int, steps: Steps, at: datetime, cause: str, role: Role = Role.OPERATOR
    ) -> GoalOutcome:
        """Set a goal for the stream that is on, else for the next one. An operator has a limit of coins a day."""
        return await self._db.write(make, place, actor_id, steps, at, cause, role)

    async def show(self, place: Place, at: datetime) -> GoalShown | NoGoal:
        """How it stands."""
        return await self._db.read(show, place, at)

    async def cancel(self, place: Place, actor_id: int, at: datetime, cause: str) -> GoalCancelled | NoGoal:
        """Take it back; what its steps opened stays."""
        return await self._db.write(cancel, place, actor_id, at, cause)


def make(
    tx: Tx, place: Place, actor_id: int, steps: Steps, at: datetime, cause: str, role: Role = Role.OPERATOR
) -> GoalOutcome:
    """Write it down for its evening, show it on the live card."""
    lock_shop(tx, place.community_id)
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(GoalMade, done.answer)
    evening = next((one for one in airings.open_airings(tx, place.community_id) if one.ends_at > at), None)
    if evening is None:
        return NoStreamForGoal()
    if _running(tx, place, evening.id) is not None:
        return GoalThere(evening.title)
    titled = []
    for hearts, give in steps:
        full = _with_title(tx, place, give)
        if full is None:
            return CouponNotKept(give.number)
        titled.append((hearts, full))
    coins = packets_in(give for _, give in steps)
    too_much = giveaways.check(tx, place, actor_id, coins, at) if role is not Role.OWNER else None
    if too_much is not None:
        return too_much
    goal = HeartGoal(community_id=place.community_id, airing_id=evening.id, made_by=actor_id, made_at=at)
    tx.add(goal)
    tx.flush()
    rows = [
        {"goal_id": goal.id, "nth": nth, "hearts": hearts, "gives": causes.to_facts(give), "state": StepState.WAITING}
        for nth, (hearts, give) in enumerate(titled, start=1)
    ]
    tx.execute(insert(HeartStep), rows)
    entry = _note(tx, place, actor_id, MADE, goal, evening, at, cause, by_owner=role is Role.OWNER)
    tell_of(tx, place, entry, coins)
    outcome = GoalMade(
        evening.title,
        tuple(shown(hearts, give, StepState.WAITING) for hearts, give in titled),
        None if phase_of(evening, at) in LIVE_PHASES else evening.starts_at,
        entry.id or 0,
    )
    entry.answer = causes.to_json(outcome)
    tx.flush()
    airings.update_live_cards(tx, place.community_id, evening.id, at)
    return outcome


def show(session: Session, place: Place, at: datetime) -> GoalShown | NoGoal:
    """The goal of what is on, else of what comes."""
    found = _current(session, place, at)
    if found is None:
        return NoGoal()
    goal, evening = found
    fans: int = session.execute(select(func.count()).where(col(Heart.goal_id) == goal.id)).scalar_one()
    begins = None if phase_of(evening, at) in LIVE_PHASES else evening.starts_at
    return GoalShown(evening.title, goal.hearts, fans, steps_of(session, goal.id or 0), begins)


def cancel(tx: Tx, place: Place, actor_id: int, at: datetime, cause: str) -> GoalCancelled | NoGoal:
    """Count no more, take it off the card."""
    done = caused_by(tx, place.community_id, cause)
    if done is not None and done.answer is not None:
        return causes.from_json(GoalCancelled, done.answer)
    found = _current(tx, place, at)
    goal = _lock(tx, place, found[0].id) if found is not None else None
    if found is None or goal is None or goal.state != GoalState.RUNNING:
        return NoGoal()
    goal.state = GoalState.CANCELLED
    entry = _note(tx, place, actor_id, CANCELLED, goal, found[1], at, cause)
    outcome = GoalCancelled(found[1].title, goal.hearts, entry.id or 0)
    entry.answer = causes.to_json(outcome)
    tx.flush()
    airings.update_live_cards(tx, place.community_id, goal.airing_id, at)
    return outcome


def undo_make(tx: Tx, place: Place, entry: AuditEntry, at: datetime) -> bool:
    """Take a fresh goal back; False once somebody has given a heart."""
    goal = _lock(tx, place, entry.subject_id)
    if goal is None or goal.hearts > 0 or goal.state != GoalState.RUNNING:
        return False
    goal.state = GoalState.CANCELLED
    tx.flush()
    airings.update_live_cards(tx, place.community_id, goal.airing_id, at)
    return True


def undo_cancel(tx: Tx, place: Place, entry: AuditEntry, at: datetime) -> bool:
    """Let it go on; False if its evening has another goal or is over."""
    lock_shop(tx, place.community_id)
    goal = _lock(tx, place, entry.subject_id)
    if goal is None or goal.state != GoalState.CANCELLED or _running(tx, place, goal.airing_id) is not None:
        return False
    evening = airings.airing_of(tx, place.community_id, goal.airing_id)
    if evening is None or evening.state not in {AiringState.PLANNED, AiringState.LIVE} or evening.ends_at <= at:
        return False
    goal.state = GoalState.RUNNING
    tx.flush()
    airings.update_live_cards(tx, place.community_id, goal.airing_id, at)
    return True


def beat(
    tx: Tx, place: Place, member: Standing, goal_id: int, at: datetime, cause: str, policy: HeartPolicy
) -> tuple[HeartOutcome, list[Reached]]:
    """One fan's heart; what they hear, and the steps that it reached."""
    goal = tx.row(_GOAL, goal_id=goal_id, community_id=place.community_id, at=at)
    if goal is None:
        return HeartsRest(), []
    counted = tx.row(
        _BEAT, goal_id=goal_id, member_id=member.member_id, one=1, at=at, cause=cause, before=at - policy.apart
    )
    if counted is None:
        return _not_yet(tx, member, goal_id, at, cause, policy), []
    added = tx.row(_ADD, goal_id=goal_id, more=1)
    if added is None:
        return HeartsRest(), []  # taken back a moment ago
    return _reached(tx, place, goal_id, goal[1], added, at, policy)


def beat_of_crowd(
    tx: Tx, place: Place, goal_id: int, card: tuple[int, int], count: int, at: datetime, policy: HeartPolicy
) -> list[Reached]:
    """So many hearts of people whom Telegram doesn't name are on the live card; the steps that the new ones reached.

    Counted is what goes beyond the highest count that was seen: nobody counts twice by taking a heart back.
    """
    goal = _lock(tx, place, goal_id)  # two counts at once come one by one
    if goal is None:
        return []
    chat_id, message_id = card
    crowd = tx.get(HeartCrowd, (goal_id, chat_id, message_id), populate_existing=True)
    more = growth(count, crowd.most if crowd is not None else 0)
    if not more:
        return []
    if crowd is None:
        tx.add(HeartCrowd(goal_id=goal_id, chat_id=chat_id, message_id=message_id, most=count))
    else:
        crowd.most = count
    tx.flush()
    added = tx.row(_ADD, goal_id=goal_id, more=more)
    return _reached(tx, place, goal_id, goal.airing_id, added, at, policy)[1] if added is not None else []


def fail(tx: Tx, goal_id: int, nth: int) -> None:
    """What a step was to open couldn't be opened."""
    tx.execute(
        update(HeartStep)
        .where(col(HeartStep.goal_id) == goal_id, col(HeartStep.nth) == nth)
        .values(state=StepState.FAILED)
    )


def maker_of(tx: Tx, goal_id: int) -> int:
    """Who set the goal: what its steps open is their act."""
    return int(tx.execute(select(col(HeartGoal.made_by)).where(col(HeartGoal.id) == goal_id)).scalar_one())


def goal_on_card(tx: Tx, place: Place, card: tuple[int, int], at: datetime) -> int | None:
    """The goal that a live card's hearts count for now; `card` is a chat and a message in it."""
    row = tx.row(_GOAL_OF_CARD, chat_id=card[0], message_id=card[1], community_id=place.community_id, at=at)
    return int(row[0]) if row is not None else None


def _not_yet(tx: Tx, member: Standing, goal_id: int, at: datetime, cause: str, policy: HeartPolicy) -> HeartOutcome:
    mine = tx.row(_MINE, goal_id=goal_id, member_id=member.member_id)
    if mine is not None and mine[1] == cause:
        ahead = [step.hearts for step in steps_of(tx, goal_id) if step.hearts > mine[2]]
        return Hearted(mine[2], ahead[0] - mine[2] if ahead else None, unlocked=False)
    wait = mine[0] + policy.apart - at if mine is not None else policy.apart
    return HeartAgain(max(1, int(wait.total_seconds())))


def _reached(
    tx: Tx, place: Place, goal_id: int, airing_id: int, added: Any, at: datetime, policy: HeartPolicy
) -> tuple[Hearted, list[Reached]]:
    """The steps that so many hearts reach, each once: whoever changes its row opens it."""
    hearts, ahead, stale = added
    opened: list[Reached] = []
    if ahead is not None and ahead <= hearts:
        rows = (
            tx.execute(
                update(HeartStep)
                .where(
                    col(HeartStep.goal_id) == goal_id,
                    col(HeartStep.hearts) <= hearts,
                    col(HeartStep.state) == StepState.WAITING,
                )
                .values(state=StepState.UNLOCKED, reached_at=at)
                .returning(HeartStep)
            )
            .scalars()
            .all()
        )
        opened = [Reached(row.nth, row.hearts, give_of(row)) for row in sorted(rows, key=lambda row: row.nth)]
        ahead = next((step.hearts for step in steps_of(tx, goal_id) if step.hearts > hearts), None)
        stale = True
    if stale:
        touch_cards(tx, place.community_id, airings.CARD, airing_id, at, every=policy.card_every)
    return Hearted(hearts, ahead - hearts if ahead is not None else None, bool(opened)), opened


def _with_title(tx: Tx, place: Place, give: Give) -> Give | None:
    """A coupon's step with its campaign's title; None if that isn't kept for hearts."""
    if give.kind is not Unlocks.COUPON:
        return give
    campaign = campaign_numbered(tx, place.community_id, give.number)
    if campaign is None or campaign.kept_for is not KeptFor.HEARTS or campaign.state is not CampaignState.OPEN:
        return None
    return replace(give, title=campaign.title)


def _current(session: Session, place: Place, at: datetime) -> tuple[HeartGoal, AiringFacts] | None:
    for evening in airings.open_airings(session, place.community_id):
        goal = _running(session, place, evening.id) if evening.ends_at > at else None
        if goal is not None:
            return goal, evening
    return None


def _running(session: Session, place: Place, airing_id: int) -> HeartGoal | None:
    return session.execute(
        select(HeartGoal).where(
            col(HeartGoal.community_id) == place.community_id,
            col(HeartGoal.airing_id) == airing_id,
            col(HeartGoal.state) == GoalState.RUNNING,
        )
    ).scalar_one_or_none()


def _lock(tx: Tx, place: Place, goal_id: int | None) -> HeartGoal | None:
    return tx.execute(
        select(HeartGoal)
        .where(col(HeartGoal.id) == goal_id, col(HeartGoal.community_id) == place.community_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _note(
    tx: Tx,
    place: Place,
    actor_id: int,
    act: str,
    goal: HeartGoal,
    evening: AiringFacts,
    at: datetime,
    cause: str,
    *,
    by_owner: bool | None = None,
) -> AuditEntry:
    return record(
        tx,
        community_id=place.community_id,
        actor_id=actor_id,
        act=act,
        subject_id=goal.id,
        subject=f"#{evening.number} {evening.title}",
        at=at,
        cause=cause,
        after={"hearts": goal.hearts, "state": goal.state},
        by_owner=by_owner,
    )
