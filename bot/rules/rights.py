"""Who may steer a shop: its home group's creator is the owner, its administrators are operators; nobody else.

Telegram is asked at the act. An answer that can't be had is `TryAgain`: it is never taken for a yes, nor for a no.
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
    """What Telegram says of the home group."""

    creator_id: int | None
    """None where a group has lost its creator."""
    administrators: frozenset[int]


@dataclass(frozen=True, slots=True)
class KnownAdministrator:
    """What the store knows of an administrator who wants to act."""

    denied: bool
    known: bool
    """Whether their name is stored."""


def role_at_home(user_id: int, staff: HomeStaff, denied: frozenset[int] = frozenset()) -> Role:
    """A person's role. Whom the owner has denied is a fan, unless they are the owner themselves by now."""
    if user_id == staff.creator_id:
        return Role.OWNER
    if user_id in staff.administrators and user_id not in denied:
        return Role.OPERATOR
    return Role.FAN


def anonymous_role(staff: HomeStaff, denied: frozenset[int]) -> Role:
    """What an anonymous administrator of the home group is: an operator.

    But while somebody whom the owner has denied is an administrator, it could be them, so it is nobody.
    """
    return Role.FAN if staff.administrators & denied else Role.OPERATOR


def may_undo(role: Role, *, by_owner: bool, owners_only: bool) -> bool:
    """Whether somebody may take an act back. `by_owner`: its actor was the owner when it was done.

    The present owner may take back all of them, an operator what operators did. `owners_only`: only the owner may do it
    at all.
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
    """Staff used what only the owner may."""


@dataclass(frozen=True, slots=True)
class OwnerInPerson(Outcome, name="rights.OwnerInPerson"):
    """An anonymous administrator asked for what only the owner may: the owner does it in private, as themselves."""

    community_id: int


@dataclass(frozen=True, slots=True)
class AnonymousOff(Outcome, name="rights.AnonymousOff"):
    """Anonymous administrators are no operators now: one whom the owner has denied may be behind the group's name."""


@dataclass(frozen=True, slots=True)
class TryAgain(Outcome, name="rights.TryAgain"):
    """Telegram didn't say who may: nothing was done."""


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """A room that may become home."""

    chat_id: int
    title: str


@dataclass(frozen=True, slots=True)
class HomeGone(Outcome, name="rights.HomeGone"):
    """The home group is gone, or has no creator: nobody steers the shop until its last owner moves home."""

    shop: str
    mine: bool = False
    """Whether the reader is the last owner, in private."""
    rooms: tuple[RoomChoice, ...] = ()
    """Rooms of the shop that the reader created: one of them may become home."""


@dataclass(frozen=True, slots=True)
class HomeMoved(Outcome, name="rights.HomeMoved"):
    """Another room is home now."""

    shop: str
    title: str


@dataclass(frozen=True, slots=True)
class HomeStays(Outcome, name="rights.HomeStays"):
    """Home can't be moved there: it isn't gone, or the room isn't the asker's."""

    shop: str


@dataclass(frozen=True, slots=True)
class HomeTold(Outcome, name="rights.HomeTold"):
    """Told to the owner once, when a shop from before there were home groups got one."""

    shop: str
    title: str | None
    """None if none of the shop's rooms could be home."""
    others: tuple[str, ...] = ()
    """Rooms whose administrators were staff before and aren't any more."""


@dataclass(frozen=True, slots=True)
class OwnerNow(Outcome, name="rights.OwnerNow"):
    """Told to who has become the shop's owner."""

    shop: str
    secret_void: bool
    """Whether the secret of the shop's webhook was made void."""


@dataclass(frozen=True, slots=True)
class OwnerBefore(Outcome, name="rights.OwnerBefore"):
    """Told to who isn't the shop's owner any more."""

    shop: str
