"""What the bot shows is of a class, by its kind: what a fan asked for, a service, a stream's start, or promotion.

A kind is a card's kind, an outcome's stored name or a file's kind. All kinds that are promised stand here.
"""

from collections.abc import Mapping
from enum import StrEnum


class ShownClass(StrEnum):
    """Why somebody is shown a message. The values stand in rows and never change."""

    ASKED_FOR = "asked_for"
    """The reader, or the staff of the room, asked for it: a reminder, the drop that they wait for."""
    SERVICE = "service"
    """It tells the reader about something of theirs, and offers nothing."""
    STREAM_START = "stream_start"
    PROMOTION = "promotion"
    """All the rest."""


CLASSES: Mapping[str, ShownClass] = {}


def class_of(kind: str) -> ShownClass:
    """The class of a kind. What isn't listed counts as promotion, the class with the strictest limits."""
    return CLASSES.get(kind, ShownClass.PROMOTION)
