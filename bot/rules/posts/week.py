"""The calendar as staff see it: seven days, one slot's place in them, its alternatives, and what was changed."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.outcome import Outcome
from bot.rules.slots import PostingState


@dataclass(frozen=True, slots=True)
class PostingLine:
    """A slot at one of its times."""

    id: int
    at: datetime
    kind: str
    """A `SlotKind`."""
    state: str
    """A `PostingState`."""
    title: str = ""
    """The first words of its post, or the line of its activity."""
    pillar: str | None = None
    why: str | None = None
    """A `Why`."""
    has: int | None = None
    share: int | None = None
    last: datetime | None = None
    """When its post was last sent."""
    pinned: bool = False
    moved: bool = False
    asks: str | None = None
    """The pillar that the slot asks for."""
    held: str | None = None
    """Why the attention budget doesn't let it leave, as a `Reason`."""
    until: datetime | None = None
    """Until when it waits; None if it doesn't."""

    @property
    def open(self) -> bool:
        """Whether its time hasn't come."""
        return self.state == PostingState.PLANNED

    @property
    def filled(self) -> bool:
        """Whether something is planned for it."""
        return self.kind != "post" or bool(self.title)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the calendar."""

    day: date
    lines: tuple[PostingLine, ...] = ()
    off: bool = False
    """Whether it is a day off."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What was just changed, for the line above a page."""

    what: str
    audit_id: int | None = None
    """The act, if it can be taken back."""


@dataclass(frozen=True, slots=True)
class CalendarShown(Outcome, name="posts.CalendarShown"):
    """The next seven days."""

    community_id: int
    days: tuple[CalendarDay, ...]
    shelf: int
    """Posts that the calendar may take."""
    slots: int
    """Times a week at which posts come."""
    paused: bool = False
    paused_until: datetime | None = None
    promotions_until: datetime | None = None
    lacking: int = 0
    """Places of these days that the shelf can't fill."""
    private: bool = True
    """Whether it is shown in private, where its buttons work on it."""
    done: Doing | None = None


@dataclass(frozen=True, slots=True)
class CalendarDayShown(Outcome, name="posts.CalendarDayShown"):
    """One day, with a button for each slot."""

    day: CalendarDay
    done: Doing | None = None
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class PostingShown(Outcome, name="posts.PostingShown"):
    """One slot at one time, and what can be done with it."""

    line: PostingLine
    day: date
    text: str = ""
    """The beginning of what its post says."""
    done: Doing | None = None
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class Alternative:
    """A post that could take a slot."""

    id: int
    number: int
    title: str
    pillar: str | None
    rests: bool = False
    """Whether it was sent within 28 days."""
    blank: bool = False
    """Whether blanks are to be filled in first."""


@dataclass(frozen=True, slots=True)
class AlternativesShown(Outcome, name="posts.AlternativesShown"):
    """Posts that could take a slot, the planner's best first."""

    line: PostingLine
    posts: tuple[Alternative, ...]
    page: int = 0
    more: bool = False
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class MovesShown(Outcome, name="posts.MovesShown"):
    """Times to which a slot can be moved."""

    line: PostingLine
    times: tuple[datetime, ...]
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class PostingGone(Outcome, name="posts.PostingGone"):
    """The slot isn't planned any more, or its time has come."""

    community_id: int = 0


@dataclass(frozen=True, slots=True)
class MoveNotFree(Outcome, name="posts.MoveNotFree"):
    """A slot can't be moved there: another one is too near, or the time is over."""

    at: datetime
    minutes: int
    """How far apart slots are at least; 0: the time is over."""
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class ShelfRunsOut(Outcome, name="posts.ShelfRunsOut"):
    """To the owner: the shelf can't fill what is coming."""

    at: datetime
    """The first slot that stays empty."""
    places: int
    """How many do within seven days."""
    community_id: int = 0
