"""What `doctor` finds in the database, and how it judges the schema's revision. Pure."""

from dataclasses import dataclass

from bot.rules.doctor.findings import Finding, Level, Part


@dataclass(frozen=True, slots=True)
class _OfDatabase(Finding):
    part = Part.DATABASE


@dataclass(frozen=True, slots=True)
class DatabaseFine(_OfDatabase):
    """It answers, can be written, and its pages are sound."""

    kind: str
    shops: int
    members: int


@dataclass(frozen=True, slots=True)
class NoDatabaseYet(_OfDatabase):
    """The SQLite file isn't there: the first start makes it."""

    level = Level.WARNING


@dataclass(frozen=True, slots=True)
class ShopLost(_OfDatabase):
    """A shop stood in the database, and it is empty or not there now: a start stops."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class DatabaseAway(_OfDatabase):
    """It can't be reached or opened. `reason` is the error's kind."""

    level = Level.WRONG
    reason: str


@dataclass(frozen=True, slots=True)
class DatabaseReadOnly(_OfDatabase):
    """It can be read, not written."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class DatabaseHeld(_OfDatabase):
    """Another program has held its write lock for seconds."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class DatabaseDamaged(_OfDatabase):
    """Its pages contradict one another."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class NotEncores(_OfDatabase):
    """There is a database, and its tables are somebody else's."""

    level = Level.WRONG


@dataclass(frozen=True, slots=True)
class SchemaFine(_OfDatabase):
    """The stored revision is this Encore's newest."""

    revision: str


@dataclass(frozen=True, slots=True)
class SchemaBehind(_OfDatabase):
    """An older Encore made it; the next start brings it up to date."""

    level = Level.WARNING
    revision: str


@dataclass(frozen=True, slots=True)
class SchemaAhead(_OfDatabase):
    """A newer Encore made it."""

    level = Level.WRONG
    revision: str


@dataclass(frozen=True, slots=True)
class BooksFine(_OfDatabase):
    """Every coin is accounted for."""

    transfers: int
    held: int


@dataclass(frozen=True, slots=True)
class BooksWrong(_OfDatabase):
    """Accounts whose balance isn't the sum of their transfers."""

    level = Level.WRONG
    accounts: int


@dataclass(frozen=True, slots=True)
class UpdatesAside(_OfDatabase):
    """Updates that couldn't be read or stored wait for a repair."""

    level = Level.WARNING
    count: int


@dataclass(frozen=True, slots=True)
class RowsAside(_OfDatabase):
    """Rows that couldn't be read wait for a repair."""

    level = Level.WARNING
    count: int


@dataclass(frozen=True, slots=True)
class BotRuns(_OfDatabase):
    """A bot uses this database on this machine now."""


@dataclass(frozen=True, slots=True)
class BotRests(_OfDatabase):
    """No bot uses it now."""


def judge_schema(revision: str | None, head: str, known: frozenset[str]) -> Finding:
    """The stored revision beside those that this Encore knows."""
    if revision is None:
        return NotEncores()
    if revision == head:
        return SchemaFine(revision)
    return SchemaBehind(revision) if revision in known else SchemaAhead(revision)
