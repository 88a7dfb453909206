"""Parts of the day, and which hours may stand with each."""

from enum import Enum


class Part(Enum):
    """A part of the day that stands beside an hour."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    DAWN = "dawn"
    NOON = "noon"


_HOURS = {
    Part.MORNING: {12: 0, **{hour: hour for hour in range(12)}},
    Part.AFTERNOON: {12: 12, **{hour: hour + 12 for hour in range(1, 12)}, **{hour: hour for hour in range(13, 24)}},
    Part.EVENING: {12: 24, 24: 24, **{hour: hour + 12 for hour in range(4, 12)}, **{h: h for h in range(16, 24)}},
    Part.DAWN: {hour: hour for hour in range(6)},
    Part.NOON: {11: 11, 12: 12, 1: 13, 2: 14, 13: 13, 14: 14},
}


def hour_in(part: Part, hour: int) -> int | None:
    """The hour from 0 to 24 that an hour means in a part of the day; None if the two don't go together.

    Twelve at night is the end of the day that was named. One at night belongs to no day for sure, so it is refused.
    """
    return _HOURS[part].get(hour)
