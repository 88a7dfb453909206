"""Who may steer a shop: the creator of its home group is the owner, its administrators are operators, nobody else.

Telegram is asked at each act. If Telegram doesn't answer, the outcome is `TryAgain`: no answer is neither yes nor no.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.rules.outcome import Outcome


class Role(StrEnum):
    """What a person may do in a community."""

    FAN = "fan"
    OPERATOR = "operator"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class HomeStaff:
    """The staff of the home group, as Telegram says."""

    creator_id: int | None
    """None if the group has lost its creator."""
    administrators: frozenset[int]


@dataclass(frozen=True, slots=True)
class KnownAdministrator:
    """What the store knows of an administrator who wants to act."""

    denied: bool
    known: bool
    """Whether their name is stored."""


def role_at_home(user_id: int, staff: HomeStaff, denied: frozenset[int] = frozenset()) -> Role:
    """A person's role. A denied person is a fan, unless they have become the owner since."""
    if user_id == staff.creator_id:
        return Role.OWNER
    if user_id in staff.administrators and user_id not in denied:
        return Role.OPERATOR
    return Role.FAN


def anonymous_role(staff: HomeStaff, denied: frozenset[int]) -> Role:
    """The role of an anonymous administrator of the home group: operator.

    While a denied person is an administrator, the anonymous one could be them: then the role is fan.
    """
    return Role.FAN if staff.administrators & denied else Role.OPERATOR


def sees_money(role: Role) -> bool:
    """Whether somebody in this role sees what fans paid."""
    return role in {Role.OPERATOR, Role.OWNER}


def may_undo(role: Role, *, by_owner: bool, owners_only: bool) -> bool:
    """Whether a person may take an act back. The present owner may take back all acts, an operator those of operators.

    `by_owner`: the actor was the owner when the act was done. `owners_only`: only the owner may do such an act.
    """
    match role:
        case Role.OWNER:
            return True
        case Role.OPERATOR:
            return not by_owner and not owners_only
        case Role.FAN:
            return False
        case _:
            assert_never(role)


@dataclass(frozen=True, slots=True)
class ForStaffOnly(Outcome, name="rights.ForStaffOnly"):
    """A fan used a staff command."""


@dataclass(frozen=True, slots=True)
class ForOwnerOnly(Outcome, name="rights.ForOwnerOnly"):
    """An operator used a command that only the owner may use."""


@dataclass(frozen=True, slots=True)
class OwnerInPerson(Outcome, name="rights.OwnerInPerson"):
    """An anonymous administrator used a command of the owner. The owner does it in private, under their own name."""

    community_id: int


@dataclass(frozen=True, slots=True)
class AnonymousOff(Outcome, name="rights.AnonymousOff"):
    """Anonymous administrators are no operators now: a denied person may be one of them."""


@dataclass(frozen=True, slots=True)
class TryAgain(Outcome, name="rights.TryAgain"):
    """Telegram didn't say who may: nothing was done."""


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """A room that may become the home group."""

    chat_id: int
    title: str


@dataclass(frozen=True, slots=True)
class HomeGone(Outcome, name="rights.HomeGone"):
    """The home group is gone or has no creator: nobody steers the shop until its last owner chooses another room."""

    shop: str
    mine: bool = False
    """Whether the reader is the last owner, in private."""
    rooms: tuple[RoomChoice, ...] = ()
    """Rooms of the shop that the reader created. One of them may become the home group."""


@dataclass(frozen=True, slots=True)
class HomeMoved(Outcome, name="rights.HomeMoved"):
    """Another room is the home group now."""

    shop: str
    title: str


@dataclass(frozen=True, slots=True)
class HomeStays(Outcome, name="rights.HomeStays"):
    """The home group stays: it isn't gone, or the asker didn't create the other room."""

    shop: str


@dataclass(frozen=True, slots=True)
class HomeTold(Outcome, name="rights.HomeTold"):
    """Told to the owner once: a shop that is older than home groups got one."""

    shop: str
    title: str | None
    """None if none of the shop's rooms could become the home group."""
    others: tuple[str, ...] = ()
    """Rooms whose administrators aren't staff any more."""


@dataclass(frozen=True, slots=True)
class OwnerNow(Outcome, name="rights.OwnerNow"):
    """Told to the person who has become the shop's owner."""

    shop: str
    secret_void: bool
    """Whether the secret of the shop's webhook was made void."""


@dataclass(frozen=True, slots=True)
class OwnerBefore(Outcome, name="rights.OwnerBefore"):
    """Told to the person who isn't the shop's owner any more."""

    shop: str
