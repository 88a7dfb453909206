"""Files that staff send: their limits, and why a file can't be read."""

from dataclasses import dataclass
from datetime import timedelta

from bot.rules.outcome import Outcome
from bot.rules.sheets.sheet import Role


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """Limits of files."""

    max_bytes: int = 1_000_000
    max_codes: int = 100_000
    """Lines of a file, of whatever kind."""
    min_code: int = 3
    max_code: int = 32
    shown: int = 20
    """How many refused lines a report shows."""
    chunk: int = 500
    """Codes that one transaction takes."""
    waits: timedelta = timedelta(days=1)
    """How long files that staff handed in wait for answers, and files of albums for a command. `/privacy` says so."""
    most_files: int = 10
    """Files of one album, as Telegram allows."""


@dataclass(frozen=True, slots=True)
class FileTooLarge(Outcome, name="imports.FileTooLarge"):
    """The file is larger than the limit."""

    most: int
    """Kilobytes."""


@dataclass(frozen=True, slots=True)
class FileUnreadable(Outcome, name="imports.FileUnreadable"):
    """The file is no spreadsheet, and no text in lines and columns either."""


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


@dataclass(frozen=True, slots=True)
class FileIsPicture(Outcome, name="imports.FileIsPicture"):
    """The file is a picture or a PDF, whose columns can't be read."""


@dataclass(frozen=True, slots=True)
class SpreadsheetUnreadable(Outcome, name="imports.SpreadsheetUnreadable"):
    """The file is a spreadsheet that is locked by a password, broken, or far too large once it is unpacked."""


@dataclass(frozen=True, slots=True)
class FileLacksColumn(Outcome, name="imports.FileLacksColumn"):
    """No column of the file has a role that it can't do without."""

    role: Role


@dataclass(frozen=True, slots=True)
class NumbersShortened(Outcome, name="imports.NumbersShortened"):
    """A spreadsheet lost digits of long numbers: it wrote `2.02611E+14`, or noughts at their ends."""

    line: int
    """The first such line."""
    text: str
    count: int
    """Such lines in all."""


@dataclass(frozen=True, slots=True)
class HeaderUnclear(Outcome, name="imports.HeaderUnclear"):
    """A line names the columns, but a line above it holds data. It isn't clear which of the two is wrong."""

    header: int
    """The line of names."""
    line: int
    """The line of data."""


FileProblem = (
    FileTooLarge
    | FileUnreadable
    | FileGone
    | FileEmpty
    | TooManyLines
    | FileIsPicture
    | SpreadsheetUnreadable
    | FileLacksColumn
    | NumbersShortened
    | HeaderUnclear
)
