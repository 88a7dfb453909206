"""Roles that the owner gives to people of the home group: what the owner hears, and what those people hear."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome
from bot.rules.rights import GIVABLE, Role
from bot.rules.staff.staff import StaffDenied, StaffDeniedBefore, StaffIsOwner


@dataclass(frozen=True, slots=True)
class StaffGiven(Outcome, name="staff.StaffGiven"):
    """The owner gave a person a role."""

    community_id: int
    name: str
    role: str
    """`host` or `operator`."""
    audit_id: int
    before: str | None = None
    """The role that they had until now; None: none."""


@dataclass(frozen=True, slots=True)
class StaffEnded(Outcome, name="staff.StaffEnded"):
    """The owner took a person's role away."""

    community_id: int
    name: str
    role: str
    audit_id: int


@dataclass(frozen=True, slots=True)
class StaffHasRole(Outcome, name="staff.StaffHasRole"):
    """The person has this role already."""

    community_id: int
    user_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class StaffWhichRole(Outcome, name="staff.StaffWhichRole"):
    """The owner didn't say which role the person gets: buttons ask."""

    community_id: int
    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class StaffIsAdmin(Outcome, name="staff.StaffIsAdmin"):
    """The owner wanted to make an administrator of the home group a host. Administrators are operators."""

    name: str


@dataclass(frozen=True, slots=True)
class StaffNotHome(Outcome, name="staff.StaffNotHome"):
    """The person isn't in the home group now, as far as the bot can see. Roles hold only there."""

    name: str
    """Empty if this shop never had to do with them."""


@dataclass(frozen=True, slots=True)
class RoleGiven(Outcome, name="staff.RoleGiven"):
    """To the person: they have a role in the shop from now on."""

    community_id: int
    shop: str
    role: str


@dataclass(frozen=True, slots=True)
class RoleEnded(Outcome, name="staff.RoleEnded"):
    """To the person: they have no role in the shop any more."""

    shop: str
    role: str


GiveOutcome = StaffGiven | StaffHasRole | StaffIsOwner
EndOutcome = StaffEnded | StaffDenied | StaffDeniedBefore | StaffIsOwner


def read_role(line: str) -> tuple[Role | None, str]:
    """The role that stands first or last in a line, and the rest of the line: `host @jun`, `@jun host`."""
    words = line.split()
    for place in (0, -1):
        if words and words[place].lower() in GIVABLE:
            role = Role(words.pop(place).lower())
            return role, " ".join(words)
    return None, line.strip()
