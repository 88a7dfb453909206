"""The staff's panel: what it shows, and which question comes next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome
from bot.rules.panel import AdminLine, Reach
from bot.rules.refusals import RoomRefuses

REVIEW = "review"
"""The step that shows everything once more before the act is done."""
MORE = "more"
"""The step that offers what few need."""
LATELY = 10
"""How many acts the page *what happened lately* shows."""


@dataclass(frozen=True, slots=True)
class AdminValue:
    """The value of one blank: as typed, and as read if that looks different."""

    blank: str
    text: str
    number: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AdminPick:
    """An answer to tap that stands for a thing of the shop."""

    text: str
    """The answer that a tap gives: `coupon:12`."""
    title: str


@dataclass(frozen=True, slots=True)
class AdminProblem:
    """Why an answer can't be taken: the kind of mistake, and its bounds."""

    kind: str
    """The class of the form's error: `NotANumber`, `OutOfRange`, …"""
    said: str = ""
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class AdminDoor(Outcome, name="admin.AdminDoor"):
    """`/admin` was written in a group: a button leads to the panel in private."""

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
    lately: bool = True
    """Whether the reader may see what happened lately. Hosts may not."""


@dataclass(frozen=True, slots=True)
class AdminSection(Outcome, name="admin.AdminSection"):
    """A section of the panel: the things of one kind, and what can be made."""

    community_id: int
    section: str
    lines: tuple[AdminLine, ...]
    acts: tuple[str, ...]
    more: int = 0
    """Older things that the list leaves out."""
    rest: bool = False
    """Whether there are acts behind *more*."""
    second: bool = False
    """Whether these are the acts behind *more*."""
    ended: bool = False
    """Whether ended things can be looked up."""
    listed: bool = True
    """Whether there are things of this kind. If not, nothing can be running."""


@dataclass(frozen=True, slots=True)
class AdminEnded(Outcome, name="admin.AdminEnded"):
    """Ended things of one kind, the newest first."""

    community_id: int
    section: str
    lines: tuple[AdminLine, ...]
    older: int = 0
    """The key behind which the next page begins; 0: this is the last."""
    newest: bool = True
    """Whether this is the first page."""


@dataclass(frozen=True, slots=True)
class AdminThing(Outcome, name="admin.AdminThing"):
    """One thing and what can be done with it."""

    community_id: int
    section: str
    line: AdminLine
    acts: tuple[str, ...]
    rest: bool = False
    """Whether there are acts behind *more*."""
    second: bool = False
    """Whether these are the acts behind *more*."""
    ended: bool = False
    """Whether it was looked up among ended things."""


@dataclass(frozen=True, slots=True)
class AdminStep(Outcome, name="admin.AdminStep"):
    """The panel asks for the value of one blank."""

    community_id: int
    act: str
    blank: str
    needed: bool
    quick: tuple[str, ...]
    """Answers to tap."""
    value: AdminValue | None
    """The value that was filled in before."""
    number: int
    of: int
    """It is question `number` of the `of` needed questions. `of` is 0 if it was chosen in the review."""
    problem: AdminProblem | None = None
    about: AdminLine | None = None
    """The thing that the act is about."""
    picks: tuple[AdminPick, ...] = ()
    """Things of the shop that can be tapped as an answer."""
    part: str = ""
    """The part that is asked for, where the answer is given part by part: `300` hearts."""


@dataclass(frozen=True, slots=True)
class AdminReview(Outcome, name="admin.AdminReview"):
    """The whole act once more, with its reach, before it is done."""

    community_id: int
    act: str
    values: tuple[AdminValue, ...]
    blanks: tuple[str, ...]
    """The blanks that can be changed or added here, in the form's order."""
    reach: Reach
    line: str
    """The same act as one typed line."""
    danger: bool
    """Whether the act takes something away."""
    about: AdminLine | None = None
    problem: AdminProblem | None = None
    rest: bool = False
    """Whether there are blanks behind *more*."""
    second: bool = False
    """Whether these are the blanks behind *more*."""
    ready: bool = True
    """Whether it can be done as it stands. If not, something is to be filled in first."""


@dataclass(frozen=True, slots=True)
class AdminEntry:
    """One act of the audit log."""

    audit_id: int
    at: datetime
    who: str | None
    """The actor's name; None if the clock acted for the shop."""
    act: str
    subject: str
    undone: bool
    undoable: bool
    """Whether the reader may try to take it back."""


@dataclass(frozen=True, slots=True)
class AdminOtherHour(Outcome, name="admin.AdminOtherHour"):
    """Below the overview: an hour was taken for one of the morning. A button takes the evening's instead."""

    community_id: int
    blank: str
    at: datetime
    other: datetime
    text: str
    """The answer that means the evening's hour."""


@dataclass(frozen=True, slots=True)
class AdminLately(Outcome, name="admin.AdminLately"):
    """The page *what happened lately*."""

    community_id: int
    entries: tuple[AdminEntry, ...]


@dataclass(frozen=True, slots=True)
class AdminNext(Outcome, name="admin.AdminNext"):
    """Shown below the answer to an act: where to go from here."""

    community_id: int
    section: str
    done: bool
    """Whether the act was done. If not, it can be changed and tried again."""


@dataclass(frozen=True, slots=True)
class AdminLeft(Outcome, name="admin.AdminLeft"):
    """Staff gave up a half-filled form."""

    community_id: int


@dataclass(frozen=True, slots=True)
class AdminClosed(Outcome, name="admin.AdminClosed"):
    """A press or an answer belongs to no open form."""


@dataclass(frozen=True, slots=True)
class AdminGone(Outcome, name="admin.AdminGone"):
    """The thing doesn't exist (any more), or it isn't this shop's."""

    community_id: int
    section: str


def next_step(needed: Iterable[str], filled: Mapping[str, str]) -> str:
    """The first needed blank without a value; `REVIEW` if all have one."""
    return next((blank for blank in needed if blank not in filled), REVIEW)
