"""Ready weeks: calm, usual and busy, when fans look at their phones, around quiet hours and the morning card."""

from dataclasses import dataclass
from enum import StrEnum

DAY = 24 * 60
GAP = 90
"""Minutes between promotions of a day."""
STEP = 10
"""A time that doesn't fit moves by so many minutes until it does."""

NOON, AFTERNOON, EVENING = 12 * 60 + 20, 16 * 60, 19 * 60 + 30
"""Minutes of the day: the lunch break, a tea break, and after dinner."""
EVERY_DAY = "1,2,3,4,5,6,0"


class Pace(StrEnum):
    """How often a shop speaks. The values stand in rows and never change."""

    CALM = "calm"
    USUAL = "usual"
    BUSY = "busy"


WEEKS: dict[Pace, tuple[tuple[int, str], ...]] = {
    Pace.CALM: ((EVENING, "1,2,4,5"), (AFTERNOON, "0")),
    Pace.USUAL: ((EVENING, EVERY_DAY), (NOON, "2,4,6")),
    Pace.BUSY: ((EVENING, EVERY_DAY), (NOON, "1,2,3,4,5,6"), (AFTERNOON, "1,2,3,4,0")),
}
"""The minute of the day and the weekdays of cron of each slot: 5, 10 and 18 posts a week, at most three a day."""

MORNINGS: dict[Pace, str] = {Pace.CALM: "*", Pace.USUAL: "*", Pace.BUSY: "5,6,0"}
"""Weekdays of the morning card. It is promotion too: four days of a busy week have three posts, and no room for it."""


@dataclass(frozen=True, slots=True)
class ReadyWeek:
    """What a ready week consists of."""

    posts: tuple[str, ...]
    """Cron lines of slots that any pillar fills."""
    mornings: str
    """Weekdays of the morning card."""


def ready_week(pace: Pace, morning: str | None, quiet_from: str, quiet_until: str) -> ReadyWeek:
    """The slots of a ready week.

    A time that lies in quiet hours, or nearer than 90 minutes to the morning card or another slot, moves to the nearest
    one that doesn't. `morning` is the hour of the card (`HH:MM`), None without one.
    """
    taken = [_minutes(morning)] if morning is not None else []
    crons = []
    for wanted, weekdays in WEEKS[pace]:
        minute = _place(wanted, taken, _minutes(quiet_from), _minutes(quiet_until))
        if minute is not None:
            taken.append(minute)
            days = "*" if weekdays == EVERY_DAY else weekdays
            crons.append(f"{minute % 60} {minute // 60} * * {days}")
    return ReadyWeek(tuple(crons), MORNINGS[pace])


def _place(wanted: int, taken: list[int], quiet_from: int, quiet_until: int) -> int | None:
    for distance in range(0, DAY // 2, STEP):
        for minute in (wanted - distance, wanted + distance):
            fits = 0 <= minute < DAY and all(abs(minute - other) >= GAP for other in taken)
            if fits and not is_quiet(minute, quiet_from, quiet_until):
                return minute
    return None


def is_quiet(minute: int, quiet_from: int, quiet_until: int) -> bool:
    """Whether a minute of the day lies in quiet hours. They may cross midnight; none if they begin when they end."""
    if quiet_from <= quiet_until:
        return quiet_from <= minute < quiet_until
    return minute >= quiet_from or minute < quiet_until


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
