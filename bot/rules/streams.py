"""Streams: planned evenings, their airings, who is reminded and who was there."""

from enum import StrEnum


class Repeat(StrEnum):
    """How often a stream comes."""

    ONCE = "once"
    WEEKLY = "weekly"


class StreamState(StrEnum):
    """Whether a plan still makes airings."""

    OPEN = "open"
    CANCELLED = "cancelled"


class AiringState(StrEnum):
    """How far an evening got."""

    PLANNED = "planned"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class How(StrEnum):
    """How a fan showed that they were there."""

    TAP = "tap"
    WORD = "word"
