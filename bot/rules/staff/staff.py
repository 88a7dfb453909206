"""The shop's staff as the owner steers it: who may help, who may not, and what operators did."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome

MOST_LISTED = 20
"""Administrators that the list names: Telegram lets a group have 50."""


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person of the list."""

    user_id: int
    name: str
    username: str | None
    denied: bool
    admin: bool
    """Whether Telegram says now that they are an administrator of the home group."""


@dataclass(frozen=True, slots=True)
class StaffList(Outcome, name="staff.StaffList"):
    """`/staff`: the home group's administrators as Telegram says now, and whom the owner has denied."""

    community_id: int
    home: str
    """The home group's title."""
    lines: tuple[StaffLine, ...]
    a_day: int
    """Coins that each of them may give away a day."""
    anonymous_off: bool
    """Whether anonymous administrators are no operators now, as one of them may be denied."""
    more: int = 0
    """People whom the list leaves out."""


@dataclass(frozen=True, slots=True)
class StaffDenied(Outcome, name="staff.StaffDenied"):
    """A person may no longer act for the shop."""

    community_id: int
    name: str
    admin: bool
    """Whether they are an administrator in Telegram still: then anonymous administrators are no operators."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class StaffDeniedBefore(Outcome, name="staff.StaffDeniedBefore"):
    """They were denied already."""

    name: str


@dataclass(frozen=True, slots=True)
class StaffBack(Outcome, name="staff.StaffBack"):
    """A denial was lifted."""

    community_id: int
    name: str
    admin: bool
    """Whether they are an administrator in Telegram: only then are they an operator now."""
    audit_id: int


@dataclass(frozen=True, slots=True)
class StaffNotDenied(Outcome, name="staff.StaffNotDenied"):
    """There was no denial to lift."""

    name: str
    admin: bool


@dataclass(frozen=True, slots=True)
class StaffIsOwner(Outcome, name="staff.StaffIsOwner"):
    """The owner named themselves."""


@dataclass(frozen=True, slots=True)
class StaffUnknown(Outcome, name="staff.StaffUnknown"):
    """Nobody is known by what was said, or more than one person."""

    said: str


@dataclass(frozen=True, slots=True)
class StaffAnonymous(Outcome, name="staff.StaffAnonymous"):
    """An anonymous administrator can't be told apart."""


@dataclass(frozen=True, slots=True)
class StaffHow(Outcome, name="staff.StaffHow"):
    """Something else than what `/staff` takes was said."""


@dataclass(frozen=True, slots=True)
class OperatorActed(Outcome, name="staff.OperatorActed"):
    """To the owner: an operator promised something in the shop's name."""

    community_id: int
    who: str | None
    """None: an anonymous administrator."""
    user_id: int | None
    act: str
    """The act's name in the audit log: `campaign.made`, `packet.opened`, …"""
    subject: str
    coins: int
    """What it can cost the shop; 0: no coins."""
    left: int
    """What they can still give away today; 0 where no coins are given."""
    audit_id: int


DenyOutcome = StaffDenied | StaffDeniedBefore | StaffIsOwner
LiftOutcome = StaffBack | StaffNotDenied
