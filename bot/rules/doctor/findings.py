"""What a finding of `doctor` is: its level, and the part of the report where it stands. Pure.

The findings themselves stand in the files beside this one, by what they are about. A finding's sentence is its block in
`doctor.j2`; one that asks for something has a second block, `…_todo`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Level(StrEnum):
    """How a finding is meant."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


class Part(StrEnum):
    """What a finding is about: the report's headings, in their order."""

    SETTINGS = "settings"
    DATABASE = "database"
    TELEGRAM = "telegram"
    GROUPS = "groups"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `doctor` saw."""

    level: ClassVar[Level] = Level.FINE
    part: ClassVar[Part] = Part.SETTINGS
