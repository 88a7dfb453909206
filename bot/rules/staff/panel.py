"""The staff's panel: what it shows, and which question comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome
from bot.rules.panel import AdminLine, Reach
from bot.rules.refusals import RoomRefuses

REVIEW = "review"
"""The step at which everything is seen once more before it is done."""
LATELY = 10
"""Acts that *what happened lately* tells of."""


@dataclass(frozen=True, slots=True)
class AdminValue:
    """What was filled in for one blank: as typed, and what it means where that looks different."""

    blank: str
    text: str
    number: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AdminPick:
    """An answer to tap that names a thing of the shop."""

    text: str
    """The answer: `coupon:12`."""
    title: str


@dataclass(frozen=True, slots=True)
class AdminProblem:
    """Why an answer can't be taken: the kind of mistake, and its bounds."""

    kind: str
    """Name of the form's error: `NotANumber`, `OutOfRange`, …"""
    said: str = ""
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class AdminDoor(Outcome, name="admin.AdminDoor"):
    """`/admin` in a group: the panel is in private."""

    community_id: int


@dataclass(frozen=True, slots=True)
class AdminHome(Outcome, name="admin.AdminHome"):
    """The panel's first page."""

    community_id: int
    shop: str
    sections: tuple[str, ...]
    owner: bool
    """Whether the reader may change the shop's settings."""
    refusals: tuple[RoomRefuses, ...] = ()
    """Rooms that refuse messages now, and why."""


@dataclass(frozen=True, slots=True)
class AdminSection(Outcome, name="admin.AdminSection"):
    """A part of the panel: what there is of a kind, and what can be made."""

    community_id: int
    section: str
    lines: tuple[AdminLine, ...]
    acts: tuple[str, ...]
    more: int = 0
    """Older ones that the list leaves out."""


@dataclass(frozen=True, slots=True)
class AdminThing(Outcome, name="admin.AdminThing"):
    """One thing and what can be done with it."""

    community_id: int
    section: str
    line: AdminLine
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdminStep(Outcome, name="admin.AdminStep"):
    """One question."""

    community_id: int
    act: str
    blank: str
    needed: bool
    quick: tuple[str, ...]
    """Answers to tap."""
    value: AdminValue | None
    """What was filled in before."""
    number: int
    of: int
    """The how-manieth of the needed questions it is; 0 of them: it was asked for from the overview."""
    problem: AdminProblem | None = None
    about: AdminLine | None = None
    """The thing that the act is about."""
    picks: tuple[AdminPick, ...] = ()
    """Things of the shop to tap."""


@dataclass(frozen=True, slots=True)
class AdminReview(Outcome, name="admin.AdminReview"):
    """Everything once more, with its reach, before it is done."""

    community_id: int
    act: str
    values: tuple[AdminValue, ...]
    blanks: tuple[str, ...]
    """What can be changed or added, in the form's order."""
    reach: Reach
    line: str
    """The same by one line, for those who type."""
    danger: bool
    """Whether something is taken away by it."""
    about: AdminLine | None = None
    problem: AdminProblem | None = None


@dataclass(frozen=True, slots=True)
class AdminEntry:
    """One act of the audit log."""

    audit_id: int
    at: datetime
    who: str | None
    """A name; None: the shop itself, by the clock."""
    act: str
    subject: str
    undone: bool
    undoable: bool
    """Whether the reader may try to take it back."""


@dataclass(frozen=True, slots=True)
class AdminLately(Outcome, name="admin.AdminLately"):
    """What happened lately."""

    community_id: int
    entries: tuple[AdminEntry, ...]


@dataclass(frozen=True, slots=True)
class AdminNext(Outcome, name="admin.AdminNext"):
    """Stands below what came of an act: where to go from here."""

    community_id: int
    section: str
    done: bool
    """Whether it was done; else it can be changed and tried again."""


@dataclass(frozen=True, slots=True)
class AdminLeft(Outcome, name="admin.AdminLeft"):
    """A half-filled form was given up."""

    community_id: int


@dataclass(frozen=True, slots=True)
class AdminClosed(Outcome, name="admin.AdminClosed"):
    """A press or an answer that belongs to no form that is open."""


@dataclass(frozen=True, slots=True)
class AdminGone(Outcome, name="admin.AdminGone"):
    """The thing isn't there (any more), or not in this shop."""

    community_id: int
    section: str


def next_step(needed: Iterable[str], filled: Mapping[str, str]) -> str:
    """The first needed blank that nobody filled in; else the overview."""
    return next((blank for blank in needed if blank not in filled), REVIEW)
