"""What packets of heart goals, and other prizes that cost coins, count in an operator's limit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from bot.features.hearts.board import STEP_CAUSE, give_of, step_cause
from bot.features.hearts.goals import CANCELLED, MADE
from bot.features.hearts.prizes import Prize
from bot.rules.giveaways import GiveawayTooMuch, check_giveaway
from bot.rules.goal_board import StepState
from bot.rules.hearts.hearts import GoalState, coins_of
from bot.rules.place import Place
from bot.store.engine.sessions import Tx
from bot.store.giveaways import Allowance, Gives, subjects_of
from bot.store.on_air import is_open
from bot.store.tables import Airing, AuditEntry
from bot.store.tables.hearts import HeartGoal, HeartStep


def gives_of(prizes: Iterable[Prize]) -> Gives:
    """Goals as a kind of giving: they count when they are set, and not again when hearts open a prize."""
    by_name = {prize.name: prize for prize in prizes}

    def promised(session: Session, place: Place, acts: Sequence[AuditEntry], _now: datetime) -> int:
        return _promised(session, place, subjects_of(acts), by_name)

    return Gives(act=MADE, promised=promised, closed_by=CANCELLED, promised_again=_promised_again, keeps=STEP_CAUSE)


def _promised(session: Session, place: Place, goal_ids: Sequence[int], prizes: Mapping[str, Prize]) -> int:
    """Coins that prizes of these goals were opened with, or may still be."""
    running = set(
        session.execute(
            select(col(HeartGoal.id))
            .join(Airing, col(Airing.id) == col(HeartGoal.airing_id))
            .where(col(HeartGoal.id).in_(goal_ids), col(HeartGoal.state) == GoalState.RUNNING, is_open())
        ).scalars()
    )
    total = 0
    opened: dict[str, list[str]] = {name: [] for name in prizes}
    for step in _steps(session, goal_ids):
        give = give_of(step)
        if step.state == StepState.WAITING and step.goal_id in running:
            total += give.coins
        elif step.state == StepState.UNLOCKED and give.coins and give.kind in opened:
            opened[give.kind].append(step_cause(step.goal_id, step.nth))
    return total + sum(prizes[name].given(session, place, causes) for name, causes in opened.items() if causes)


def _promised_again(tx: Tx, cancelling: AuditEntry, allowance: Allowance, _at: datetime) -> GiveawayTooMuch | None:
    steps = _steps(tx, subjects_of([cancelling]))
    waiting = coins_of(give_of(step) for step in steps if step.state == StepState.WAITING)
    return check_giveaway(waiting, allowance.given, allowance.a_day) if waiting else None


def _steps(session: Session, goal_ids: Sequence[int]) -> Sequence[HeartStep]:
    return session.execute(select(HeartStep).where(col(HeartStep.goal_id).in_(goal_ids))).scalars().all()
