"""How `doctor` judges the clock and the disk."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.doctor.findings import Finding
from bot.rules.doctor.machine import (
    MIB,
    ClockFine,
    ClockOff,
    ClockUnknown,
    ClockWrong,
    DiskFine,
    DiskFull,
    DiskLow,
    judge_clock,
    judge_disk,
)

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        (0.0, ClockFine()),
        (4.9, ClockFine()),
        (-4.9, ClockFine()),
        (5.0, ClockOff(5, fast=True)),
        (-5.4, ClockOff(5, fast=False)),
        (59.9, ClockOff(60, fast=True)),
        (60.0, ClockWrong(60, fast=True)),
        (-86_400.0, ClockWrong(86_400, fast=False)),
    ],
)
def test_the_clock(off: float, expected: Finding) -> None:
    """Five seconds are worth a word, sixty are wrong, either way."""
    assert judge_clock(NOW + timedelta(seconds=off), NOW) == expected


def test_a_clock_without_another() -> None:
    """Without Telegram's time nothing is claimed."""
    assert judge_clock(NOW, None) == ClockUnknown()


@pytest.mark.parametrize(
    ("free", "size", "expected"),
    [
        (5000 * MIB, 10 * MIB, DiskFine(5000)),
        (1024 * MIB, 0, DiskFine(1024)),
        (1023 * MIB, 0, DiskLow(1023)),
        (5000 * MIB, 2501 * MIB, DiskLow(5000)),
        (100 * MIB, 0, DiskLow(100)),
        (99 * MIB, 0, DiskFull(99)),
    ],
)
def test_the_disk(free: int, size: int, expected: Finding) -> None:
    """A backup needs twice the database for a moment, and nothing works below 100 MiB."""
    assert judge_disk(free, size) == expected
