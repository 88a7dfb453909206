"""Buttons of the staff's panel."""

from bot.content.button import Button, Rows
from bot.content.buttons.figures import AIRING, REPORT
from bot.content.buttons.shared import ADMIN, SETUP, Buttons, in_rows
from bot.rules.panel import Section
from bot.rules.staff.panel import (
    MORE,
    REVIEW,
    AdminDoor,
    AdminEnded,
    AdminEntry,
    AdminGone,
    AdminHome,
    AdminLately,
    AdminLeft,
    AdminNext,
    AdminOtherHour,
    AdminReview,
    AdminSection,
    AdminStep,
    AdminThing,
    AdminValue,
)

SECTION, THING, LATELY, BEGIN, TAKE_BACK = "s", "t", "l", "b", "u"
OTHERS, ENDED, ENDED_THING = "o", "e", "h"
"""Presses that open a page, begin an act or take one back. They need no open form."""
SET, CLEAR, GO, DO, LEAVE = "a", "c", "g", "do", "x"
"""Presses that work on the open form."""
WIDE = 2
"""Buttons in one row."""
SHORT = 12
"""If no answer is longer than this many characters, three answers are in one row."""


def _press(shop: int, *parts: str | int) -> str:
    return ":".join((ADMIN, str(shop), *map(str, parts)))


def _to_home(shop: int) -> Button:
    return Button("home", press=_press(shop))


def _to_section(shop: int, section: str) -> Button:
    return Button("section", press=_press(shop, SECTION, section), about=section)


def _acts(shop: int, names: tuple[str, ...], number: int | None = None) -> Rows:
    which = () if number is None else (number,)
    return tuple((Button("act", press=_press(shop, BEGIN, name, *which), about=name),) for name in names)


def _home(home: AdminHome) -> Rows:
    shop = home.community_id
    sections = tuple(Button("part", press=_press(shop, SECTION, name), about=name) for name in home.sections)
    lately = (Button("lately", press=_press(shop, LATELY)),) if home.lately else ()
    setup = (Button("setup", press=SETUP),) if home.owner else ()
    return (*in_rows(sections, WIDE), (*lately, *setup))


def _section(page: AdminSection) -> Rows:
    shop = page.community_id
    lines = tuple(
        (Button("line", press=_press(shop, THING, page.section, line.number), about=line),)
        for line in page.lines
        if line.number
    )
    if page.second:
        return (*_acts(shop, page.acts), (_to_section(shop, page.section),))
    others = (Button("others", press=_press(shop, OTHERS, page.section)),) if page.rest else ()
    ended = (Button("ended", press=_press(shop, ENDED, page.section)),) if page.ended else ()
    apart = ((*ended, *others),) if ended or others else ()
    return (*lines, *_acts(shop, page.acts), *apart, (_to_home(shop),))


def _ended(page: AdminEnded) -> Rows:
    shop = page.community_id
    lines = tuple(
        (Button("line", press=_press(shop, ENDED_THING, page.section, line.pressed), about=line),)
        for line in page.lines
    )
    newest = () if page.newest else (Button("newest", press=_press(shop, ENDED, page.section)),)
    older = (Button("older", press=_press(shop, ENDED, page.section, page.older)),) if page.older else ()
    turns = ((*newest, *older),) if newest or older else ()
    return (*lines, *turns, (_to_section(shop, page.section),))


def _step(step: AdminStep) -> Rows:
    shop = step.community_id
    answers = tuple(
        Button("answer", press=_press(shop, SET, step.blank, text), about=AdminValue(step.blank, text))
        for text in step.quick
    )
    picks = tuple(
        (Button("pick", press=_press(shop, SET, step.blank, pick.text), about=pick.title),) for pick in step.picks
    )
    rows = (*in_rows(answers, 3 if all(len(text) <= SHORT for text in step.quick) else 1), *picks)
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
    if review.second:
        return (*in_rows(blanks, WIDE), (Button("back", press=_press(shop, GO, REVIEW)),))
    others = ((Button("others", press=_press(shop, GO, MORE)),),) if review.rest else ()
    do = Button("do", press=_press(shop, DO), about=review.act, style="danger" if review.danger else "primary")
    done = ((do,),) if review.ready else ()
    return (*in_rows(blanks, WIDE), *others, *done, (Button("leave", press=_press(shop, LEAVE)),))


def _other_hour(doubt: AdminOtherHour) -> Rows:
    press = _press(doubt.community_id, SET, doubt.blank, doubt.text)
    return ((Button("other_hour", press=press, about=doubt.other),),)


def _undo(shop: int, entry: AdminEntry) -> Button:
    return Button("undo_entry", press=_press(shop, TAKE_BACK, entry.audit_id), about=entry)


def _door(door: AdminDoor) -> Rows:
    return ((Button("open_admin", start=f"{ADMIN}_{door.community_id}", style="primary"),),)


def _thing(page: AdminThing) -> Rows:
    shop, section, line = page.community_id, page.section, page.line
    acts = _acts(shop, page.acts, line.number)
    if page.second:
        return (*acts, (Button("back", press=_press(shop, THING, section, line.number)),))
    report = Button("act", press=f"{REPORT}:{shop}:{AIRING}{line.key}", about="report")
    aired = ((report,),) if section == Section.STREAMS and line.key and line.state == "ended" else ()
    others = (Button("others", press=_press(shop, OTHERS, section, line.number)),) if page.rest else ()
    back = Button("ended", press=_press(shop, ENDED, section)) if page.ended else _to_section(shop, section)
    return (*aired, *acts, (back, *others))


def _lately(page: AdminLately) -> Rows:
    undo = tuple(_undo(page.community_id, entry) for entry in page.entries if entry.undoable)
    return (*in_rows(undo, WIDE), (_to_home(page.community_id),))


def _next(page: AdminNext) -> Rows:
    shop = page.community_id
    change = () if page.done else (Button("change", press=_press(shop, GO, REVIEW), style="primary"),)
    return ((*change, _to_section(shop, page.section)), (_to_home(shop),))


def _gone(page: AdminGone) -> Rows:
    return ((_to_section(page.community_id, page.section),), (_to_home(page.community_id),))


def _left(page: AdminLeft) -> Rows:
    return ((_to_home(page.community_id),),)


BUTTONS: Buttons = {
    AdminDoor: _door,
    AdminHome: _home,
    AdminSection: _section,
    AdminThing: _thing,
    AdminEnded: _ended,
    AdminStep: _step,
    AdminReview: _review,
    AdminOtherHour: _other_hour,
    AdminLately: _lately,
    AdminNext: _next,
    AdminGone: _gone,
    AdminLeft: _left,
}
