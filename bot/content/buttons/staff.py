"""Buttons of the owner's notes of operators, and of `/staff`."""

from typing import Any

from bot.content.button import Button, Rows
from bot.rules.staff.staff import OperatorActed, StaffBack, StaffDenied, StaffLine, StaffList

STAFF = "staff"
"""`staff:<shop>:remove:<person>`, `staff:<shop>:add:<person>`, `staff:<shop>:undo:<act>`."""
REMOVE, ADD, TAKE_BACK = "remove", "add", "undo"
"""The first two are said behind `/staff` too."""


def staff_buttons(outcome: Any) -> Rows:
    """The outcome's buttons in rows, without their texts; none for outcomes that have none."""
    match outcome:
        case OperatorActed(user_id=int(user_id)):
            deny = Button("remove", press=_press(outcome.community_id, REMOVE, user_id), about=outcome.who or "")
            return ((_undo(outcome.community_id, outcome.audit_id),), (deny,))
        case OperatorActed() | StaffDenied() | StaffBack():
            return ((_undo(outcome.community_id, outcome.audit_id),),)
        case StaffList():
            return tuple((_line(outcome.community_id, line),) for line in outcome.lines)
        case _:
            return ()


def _press(shop: int, verb: str, number: int) -> str:
    return f"{STAFF}:{shop}:{verb}:{number}"


def _undo(shop: int, audit_id: int) -> Button:
    return Button("undo", press=_press(shop, TAKE_BACK, audit_id))


def _line(shop: int, line: StaffLine) -> Button:
    verb = ADD if line.denied else REMOVE
    return Button(verb, press=_press(shop, verb, line.user_id), about=line.name)
