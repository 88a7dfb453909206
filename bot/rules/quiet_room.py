"""A quiet room isn't filled: what a planned post does in a room where nobody was heard since the last planned one.

Posts (which fill the week) and attention (which explains it) both need it, so it stands at the root.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class QuietRoomPolicy:
    """When a room counts as quiet, and what is still done there."""

    slack: timedelta = timedelta(minutes=1)
    """Who was heard so shortly before the last planned post was there when it came: the room isn't quiet."""
    most_replaced: int = 2
    """How often running a plain text post may be replaced by the next one."""


@dataclass(frozen=True, slots=True)
class PlainCopy:
    """The last plain text post of the plan in a room. As far as is known it still stands there, unless it is gone."""

    copy_id: int
    message_id: int
    replaced: int
    """How many times this message has been replaced already."""
    gone: bool = False
    """Whether staff took it back."""


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room in which a slot is about to be filled."""

    room_id: int
    chat_id: int
    can_hear: bool
    """Whether the bot hears who writes and reacts there: not in a channel, and only as an administrator."""
    heard_at: datetime | None
    """When somebody last wrote, pressed or reacted there."""
    planned_at: datetime | None
    """When the last planned post, card or activity came there, or replaced an older one."""
    last_plain: PlainCopy | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """It is posted as a message of its own."""


@dataclass(frozen=True, slots=True)
class Replace:
    """It takes the place of an older post, by an edit. If that was deleted meanwhile it is posted as its own."""

    copy: PlainCopy


@dataclass(frozen=True, slots=True)
class Skip:
    """The room is left alone."""


Answer = Send | Replace | Skip


def is_quiet(room: RoomFacts, policy: QuietRoomPolicy) -> bool:
    """Whether nobody was heard in a room since the last planned post. Where the bot can't hear, a room never is."""
    if not room.can_hear or room.planned_at is None:
        return False
    return room.heard_at is None or room.heard_at < room.planned_at - policy.slack


def decide(room: RoomFacts, *, plain: bool, policy: QuietRoomPolicy) -> Answer:
    """What to do in a room with the next planned thing. `plain`: it is a post of words only, without media or poll."""
    if not is_quiet(room, policy):
        return Send()
    last = room.last_plain
    if not plain or last is None:
        return Skip()
    if last.gone:
        return Send()
    return Replace(last) if last.replaced < policy.most_replaced else Skip()
