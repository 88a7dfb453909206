"""The attention budget as a table: what leaves, what waits and until when, what becomes a line, what isn't sent."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.rules.attention.budget import (
    AttentionPolicy,
    Bounds,
    Decision,
    Facts,
    Hours,
    Pause,
    Sent,
    decide,
    end_of,
    ending_with,
)
from bot.rules.calendar import zone
from bot.rules.promotion import ConsentState
from bot.rules.shown import ShownClass
from bot.rules.verdicts import Reason, Ruling

POLICY = AttentionPolicy()
SEOUL = "Asia/Seoul"
LONDON = "Europe/London"
NEW_YORK = "America/New_York"


def seoul(hour: int, minute: int = 0, *, day: int = 3, second: int = 0) -> datetime:
    """An instant in November 2026 by Seoul's clock. The third is a Tuesday."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=zone(SEOUL)).astimezone(UTC)


def utc(at: str) -> datetime:
    """An instant as UTC's clock shows it."""
    return datetime.fromisoformat(f"{at}+00:00")


def promo(*at: datetime) -> tuple[Sent, ...]:
    """Promotions that left at these instants."""
    return tuple(Sent(one, promotional=True) for one in at)


def told(*at: datetime) -> tuple[Sent, ...]:
    """Services that left at these instants."""
    return tuple(Sent(one, promotional=False) for one in at)


NOON = seoul(12)
ROOM = Facts(shown_class=ShownClass.PROMOTION, kind="drop", private=False, timezone=SEOUL, bounds=POLICY.bounds)
"""A drop that the clock opens in a room."""
NOTICE = replace(ROOM, shown_class=ShownClass.SERVICE, kind="streams.EndNotice")
START = replace(ROOM, shown_class=ShownClass.STREAM_START, kind="stream")
FAN = replace(ROOM, kind="ending.CouponsEnd", private=True, consent=ConsentState.LIVE)
"""Promotion in private for a fan who said yes, outside of Korea's rules."""
KOREAN = replace(FAN, korean=True, contact=True)

WITHIN = Decision(Ruling.SEND, Reason.WITHIN, counts=True)
STREAM = Decision(Ruling.SEND, Reason.STREAM)
STAFF = Decision(Ruling.SEND, Reason.STAFF, counts=True)


def hold(reason: Reason, until: datetime) -> Decision:
    """A message waits."""
    return Decision(Ruling.HOLD, reason, until)


def drop(reason: Reason) -> Decision:
    """A message isn't sent."""
    return Decision(Ruling.DROP, reason)


SIX = told(*(seoul(9, minute) for minute in range(0, 60, 10)))
THREE = promo(seoul(9), seoul(10, 30), seoul(12))
PAUSED = Pause(planned=True)
NO_MORE_TODAY = replace(ROOM, sent=THREE)

TABLE = {
    # Who passes.
    "asked for, at night": (
        replace(ROOM, shown_class=ShownClass.ASKED_FOR),
        seoul(3),
        Decision(Ruling.SEND, Reason.ASKED),
    ),
    "a start, at night, in a full room": (replace(START, sent=SIX), seoul(23), STREAM),
    "service in private, at night": (
        replace(NOTICE, private=True, korean=True),
        seoul(3),
        Decision(Ruling.SEND, Reason.SERVICE),
    ),
    "staff, at night, in a full room": (replace(ROOM, by_staff=True, sent=SIX), seoul(23), STAFF),
    "staff, while paused": (replace(ROOM, by_staff=True, pause=PAUSED), NOON, STAFF),
    "promotion in an empty room": (ROOM, NOON, WITHIN),
    # Quiet hours.
    "09:00 itself": (ROOM, seoul(9), WITHIN),
    "a second before nine": (ROOM, seoul(8, 59, second=59), hold(Reason.QUIET_HOURS, seoul(9))),
    "20:59": (ROOM, seoul(20, 59), WITHIN),
    "it would arrive at nine in the evening": (
        ROOM,
        seoul(20, 59, second=56),
        hold(Reason.QUIET_HOURS, seoul(9, day=4)),
    ),
    "21:00": (ROOM, seoul(21), hold(Reason.QUIET_HOURS, seoul(9, day=4))),
    "after midnight": (ROOM, seoul(2), hold(Reason.QUIET_HOURS, seoul(9))),
    "service in a room, at night": (NOTICE, seoul(22), hold(Reason.QUIET_HOURS, seoul(9, day=4))),
    "no quiet hours": (
        replace(ROOM, bounds=replace(POLICY.bounds, quiet=Hours(time(21), time(21)))),
        seoul(23),
        WITHIN,
    ),
    "quiet at noon": (
        replace(ROOM, bounds=replace(POLICY.bounds, quiet=Hours(time(11), time(14)))),
        NOON,
        hold(Reason.QUIET_HOURS, seoul(14)),
    ),
    # Caps of a room.
    "the sixth": (replace(NOTICE, sent=SIX[:5]), NOON, WITHIN),
    "the seventh": (replace(NOTICE, sent=SIX), NOON, hold(Reason.MOST, seoul(9, day=4))),
    "yesterday's don't count": (
        replace(ROOM, sent=told(*(seoul(9, minute, day=2) for minute in range(6)))),
        NOON,
        WITHIN,
    ),
    "the fourth promotion": (NO_MORE_TODAY, seoul(15), hold(Reason.MOST_PROMOTIONAL, seoul(9, day=4))),
    "a service after three promotions": (replace(NOTICE, sent=THREE), seoul(15), WITHIN),
    "89 minutes after a promotion": (
        replace(ROOM, sent=promo(NOON)),
        seoul(13, 29),
        hold(Reason.GAP, seoul(13, 30)),
    ),
    "90 minutes after a promotion": (replace(ROOM, sent=promo(NOON)), seoul(13, 30), WITHIN),
    "a service just after a promotion": (replace(NOTICE, sent=promo(NOON)), NOON, WITHIN),
    "the gap ends in quiet hours": (
        replace(ROOM, sent=promo(seoul(20))),
        seoul(20, 30),
        hold(Reason.GAP, seoul(9, day=4)),
    ),
    "a gap across midnight": (
        replace(ROOM, bounds=Bounds(Hours(time(3), time(3)), 6, 3, timedelta(hours=6)), sent=promo(seoul(22))),
        seoul(1, day=4),
        hold(Reason.GAP, seoul(4, day=4)),
    ),
    # What misses its time.
    "a drop becomes a line": (
        replace(ROOM, not_after=seoul(23)),
        seoul(22),
        Decision(Ruling.FOLD, Reason.QUIET_HOURS),
    ),
    "its time ends with quiet hours": (
        replace(ROOM, not_after=seoul(9, day=4)),
        seoul(22),
        Decision(Ruling.FOLD, Reason.QUIET_HOURS),
    ),
    "it has a second left": (
        replace(ROOM, not_after=seoul(9, day=4, second=1)),
        seoul(22),
        hold(Reason.QUIET_HOURS, seoul(9, day=4)),
    ),
    "a morning card is no line": (replace(ROOM, kind="morning", not_after=seoul(23)), seoul(22), drop(Reason.TOO_LATE)),
    "an end that is told too late": (replace(NOTICE, not_after=seoul(23)), seoul(22), drop(Reason.TOO_LATE)),
    # A stream that is on.
    "a stream's own, at night, in a full room": (replace(ROOM, on_air=True, sent=SIX), seoul(23), STREAM),
    "a stream's own while paused": (replace(ROOM, on_air=True, pause=PAUSED), NOON, STREAM),
    "a stream's second message within five minutes": (
        replace(ROOM, on_air=True, stream_told_at=seoul(22)),
        seoul(22, 4),
        hold(Reason.STREAM_GAP, seoul(22, 5)),
    ),
    "a stream's second message after five minutes": (
        replace(ROOM, on_air=True, stream_told_at=seoul(22)),
        seoul(22, 5),
        STREAM,
    ),
    "staff type it within five minutes": (
        replace(NOTICE, on_air=True, by_staff=True, stream_told_at=seoul(22)),
        seoul(22, 1),
        STREAM,
    ),
    "a stream's message that would be over": (
        replace(ROOM, on_air=True, stream_told_at=seoul(22), not_after=seoul(22, 5)),
        seoul(22, 4),
        Decision(Ruling.FOLD, Reason.STREAM_GAP),
    ),
    # In the place of a message that is gone.
    "a card is hung again": (
        replace(ROOM, instead=True, sent=THREE),
        seoul(12, 1),
        Decision(Ruling.SEND, Reason.WITHIN),
    ),
    "a card is hung again at night": (
        replace(ROOM, instead=True),
        seoul(22),
        Decision(Ruling.SEND, Reason.WITHIN),
    ),
    # Pauses.
    "paused until somebody says otherwise": (
        replace(ROOM, pause=PAUSED),
        NOON,
        hold(Reason.PAUSED, NOON + POLICY.pause_asked_again),
    ),
    "paused until two": (
        replace(ROOM, pause=Pause(planned=True, planned_until=seoul(14))),
        NOON,
        hold(Reason.PAUSED, seoul(14)),
    ),
    "a pause that is over": (replace(ROOM, pause=Pause(planned=True, planned_until=seoul(11))), NOON, WITHIN),
    "promotions paused": (
        replace(ROOM, pause=Pause(promotions_until=seoul(14))),
        NOON,
        hold(Reason.PAUSED, seoul(14)),
    ),
    "a service while promotions are paused": (replace(NOTICE, pause=Pause(promotions_until=seoul(14))), NOON, WITHIN),
    "a coupon that ends is no planned post": (replace(FAN, pause=PAUSED), NOON, WITHIN),
    "a coupon that ends while promotions are paused": (
        replace(FAN, pause=Pause(promotions_until=seoul(14))),
        NOON,
        hold(Reason.PAUSED, seoul(14)),
    ),
    # Promotion in private.
    "a fan who said yes": (FAN, NOON, WITHIN),
    "a fan who never said yes": (replace(FAN, consent=ConsentState.NONE), NOON, drop(Reason.NO_CONSENT)),
    "a fan who took it back": (replace(FAN, consent=ConsentState.WITHDRAWN), NOON, drop(Reason.WITHDRAWN)),
    "staff write to who never said yes": (
        replace(FAN, by_staff=True, consent=ConsentState.NONE),
        NOON,
        drop(Reason.NO_CONSENT),
    ),
    "staff write to who said yes": (replace(FAN, by_staff=True), NOON, STAFF),
    "a Korean shop without contact": (replace(KOREAN, contact=False), NOON, drop(Reason.NO_CONTACT)),
    "a shop elsewhere without contact, at night": (replace(FAN, contact=False), seoul(23), WITHIN),
    "Korea's night": (KOREAN, seoul(21), hold(Reason.NIGHT, seoul(8, day=4))),
    "Korea's night, and staff": (replace(KOREAN, by_staff=True), seoul(7, 59), hold(Reason.NIGHT, seoul(8))),
    "Korea's morning": (KOREAN, seoul(8), WITHIN),
    "a coupon that ends in Korea's night": (replace(KOREAN, not_after=seoul(23)), seoul(22), drop(Reason.NIGHT)),
    "a second one on a day": (replace(FAN, sent=promo(seoul(10))), NOON, hold(Reason.FAN_DAY, seoul(9, day=4))),
    "a second one on a day, too late tomorrow": (
        replace(FAN, sent=promo(seoul(10)), not_after=seoul(23)),
        NOON,
        drop(Reason.FAN_DAY),
    ),
    "a fourth one in seven days": (
        replace(FAN, sent=promo(seoul(10, day=4), seoul(10, day=6), seoul(10, day=8))),
        seoul(12, day=10),
        hold(Reason.FAN_WEEK, seoul(9, day=11)),
    ),
    "a third one in seven days": (
        replace(FAN, sent=promo(seoul(10, day=3), seoul(10, day=6), seoul(10, day=8))),
        seoul(12, day=10),
        WITHIN,
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_table(name: str) -> None:
    """Each row is decided as it says."""
    facts, now, decision = TABLE[name]
    assert decide(facts, now, POLICY) == decision


def test_every_refusal_stands_in_the_table() -> None:
    """No reason that the rule gives is left untried."""
    elsewhere = {
        Reason.NOT_WANTED,  # the preferences say so when they delete what waits
        Reason.QUIET_ROOM,  # these two are the planner's
        Reason.WORN_OUT,
        Reason.CANCELLED,  # so say the acts that take a message back
        Reason.REFUSED,  # so says the sender
    }
    assert {decision.reason for _, _, decision in TABLE.values()} == {*Reason} - elsewhere


@pytest.mark.parametrize(
    ("timezone", "hours", "at", "ends"),
    [
        # London's clocks go forward on 29 March 2026 at 01:00 UTC, and back on 25 October at 01:00 UTC.
        (LONDON, Hours(time(21), time(9)), utc("2026-03-29 00:30"), utc("2026-03-29 08:00")),
        (LONDON, Hours(time(21), time(9)), utc("2026-03-29 07:59"), utc("2026-03-29 08:00")),
        (LONDON, Hours(time(21), time(9)), utc("2026-03-29 08:00"), None),
        (LONDON, Hours(time(21), time(9)), utc("2026-10-25 08:59"), utc("2026-10-25 09:00")),
        # 01:30 doesn't exist on that Sunday: quiet hours end when the clocks jump to two.
        (LONDON, Hours(time(22), time(1, 30)), utc("2026-03-29 00:59"), utc("2026-03-29 01:00")),
        (LONDON, Hours(time(22), time(1, 30)), utc("2026-03-29 01:00"), None),
        # Hours that the clocks skip wholly rest nothing.
        (LONDON, Hours(time(1, 10), time(1, 50)), utc("2026-03-29 01:00"), None),
        # In autumn 01:30 comes twice: they end at the second, and what begins then begins at the first.
        (LONDON, Hours(time(22), time(1, 30)), utc("2026-10-25 00:45"), utc("2026-10-25 01:30")),
        (LONDON, Hours(time(22), time(1, 30)), utc("2026-10-25 01:30"), None),
        (LONDON, Hours(time(1, 30), time(6)), utc("2026-10-25 00:30"), utc("2026-10-25 06:00")),
        (LONDON, Hours(time(1, 30), time(6)), utc("2026-10-25 00:29"), None),
        (NEW_YORK, Hours(time(21), time(2, 30)), utc("2026-03-08 06:59"), utc("2026-03-08 07:00")),
        (NEW_YORK, Hours(time(21), time(9)), utc("2026-11-01 13:59"), utc("2026-11-01 14:00")),
    ],
)
def test_quiet_hours_by_the_wall_clock(timezone: str, hours: Hours, at: datetime, ends: datetime | None) -> None:
    """They begin and end by the shop's clock on days that are short or long, and never end before the clock says so."""
    assert end_of(hours, at, timezone) == ends


@pytest.mark.parametrize("timezone", [LONDON, NEW_YORK, SEOUL, "Australia/Lord_Howe", "America/Santiago"])
@pytest.mark.parametrize(
    "hours", [Hours(time(21), time(9)), Hours(time(0, 15), time(2, 10)), Hours(time(23, 45), time(1, 15))]
)
def test_no_minute_of_a_year_is_loud_that_the_clock_calls_quiet(timezone: str, hours: Hours) -> None:
    """Looked at every seven minutes, what the wall clock shows as quiet is quiet, and its end is loud."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year == 2026:
        shown = at.astimezone(zone(timezone)).time()
        begins, ends = hours.begins, hours.ends
        by_clock = begins <= shown < ends if begins < ends else shown >= begins or shown < ends
        over = end_of(hours, at, timezone)
        assert over is not None or not by_clock, at
        assert over is None or (over > at and end_of(hours, over, timezone) is None), at
        at += timedelta(minutes=7 if at.day in {1, 5, 8, 25, 29} or at.month in {3, 4, 10, 11} else 60 * 5)


@pytest.mark.parametrize(
    ("morning", "ends"),
    [
        ("07:30", "07:30"),
        ("05:00", "05:00"),
        ("04:59", "09:00"),
        ("09:00", "09:00"),
        ("12:00", "09:00"),
        (None, "09:00"),
    ],
)
def test_quiet_hours_end_with_an_early_morning_card(morning: str | None, ends: str) -> None:
    """The owner says by the card's hour when the shop's day begins; a card in the deep night changes nothing."""
    bounds = ending_with(AttentionPolicy().bounds, time.fromisoformat(morning) if morning is not None else None)
    assert bounds.quiet.ends == time.fromisoformat(ends)
