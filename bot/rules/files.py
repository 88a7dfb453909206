"""Files that staff send: their limits, and why a file can't be read."""

from dataclasses import dataclass
from datetime import timedelta

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """Limits of files."""

    max_bytes: int = 1_000_000
    max_codes: int = 100_000
    min_code: int = 3
    max_code: int = 32
    shown: int = 20
    """How many refused lines a report shows."""
    chunk: int = 500
    """Codes that one transaction takes."""
    waits: timedelta = timedelta(days=1)
    """How long files that staff handed in wait for their answers."""
    most_files: int = 10
    """Files of one album, as Telegram allows."""


@dataclass(frozen=True, slots=True)
class FileTooLarge(Outcome, name="imports.FileTooLarge"):
    """The file is larger than the limit."""

    most: int
    """Kilobytes."""


@dataclass(frozen=True, slots=True)
class FileUnreadable(Outcome, name="imports.FileUnreadable"):
    """The file isn't text in lines and columns, but a spreadsheet or a picture for example."""


@dataclass(frozen=True, slots=True)
class FileGone(Outcome, name="imports.FileGone"):
    """Telegram doesn't give the file, or doesn't give it any more."""


@dataclass(frozen=True, slots=True)
class FileEmpty(Outcome, name="imports.FileEmpty"):
    """The file has no line."""


@dataclass(frozen=True, slots=True)
class TooManyLines(Outcome, name="imports.TooManyLines"):
    """The file has more lines than the limit."""

    lines: int
    most: int


FileProblem = FileTooLarge | FileUnreadable | FileGone | FileEmpty | TooManyLines
