"""Windows in which something is offered."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.windows import WindowPast, WindowUpsideDown, check_window

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        (None, None, None),
        (None, NOW + TICK, None),
        (NOW + HOUR, None, None),
        (NOW - HOUR, NOW + HOUR, None),
        (NOW + HOUR, NOW + 2 * HOUR, None),
        (None, NOW, WindowPast(NOW)),
        (NOW - 2 * HOUR, NOW - HOUR, WindowPast(NOW - HOUR)),
        (NOW + HOUR, NOW + HOUR, WindowUpsideDown(NOW + HOUR, NOW + HOUR)),
        (NOW + 2 * HOUR, NOW + HOUR, WindowUpsideDown(NOW + 2 * HOUR, NOW + HOUR)),
    ],
)
def test_windows_that_make_sense(
    opens: datetime | None, closes: datetime | None, expected: WindowPast | WindowUpsideDown | None
) -> None:
    """A campaign closes after it opens, and not before now."""
    assert check_window(opens, closes, NOW) == expected
