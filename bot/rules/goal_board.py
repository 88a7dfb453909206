"""A goal that fans fill together, as the live card shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class StepState(StrEnum):
    """What became of a step."""

    WAITING = "waiting"
    UNLOCKED = "unlocked"
    FAILED = "failed"
    """It was reached, and what it was to open couldn't be opened any more."""


@dataclass(frozen=True, slots=True)
class GoalStep:
    """A step of a goal with what it opens, as cards and lists show it."""

    hearts: int
    kind: str
    title: str
    coins: int
    state: str


@dataclass(frozen=True, slots=True)
class GoalBoard:
    """A goal as the live card shows it."""

    goal_id: int
    hearts: int
    steps: tuple[GoalStep, ...]
    lagging: bool
    """Whether hearts of people whom Telegram doesn't name count too: their number comes late."""

    @property
    def next(self) -> GoalStep | None:
        """The step that comes next."""
        return next((step for step in self.steps if step.state == StepState.WAITING), None)

    @property
    def bar(self) -> str:
        """Ten signs from the last step to the next."""
        return bar(self.hearts, [step.hearts for step in self.steps])


def bar(hearts: int, goals: Sequence[int], signs: int = 10) -> str:
    """How far it is from the goal that was reached last to the next; full when all are reached."""
    ahead = next((goal for goal in goals if goal > hearts), None)
    if ahead is None:
        return "▰" * signs
    behind = max((goal for goal in goals if goal <= hearts), default=0)
    full = (hearts - behind) * signs // (ahead - behind)
    return "▰" * full + "▱" * (signs - full)
