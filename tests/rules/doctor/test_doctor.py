"""How `doctor` judges facts."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.doctor import findings as doctor
from bot.rules.doctor.findings import GROUP_RIGHTS, MIB, Chat, Finding, Standing

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
GROUP = Chat(-1001, "Silk room", is_channel=False)
CHANNEL = Chat(-1002, "Silk news", is_channel=True)
ALL = frozenset(GROUP_RIGHTS)


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        (0.0, doctor.ClockFine()),
        (4.9, doctor.ClockFine()),
        (-4.9, doctor.ClockFine()),
        (5.0, doctor.ClockOff(5, fast=True)),
        (-5.4, doctor.ClockOff(5, fast=False)),
        (59.9, doctor.ClockOff(60, fast=True)),
        (60.0, doctor.ClockWrong(60, fast=True)),
        (-86_400.0, doctor.ClockWrong(86_400, fast=False)),
    ],
)
def test_the_clock(off: float, expected: Finding) -> None:
    """Five seconds are worth a word, sixty are wrong, either way."""
    assert doctor.judge_clock(NOW + timedelta(seconds=off), NOW) == expected


def test_a_clock_without_another() -> None:
    """Without Telegram's time nothing is claimed."""
    assert doctor.judge_clock(NOW, None) == doctor.ClockUnknown()


@pytest.mark.parametrize(
    ("free", "size", "expected"),
    [
        (5000 * MIB, 10 * MIB, doctor.DiskFine(5000)),
        (1024 * MIB, 0, doctor.DiskFine(1024)),
        (1023 * MIB, 0, doctor.DiskLow(1023)),
        (5000 * MIB, 2501 * MIB, doctor.DiskLow(5000)),
        (100 * MIB, 0, doctor.DiskLow(100)),
        (99 * MIB, 0, doctor.DiskFull(99)),
    ],
)
def test_the_disk(free: int, size: int, expected: Finding) -> None:
    """A backup needs twice the database for a moment, and nothing works below 100 MiB."""
    assert doctor.judge_disk(free, size) == expected


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("0002", doctor.SchemaFine("0002")),
        ("0001", doctor.SchemaBehind("0001")),
        ("0003", doctor.SchemaAhead("0003")),
        (None, doctor.NotEncores()),
    ],
)
def test_the_schema(revision: str | None, expected: Finding) -> None:
    """The newest is fine, a known one is behind, an unknown one was made by a newer Encore."""
    assert doctor.judge_schema(revision, "0002", frozenset({"0001", "0002"})) == expected


@pytest.mark.parametrize(
    ("chat", "status", "rights", "expected"),
    [
        (GROUP, "administrator", ALL, doctor.GroupFine("Silk room")),
        (
            GROUP,
            "administrator",
            ALL - {"can_pin_messages", "can_invite_users"},
            doctor.RightsMissing("Silk room", ("can_invite_users", "can_pin_messages")),
        ),
        (GROUP, "member", frozenset(), doctor.NotAdministrator("Silk room", privacy=True)),
        (GROUP, "restricted", frozenset(), doctor.NotAdministrator("Silk room", privacy=True)),
        (GROUP, "left", frozenset(), doctor.ChatLeft("Silk room")),
        (GROUP, "kicked", frozenset(), doctor.ChatLeft("Silk room")),
        (CHANNEL, "administrator", frozenset({"can_post_messages"}), doctor.ChannelFine("Silk news")),
        (CHANNEL, "administrator", ALL, doctor.ChannelClosed("Silk news")),
        (CHANNEL, "member", frozenset(), doctor.ChannelClosed("Silk news")),
        (CHANNEL, "left", frozenset(), doctor.ChatLeft("Silk news")),
    ],
)
def test_a_chat(chat: Chat, status: str, rights: frozenset[str], expected: Finding) -> None:
    """A group wants an administrator with four rights, a channel one who may post."""
    assert doctor.judge_chat(chat, Standing(status, rights), privacy=True) == expected
