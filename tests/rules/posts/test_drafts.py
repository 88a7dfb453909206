"""Drafts: what a content is called, and the times that are offered to tap."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rules.posting import Content, Media, MediaKind, Poll
from bot.rules.posts.drafts import SOON, kind_of, quick_times

PHOTO = Media(MediaKind.PHOTO, "1")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (Content("Hello"), "words"),
        (Content(media=(PHOTO,)), "photo"),
        (Content(media=(PHOTO, PHOTO)), "album"),
        (Content(poll=Poll("Silk?", ("Yes", "No"))), "poll"),
        (Content(media=(Media(MediaKind.DOCUMENT, "2"),)), "document"),
    ],
)
def test_what_a_content_is_called(content: Content, kind: str) -> None:
    """By what it holds."""
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("now", "zone", "offered"),
    [
        # Monday noon in Seoul: about an hour, this evening, tomorrow's noon and evening.
        ("2026-11-02T03:00", "Asia/Seoul", ["13:00", "20:00", "12:00", "20:00"]),
        # Late in the evening: today's hours are over.
        ("2026-11-02T12:58", "Asia/Seoul", ["23:00", "12:00", "20:00"]),
        # The night in which London's clocks go forward: tomorrow's hours are those of the wall.
        ("2026-03-28T22:00", "Europe/London", ["23:00", "12:00", "20:00"]),
        # Five to eight: the evening is too near to be offered.
        ("2026-11-02T10:55", "Asia/Seoul", ["20:55", "12:00", "20:00"]),
    ],
)
def test_times_to_tap(now: str, zone: str, offered: list[str]) -> None:
    """The next ones, by the shop's own clock."""
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    times = quick_times(at, zone)
    assert [f"{one.astimezone(ZoneInfo(zone)):%H:%M}" for one in times] == offered
    assert all(one - at >= SOON for one in times)
