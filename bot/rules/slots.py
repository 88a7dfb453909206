"""Slots of a shop's week and their postings: kinds, states and reasons, and the hour of the morning slot."""

import re
from enum import StrEnum


class SlotKind(StrEnum):
    """What fills a slot. The values stand in rows and never change."""

    MORNING = "morning"
    """The morning card: a check-in button and how many came today. A shop has one such slot."""
    POST = "post"
    """A post of the shelf, of one pillar or of any."""
    ACTIVITY = "activity"
    """A prepared drop, packet, raffle or heart goal, opened as if staff had typed its line."""


class PostingState(StrEnum):
    """What became of a slot at one of its times. The values stand in rows and never change."""

    PLANNED = "planned"
    """Its time hasn't come."""
    POSTED = "posted"
    SKIPPED = "skipped"
    """Nothing was posted, on purpose."""
    EXPIRED = "expired"
    """It couldn't be filled in time."""


class Why(StrEnum):
    """Why a posting has its pick, or stays empty. The values stand in rows and never change."""

    # It has a pick, because
    SHARE = "share"
    """its pillar is furthest below its share."""
    OLDEST = "oldest"
    """the slot asks for one pillar, and this post of it is unused for the longest time."""
    COUNTDOWN = "countdown"
    """a stream is near."""
    SPARE = "spare"
    """no pillar with a share has a post, so one without takes the place."""
    PINNED = "pinned"
    """staff chose it."""
    # It is empty, because
    EMPTY = "empty"
    """nothing on the shelf fits."""
    USED_UP = "used_up"
    """all that fits was sent within 28 days."""
    WORN_OUT = "worn_out"
    """what fits is of kinds that rest."""
    PAUSED = "paused"
    """planned posts, or promotion, are paused."""
    DAY_OFF = "day_off"
    BY_YOU = "by_you"
    """staff skipped it."""
    QUIET = "quiet"
    """nobody has been heard in the rooms since the last planned post."""
    ASLEEP = "asleep"
    """nobody was heard in the rooms for a day: no morning card."""
    NO_ROOM = "no_room"
    """the bot is in no room."""
    REFUSED = "refused"
    """the activity was refused, as it would have been to staff."""
    BROKEN = "broken"
    """the post's template has a fault."""
    GONE = "gone"
    """the post that staff chose isn't there any more."""
    TOO_LATE = "too_late"
    """the bot was away for more than an hour."""
    FAILED = "failed"
    """an error came up again and again."""


_DAILY = re.compile(r"(\d{1,2}) (\d{1,2}) \* \* (\S+)")


def daily(clock: str, weekdays: str = "*") -> str:
    """The cron line of a clock's time (`HH:MM`) on these weekdays of cron: `*`, or as `1,2,5`."""
    hour, minute = clock.split(":")
    return f"{int(minute)} {int(hour)} * * {weekdays}"


def clock_of(cron: str) -> str | None:
    """The clock's time (`HH:MM`) of a cron line that has one; None for other lines."""
    found = _DAILY.fullmatch(cron)
    return f"{int(found[2]):02d}:{int(found[1]):02d}" if found is not None else None
