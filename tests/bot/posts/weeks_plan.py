"""What happens in five weeks of a shop: where it is, what its owner says, and what eighty fans do by a seeded habit.

The shop is in London until after summer time begins, then in Sydney until it ends, then in Seoul.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

START = datetime(2027, 3, 15, 0, 30, tzinfo=UTC)
"""A Monday, in London."""
DAYS = 35
ZONES = (
    (START, "Europe/London"),
    (datetime(2027, 3, 31, 1, 10, tzinfo=UTC), "Australia/Sydney"),
    (datetime(2027, 4, 8, 12, 10, tzinfo=UTC), "Asia/Seoul"),
)
"""Since when the shop is where. London's summer time begins on 28 March, Sydney's ends on 4 April."""
LINES = (
    *((at, f"/setup timezone={name}") for at, name in ZONES[1:]),
    (datetime(2027, 4, 10, 1, 0, tzinfo=UTC), '/setup contact="02-123-4567"'),
    (datetime(2027, 4, 13, 1, 0, tzinfo=UTC), "/pause"),
    (datetime(2027, 4, 14, 1, 0, tzinfo=UTC), "/resume"),
)
"""What the owner says in the first room, and when. Until a contact is named Seoul hears no promotion in private."""
OWN_POSTS = {"arrivals": 12, "tips": 4, "behind": 8, "welfare": 4}
"""Posts by pillar that the owner adds to the starter shelf: without them it is used up before 28 days are over."""
STEP = timedelta(hours=1)
"""What fans do within an hour they do at its end, together."""
FANS = 80
SILENT_SINCE = datetime(2027, 3, 29, tzinfo=UTC)
"""From then on nobody writes in the second room."""
AWAY = (date(2027, 4, 5), date(2027, 4, 7))
"""On these days, by the shop's clock, nobody writes anywhere."""


def zone_at(instant: datetime) -> ZoneInfo:
    """Where the shop is."""
    return ZoneInfo(next(name for since, name in reversed(ZONES) if since <= instant))


def thursdays(starts: datetime, ends: datetime) -> list[datetime]:
    """Each Thursday at noon, by the shop's clock."""
    days = [starts.date() + timedelta(days=day) for day in range((ends - starts).days + 1)]
    noons = [datetime.combine(day, time(12), zone_at(datetime.combine(day, time(12), UTC))) for day in days]
    return [noon.astimezone(UTC) for noon in noons if noon.isoweekday() == 4 and starts < noon < ends]


@dataclass(frozen=True)
class Habit:
    """What a fan does, by a seed."""

    hour: int
    """The local hour around which they write."""
    often: float
    """On which part of the days they come."""
    agrees: bool
    """Whether they say yes to promotion when they are asked."""


@dataclass(frozen=True, order=True)
class Deed:
    """Something that a fan does at an instant."""

    at: datetime
    number: int
    """Which fan."""
    what: str = field(compare=False)
    second_room: bool = field(compare=False, default=False)


def habits_of(dice: random.Random) -> list[Habit]:
    """The habits of all fans."""
    return [Habit(dice.randint(8, 22), dice.uniform(0.3, 0.95), number % 3 != 0) for number in range(FANS)]


def deeds_of(habits: Sequence[Habit], dice: random.Random, starts: datetime, days: int) -> list[Deed]:
    """All that fans do on so many days. The same dice give the same deeds."""
    deeds = []
    for day in range(days):
        noon = starts.replace(hour=12, minute=0) + timedelta(days=day)
        for number, habit in enumerate(habits):
            if dice.random() > habit.often:
                continue
            hour = min(23, max(0, habit.hour + dice.randint(-2, 2)))
            local = noon.astimezone(zone_at(noon)).replace(hour=hour, minute=dice.randint(0, 59))
            at = _end_of_step(local.astimezone(UTC), starts)
            what = dice.choice(("checkin", "words", "words", "reaction"))
            deeds.append(Deed(at, number, what, dice.random() < 0.3 and at < SILENT_SINCE))
            if dice.random() < 0.5:
                deeds.append(Deed(at + STEP, number, "words"))
    return sorted(deed for deed in deeds if deed.at > starts and not _is_away(deed.at))


def _end_of_step(at: datetime, starts: datetime) -> datetime:
    return at + (starts - at) % STEP


def _is_away(at: datetime) -> bool:
    return AWAY[0] <= at.astimezone(zone_at(at)).date() <= AWAY[1]
