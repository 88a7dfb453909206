"""Attending a stream: *I'm here* on the live card, or the word that the host says; a streak of streams, not of days.

A bot can't see viewers. A tap or a word between start and end counts, and the figures say so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.airings import AiringFacts, Phase, phase_of
from bot.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class AttendancePolicy:
    """What attending pays. Coins are whole numbers."""

    ladder: tuple[int, ...] = (10, 15, 20, 30)
    """Coins by the number of streams attended in a row, from 1. More streams in a row pay as the last step does."""
    card_every: timedelta = timedelta(seconds=5)
    """The number on the live card is updated at most this often."""


@dataclass(frozen=True, slots=True)
class Attended(Outcome, name="attendance.Attended"):
    """The fan attends, and is paid."""

    title: str
    length: int
    """Streams attended in a row, this one included."""
    coins: int
    balance: int
    mended: date | None
    """The missed day that this made up for free, if there was one."""
    days: int
    """The check-in streak after that."""


@dataclass(frozen=True, slots=True)
class AlreadyHere(Outcome, name="attendance.AlreadyHere"):
    """The fan attends already."""

    title: str
    length: int


@dataclass(frozen=True, slots=True)
class NotOnYet(Outcome, name="attendance.NotOnYet"):
    """It hasn't begun."""

    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StreamOver(Outcome, name="attendance.StreamOver"):
    """It has ended, or was cancelled."""

    title: str


@dataclass(frozen=True, slots=True)
class NoSuchStream(Outcome, name="attendance.NoSuchStream"):
    """No such airing in this community: the button is old or forged."""


AttendRefusal = NotOnYet | StreamOver | NoSuchStream
AttendOutcome = Attended | AlreadyHere | AttendRefusal


def may_attend(airing: AiringFacts, now: datetime) -> NotOnYet | StreamOver | None:
    """Why a fan can't attend now; None between start and end."""
    match phase_of(airing, now):
        case Phase.COMING | Phase.DELAYED:
            return NotOnYet(airing.title, airing.starts_at)
        case Phase.ENDED | Phase.CANCELLED:
            return StreamOver(airing.title)
        case _:
            return None


def pay_of(length: int, policy: AttendancePolicy) -> int:
    """Coins for the `length`-th stream attended in a row (from 1)."""
    return policy.ladder[min(length, len(policy.ladder)) - 1]
