"""What the owner takes along as a file: its kinds, its columns, and what is said about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.rules.exchange.states import ExportFormat, ExportKind
from bot.rules.outcome import Outcome

COLUMNS: Mapping[ExportKind, tuple[str, ...]] = {
    ExportKind.FANS: (
        *("user_id", "username", "name", "coins", "joined", "tags", "tier", "score"),
        *("source", "orders", "last_active", "left"),
    ),
    ExportKind.ORDERS: ("order", "paid_at", "amount", "refunded", "currency", "status", "user_id", "name", "known_by"),
    ExportKind.COINS: ("when", "user_id", "name", "coins", "reason", "earned"),
    ExportKind.POSTS: ("number", "text", "pillar", "shelf", "valid_from", "valid_until", "made", "sent", "last_sent"),
}
"""The columns of each kind, by the names of their blocks in the words. Those of fans are read by an import."""


@dataclass(frozen=True, slots=True)
class ExportPolicy:
    """Limits of exports."""

    most_bytes: int = 48_000_000
    """Telegram takes files up to 50 MB from bots."""
    page: int = 200
    """Rows that one read brings. It bounds the memory of an export, however long it is."""
    within: timedelta = timedelta(minutes=20)
    """How long making one file may take."""
    kept: timedelta = timedelta(days=7)
    """How long it is kept what was asked for. The audit log keeps it for good."""


@dataclass(frozen=True, slots=True)
class ExportChoice(Outcome, name="exchange.ExportChoice"):
    """What can be exported, and as what."""

    community_id: int


@dataclass(frozen=True, slots=True)
class FileComes(Outcome, name="exchange.FileComes"):
    """The file comes to the private chat in a moment."""


@dataclass(frozen=True, slots=True)
class ExportFile(Outcome, name="exchange.ExportFile"):
    """The words under a file that was exported."""

    kind: ExportKind
    rows: int
    segment: str = ""
    """The filter, as it was written; empty for all."""


@dataclass(frozen=True, slots=True)
class ExportTooLarge(Outcome, name="exchange.ExportTooLarge"):
    """The file is larger than Telegram takes."""

    kind: ExportKind
    format: ExportFormat


@dataclass(frozen=True, slots=True)
class ExportFailed(Outcome, name="exchange.ExportFailed"):
    """The file couldn't be made."""

    kind: ExportKind


@dataclass(frozen=True, slots=True)
class SegmentOfFans(Outcome, name="exchange.SegmentOfFans"):
    """Only fans can be filtered."""
