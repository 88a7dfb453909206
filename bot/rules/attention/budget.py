"""The attention budget: whether a message that nobody asked for may leave now, and if not, what becomes of it.

Bounds hold per room and local day, and per fan and local day. Quiet hours begin and end by the shop's wall clock.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from bot.rules.calendar import DAY, day_of, start_of, zone
from bot.rules.folded import FOLDED
from bot.rules.promotion import ConsentState
from bot.rules.quiet_hours import EARLIEST_MORNING, QUIET_AT_FIRST
from bot.rules.shown import ShownClass
from bot.rules.verdicts import Reason, Ruling

PLANNED = frozenset({*FOLDED, "morning"})
"""Kinds that the calendar sends: they rest while it is paused, unless staff send them."""
LOOKS_AHEAD = 40
"""How many obstacles are passed in the search for the next instant at which a message may leave."""
A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of each day in which something rests. They may cross midnight; none if they begin when they end."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one shop's rooms take."""

    quiet: Hours
    most: int
    """Unasked messages for each room and local day."""
    most_promotional: int
    """How many of them may be promotion."""
    gap: timedelta
    """Between two promotions in a room."""


def ending_with(bounds: Bounds, morning: time | None) -> Bounds:
    """The same bounds, but quiet hours end when the morning card comes, if its hour was set earlier."""
    if morning is None or not time.fromisoformat(EARLIEST_MORNING) <= morning < bounds.quiet.ends:
        return bounds
    return replace(bounds, quiet=replace(bounds.quiet, ends=morning))


@dataclass(frozen=True, slots=True)
class AttentionPolicy:
    """How much a room and a fan are told that they didn't ask for."""

    most: int = 6
    """Unasked messages for each room and local day."""
    most_promotional: int = 3
    """How many of them may be promotion."""
    gap: timedelta = timedelta(minutes=90)
    """Between two promotions in a room."""
    quiet: Hours = Hours(*map(time.fromisoformat, QUIET_AT_FIRST))
    """Hours in which rooms are told nothing unasked."""
    stream_gap: timedelta = timedelta(minutes=5)
    """Between two new messages of a stream that is on, beside its start."""
    after_stream: timedelta = timedelta(minutes=10)
    """How long after a stream's end its own messages still pass."""
    fan_day: int = 1
    """Promotional private messages for each fan and local day."""
    fan_week: int = 3
    """Promotional private messages for each fan on any seven local days in a row."""
    night: Hours = Hours(time(21), time(8))
    """Hours without promotion in private, in communities for which Korea's rules hold."""
    on_the_way: timedelta = timedelta(seconds=5)
    """How long a message may take to arrive: so much before quiet hours begin nothing leaves any more."""
    pause_asked_again: timedelta = timedelta(hours=1)
    """How long a message waits at a time while posts are paused without an end. `/resume` lets it go at once."""

    @property
    def bounds(self) -> Bounds:
        """The bounds of a shop that has none of its own."""
        return Bounds(self.quiet, self.most, self.most_promotional, self.gap)


@dataclass(frozen=True, slots=True)
class Sent:
    """An unasked message that left and counts, in the same room or to the same fan."""

    at: datetime
    promotional: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """What the owner paused."""

    planned: bool = False
    """Whether everything that the calendar sends rests."""
    planned_until: datetime | None = None
    """Until when; None: until somebody says otherwise."""
    promotions_until: datetime | None = None
    """Until when all promotion rests that staff don't type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A message that nobody asked for, and what its room or its reader had lately."""

    shown_class: ShownClass
    kind: str
    """A kind of `rules/shown.py`."""
    private: bool
    """Whether one person reads it: in their private chat, or as a whisper."""
    timezone: str
    bounds: Bounds
    by_staff: bool = False
    """Whether staff typed it just now."""
    instead: bool = False
    """Whether it takes the place of a message that is gone, as an edit would: without a sound, and at any hour."""
    not_after: datetime | None = None
    sent: tuple[Sent, ...] = ()
    """What left in the last seven local days and counts, in any order."""
    on_air: bool = False
    """Whether it belongs to a stream that is on, or that ended less than ten minutes ago."""
    stream_told_at: datetime | None = None
    """When a stream's own message last left for this room."""
    pause: Pause = Pause()
    consent: ConsentState = ConsentState.NONE
    korean: bool = False
    """Whether Korea's rules for advertising hold in the community."""
    contact: bool = False
    """Whether promotion can name how the shop is reached, where that is asked for."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a message."""

    ruling: Ruling
    reason: Reason
    until: datetime | None = None
    """Until when it is held."""
    counts: bool = False
    """Whether it counts against the bounds of its room or its reader."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a message may not leave at an instant, and until when that stands."""

    reason: Reason
    until: datetime


def decide(facts: Facts, now: datetime, policy: AttentionPolicy) -> Decision:
    """What becomes of a message whose time has come."""
    match facts.shown_class:
        case ShownClass.ASKED_FOR:
            return Decision(Ruling.SEND, Reason.ASKED)
        case ShownClass.STREAM_START:
            # It passes every bound, and takes nothing from what else the room may be told.
            return Decision(Ruling.SEND, Reason.STREAM)
        case ShownClass.SERVICE if facts.private:
            return Decision(Ruling.SEND, Reason.SERVICE)
    return _to_fan(facts, now, policy) if facts.private else _to_room(facts, now, policy)


def _to_room(facts: Facts, now: datetime, policy: AttentionPolicy) -> Decision:
    if facts.on_air:
        return _of_stream(facts, now, policy)
    if facts.instead:
        return Decision(Ruling.SEND, Reason.WITHIN)
    if facts.by_staff:
        return Decision(Ruling.SEND, Reason.STAFF, counts=True)
    obstacle = _next_free(facts, now, policy, obstacle_in_room)
    if obstacle is None:
        return Decision(Ruling.SEND, Reason.WITHIN, counts=True)
    return _hold(facts, obstacle)


def _of_stream(facts: Facts, now: datetime, policy: AttentionPolicy) -> Decision:
    """A running stream's own message. What staff type for it goes at once."""
    if not facts.by_staff and facts.stream_told_at is not None:
        free_at = facts.stream_told_at + policy.stream_gap
        if free_at > now:
            return _hold(facts, Obstacle(Reason.STREAM_GAP, free_at))
    return Decision(Ruling.SEND, Reason.STREAM)


def _to_fan(facts: Facts, now: datetime, policy: AttentionPolicy) -> Decision:
    """Promotion in private. Not even staff pass what protects a fan."""
    if facts.consent is ConsentState.WITHDRAWN:
        return Decision(Ruling.DROP, Reason.WITHDRAWN)
    if facts.consent is ConsentState.NONE:
        return Decision(Ruling.DROP, Reason.NO_CONSENT)
    if facts.korean and not facts.contact:
        return Decision(Ruling.DROP, Reason.NO_CONTACT)
    obstacle = _next_free(facts, now, policy, _obstacle_for_fan)
    if obstacle is None:
        return Decision(Ruling.SEND, Reason.STAFF if facts.by_staff else Reason.WITHIN, counts=True)
    if facts.not_after is not None and obstacle.until >= facts.not_after:
        return Decision(Ruling.DROP, obstacle.reason)
    return Decision(Ruling.HOLD, obstacle.reason, obstacle.until)


def _hold(facts: Facts, obstacle: Obstacle) -> Decision:
    """Let a room's message wait. What misses its time becomes a line of the next morning card, or is dropped."""
    if facts.not_after is None or obstacle.until < facts.not_after:
        return Decision(Ruling.HOLD, obstacle.reason, obstacle.until)
    return missed(facts.kind, obstacle.reason)


def missed(kind: str, reason: Reason) -> Decision:
    """What becomes of a room's message that was held, for this reason, until its time was over."""
    return Decision(Ruling.FOLD, reason) if kind in FOLDED else Decision(Ruling.DROP, Reason.TOO_LATE)


FindObstacle = Callable[[Facts, datetime, AttentionPolicy], Obstacle | None]


def _next_free(facts: Facts, now: datetime, policy: AttentionPolicy, find: FindObstacle) -> Obstacle | None:
    """The first obstacle at `now`, with the next instant at which there is none. None if there is none now."""
    first = find(facts, now, policy)
    if first is None or first.reason is Reason.PAUSED:
        return first
    until = first.until
    for _ in range(LOOKS_AHEAD):
        further = find(facts, until, policy)
        if further is None or further.reason is Reason.PAUSED:
            break  # a pause can end earlier: it is asked about again
        until = further.until
    return Obstacle(first.reason, until)


def obstacle_in_room(facts: Facts, at: datetime, policy: AttentionPolicy) -> Obstacle | None:
    """Why a message may not leave for its room at `at`, whoever sends it."""
    return (
        _resting(facts.bounds.quiet, Reason.QUIET_HOURS, facts, at, policy)
        or _paused(facts, at, policy)
        or _full(facts, at)
    )


def _full(facts: Facts, at: datetime) -> Obstacle | None:
    """The room had enough for the day, or its last promotion is too near."""
    bounds, today = facts.bounds, day_of(at, facts.timezone)
    told = [one for one in facts.sent if day_of(one.at, facts.timezone) == today]
    promotes = facts.shown_class is ShownClass.PROMOTION
    last = max((one.at for one in facts.sent if one.promotional), default=None)
    if len(told) >= bounds.most:
        return Obstacle(Reason.MOST, start_of(today + DAY, facts.timezone))
    if promotes and sum(one.promotional for one in told) >= bounds.most_promotional:
        return Obstacle(Reason.MOST_PROMOTIONAL, start_of(today + DAY, facts.timezone))
    if promotes and last is not None and last + bounds.gap > at:
        return Obstacle(Reason.GAP, last + bounds.gap)
    return None


def _obstacle_for_fan(facts: Facts, at: datetime, policy: AttentionPolicy) -> Obstacle | None:
    """Why a promotional message may not leave for its reader at `at`."""
    obstacle = _paused(facts, at, policy)
    if obstacle is None and facts.korean:
        obstacle = _resting(policy.night, Reason.NIGHT, facts, at, policy)
    return obstacle or _had_enough(facts, at, policy)


def _had_enough(facts: Facts, at: datetime, policy: AttentionPolicy) -> Obstacle | None:
    """The fan had their promotional messages of the day, or of seven days."""
    today = day_of(at, facts.timezone)
    days = sorted(day_of(one.at, facts.timezone) for one in facts.sent if one.promotional)
    if days.count(today) >= policy.fan_day:
        return Obstacle(Reason.FAN_DAY, _morning(today + DAY, facts))
    week = [day for day in days if today - 6 * DAY <= day <= today]
    if len(week) >= policy.fan_week:
        # There is room again when the oldest of the last `fan_week` is more than six days ago.
        return Obstacle(Reason.FAN_WEEK, _morning(week[-policy.fan_week] + 7 * DAY, facts))
    return None


def _resting(hours: Hours, reason: Reason, facts: Facts, at: datetime, policy: AttentionPolicy) -> Obstacle | None:
    """`at` falls into the hours, or the message would arrive in them."""
    over = end_of(hours, at, facts.timezone) or end_of(hours, at + policy.on_the_way, facts.timezone)
    return Obstacle(reason, over) if over is not None else None


def _morning(day: date, facts: Facts) -> datetime:
    """When a message that had to wait for another day leaves: not at midnight, but when the shop's quiet hours end."""
    quiet = facts.bounds.quiet
    return start_of(day, facts.timezone) if quiet.begins == quiet.ends else last_at(day, quiet.ends, facts.timezone)


def _paused(facts: Facts, at: datetime, policy: AttentionPolicy) -> Obstacle | None:
    """The owner's pause stops this message."""
    pause = facts.pause
    if facts.by_staff or facts.shown_class is not ShownClass.PROMOTION:
        return None
    ends = []
    if pause.planned and facts.kind in PLANNED and (pause.planned_until is None or pause.planned_until > at):
        ends.append(pause.planned_until or at + policy.pause_asked_again)
    if pause.promotions_until is not None and pause.promotions_until > at:
        ends.append(pause.promotions_until)
    return Obstacle(Reason.PAUSED, max(ends)) if ends else None


def end_of(hours: Hours, at: datetime, timezone: str) -> datetime | None:
    """When the hours end in which `at` falls; None if it falls in none.

    They begin when the wall clock shows their beginning for the first time, and end when it shows their end for the
    last time. So an hour that comes twice rests as long as the clock says so, and hours that the clocks skip are short.
    """
    if hours.begins == hours.ends:
        return None
    today = day_of(at, timezone)
    for day in (today - DAY, today):
        begins, ends = _rest(day, hours, timezone)
        if begins <= at < ends:
            return ends
    return None


@lru_cache(maxsize=4096)
def _rest(day: date, hours: Hours, timezone: str) -> tuple[datetime, datetime]:
    """The instants between which the hours that begin on `day` rest."""
    last_day = day if hours.begins < hours.ends else day + DAY
    return _at(day, hours.begins, timezone, last=False), _at(last_day, hours.ends, timezone, last=True)


def last_at(day: date, at: time, timezone: str) -> datetime:
    """The last instant on `day` at which the wall clock shows `at`, in UTC; the gap's end if the clocks skip it."""
    return _at(day, at, timezone, last=True)


def _at(day: date, at: time, timezone: str, *, last: bool) -> datetime:
    here = zone(timezone)
    first, second = (datetime.combine(day, at, here).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second if last else first
    # The clocks skip this time: by either offset another time is shown. The gap ends between the two.
    early, late = second, first
    before = early.astimezone(here).utcoffset()
    while late - early > A_SECOND:
        middle = early + (late - early) / 2
        if middle.astimezone(here).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
