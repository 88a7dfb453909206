"""Buttons of the notes about operators, of `/staff`, of held rewards, and of the panel."""

from bot.content.button import Button, Rows
from bot.content.buttons import imports, panel
from bot.content.buttons.shared import ADMIN, Buttons, undo_if_possible
from bot.rules.rights import GIVABLE, Role
from bot.rules.staff.held import HeldLine, HeldList, HeldRefused
from bot.rules.staff.roles import RoleGiven, StaffEnded, StaffGiven, StaffHasRole, StaffWhichRole
from bot.rules.staff.staff import OperatorActed, StaffBack, StaffDenied, StaffLine, StaffList

STAFF = "staff"
"""`staff:<shop>:<verb>:<person>` with one of the verbs below or a role, `staff:<shop>:undo:<act>`."""
REMOVE, ADD, TAKE_BACK = "remove", "add", "undo"
"""`/staff remove` and `/staff add` use the first two as well."""
ROLE_LABELS = {Role.HOST: "make_host", Role.OPERATOR: "make_operator"}
GIVE_ROLE = "staff_add"
"""The panel's act that gives a role."""
HELD = "held"
"""`held:release:<held reward>`, `held:refuse:<held reward>`."""


def _operator_acted(note: OperatorActed) -> Rows:
    if note.user_id is None:
        return _take_back(note)
    deny = Button("remove", press=_press(note.community_id, REMOVE, note.user_id), about=note.who or "")
    return (*_take_back(note), (deny,))


def _take_back(outcome: OperatorActed | StaffDenied | StaffBack | StaffGiven | StaffEnded) -> Rows:
    return ((Button("undo", press=_press(outcome.community_id, TAKE_BACK, outcome.audit_id)),),)


def _back(outcome: StaffBack) -> Rows:
    if outcome.admin or not outcome.user_id:
        return _take_back(outcome)
    return (tuple(_role(outcome.community_id, outcome.user_id, role) for role in GIVABLE), *_take_back(outcome))


def _staff(shown: StaffList) -> Rows:
    rows = tuple(_line(shown.community_id, line) for line in shown.lines)
    if not shown.private:
        return rows
    give = Button("give_role", press=f"{ADMIN}:{shown.community_id}:{panel.BEGIN}:{GIVE_ROLE}", style="primary")
    return (*rows, (give,))


def _line(shop: int, line: StaffLine) -> tuple[Button, ...]:
    verb = ADD if line.denied else REMOVE
    change = Button(verb, press=_press(shop, verb, line.user_id), about=line.name)
    other = {Role.HOST: Role.OPERATOR, Role.OPERATOR: Role.HOST}.get(Role(line.role)) if line.role else None
    return (change,) if other is None else (change, _role(shop, line.user_id, other))


def _role(shop: int, user_id: int, role: Role, about: str = "") -> Button:
    return Button(ROLE_LABELS[role], press=_press(shop, role.value, user_id), about=about)


def _has_role(outcome: StaffHasRole) -> Rows:
    other = Role.HOST if outcome.role == Role.OPERATOR else Role.OPERATOR
    remove = Button(REMOVE, press=_press(outcome.community_id, REMOVE, outcome.user_id), about=outcome.name)
    return ((_role(outcome.community_id, outcome.user_id, other), remove),)


def _which_role(outcome: StaffWhichRole) -> Rows:
    return (tuple(_role(outcome.community_id, outcome.user_id, role) for role in GIVABLE),)


def _role_given(note: RoleGiven) -> Rows:
    return ((Button("open_admin", start=f"{ADMIN}_{note.community_id}", style="primary"),),)


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
    StaffBack: _back,
    StaffList: _staff,
    StaffGiven: _take_back,
    StaffEnded: _take_back,
    StaffHasRole: _has_role,
    StaffWhichRole: _which_role,
    RoleGiven: _role_given,
    HeldList: _held,
    HeldRefused: undo_if_possible,
    **imports.BUTTONS,
    **panel.BUTTONS,
}
