"""The shop's staff: who may act for the shop, whom the owner has denied, and what operators did."""

from dataclasses import dataclass
from datetime import date

from bot.rules.outcome import Outcome

MOST_LISTED = 20
"""The most people that the list names. Telegram lets a group have 50 administrators."""


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person of the list."""

    user_id: int
    name: str
    username: str | None
    denied: bool
    admin: bool
    """Whether they are an administrator of the home group now, as Telegram says."""
    role: str | None = None
    """`host` or `operator`, if the owner gave them a role and they are no administrator."""
    since: date | None = None
    """The shop's day on which they got that role."""
    here: bool = True
    """Whether they are in the home group now, as far as Telegram says. Elsewhere a role rests."""


@dataclass(frozen=True, slots=True)
class StaffList(Outcome, name="staff.StaffList"):
    """`/staff`: the home group's administrators as Telegram says now, who was given a role, and who is denied."""

    community_id: int
    home: str
    """The home group's title."""
    lines: tuple[StaffLine, ...]
    a_day: int
    """Coins that each operator may give away in a day."""
    anonymous_off: bool
    """Whether anonymous administrators are no operators now, because a denied person may be one of them."""
    more: int = 0
    """How many people the list leaves out."""
    private: bool = False
    """Whether it is shown in private, where a button opens the panel's form that gives a role."""


@dataclass(frozen=True, slots=True)
class StaffDenied(Outcome, name="staff.StaffDenied"):
    """A person may no longer act for the shop."""

    community_id: int
    name: str
    admin: bool
    """Whether they are still an administrator in Telegram. Then anonymous administrators are no operators."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class StaffDeniedBefore(Outcome, name="staff.StaffDeniedBefore"):
    """The person was denied already."""

    name: str


@dataclass(frozen=True, slots=True)
class StaffBack(Outcome, name="staff.StaffBack"):
    """A denial was lifted."""

    community_id: int
    name: str
    admin: bool
    """Whether they are an administrator in Telegram. Only then they are an operator now."""
    audit_id: int
    user_id: int = 0
    """The person, for buttons that give them a role; 0 in a promise of an earlier version."""


@dataclass(frozen=True, slots=True)
class StaffNotDenied(Outcome, name="staff.StaffNotDenied"):
    """The person wasn't denied."""

    name: str
    admin: bool


@dataclass(frozen=True, slots=True)
class StaffIsOwner(Outcome, name="staff.StaffIsOwner"):
    """The owner named themselves."""


@dataclass(frozen=True, slots=True)
class StaffUnknown(Outcome, name="staff.StaffUnknown"):
    """The name fits no known person, or more than one."""

    said: str


@dataclass(frozen=True, slots=True)
class StaffAnonymous(Outcome, name="staff.StaffAnonymous"):
    """The owner named an anonymous administrator. Nobody knows which person that is."""


@dataclass(frozen=True, slots=True)
class StaffHow(Outcome, name="staff.StaffHow"):
    """The words after `/staff` aren't understood: the owner is shown how it is used."""


@dataclass(frozen=True, slots=True)
class OperatorActed(Outcome, name="staff.OperatorActed"):
    """To the owner: an operator promised something in the shop's name."""

    community_id: int
    who: str | None
    """None for an anonymous administrator."""
    user_id: int | None
    act: str
    """The act's name in the audit log: `campaign.made`, `packet.opened`, …"""
    subject: str
    coins: int
    """The most coins that it can cost the shop; 0 for no coins."""
    left: int
    """Coins that they can still give away today; 0 if the act gives no coins."""
    audit_id: int


DenyOutcome = StaffDenied | StaffDeniedBefore | StaffIsOwner
LiftOutcome = StaffBack | StaffNotDenied
