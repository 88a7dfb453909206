"""Hearts: fans give them, each once a minute, and the step that they reach opens what it promised.

A step is opened in the transaction of the heart that reached it, once.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import String, and_, bindparam, func, select, update
from sqlmodel import col

from bot.features.hearts.board import give_of, step_cause, steps_of
from bot.features.hearts.goals import MADE, lock_goal
from bot.features.hearts.prizes import Prizes
from bot.rules.act import Act, Sender
from bot.rules.goal_board import StepState
from bot.rules.hearts.hearts import (
    Give,
    GoalState,
    HeartAgain,
    Hearted,
    HeartOutcome,
    HeartPolicy,
    HeartsRest,
    StepFailed,
    growth,
)
from bot.rules.notes import About, Did, Thing
from bot.rules.place import Place
from bot.rules.rights import Role
from bot.store.airings import CARD
from bot.store.engine.db import Database
from bot.store.engine.hot import Hot
from bot.store.engine.sessions import Tx
from bot.store.giveaways import promise_of
from bot.store.members import Standing, standing
from bot.store.messages.cards import has_stale_card, touch_cards
from bot.store.messages.outbox import Terms
from bot.store.messages.telling import tell_owner
from bot.store.notes import note
from bot.store.on_air import is_on
from bot.store.places import lock_shop
from bot.store.tables import Airing, Card
from bot.store.tables.base import Id
from bot.store.tables.hearts import Heart, HeartCrowd, HeartGoal, HeartStep

TOLD_WITHIN = timedelta(hours=3)
"""How long the owner's note of a step that couldn't be opened may be on its way."""


class Goal(NamedTuple):
    """A goal whose hearts count now."""

    id: int
    airing_id: int


class PostedMessage(NamedTuple):
    """A message that may be a live card."""

    chat_id: int
    message_id: int


class _Reached(NamedTuple):
    """A step that was reached just now."""

    nth: int
    hearts: int
    give: Give


class _Added(NamedTuple):
    """What a goal has after hearts were added."""

    hearts: int
    next_step: int | None
    """Hearts of the nearest step that waits; None: all are reached."""
    stale: bool
    """Whether the card must be edited."""


_AT = Heart.__table__.c.at.type  # type: ignore[attr-defined]
_COLUMNS = (col(HeartGoal.id), col(HeartGoal.airing_id))
_ON = and_(
    col(HeartGoal.community_id) == bindparam("community_id", type_=Id),
    col(HeartGoal.state) == GoalState.RUNNING.value,
    is_on(bindparam("at", type_=_AT)),
)
"""A goal whose airing is on."""
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
            col(Card.kind) == CARD,
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
_GIVE_HEART = Hot.upsert(
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
_NEXT_STEP = (
    select(func.min(col(HeartStep.hearts)))
    .where(col(HeartStep.goal_id) == col(HeartGoal.id), col(HeartStep.state) == StepState.WAITING.value)
    .correlate(HeartGoal)
    .scalar_subquery()
)
_CARD_IS_STALE = has_stale_card(CARD, "heart_goal.airing_id")
_ADD_HEARTS = Hot(
    update(HeartGoal)
    .where(
        and_(
            col(HeartGoal.id) == bindparam("goal_id", type_=Id),
            col(HeartGoal.state) == GoalState.RUNNING.value,
        )
    )
    .values(hearts=col(HeartGoal.hearts) + bindparam("more", type_=HeartGoal.__table__.c.hearts.type))  # type: ignore[attr-defined]
    .returning(col(HeartGoal.hearts), _NEXT_STEP, _CARD_IS_STALE)
)


class Hearts:
    """What fans do with hearts."""

    def __init__(self, db: Database, prizes: Prizes) -> None:
        self._db = db
        self._prizes = prizes

    async def press(self, act: Act, goal_id: int) -> HeartOutcome:
        """Count a tap on the live card's heart."""
        return await self._db.write(press, act, goal_id, self._prizes)

    async def react(self, act: Act, message: PostedMessage) -> HeartOutcome:
        """Count a heart as a reaction to a message, which may be a live card."""
        return await self._db.write(react, act, message, self._prizes)

    async def count(self, place: Place, message: PostedMessage, count: int, at: datetime) -> None:
        """So many people whom Telegram doesn't name have their heart on a message now."""
        await self._db.write(count_unnamed, place, message, count, at, self._prizes)


def press(tx: Tx, act: Act, goal_id: int, prizes: Prizes) -> HeartOutcome:
    """Count a fan's heart, and open what it reached."""
    policy = prizes.policy
    member = standing(tx, act.community_id, act.sender, act.at)
    row = tx.row(_GOAL, goal_id=goal_id, community_id=act.community_id, at=act.at)
    if row is None:
        return HeartsRest()
    counted = tx.row(
        _GIVE_HEART,
        goal_id=goal_id,
        member_id=member.member_id,
        one=1,
        at=act.at,
        cause=act.cause,
        before=act.at - policy.apart,
    )
    if counted is None:
        return _not_yet(tx, act, member, goal_id, policy)
    if counted == (1,):
        note(tx, member.member_id, Did.HEART, act.occasion, About(Thing.GOAL, goal_id))
    outcome = _add(tx, act.place, Goal(*row), 1, act.at, prizes)
    return outcome if outcome is not None else HeartsRest()  # None: called off a moment ago


def react(tx: Tx, act: Act, message: PostedMessage, prizes: Prizes) -> HeartOutcome:
    """The same for a reaction. One to any other message makes nobody a member."""
    goal = _goal_on(tx, act.place, message, act.at)
    return press(tx, act, goal.id, prizes) if goal is not None else HeartsRest()


def count_unnamed(tx: Tx, place: Place, message: PostedMessage, count: int, at: datetime, prizes: Prizes) -> None:
    """Add the hearts of people whom Telegram doesn't name, and open what they reached.

    What counts is beyond the highest count that was seen: nobody counts twice by taking a heart back.
    """
    found = _goal_on(tx, place, message, at)
    goal = lock_goal(tx, place, found.id) if found is not None else None  # two counts at once come one by one
    if found is None or goal is None:
        return
    key = (found.id, message.chat_id, message.message_id)
    crowd = tx.get(HeartCrowd, key, populate_existing=True)
    more = growth(count, crowd.most if crowd is not None else 0)
    if not more:
        return
    if crowd is None:
        tx.add(HeartCrowd(goal_id=found.id, chat_id=message.chat_id, message_id=message.message_id, most=count))
    else:
        crowd.most = count
    tx.flush()
    _add(tx, place, found, more, at, prizes)


def _goal_on(tx: Tx, place: Place, message: PostedMessage, at: datetime) -> Goal | None:
    """The goal that a live card's hearts count for now."""
    row = tx.row(
        _GOAL_OF_CARD,
        chat_id=message.chat_id,
        message_id=message.message_id,
        community_id=place.community_id,
        at=at,
    )
    return Goal(*row) if row is not None else None


def _not_yet(tx: Tx, act: Act, member: Standing, goal_id: int, policy: HeartPolicy) -> HeartOutcome:
    """What a fan hears who counted within the minute; the press that counted, when it comes again, its first answer."""
    row = tx.row(_MINE, goal_id=goal_id, member_id=member.member_id)
    if row is None:
        return HeartAgain(max(1, int(policy.apart.total_seconds())))
    at, cause, hearts = row
    if cause == act.cause:
        ahead = [step.hearts for step in steps_of(tx, goal_id) if step.hearts > hearts]
        return Hearted(hearts, ahead[0] - hearts if ahead else None, unlocked=False)
    return HeartAgain(max(1, int((at + policy.apart - act.at).total_seconds())))


def _add(tx: Tx, place: Place, goal: Goal, more: int, at: datetime, prizes: Prizes) -> Hearted | None:
    """Add hearts, and open the steps that they reach. None if the goal was called off."""
    row = tx.row(_ADD_HEARTS, goal_id=goal.id, more=more)
    if row is None:
        return None
    hearts, ahead, stale = _Added(*row)
    reached: list[_Reached] = []
    if ahead is not None and ahead <= hearts:
        reached = _reach(tx, goal.id, hearts, at)
        ahead = next((step.hearts for step in steps_of(tx, goal.id) if step.hearts > hearts), None)
        stale = True
    if stale:
        touch_cards(tx, place.community_id, CARD, goal.airing_id, at, every=prizes.policy.card_every)
    for step in reached:
        if not _open(tx, place, goal, step, at, prizes):
            _fail(tx, place, goal.id, step, at)
    return Hearted(hearts, ahead - hearts if ahead is not None else None, bool(reached))


def _reach(tx: Tx, goal_id: int, hearts: int, at: datetime) -> list[_Reached]:
    """The steps that so many hearts reach, each once: whoever changes its row opens it."""
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
    return [_Reached(row.nth, row.hearts, give_of(row)) for row in sorted(rows, key=lambda row: row.nth)]


def _open(tx: Tx, place: Place, goal: Goal, step: _Reached, at: datetime, prizes: Prizes) -> bool:
    """Whether the step's prize could be opened. The cause is the step's own, so not even a bug opens it twice.

    Coins count since the goal was set. But its airing may have been closed and opened again, and the limit lowered.
    """
    goal_id, give, prize = goal.id, step.give, prizes.by_name.get(step.give.kind)
    if prize is None:
        return False
    if give.coins:
        lock_shop(tx, place.community_id)
    made = promise_of(tx, place, MADE, goal_id)
    if give.coins and made is not None and not prizes.tools.giveaways.may_keep(tx, place, made, give.coins, at):
        return False
    maker_id = tx.execute(select(col(HeartGoal.made_by)).where(col(HeartGoal.id) == goal_id)).scalar_one()
    role = Role.OWNER if made is not None and made.by_owner else Role.OPERATOR
    maker = Sender(maker_id, "", None, None)
    act = Act(place, maker, at, step_cause(goal_id, step.nth), maker_id, role, airing_id=goal.airing_id)
    return prize.open(tx, act, give, prizes.tools)


def _fail(tx: Tx, place: Place, goal_id: int, step: _Reached, at: datetime) -> None:
    """What a step was to open couldn't be opened: the owner hears of it."""
    tx.execute(
        update(HeartStep)
        .where(col(HeartStep.goal_id) == goal_id, col(HeartStep.nth) == step.nth)
        .values(state=StepState.FAILED)
    )
    tell_owner(
        tx,
        place,
        StepFailed(step.hearts, step.give.kind, step.give.title, step.give.coins),
        Terms(now=at, key=f"hearts:{goal_id}:{step.nth}:failed", not_after=at + TOLD_WITHIN),
    )
