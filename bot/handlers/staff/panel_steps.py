"""What the panel shows of a half-filled form: its values, one question, and what is wrong with an answer."""

from datetime import datetime
from typing import Any

from aiogram.types import Document

from bot.features.staff.drafts import Draft
from bot.handlers.kit.blanks import Blank, PanelAct, doubt_about, in_line
from bot.handlers.kit.forms import FormProblem, Moment, echo, wall_clock
from bot.rules.forms import FormError
from bot.rules.staff.panel import AdminOtherHour, AdminProblem, AdminStep, AdminValue


def step_of(act: PanelAct, blank: Blank, draft: Draft, moment: Moment) -> AdminStep:
    """The question about a blank, with what was answered before."""
    text = draft.values.get(blank.name)
    value = value_of(blank, text, _read(blank, text, moment)) if text is not None else None
    asked = blank.name in act.needed and not all(name in draft.values for name in act.needed)
    return AdminStep(
        community_id=draft.community_id,
        act=act.name,
        blank=blank.name,
        needed=blank.needed,
        quick=blank.quick,
        value=value,
        number=act.needed.index(blank.name) + 1 if asked else 0,
        of=len(act.needed) if asked else 0,
    )


def value_of(blank: Blank, text: str, read: Any) -> AdminValue:
    """An answer as typed, and what it means where that looks different."""
    return AdminValue(
        blank.name,
        read.file_name or "…" if isinstance(read, Document) else in_line(text),
        number=read if isinstance(read, int) and not isinstance(read, bool) else None,
        at=read if isinstance(read, datetime) else None,
    )


def doubt_of(act: PanelAct, draft: Draft, moment: Moment) -> AdminOtherHour | None:
    """The first answer whose hour may be of the morning or of the evening."""
    for blank in act.blanks:
        found = doubt_about(blank, draft.values.get(blank.name, ""), moment)
        if found is not None and found.other is not None:
            text = wall_clock(found.other, moment)
            return AdminOtherHour(draft.community_id, blank.name, found.at, found.other, text)
    return None


def problem_of(error: FormError, text: str) -> AdminProblem:
    """What is wrong, in the panel's own words: nobody who taps has typed `name=value`."""
    return AdminProblem(
        kind=type(error).__name__,
        said=echo(text or getattr(error, "value", "")),
        least=getattr(error, "least", 0),
        most=getattr(error, "most", 0),
    )


def _read(blank: Blank, text: str, moment: Moment) -> Any:
    try:
        return blank.read(blank.name, text, moment)
    except FormProblem:
        return None
