"""A shop's own bounds: when its rooms rest, and how much they are told at most."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from bot.rules.attention.budget import Bounds, Hours
from bot.rules.outcome import Outcome
from bot.rules.times.hours import Clock
from bot.rules.times.spans import read_span

GAPS = (30, 60, 90, 120, 180, 240, 300, 360)
"""Minutes between two promotions that the buttons offer."""
HALF_DAY = 12
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BoundsPolicy:
    """How far a shop may move its bounds."""

    longest_quiet: timedelta = timedelta(hours=16)
    """Quiet hours leave at least eight hours of the day."""
    shortest_quiet: timedelta = timedelta(hours=1)
    least: int = 1
    """The least that can be allowed in a room and day."""
    most: int = 12
    """The most that can be allowed in a room and day."""
    most_promotional: int = 6
    least_gap: timedelta = timedelta(minutes=30)
    most_gap: timedelta = timedelta(minutes=360)
    offered: tuple[Hours, ...] = (
        Hours(time(21), time(9)),
        Hours(time(22), time(8)),
        Hours(time(22), time(9)),
        Hours(time(23), time(7)),
        Hours(time(23), time(9)),
        Hours(time(0), time(8)),
        Hours(time(1), time(7)),
    )
    """Quiet hours that the buttons offer."""


@dataclass(frozen=True, slots=True)
class BoundsWish:
    """What the owner wants changed; None: it stays."""

    quiet: Hours | None = None
    most: int | None = None
    most_promotional: int | None = None
    gap: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Hours as they are shown: `21:00` to `09:00`."""

    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class Steps:
    """What the buttons lead to. None: there is no further step."""

    less: int | None = None
    more: int | None = None
    less_promotional: int | None = None
    more_promotional: int | None = None
    shorter_gap: int | None = None
    """In minutes."""
    longer_gap: int | None = None


@dataclass(frozen=True, slots=True)
class BoundsShown(Outcome, name="attention.BoundsShown"):
    """How much the shop's rooms are told at most, and when they rest."""

    community_id: int
    quiet: Span | None
    """None: they never rest."""
    most: int
    most_promotional: int
    gap: int
    """Minutes between two promotions."""
    steps: Steps | None = None
    """What the owner can tap; None: the reader may only look."""
    audit_id: int | None = None
    """The act that changed it just now."""


@dataclass(frozen=True, slots=True)
class HoursOffered(Outcome, name="attention.HoursOffered"):
    """Quiet hours to choose from."""

    community_id: int
    quiet: Span | None
    offered: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class NeverOff(Outcome, name="attention.NeverOff"):
    """Quiet hours can be short, but they can't be switched off."""

    community_id: int
    shortest: int
    """Hours."""
    offered: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class HoursUnread(Outcome, name="attention.HoursUnread"):
    """What was written means no hours."""

    said: str


@dataclass(frozen=True, slots=True)
class HoursTooLong(Outcome, name="attention.HoursTooLong"):
    """So many quiet hours would leave too little of the day."""

    said: Span
    longest: int
    """Hours."""


@dataclass(frozen=True, slots=True)
class HoursTooShort(Outcome, name="attention.HoursTooShort"):
    """So few quiet hours are none."""

    said: Span
    shortest: int
    """Hours."""


@dataclass(frozen=True, slots=True)
class PromotionAboveMost(Outcome, name="attention.PromotionAboveMost"):
    """Of so few messages not so many can be promotion."""

    most: int
    said: int


HoursProblem = HoursUnread | HoursTooLong | HoursTooShort


def read_hours(text: str, policy: BoundsPolicy) -> Hours | HoursProblem:
    """The quiet hours that a text means.

    An hour that may be of the morning or of the evening begins in the evening where that makes hours of a night:
    `10:00-8:00` is 22:00 to 08:00.
    """
    found = read_span(text)
    if found is None:
        return HoursUnread(text)
    begins, ends = found
    wanted = (begins.in_the_evening(), begins) if begins.either else (begins,)
    readings = [Hours(_time(one), _time(ends)) for one in wanted]
    fitting = [one for one in readings if problem_of(one, policy) is None]
    return fitting[0] if fitting else problem_of(readings[-1], policy) or readings[-1]


def problem_of(hours: Hours, policy: BoundsPolicy) -> HoursTooLong | HoursTooShort | None:
    """Why a shop can't have these quiet hours."""
    length = length_of(hours)
    if length > policy.longest_quiet:
        return HoursTooLong(span_of(hours), policy.longest_quiet // timedelta(hours=1))
    if length < policy.shortest_quiet:
        return HoursTooShort(span_of(hours), policy.shortest_quiet // timedelta(hours=1))
    return None


def length_of(hours: Hours) -> timedelta:
    """How long the hours are by the wall clock; none if they begin when they end."""
    some_day = datetime(2026, 1, 1)  # noqa: DTZ001  # by the wall clock, on a day without a change of clocks
    return (datetime.combine(some_day, hours.ends) - datetime.combine(some_day, hours.begins)) % A_DAY


def changed(bounds: Bounds, wish: BoundsWish) -> Bounds | PromotionAboveMost:
    """The bounds with what is wished for. Fewer messages take the promotional ones down with them."""
    most = bounds.most if wish.most is None else wish.most
    promotional = min(bounds.most_promotional, most) if wish.most_promotional is None else wish.most_promotional
    if promotional > most:
        return PromotionAboveMost(most, promotional)
    return replace(
        bounds,
        quiet=wish.quiet or bounds.quiet,
        most=most,
        most_promotional=promotional,
        gap=wish.gap or bounds.gap,
    )


def steps_from(bounds: Bounds, policy: BoundsPolicy) -> Steps:
    """What the buttons beside the present numbers lead to."""
    gap = bounds.gap // timedelta(minutes=1)
    return Steps(
        less=bounds.most - 1 if bounds.most > policy.least else None,
        more=bounds.most + 1 if bounds.most < policy.most else None,
        less_promotional=bounds.most_promotional - 1 if bounds.most_promotional else None,
        more_promotional=bounds.most_promotional + 1
        if bounds.most_promotional < min(policy.most_promotional, bounds.most)
        else None,
        shorter_gap=max((one for one in GAPS if one < gap), default=None),
        longer_gap=min((one for one in GAPS if one > gap), default=None),
    )


def span_of(hours: Hours) -> Span:
    """Hours as they are shown."""
    return Span(f"{hours.begins:%H:%M}", f"{hours.ends:%H:%M}")


def shown_span(hours: Hours) -> Span | None:
    """Quiet hours as they are shown; None if there are none."""
    return span_of(hours) if length_of(hours) else None


def _time(clock: Clock) -> time:
    return time(clock.hour % (2 * HALF_DAY), clock.minute)
