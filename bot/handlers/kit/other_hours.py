"""An hour that may be of the morning or of the evening: the act is done for the morning, and one tap changes it.

The act's audit entry keeps the same command with the other time. The tap takes the act back and says that command.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.handlers.kit.forms import Form, Moment, either_hour, wall_clock
from bot.rules.forms import OtherHour
from bot.rules.times.reading import When
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


@dataclass(frozen=True, slots=True)
class Doubt:
    """A time that was read for the morning."""

    at: datetime
    other: datetime
    line: str
    """The command with the other time, without its slash."""


def doubt_in(command: str, form: Form, rest: str, moment: Moment) -> Doubt | None:
    """The first doubtful time of a line that the form has read."""
    for pair in form.pairs(rest):
        found = either_hour(form.fields[pair.name].read, pair.value, moment)
        if found is not None:
            before, behind = rest[: pair.begins], rest[pair.ends :]
            return doubt_of(found, f"{command} {before}", behind, moment)
    return None


def doubt_of(found: When, before: str, behind: str, moment: Moment) -> Doubt | None:
    """The doubt about a time that stands between two parts of a line; None if there is none."""
    if found.other is None:
        return None
    return Doubt(found.at, found.other, f"{before}{wall_clock(found.other, moment)}{behind}")


def noting(ask: Ask, doubt: Doubt | None) -> Ask:
    """The ask whose act writes down what it may have meant instead."""
    return replace(ask, or_said=doubt.line) if doubt is not None else ask


async def answer_doubt(voice: Voice, ask: Ask, outcome: Any, doubt: Doubt | None) -> None:
    """Answer what was done. Where the hour was in doubt, the other one stands below with a button."""
    audit_id = getattr(outcome, "audit_id", None)
    below = None
    if doubt is not None and isinstance(audit_id, int):
        below = OtherHour(doubt.at, doubt.other, audit_id)
    await voice.answer(ask, outcome, below=below)
