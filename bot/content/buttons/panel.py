"""Buttons of the staff's panel."""

from typing import Any

from bot.content.button import Button, Rows
from bot.rules.staff.panel import (
    REVIEW,
    AdminDoor,
    AdminEntry,
    AdminGone,
    AdminHome,
    AdminLately,
    AdminLeft,
    AdminNext,
    AdminReview,
    AdminSection,
    AdminStep,
    AdminThing,
    AdminValue,
)

ADMIN = "admin"
"""`admin:<shop>:<verb>:…`; alone it opens the panel. As a link's payload: `admin_<shop>`."""
SECTION, THING, LATELY, BEGIN = "s", "t", "l", "b"
"""Pages and the beginning of an act: these need no form that is open."""
SET, CLEAR, GO, DO, LEAVE = "a", "c", "g", "do", "x"
"""What turns the form that is open."""
SETUP, UNDO = "setup", "undo"
WIDE = 2
SHORT = 12
"""Answers of at most so many characters stand three in a row."""


def admin_buttons(outcome: Any) -> Rows:  # noqa: C901, PLR0911  # a table of outcomes
    """The outcome's buttons in rows, without their texts; none for outcomes that have none."""
    match outcome:
        case AdminDoor():
            return ((Button("open_admin", start=f"{ADMIN}_{outcome.community_id}", style="primary"),),)
        case AdminHome():
            return _home(outcome)
        case AdminSection():
            return _section(outcome)
        case AdminThing():
            acts = _acts(outcome.community_id, outcome.acts, outcome.line.number)
            return (*acts, (_to_section(outcome.community_id, outcome.section),))
        case AdminStep():
            return _step(outcome)
        case AdminReview():
            return _review(outcome)
        case AdminLately():
            undo = tuple(_undo(entry) for entry in outcome.entries if entry.undoable)
            return (*_in_rows(undo), (_to_home(outcome.community_id),))
        case AdminNext():
            shop = outcome.community_id
            change = () if outcome.done else (Button("change", press=_press(shop, GO, REVIEW), style="primary"),)
            return ((*change, _to_section(shop, outcome.section)), (_to_home(shop),))
        case AdminGone():
            return ((_to_section(outcome.community_id, outcome.section),), (_to_home(outcome.community_id),))
        case AdminLeft():
            return ((_to_home(outcome.community_id),),)
        case _:
            return ()


def _press(shop: int, *parts: str | int) -> str:
    return ":".join((ADMIN, str(shop), *map(str, parts)))


def _to_home(shop: int) -> Button:
    return Button("home", press=_press(shop))


def _to_section(shop: int, section: str) -> Button:
    return Button("section", press=_press(shop, SECTION, section), about=section)


def _in_rows(buttons: tuple[Button, ...], wide: int = WIDE) -> Rows:
    return tuple(buttons[start : start + wide] for start in range(0, len(buttons), wide))


def _acts(shop: int, names: tuple[str, ...], number: int | None = None) -> Rows:
    which = () if number is None else (number,)
    return tuple((Button("act", press=_press(shop, BEGIN, name, *which), about=name),) for name in names)


def _home(home: AdminHome) -> Rows:
    shop = home.community_id
    sections = tuple(Button("part", press=_press(shop, SECTION, name), about=name) for name in home.sections)
    lately = Button("lately", press=_press(shop, LATELY))
    return (*_in_rows(sections), (lately, Button("setup", press=SETUP)) if home.owner else (lately,))


def _section(page: AdminSection) -> Rows:
    shop = page.community_id
    lines = tuple(
        (Button("line", press=_press(shop, THING, page.section, line.number), about=line),)
        for line in page.lines
        if line.number
    )
    return (*lines, *_acts(shop, page.acts), (_to_home(shop),))


def _step(step: AdminStep) -> Rows:
    shop = step.community_id
    answers = tuple(
        Button("answer", press=_press(shop, SET, step.blank, text), about=AdminValue(step.blank, text))
        for text in step.quick
    )
    picks = tuple(
        (Button("pick", press=_press(shop, SET, step.blank, pick.text), about=pick.title),) for pick in step.picks
    )
    rows = (*_in_rows(answers, 3 if all(len(text) <= SHORT for text in step.quick) else 1), *picks)
    if step.of:
        return (*rows, (Button("leave", press=_press(shop, LEAVE)),))
    clear = () if step.needed or step.value is None else (Button("clear", press=_press(shop, CLEAR, step.blank)),)
    return (*rows, (Button("back", press=_press(shop, GO, REVIEW)), *clear))


def _review(review: AdminReview) -> Rows:
    shop = review.community_id
    filled = {value.blank for value in review.values}
    blanks = tuple(
        Button(
            "change_blank" if blank in filled else "add_blank",
            press=_press(shop, GO, blank),
            about=AdminValue(blank, review.act),
        )
        for blank in review.blanks
    )
    do = Button("do", press=_press(shop, DO), about=review.act, style="danger" if review.danger else "primary")
    return (*_in_rows(blanks), (do,), (Button("leave", press=_press(shop, LEAVE)),))


def _undo(entry: AdminEntry) -> Button:
    return Button("undo_entry", press=f"{UNDO}:{entry.audit_id}", about=entry)
