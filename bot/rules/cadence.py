"""The weekly calendar: which slot is due on which day, and what may still fill it."""

from enum import StrEnum


class SlotKind(StrEnum):
    """What fills a slot."""

    MORNING = "morning"
    """The morning card: a check-in button and how many came today."""


class PostingState(StrEnum):
    """What became of a slot on a day."""

    POSTED = "posted"
    SKIPPED = "skipped"
