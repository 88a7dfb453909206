"""Being there: *I'm here* on the live card, or the word that the host says; a streak of streams, not of days.

A bot can't see viewers: what counts is a tap or a word between start and end, and the figures say so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.rules.outcome import Outcome
from bot.rules.streams.streams import AiringFacts, Phase, phase_of


@dataclass(frozen=True, slots=True)
class AttendancePolicy:
    """What being there pays. Coins are whole numbers."""

    ladder: tuple[int, ...] = (10, 15, 20, 30)
    """Coins by the number of streams attended in a row, from 1; the last step holds beyond."""
    card_every: timedelta = timedelta(seconds=5)
    """The live card counts at most this often."""


@dataclass(frozen=True, slots=True)
class Attended(Outcome, name="attendance.Attended"):
    """The fan was there, paid."""

    title: str
    length: int
    """Streams attended in a row, this one included."""
    coins: int
    balance: int
    mended: date | None
    """The missed day that this made up for nothing, if there was one."""
    days: int
    """The check-in streak after that."""


@dataclass(frozen=True, slots=True)
class AlreadyHere(Outcome, name="attendance.AlreadyHere"):
    """The fan had shown that they are there."""

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
    """No such airing here: a stale or forged press."""


AttendRefusal = NotOnYet | StreamOver | NoSuchStream
AttendOutcome = Attended | AlreadyHere | AttendRefusal


def may_attend(airing: AiringFacts, now: datetime) -> NotOnYet | StreamOver | None:
    """Why a fan can't be there now, or None: only between start and end."""
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
