"""Heart goals: set, looked at and called off by staff."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.hearts.board import as_shown, steps_of
from bot.features.hearts.prizes import Prizes, Steps
from bot.rules.act import Act
from bot.rules.giveaways import GiveawayTooMuch
from bot.rules.goal_board import StepState
from bot.rules.hearts.hearts import (
    CouponNotKept,
    Give,
    GoalCancelled,
    GoalMade,
    GoalOutcome,
    GoalShown,
    GoalState,
    GoalThere,
    GoalWrong,
    NoGoal,
    NoStreamForGoal,
    coins_of,
    read_goal,
)
from bot.rules.place import Place
from bot.rules.rights import HostGivesNoCoins, Role
from bot.store import airings, causes
from bot.store.audit import first_answer, record_act
from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx
from bot.store.giveaways import Giveaways
from bot.store.on_air import OpenAiring, open_airing_at, open_airings_at
from bot.store.places import lock_shop
from bot.store.tables import AuditEntry
from bot.store.tables.base import id_of
from bot.store.tables.hearts import Heart, HeartGoal, HeartStep

MADE = "hearts.made"
CANCELLED = "hearts.cancelled"
"""Acts of the audit log."""


class HeartGoals:
    """What staff do with heart goals."""

    def __init__(self, db: Database, prizes: Prizes) -> None:
        self._db = db
        self._prizes = prizes

    def read(self, goals: str, gives: str) -> Steps | GoalWrong:
        """What staff typed as steps, or what is wrong with it."""
        return read_goal(goals, gives, self._prizes.policy, self._prizes.readers)

    async def make(self, act: Act, steps: Steps) -> GoalOutcome:
        """Set a goal for the stream that is on, else for the next one. An operator has a limit of coins a day.

        A host sets goals that give none: they open drops and raffles.
        """
        for prize in self._prizes.by_name.values():
            steps = await prize.prepare(steps, act.at, self._prizes.tools)
        return await self._db.write(make, act, steps, self._prizes)

    async def show(self, place: Place, at: datetime) -> GoalShown | NoGoal:
        """How it stands."""
        return await self._db.read(show, place, at)

    async def cancel(self, act: Act) -> GoalCancelled | NoGoal:
        """Call it off. What its steps opened stays."""
        return await self._db.write(cancel, act)


def make(tx: Tx, act: Act, steps: Steps, prizes: Prizes) -> GoalOutcome:
    """Write the goal down for its airing, and show it on the live card."""
    place, at, giveaways = act.place, act.at, prizes.tools.giveaways
    lock_shop(tx, place.community_id)
    done = first_answer(tx, act, GoalMade)
    if done is not None:
        return done
    airing = next(iter(open_airings_at(tx, place.community_id, at)), None)
    if airing is None:
        return NoStreamForGoal()
    if _running(tx, place, airing.id) is not None:
        return GoalThere(airing.title)
    titled = []
    for hearts, give in steps:
        full = _complete(tx, place, give, prizes)
        if full is None:
            return CouponNotKept(give.number)
        titled.append((hearts, full))
    coins = coins_of(give for _, give in steps)
    refused = _refuse_coins(tx, act, coins, giveaways)
    if refused is not None:
        return refused
    goal = HeartGoal(community_id=place.community_id, airing_id=airing.id, made_by=act.actor_id, made_at=at)
    tx.add(goal)
    tx.flush()
    rows = [
        {"goal_id": goal.id, "nth": nth, "hearts": hearts, "gives": causes.to_facts(give), "state": StepState.WAITING}
        for nth, (hearts, give) in enumerate(titled, start=1)
    ]
    tx.execute(insert(HeartStep), rows)
    by_owner = act.role is Role.OWNER
    after = _state_of(goal)
    entry = record_act(tx, act, MADE, airing.subject, subject_id=goal.id, after=after, by_owner=by_owner)
    giveaways.tell_of(tx, place, entry, coins)
    outcome = GoalMade(
        airing.title,
        tuple(as_shown(hearts, give, StepState.WAITING) for hearts, give in titled),
        airing.begins,
        id_of(entry),
    )
    entry.answer = causes.to_json(outcome)
    tx.flush()
    airings.update_live_cards(tx, place.community_id, airing.id, at)
    return outcome


def _refuse_coins(tx: Tx, act: Act, coins: int, giveaways: Giveaways) -> GiveawayTooMuch | HostGivesNoCoins | None:
    """Why the actor may not promise so many coins of the shop."""
    if coins and not act.sees_money:
        return HostGivesNoCoins()
    return None if act.role is Role.OWNER else giveaways.check(tx, act.place, act.actor_id, coins, act.at)


def show(session: Session, place: Place, at: datetime) -> GoalShown | NoGoal:
    """The goal of what is on, else of what comes."""
    found = _current(session, place, at)
    if found is None:
        return NoGoal()
    goal, airing = found
    fans: int = session.execute(select(func.count()).where(col(Heart.goal_id) == goal.id)).scalar_one()
    return GoalShown(airing.title, goal.hearts, fans, steps_of(session, id_of(goal)), airing.begins)


def cancel(tx: Tx, act: Act) -> GoalCancelled | NoGoal:
    """Count no more, take the goal off the card."""
    done = first_answer(tx, act, GoalCancelled)
    if done is not None:
        return done
    found = _current(tx, act.place, act.at)
    goal = lock_goal(tx, act.place, found[0].id) if found is not None else None
    if found is None or goal is None or goal.state != GoalState.RUNNING:
        return NoGoal()
    airing = found[1]
    goal.state = GoalState.CANCELLED
    entry = record_act(tx, act, CANCELLED, airing.subject, subject_id=goal.id, after=_state_of(goal))
    outcome = GoalCancelled(airing.title, goal.hearts, id_of(entry))
    entry.answer = causes.to_json(outcome)
    tx.flush()
    airings.update_live_cards(tx, act.community_id, goal.airing_id, act.at)
    return outcome


def undo_make(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Take a fresh goal back; False once somebody has given a heart."""
    goal = lock_goal(tx, act.place, entry.subject_id)
    if goal is None or goal.hearts > 0 or goal.state != GoalState.RUNNING:
        return False
    goal.state = GoalState.CANCELLED
    tx.flush()
    airings.update_live_cards(tx, act.community_id, goal.airing_id, act.at)
    return True


def undo_cancel(tx: Tx, act: Act, entry: AuditEntry) -> bool:
    """Let the goal go on; False if its airing has another goal or is over."""
    lock_shop(tx, act.community_id)
    goal = lock_goal(tx, act.place, entry.subject_id)
    if goal is None or goal.state != GoalState.CANCELLED or _running(tx, act.place, goal.airing_id) is not None:
        return False
    if open_airing_at(tx, act.community_id, goal.airing_id, act.at) is None:
        return False
    goal.state = GoalState.RUNNING
    tx.flush()
    airings.update_live_cards(tx, act.community_id, goal.airing_id, act.at)
    return True


def lock_goal(tx: Tx, place: Place, goal_id: int | None) -> HeartGoal | None:
    """A goal of this community, locked."""
    return tx.execute(
        select(HeartGoal)
        .where(col(HeartGoal.id) == goal_id, col(HeartGoal.community_id) == place.community_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _complete(tx: Tx, place: Place, give: Give, prizes: Prizes) -> Give | None:
    """What a step opens, with its title; None if there is no such thing."""
    prize = prizes.by_name.get(give.kind)
    return prize.complete(tx, place, give) if prize is not None else None


def _current(session: Session, place: Place, at: datetime) -> tuple[HeartGoal, OpenAiring] | None:
    for airing in open_airings_at(session, place.community_id, at):
        goal = _running(session, place, airing.id)
        if goal is not None:
            return goal, airing
    return None


def _running(session: Session, place: Place, airing_id: int) -> HeartGoal | None:
    return session.execute(
        select(HeartGoal).where(
            col(HeartGoal.community_id) == place.community_id,
            col(HeartGoal.airing_id) == airing_id,
            col(HeartGoal.state) == GoalState.RUNNING,
        )
    ).scalar_one_or_none()


def _state_of(goal: HeartGoal) -> dict[str, Any]:
    """What the audit log says of a goal."""
    return {"hearts": goal.hearts, "state": goal.state}
