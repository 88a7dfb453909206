"""The window in which something is offered: when it opens and closes."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class WindowUpsideDown(Outcome, name="coupons.WindowUpsideDown"):
    """The window would close before it opens."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class WindowPast(Outcome, name="coupons.WindowPast"):
    """The window would be over already."""

    closes: datetime


def check_window(
    opens: datetime | None, closes: datetime | None, now: datetime
) -> WindowUpsideDown | WindowPast | None:
    """Why a window makes no sense; None if it does. None for `opens` or `closes` means that this end is open."""
    if closes is not None and closes <= now:
        return WindowPast(closes)
    if opens is not None and closes is not None and closes <= opens:
        return WindowUpsideDown(opens, closes)
    return None
