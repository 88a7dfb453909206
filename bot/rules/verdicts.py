"""Verdicts of the attention budget: what became of a message that nobody asked for, and why."""

from enum import StrEnum


class Ruling(StrEnum):
    """What the budget says of a message. The values stand in rows and never change."""

    WAITING = "waiting"
    """It isn't due yet: it is decided when it is about to leave."""
    SEND = "send"
    HOLD = "hold"
    """It waits until an instant, and is decided again then."""
    FOLD = "fold"
    """It isn't sent by itself: it becomes a line of the next morning card."""
    DROP = "drop"
    """It isn't sent."""


class Reason(StrEnum):
    """Why. The values stand in rows and never change; the words give each a sentence."""

    # It is sent, because
    WITHIN = "within"
    """it is within the budget."""
    STAFF = "staff"
    """staff typed it: it goes at once, whatever it breaks."""
    SERVICE = "service"
    """it tells the reader of something of theirs, in private."""
    STREAM = "stream"
    """it belongs to a stream that is on, or starts."""
    ASKED = "asked"
    """the reader asked for it."""
    # It isn't sent now, because
    QUIET_HOURS = "quiet_hours"
    MOST = "most"
    """the room had its messages of the day."""
    MOST_PROMOTIONAL = "most_promotional"
    """the room had its promotional messages of the day."""
    GAP = "gap"
    """the last promotion is too near."""
    STREAM_GAP = "stream_gap"
    """a stream's last message is less than five minutes old."""
    FAN_DAY = "fan_day"
    """the fan had their promotional message of the day."""
    FAN_WEEK = "fan_week"
    """the fan had their promotional messages of the week."""
    NIGHT = "night"
    """promotion in private rests at night in Korean communities."""
    PAUSED = "paused"
    """the owner paused posts, or promotion."""
    # It isn't sent at all, because
    NO_CONSENT = "no_consent"
    """the fan didn't say yes to promotion."""
    WITHDRAWN = "withdrawn"
    """the fan took their yes back."""
    NO_CONTACT = "no_contact"
    """a Korean community's promotion needs the shop's contact."""
    NOT_WANTED = "not_wanted"
    """the fan switched such messages off."""
    TOO_LATE = "too_late"
    """its time was over before it could be sent."""
    QUIET_ROOM = "quiet_room"
    """nobody wrote, pressed or reacted there since the last planned post."""
    WORN_OUT = "worn_out"
    """its kind rests, because fewer answer than usual."""
    CANCELLED = "cancelled"
    """staff took it back."""
