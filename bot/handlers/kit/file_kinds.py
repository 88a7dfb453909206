"""Kinds of files that staff can hand in: each domain says what its kind is good for, and registers it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.handlers.kit.forms import Moment
from bot.handlers.kit.other_hours import Doubt
from bot.rules.act import Act
from bot.rules.imports import Shown
from bot.rules.place import Place
from bot.rules.sheets.sheet import Answers, AskDayOrder, Sheet, SheetKind


@dataclass(frozen=True, slots=True)
class NamedSheet:
    """One of the files that were handed in, read."""

    name: str
    sheet: Sheet
    answers: Answers


@dataclass(frozen=True, slots=True)
class Reading:
    """Files that were handed in, read, with the command's line."""

    place: Place
    rest: str
    """What stood behind the command."""
    moment: Moment
    """When they were handed in: relative times of the line count from it, so that the preview says what will be."""
    sheets: tuple[NamedSheet, ...]
    shown: Shown


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything is clear: this preview, with *do it*, may be shown."""

    preview: Any


@dataclass(frozen=True, slots=True)
class AskInFile:
    """What must be asked about one of the files before the preview."""

    name: str
    question: AskDayOrder


@dataclass(frozen=True, slots=True)
class InFile:
    """What is wrong with one of the files, as an outcome."""

    name: str
    outcome: Any


Look = Callable[[Act, Reading], Awaitable[Any]]
"""Gives `Ready`, an `AskInFile`, or an outcome or `InFile` that says why nothing can be done. It changes nothing."""
Do = Callable[[Act, Reading], Awaitable[Any]]
"""Does it; the same cause does it once, goes on where it was interrupted, and gives the same outcome."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """What staff can hand a file in for."""

    name: SheetKind
    check: Callable[[str, Place, Moment], Any]
    """Why the command's line makes no sense, as an outcome; None if it does. Said before anything is read."""
    look: Look
    do: Do
    doubt: Callable[[str, Moment], Doubt | None] | None = None
    """The first hour of the command's line that may be the morning's or the evening's. None: the line has no times."""
    owner: bool = False
    """Whether only the owner may."""
