"""The morning card: what it shows, and the rooms that it wakes nobody in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.folded import FoldedLine
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class MorningCard(Outcome, name="cadence.MorningCard"):
    """The day's card in the group."""

    day: date
    came: int
    """Fans who checked in on this day so far."""
    stream: str | None
    """Title of the day's stream."""
    stream_at: datetime | None
    past: bool
    """Whether its day is over."""
    folded: tuple[FoldedLine, ...] = ()
    """What couldn't be told in time."""

    @property
    def over(self) -> bool:
        """Whether it is too late to post the card: its day is over."""
        return self.past


@dataclass(frozen=True, slots=True)
class RoomHeard:
    """When somebody was last heard in a room."""

    chat_id: int
    hears: bool
    """Whether the bot hears what is said there: it is an administrator."""
    joined_at: datetime
    heard_at: datetime | None


def is_asleep(room: RoomHeard, now: datetime, after: timedelta) -> bool:
    """Whether nobody has been awake there for so long.

    Who brings the bot into a room is awake. A room that the bot can't hear is never asleep.
    """
    last = max(room.joined_at, room.heard_at or room.joined_at)
    return room.hears and now - last > after
