"""A heart goal, which fans reach together, as the live card shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class StepState(StrEnum):
    """What became of a step."""

    WAITING = "waiting"
    UNLOCKED = "unlocked"
    FAILED = "failed"
    """It was reached, but its prize couldn't be opened any more."""


@dataclass(frozen=True, slots=True)
class GoalStep:
    """A step of a goal with its prize, as cards and lists show it."""

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
    """Whether reactions of unnamed people count too. Telegram reports their number late."""

    @property
    def next(self) -> GoalStep | None:
        """The next step that isn't reached; None if all are."""
        return next((step for step in self.steps if step.state == StepState.WAITING), None)

    @property
    def bar(self) -> str:
        """Ten signs that show the way from the last step to the next."""
        return bar(self.hearts, [step.hearts for step in self.steps])


def bar(hearts: int, goals: Sequence[int], signs: int = 10) -> str:
    """A bar of `signs` signs: the way from the last reached goal to the next. It is full when all are reached."""
    ahead = next((goal for goal in goals if goal > hearts), None)
    if ahead is None:
        return "▰" * signs
    behind = max((goal for goal in goals if goal <= hearts), default=0)
    full = (hearts - behind) * signs // (ahead - behind)
    return "▰" * full + "▱" * (signs - full)
