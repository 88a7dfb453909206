"""Buttons of the notes about operators, of `/staff`, of held rewards, and of the panel."""

from bot.content.button import Button, Rows
from bot.content.buttons import imports, panel
from bot.content.buttons.shared import Buttons, undo_if_possible
from bot.rules.staff.held import HeldLine, HeldList, HeldRefused
from bot.rules.staff.staff import OperatorActed, StaffBack, StaffDenied, StaffLine, StaffList

STAFF = "staff"
"""`staff:<shop>:remove:<person>`, `staff:<shop>:add:<person>`, `staff:<shop>:undo:<act>`."""
REMOVE, ADD, TAKE_BACK = "remove", "add", "undo"
"""`/staff remove` and `/staff add` use the first two as well."""
HELD = "held"
"""`held:release:<held reward>`, `held:refuse:<held reward>`."""


def _operator_acted(note: OperatorActed) -> Rows:
    if note.user_id is None:
        return _take_back(note)
    deny = Button("remove", press=_press(note.community_id, REMOVE, note.user_id), about=note.who or "")
    return (*_take_back(note), (deny,))


def _take_back(outcome: OperatorActed | StaffDenied | StaffBack) -> Rows:
    return ((Button("undo", press=_press(outcome.community_id, TAKE_BACK, outcome.audit_id)),),)


def _staff(shown: StaffList) -> Rows:
    return tuple((_line(shown.community_id, line),) for line in shown.lines)


def _line(shop: int, line: StaffLine) -> Button:
    verb = ADD if line.denied else REMOVE
    return Button(verb, press=_press(shop, verb, line.user_id), about=line.name)


def _press(shop: int, verb: str, number: int) -> str:
    return f"{STAFF}:{shop}:{verb}:{number}"


def _held(shown: HeldList) -> Rows:
    return tuple(_held_row(line) for line in shown.lines)


def _held_row(line: HeldLine) -> tuple[Button, Button]:
    return (
        Button("release", press=f"{HELD}:release:{line.held_id}", about=line.number, style="success"),
        Button("refuse", press=f"{HELD}:refuse:{line.held_id}", about=line.number),
    )


BUTTONS: Buttons = {
    OperatorActed: _operator_acted,
    StaffDenied: _take_back,
    StaffBack: _take_back,
    StaffList: _staff,
    HeldList: _held,
    HeldRefused: undo_if_possible,
    **imports.BUTTONS,
    **panel.BUTTONS,
}
