"""Slots as staff see and change them: the list, a new one step by step, ready weeks, days off, pauses."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.outcome import Outcome
from bot.rules.posts.week import Doing


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot."""

    id: int
    kind: str
    """A `SlotKind`."""
    clock: str | None
    """`HH:MM`, if it comes at one time of the day."""
    weekdays: tuple[int, ...]
    """ISO weekdays on which it comes; all seven: every day."""
    times: int
    """How many times a week it comes."""
    pillar: str | None = None
    command: str = ""
    """The line of its activity."""
    cron: str = ""


@dataclass(frozen=True, slots=True)
class SlotsShown(Outcome, name="posts.SlotsShown"):
    """All slots of the week."""

    slots: tuple[SlotLine, ...]
    times: int
    most: int
    done: Doing | None = None
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class SlotStep(Outcome, name="posts.SlotStep"):
    """A question on the way to a new slot."""

    step: str
    """`days`, `time` or `what`."""
    weekdays: tuple[int, ...] = ()
    clock: str | None = None
    options: tuple[str, ...] = ()
    """Answers to tap: times, or pillars."""
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class SlotsChanged(Outcome, name="posts.SlotsChanged"):
    """Slots were added or taken out, by a typed line."""

    added: tuple[SlotLine, ...]
    removed: tuple[SlotLine, ...]
    audit_id: int | None
    pace: str | None = None
    """The ready week that was chosen."""
    times: int = 0
    """Times a week at which posts come now."""
    stocked: int = 0
    """Starter posts that came onto the shelf with it."""
    mornings: tuple[int, ...] = ()
    """ISO weekdays of the morning card, where a ready week changed them."""
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class SlotTooNear(Outcome, name="posts.SlotTooNear"):
    """Another slot is too near."""

    clock: str
    other: str
    weekday: int
    """The ISO weekday on which they meet."""
    minutes: int
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class SlotTooMany(Outcome, name="posts.SlotTooMany"):
    """The week would have too many."""

    times: int
    most: int
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class SlotUnreadable(Outcome, name="posts.SlotUnreadable"):
    """What was typed isn't days, a time and what fills it."""

    text: str
    part: str
    """`days`, `time`, `what`, `cron` or `command`."""
    pillars: tuple[str, ...] = ()
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class NoSuchSlot(Outcome, name="posts.NoSuchSlot"):
    """No slot comes at that time, or it was taken out already."""

    community_id: int = 0


@dataclass(frozen=True, slots=True)
class ReadyWeeksShown(Outcome, name="posts.ReadyWeeksShown"):
    """The choice of a ready week."""

    pace: str | None
    setup: bool = False
    """Whether it is a step of the set-up."""
    done: Doing | None = None
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class DaysOffShown(Outcome, name="posts.DaysOffShown"):
    """Days on which nothing is posted, with a button for each day to come."""

    dates: tuple[date, ...]
    """Days off to come, by their date."""
    weekdays: tuple[int, ...]
    """ISO weekdays that are always off."""
    choice: tuple[date, ...]
    """Dates to tap."""
    done: Doing | None = None
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class RestChanged(Outcome, name="posts.RestChanged"):
    """Planned posts, or promotion, rest now, or go on; or a day off was set, by a typed line."""

    what: str
    """`paused`, `promotions`, `resumed`, `already`, `running`, `off` or `on`."""
    until: datetime | None
    audit_id: int | None
    day: date | None = None
    weekday: int | None = None
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class PauseUnreadable(Outcome, name="posts.PauseUnreadable"):
    """What was typed behind `/pause` is no length of time, or one that is too long."""

    text: str
    days: int
    """The longest pause with an end."""
    community_id: int = 0


@dataclass(frozen=True, slots=True)
class DayUnreadable(Outcome, name="posts.DayUnreadable"):
    """What was typed is no day."""

    text: str
    community_id: int = 0
