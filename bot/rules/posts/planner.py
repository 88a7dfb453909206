"""The planner: which post of the shelf fills which slot, and why. The same facts and seed give the same picks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from bot.rules.calendar import day_of
from bot.rules.pillars import Pillar
from bot.rules.posts.seasons import Validity
from bot.rules.posts.slots import CalendarPolicy
from bot.rules.slots import Why

WHOLE = 100
"""All shares together, in per cent."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shelved:
    """A post that the calendar may take."""

    id: int
    number: int
    pillar: str | None
    valid_from: date | None = None
    valid_until: date | None = None
    season: str | None = None
    """The season in which it fits; None: the whole year."""
    last_sent: datetime | None = None
    """When it was last sent, by the calendar or by staff."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A planned post that was sent."""

    pillar: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Rests:
    """When planned posts rest."""

    paused: bool = False
    paused_until: datetime | None = None
    """None while paused: until somebody says otherwise."""
    promotions_until: datetime | None = None
    days_off: frozenset[str] = frozenset()
    """ISO dates, and ISO weekdays as a digit."""

    def why(self, at: datetime, day: date) -> Why | None:
        """Why nothing is posted at an instant, if nothing is."""
        paused = self.paused and (self.paused_until is None or at < self.paused_until)
        if paused or (self.promotions_until is not None and at < self.promotions_until):
            return Why.PAUSED
        off = day.isoformat() in self.days_off or str(day.isoweekday()) in self.days_off
        return Why.DAY_OFF if off else None


@dataclass(frozen=True, slots=True)
class Planning:
    """All that decides a shop's picks."""

    timezone: str
    seed: int
    shares: Mapping[str, int]
    """In per cent by pillar."""
    shelf: Sequence[Shelved]
    sent: Sequence[Sent] = ()
    """Planned posts that were sent within the last 28 days."""
    streams: Sequence[datetime] = ()
    """When streams start."""
    resting: frozenset[str] = frozenset()
    """Pillars that rest in all rooms."""


@dataclass(frozen=True, slots=True)
class Place:
    """A slot at one of its times, which a post is to fill."""

    due_at: datetime
    pillar: str | None = None
    """The pillar that the slot asks for; None: any."""


@dataclass(frozen=True, slots=True)
class Pick:
    """What fills a place, or why nothing does."""

    why: Why
    post: Shelved | None = None
    has: int | None = None
    """Per cent of planned posts that were of its pillar."""
    share: int | None = None
    """Per cent that are to be."""


def plan(planning: Planning, places: Sequence[Place], policy: CalendarPolicy) -> list[Pick]:
    """Fill places in the order of their times, each as if those before it were sent."""
    picks = []
    for place in places:
        pick = pick_post(planning, place, policy)
        picks.append(pick)
        if pick.post is not None:
            planning = after_sending(planning, pick.post, place.due_at)
    return picks


def after_sending(planning: Planning, post: Shelved, at: datetime) -> Planning:
    """The facts once a post was sent at an instant."""
    shelf = [replace(one, last_sent=at) if one.id == post.id else one for one in planning.shelf]
    return replace(planning, shelf=shelf, sent=(*planning.sent, Sent(post.pillar, at)))


def pick_post(planning: Planning, place: Place, policy: CalendarPolicy) -> Pick:
    """The post of the pillar that is furthest below its share, among what may be sent; then the longest unused."""
    fitting = [one for one in planning.shelf if fits(planning, one, place, policy)]
    if not fitting:
        return Pick(Why.EMPTY)
    rested = [one for one in fitting if has_rested(one, place.due_at, policy.rest)]
    if not rested:
        return Pick(Why.USED_UP)
    awake = [one for one in rested if one.pillar not in planning.resting]
    if not awake:
        return Pick(Why.WORN_OUT)
    return _choose(planning, awake, place, policy)


def fits(planning: Planning, post: Shelved, place: Place, policy: CalendarPolicy) -> bool:
    """Whether a post is valid on the day of a place, and what its slot asks for."""
    day = day_of(place.due_at, planning.timezone)
    valid = Validity(post.season, post.valid_from, post.valid_until).holds_on(day, planning.timezone)
    wanted = place.pillar is None or post.pillar == place.pillar
    near = post.pillar != Pillar.COUNTDOWN or _near_stream(planning, place, policy.countdown) is not None
    return valid and wanted and near


def has_rested(post: Shelved, at: datetime, rest: timedelta) -> bool:
    """Whether a post wasn't sent for so long before an instant."""
    return post.last_sent is None or at - post.last_sent >= rest


def _near_stream(planning: Planning, place: Place, near: timedelta) -> datetime | None:
    """The next stream, if it is near."""
    coming = [start for start in planning.streams if place.due_at < start <= place.due_at + near]
    return min(coming, default=None)


def _choose(planning: Planning, posts: Sequence[Shelved], place: Place, policy: CalendarPolicy) -> Pick:
    if place.pillar is not None:
        return Pick(Why.OLDEST, _longest_unused(planning, posts))
    counting = [one for one in posts if one.pillar == Pillar.COUNTDOWN]
    if counting and not planning.shares.get(Pillar.COUNTDOWN) and not _counted_down(planning, place, policy):
        return Pick(Why.COUNTDOWN, _longest_unused(planning, counting))
    shared = [one for one in posts if planning.shares.get(one.pillar or "", 0) > 0]
    if not shared:
        spare = [one for one in posts if one.pillar != Pillar.COUNTDOWN]
        return Pick(Why.SPARE, _longest_unused(planning, spare)) if spare else Pick(Why.EMPTY)
    counts = count_pillars(planning, place.due_at, policy.rest)
    in_all = sum(counts.values())

    def behind(pillar: str) -> int:
        """How far below its share a pillar is, in units that are the same for all."""
        return planning.shares[pillar] * max(1, in_all) - WHOLE * counts[pillar]

    furthest = max(behind(one.pillar or "") for one in shared)
    chosen = _longest_unused(planning, [one for one in shared if behind(one.pillar or "") == furthest])
    pillar = chosen.pillar or ""
    has = round(WHOLE * counts[pillar] / in_all) if in_all else 0
    return Pick(Why.SHARE, chosen, has, planning.shares[pillar])


def _counted_down(planning: Planning, place: Place, policy: CalendarPolicy) -> bool:
    """Whether a post has counted down to the next stream already: one is enough."""
    stream = _near_stream(planning, place, policy.countdown)
    begins = stream - policy.countdown if stream is not None else place.due_at
    return any(one.pillar == Pillar.COUNTDOWN and one.at >= begins for one in planning.sent)


def count_pillars(planning: Planning, at: datetime, over: timedelta) -> Counter[str]:
    """How many planned posts of each pillar with a share were sent in the time before an instant."""
    return Counter(
        one.pillar
        for one in planning.sent
        if one.pillar is not None and planning.shares.get(one.pillar, 0) > 0 and at - over < one.at <= at
    )


def _longest_unused(planning: Planning, posts: Sequence[Shelved]) -> Shelved:
    return min(posts, key=lambda one: (one.last_sent or LONG_AGO, _lot(planning.seed, one.number)))


def _lot(seed: int, number: int) -> bytes:
    """Decides ties: the same for a seed and a post, and like chance otherwise."""
    return sha256(f"{seed}:{number}".encode()).digest()
