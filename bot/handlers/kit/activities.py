"""Activities that the calendar opens: a drop, a packet, a raffle, a heart goal, each by its command's line."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.handlers.kit.forms import Form, FormProblem, Moment
from bot.rules.act import Act

Check = Callable[[str, Moment], Any]
"""(what stands behind the command, moment) → what is wrong with it, as an outcome; None if it can be opened."""
Open = Callable[[Act, str], Awaitable[Any]]
"""(act, what stands behind the command) → the outcome, as staff would get it. Under one cause it acts once."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that staff open by a command, and the calendar in their name."""

    command: str
    check: Check
    open: Open


class Activities:
    """All activities, by their commands."""

    def __init__(self) -> None:
        self._kinds: dict[str, Activity] = {}

    def take(self, kinds: Iterable[Activity]) -> None:
        """Learn kinds that domains registered."""
        self._kinds |= {kind.command: kind for kind in kinds}

    @property
    def commands(self) -> Mapping[str, Activity]:
        """The kinds by their commands."""
        return MappingProxyType(self._kinds)

    def check(self, line: str, moment: Moment) -> Any:
        """What is wrong with a line, as an outcome; None if it can be opened.

        Raises:
            KeyError: no activity has this command.
        """
        command, _, rest = line.removeprefix("/").partition(" ")
        return self._kinds[command].check(rest.strip(), moment)

    async def open(self, act: Act, line: str) -> bool:
        """Open what a line says; whether it was opened."""
        command, _, rest = line.removeprefix("/").partition(" ")
        kind = self._kinds.get(command)
        if kind is None:
            return False
        try:
            outcome = await kind.open(act, rest.strip())
        except FormProblem:  # the line was fine when it was written down: a time in it has passed since
            return False
        return isinstance(getattr(outcome, "audit_id", None), int)


def checks(form: Form) -> Check:
    """Checks a line by the command's own form."""

    def check(rest: str, moment: Moment) -> Any:
        try:
            form.read(rest, moment)
        except FormProblem as problem:
            return problem.error
        return None

    return check


def moment_of(act: Act) -> Moment:
    """What times in an act's line are relative to."""
    at: datetime = act.at
    return Moment(at, act.place.timezone)
