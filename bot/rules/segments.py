"""Segments: a small readable filter of a shop's fans, the same wherever it is asked for.

    tier>=loyal source=video quiet=14d spent>=50000 joined<30d

Conditions are joined by *and*. A segment without conditions means all fans.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from unicodedata import normalize

from bot.rules import segment_words as words
from bot.rules.amounts import read_amount
from bot.rules.outcome import Outcome
from bot.rules.tiers import Tier

LONGEST = 200
"""The most characters of a segment."""
MOST_CONDITIONS = 8
LONGEST_TIME = timedelta(days=3650)


class Field(StrEnum):
    """What fans are filtered by."""

    TIER = "tier"
    SOURCE = "source"
    """The source by which they came first."""
    QUIET = "quiet"
    """For how long they gave no sign of life, and did nothing."""
    SPENT = "spent"
    """What their orders brought, in the shop's currency."""
    JOINED = "joined"
    """How long ago they joined."""


class Op(StrEnum):
    """How a value is compared."""

    IS = "="
    LEAST = ">="
    MOST = "<="
    MORE = ">"
    LESS = "<"


class SegmentTrouble(StrEnum):
    """Why a segment can't be read."""

    UNREADABLE = "unreadable"
    """A piece is no condition."""
    UNKNOWN = "unknown"
    """Nothing is called so."""
    NO_TAGS = "no_tags"
    """Fans carry no tags of the shop's yet."""
    OPERATOR = "operator"
    """This can't be compared so."""
    TIER = "tier"
    """There is no such tier."""
    TIME = "time"
    """It is no length of time."""
    AMOUNT = "amount"
    """It is no amount."""
    SOURCE = "source"
    """The shop has no such source."""
    TOO_MUCH = "too_much"
    """It is too long, or has too many conditions."""


@dataclass(frozen=True, slots=True)
class BadSegment(Outcome, name="segments.BadSegment"):
    """A segment can't be read. The words name the piece, and show how it is written."""

    trouble: SegmentTrouble
    piece: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. Its value is a tier, a source's name, a length of time, or an amount."""

    field: Field
    op: Op
    value: Tier | str | timedelta | int

    @property
    def text(self) -> str:
        """The condition as it is written."""
        match self.value:
            case Tier():
                value = self.value.value
            case timedelta():
                value = f"{self.value.days}d"
            case int():
                value = str(self.value)
            case _:
                value = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{self.field.value}{self.op.value}{value}"


@dataclass(frozen=True, slots=True)
class Segment:
    """Fans who meet all conditions."""

    conditions: tuple[Condition, ...] = ()

    @property
    def text(self) -> str:
        """The segment as it is written and as rows keep it; empty for all fans."""
        return " ".join(condition.text for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a segment reaches."""

    members: int
    """Fans who meet it."""
    reachable: int
    """Those of them whom the bot may write to."""
    consenting: int
    """Those of these who said yes to promotion."""


def _named(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {_plain(word): key for key, all_names in names.items() for word in all_names}


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold().strip()


_FIELDS = _named(
    {
        Field.TIER: words.TIER,
        Field.SOURCE: words.SOURCE,
        Field.QUIET: words.QUIET,
        Field.SPENT: words.SPENT,
        Field.JOINED: words.JOINED,
        "tag": words.TAG,
    }
)
_TIERS = _named({Tier.NEW: words.NEW, Tier.FAN: words.FAN, Tier.LOYAL: words.LOYAL, Tier.CORE: words.CORE})
_UNITS = _named({"1": words.DAYS, "7": words.WEEKS, "30": words.MONTHS})
_EVERYBODY = frozenset(_plain(word) for word in words.EVERYBODY)
_SIGNS = {"≥": ">=", "≤": "<=", "=>": ">=", "=<": "<=", "==": "=", ":": "="}
_PIECE = re.compile(
    r"\s*(?P<name>[^\W\d_]+)\s*(?P<op>>=|<=|=>|=<|==|=|>|<|≥|≤|:)\s*"
    r"(?P<value>\"[^\"]*\"|'[^']*'|“[^”]*”|\S+?)(?=[,;]?(?:\s|$))"
)
_TIME = re.compile(r"(?P<number>\d{1,4})\s*(?P<unit>[^\W\d_]+)")
_OPS: Mapping[Field, frozenset[Op]] = {
    Field.TIER: frozenset(Op),
    Field.SOURCE: frozenset({Op.IS}),
    # A length of time is hardly ever exact: `quiet=14d` means two weeks or longer.
    Field.QUIET: frozenset(Op),
    Field.SPENT: frozenset({Op.LEAST, Op.MOST, Op.MORE, Op.LESS}),
    Field.JOINED: frozenset({Op.LEAST, Op.MOST, Op.MORE, Op.LESS}),
}


def read_segment(text: str) -> Segment | BadSegment:
    """The segment that a text means, or what of it can't be read. An empty text and *all* mean all fans."""
    left = normalize("NFKC", text.replace("≥", ">=").replace("≤", "<=")).strip()
    if len(left) > LONGEST:
        return BadSegment(SegmentTrouble.TOO_MUCH, "")
    if not left or _plain(left) in _EVERYBODY:
        return Segment()
    conditions: list[Condition] = []
    while left:
        found = _PIECE.match(left)
        if found is None:
            return BadSegment(SegmentTrouble.UNREADABLE, left.split()[0])
        condition = _condition(found)
        if isinstance(condition, BadSegment):
            return condition
        conditions.append(condition)
        left = left[found.end() :].lstrip(" \t,;&")
    if len(conditions) > MOST_CONDITIONS:
        return BadSegment(SegmentTrouble.TOO_MUCH, "")
    return Segment(tuple(conditions))


def _condition(found: re.Match[str]) -> Condition | BadSegment:
    piece = found[0].strip()
    name = _FIELDS.get(_plain(found["name"]))
    if name is None:
        return BadSegment(SegmentTrouble.UNKNOWN, found["name"])
    if name == "tag":
        return BadSegment(SegmentTrouble.NO_TAGS, piece)
    field, op = Field(name), Op(_SIGNS.get(found["op"], found["op"]))
    if op not in _OPS[field]:
        return BadSegment(SegmentTrouble.OPERATOR, piece)
    value = _value(field, re.sub("[\"'“”]", "", found["value"]).strip())
    return Condition(field, op, value) if not isinstance(value, SegmentTrouble) else BadSegment(value, piece)


def _value(field: Field, said: str) -> Tier | str | timedelta | int | SegmentTrouble:
    match field:
        case Field.TIER:
            tier = _TIERS.get(_plain(said))
            return Tier(tier) if tier is not None else SegmentTrouble.TIER
        case Field.SOURCE:
            return said or SegmentTrouble.SOURCE
        case Field.SPENT:
            amount = read_amount(said)
            return amount if amount is not None and amount >= 0 else SegmentTrouble.AMOUNT
        case Field.QUIET | Field.JOINED:
            return _time(said) or SegmentTrouble.TIME


def _time(said: str) -> timedelta | None:
    found = _TIME.fullmatch(_plain(said))
    unit = _UNITS.get(found["unit"]) if found is not None else None
    if found is None or unit is None:
        return None
    length = timedelta(days=int(found["number"]) * int(unit))
    return length if timedelta(0) < length <= LONGEST_TIME else None
