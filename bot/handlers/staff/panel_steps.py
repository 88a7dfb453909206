"""What the panel shows of a half-filled form: its values, one question, and what is wrong with an answer."""

import contextlib
from datetime import datetime
from typing import Any

from aiogram.types import Document

from bot.features.staff.drafts import Answer, Draft
from bot.handlers.kit.blanks import Blank, PanelAct, doubt_about, in_line
from bot.handlers.kit.forms import FormProblem, Moment, echo, wall_clock
from bot.rules.forms import FormError
from bot.rules.panel import AdminLine
from bot.rules.staff.panel import AdminOtherHour, AdminPick, AdminProblem, AdminStep, AdminValue


def step_of(act: PanelAct, blank: Blank, draft: Draft, needed: tuple[str, ...], moment: Moment) -> AdminStep:
    """The question about a blank, with what was answered before."""
    text = draft.values.get(blank.name)
    value = value_of(blank, text, _read(blank, text, moment)) if text is not None else None
    part = next_part(blank, draft)
    asked = blank.name in needed and (bool(text and part) or not all(name in draft.values for name in needed))
    return AdminStep(
        community_id=draft.community_id,
        act=act.name,
        blank=blank.name,
        needed=blank.name in needed,
        quick=blank.quick,
        value=value,
        number=needed.index(blank.name) + 1 if asked else 0,
        of=len(needed) if asked else 0,
        part=part,
    )


def next_part(blank: Blank, draft: Draft) -> str:
    """The part that a blank is asked for next, where it is answered part by part; empty if that is the only one."""
    if blank.parts is None:
        return ""
    names = blank.parts.names(draft.values.get(blank.parts.of, ""))
    done = blank.parts.count(draft.values.get(blank.name, ""))
    return names[done % len(names)] if len(names) > 1 else ""


def answer_of(act: PanelAct, blank: Blank, draft: Draft, text: str, needed: tuple[str, ...]) -> Answer:
    """What an answer changes in the form. A part goes behind the parts before it."""
    if blank.parts is not None:
        wanted = len(blank.parts.names(draft.values.get(blank.parts.of, "")))
        before = draft.values.get(blank.name, "")
        if 0 < blank.parts.count(before) < wanted:
            text = f"{before},{text}"
        return Answer(blank.name, text, needed, stays=blank.parts.count(text) < wanted)
    # How many parts another answer must have depends on this one.
    empties = next((one.name for one in act.blanks if one.parts is not None and one.parts.of == blank.name), None)
    return Answer(blank.name, text, needed, empties=empties)


def on_two_pages(act: PanelAct, draft: Draft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The blanks that the preview offers at once, and those behind *more*: what few need, and nobody has filled in."""
    rest = tuple(one.name for one in act.blanks if one.rare and one.name not in draft.values)
    return tuple(one.name for one in act.blanks if one.name not in rest), rest


def read_with(act: PanelAct, blank: Blank, draft: Draft, text: str, moment: Moment) -> dict[str, Any]:
    """What is filled in, together with one more answer; what can't be read is left out."""
    answer = answer_of(act, blank, draft, text, ()).text or text
    said = {**draft.values, blank.name: answer}
    values: dict[str, Any] = {}
    for one in act.blanks:
        if one.name in said:
            with contextlib.suppress(FormProblem):
                values[one.name] = one.read(one.name, said[one.name], moment)
    return values


def winners_to_tap(about: AdminLine) -> tuple[AdminPick, ...]:
    """The winners of a draw as answers, by their numbers."""
    return tuple(AdminPick(str(one.number), f"#{one.number} {one.name}") for one in about.people)


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
