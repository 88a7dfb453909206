"""Reminders of streams: what fans are told, and which round is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.outcome import Outcome
from bot.rules.streams.streams import StreamPolicy


@dataclass(frozen=True, slots=True)
class Reminding(Outcome, name="reminders.Reminding"):
    """The reader is reminded of a stream from now on. An alert says it all; `/streams` takes it back."""

    title: str
    at: datetime
    weekly: bool
    again: bool
    """Whether they had asked before."""
    muted: bool
    """Whether they have reminders switched off in their settings: asking switched them on again."""


@dataclass(frozen=True, slots=True)
class NoMoreReminders(Outcome, name="reminders.NoMoreReminders"):
    """The reader isn't reminded of a stream any more."""

    title: str


@dataclass(frozen=True, slots=True)
class StreamGone(Outcome, name="reminders.StreamGone"):
    """No such stream is coming (any more)."""


@dataclass(frozen=True, slots=True)
class OpenChatFirst(Outcome, name="reminders.OpenChatFirst"):
    """Reminders come in private: the reader has to open that chat first, which is one tap."""

    payload: str


@dataclass(frozen=True, slots=True)
class ComeInFirst(Outcome, name="reminders.ComeInFirst"):
    """Reminders are for a shop's fans; the reader isn't one. It names no shop: its number may have been guessed."""


@dataclass(frozen=True, slots=True)
class Reminder(Outcome, name="reminders.Reminder"):
    """Told in private before a start, to those who asked."""

    stream_id: int
    title: str
    at: datetime
    url: str | None
    soon: bool
    """Whether it is the last round."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of reminders: so many minutes before a start."""

    minutes: int
    due_at: datetime
    """Early enough that the last fan hears it in time."""


@dataclass(frozen=True, slots=True)
class Start:
    """A start that fans are reminded of."""

    at: datetime
    remind: tuple[int, ...]
    """Minutes before it."""
    fans: int
    """Fans who asked."""


def plan_rounds(starts: Sequence[Start], policy: StreamPolicy) -> list[tuple[Round, ...]]:
    """All rounds of each start, the earliest first.

    A round begins earlier by the time that its messages take. All shops share one bot, whose messages leave one by one:
    a round that another one would hold up begins earlier by that too. So they are planned from the last one backwards.
    """
    rounds = [
        (start.at - timedelta(minutes=minutes), number, minutes)
        for number, start in enumerate(starts)
        for minutes in start.remind
    ]
    planned: list[list[Round]] = [[] for _ in starts]
    taken_from: datetime | None = None
    for told_by, number, minutes in sorted(rounds, reverse=True):
        ends_at = told_by if taken_from is None else min(told_by, taken_from)
        taken_from = ends_at - timedelta(seconds=starts[number].fans / policy.private_per_second)
        planned[number].append(Round(minutes, taken_from))
    return [tuple(sorted(own, key=lambda one: -one.minutes)) for own in planned]


def rounds_of(start: Start, policy: StreamPolicy) -> tuple[Round, ...]:
    """All rounds of a start, the earliest first, if no other start is near."""
    return plan_rounds([start], policy)[0]


def due_round(
    rounds: tuple[Round, ...],
    starts_at: datetime,
    made_at: datetime,
    moved_at: datetime | None,
    now: datetime,
    policy: StreamPolicy,
) -> tuple[Round | None, tuple[Round, ...]]:
    """The round to send at `now`, if any, and those that are left out.

    After an outage only the latest of the overdue rounds is sent; none once the start is there. A round from before
    the stream was planned is left out, and one that is due before, or right after, its start was moved: who asked was
    told of the move itself.
    """
    overdue = tuple(one for one in rounds if one.due_at <= now)
    if not overdue:
        return None, ()
    *older, latest = overdue
    told = moved_at is not None and latest.due_at < moved_at + policy.gap
    if told or latest.due_at < made_at or now >= starts_at:
        return None, overdue
    return latest, tuple(older)
