"""What `doctor` finds about this machine: the settings, the files, the time zones, the disk and the clock. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.doctor.findings import Finding, Level, Part

MIB = 1024 * 1024
CLOCK_WARN = timedelta(seconds=5)
CLOCK_WRONG = timedelta(seconds=60)
DISK_WARN = 1024 * MIB
DISK_WRONG = 100 * MIB


@dataclass(frozen=True, slots=True)
class SettingsFine(Finding):
    """All variables are there and make sense."""


@dataclass(frozen=True, slots=True)
class FileOpenToOthers(Finding):
    """Other accounts of this machine can read a file that holds a secret or names."""

    level = Level.WARNING
    path: str


@dataclass(frozen=True, slots=True)
class ZonesFine(Finding):
    """Every shop's time zone is known here."""


@dataclass(frozen=True, slots=True)
class ZonesMissing(Finding):
    """This machine doesn't know a shop's time zone."""

    level = Level.WRONG
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PicturesFine(Finding):
    """Reports come with a picture: there is a font for every shop's language."""


@dataclass(frozen=True, slots=True)
class FontsMissing(Finding):
    """No font has the letters of a shop's language: its reports come without a picture."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class PainterMissing(Finding):
    """The library that draws pictures isn't installed: reports come without them."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class DiskFine(Finding):
    """There is room."""

    part = Part.DATABASE
    free_mib: int


@dataclass(frozen=True, slots=True)
class DiskLow(Finding):
    """Room for a while, or not for a backup."""

    part = Part.DATABASE
    level = Level.WARNING
    free_mib: int


@dataclass(frozen=True, slots=True)
class DiskFull(Finding):
    """The bot will stop taking updates soon."""

    part = Part.DATABASE
    level = Level.WRONG
    free_mib: int


@dataclass(frozen=True, slots=True)
class ClockFine(Finding):
    """The machine's clock agrees with Telegram's."""

    part = Part.TELEGRAM


@dataclass(frozen=True, slots=True)
class ClockOff(Finding):
    """It differs by seconds: starts are told early or late."""

    part = Part.TELEGRAM
    level = Level.WARNING
    seconds: int
    fast: bool


@dataclass(frozen=True, slots=True)
class ClockWrong(Finding):
    """It differs so much that check-ins fall on wrong days."""

    part = Part.TELEGRAM
    level = Level.WRONG
    seconds: int
    fast: bool


@dataclass(frozen=True, slots=True)
class ClockUnknown(Finding):
    """Telegram's answer told no time."""

    part = Part.TELEGRAM
    level = Level.WARNING


def judge_disk(free: int, size: int) -> Finding:
    """Free bytes beside the database's size: a backup needs as much again, twice for a moment."""
    mib = free // MIB
    if free < DISK_WRONG:
        return DiskFull(mib)
    return DiskLow(mib) if free < max(DISK_WARN, 2 * size) else DiskFine(mib)


def judge_clock(here: datetime, there: datetime | None) -> Finding:
    """The machine's instant beside Telegram's, which is given in whole seconds."""
    if there is None:
        return ClockUnknown()
    off = here - there
    seconds = abs(round(off.total_seconds()))
    if abs(off) >= CLOCK_WRONG:
        return ClockWrong(seconds, fast=off > timedelta(0))
    if abs(off) >= CLOCK_WARN:
        return ClockOff(seconds, fast=off > timedelta(0))
    return ClockFine()
