"""Files that staff hand in: their limits, and why one can't be read."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """Limits of files."""

    max_bytes: int = 1_000_000
    max_codes: int = 100_000
    min_code: int = 3
    max_code: int = 32
    shown: int = 20
    """Lines that a report tells one by one."""
    chunk: int = 500


@dataclass(frozen=True, slots=True)
class FileTooLarge(Outcome, name="imports.FileTooLarge"):
    """The file is larger than what is read."""

    most: int
    """Kilobytes."""


@dataclass(frozen=True, slots=True)
class FileUnreadable(Outcome, name="imports.FileUnreadable"):
    """It is no text of lines and columns: a spreadsheet, a picture."""


@dataclass(frozen=True, slots=True)
class FileGone(Outcome, name="imports.FileGone"):
    """Telegram doesn't give it out (any more)."""


@dataclass(frozen=True, slots=True)
class FileEmpty(Outcome, name="imports.FileEmpty"):
    """Not a line in it."""


@dataclass(frozen=True, slots=True)
class TooManyLines(Outcome, name="imports.TooManyLines"):
    """More lines than one file may bring."""

    lines: int
    most: int


FileProblem = FileTooLarge | FileUnreadable | FileGone | FileEmpty | TooManyLines
