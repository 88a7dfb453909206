"""Pillars: what a shop's posts are about, each with its share of all planned posts."""

from collections.abc import Mapping
from enum import StrEnum


class Pillar(StrEnum):
    """Pillars that every shop begins with. Owners add their own by name. The values stand in rows and never change."""

    ARRIVALS = "arrivals"
    """New arrivals."""
    TIPS = "tips"
    BEHIND = "behind"
    """Behind the scenes."""
    QUESTIONS = "questions"
    """Questions to fans: polls."""
    WELFARE = "welfare"
    """What fans get."""
    CARE = "care"
    """After the sale: how to wash, keep and return."""
    COUNTDOWN = "countdown"
    """It counts down to a stream."""


SHARES_AT_FIRST: Mapping[str, int] = {
    Pillar.ARRIVALS.value: 25,
    Pillar.TIPS.value: 25,
    Pillar.BEHIND.value: 20,
    Pillar.QUESTIONS.value: 15,
    Pillar.WELFARE.value: 10,
    Pillar.CARE.value: 5,
}
"""A new shop's shares, in per cent. A countdown has no share: it is chosen where a stream is near."""
