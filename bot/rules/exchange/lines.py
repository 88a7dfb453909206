"""Members in a file of rows: whom each line means, what it brings them, and which lines are refused and why."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from bot.rules import segment_words as words
from bot.rules.numbers import read_number
from bot.rules.sheets.sheet import Answers, AskDayOrder, Role, Row, Sheet
from bot.rules.tags import MOST, read_tag, tag_key
from bot.rules.tiers import ORDER_SHARE, Tier
from bot.rules.times.files import BadInstant, day_order, read_file_instant

LARGEST_ID = 2**52
"""Telegram's ids have at most 52 bits."""
LONGEST_SHOWN = 40
"""Characters that a refusal repeats of what stands in the file."""
LONGEST_NAME = 64
MOST_LINES = 10_000_000
"""More than any file has lines."""
_USERNAME = re.compile(r"[a-z0-9_]{4,32}")
_LINK = re.compile(r"(?:https?://)?t\.me/", re.IGNORECASE)
_WHOLE = re.compile(r"(?:\d+|\d{1,3}(?:[,\u00a0\u202f ]\d{3})+)(?:\.0+)?")
_BETWEEN_TAGS = re.compile(r"[,;|/\n\r\t、，；｜／]")
_TIERS: Mapping[str, Tier] = {
    word: tier
    for tier, known in (
        (Tier.NEW, words.NEW),
        (Tier.FAN, words.FAN),
        (Tier.LOYAL, words.LOYAL),
        (Tier.CORE, words.CORE),
    )
    for word in known
}


class LineTrouble(StrEnum):
    """Why a line isn't taken."""

    NOBODY = "nobody"
    """Neither a Telegram id nor a username stands in it."""
    BAD_ID = "bad_id"
    BAD_USERNAME = "bad_username"
    BAD_POINTS = "bad_points"
    """They are no whole number of points, or less than nothing."""
    MANY_POINTS = "many_points"
    """They are more than the limit."""
    BAD_DATE = "bad_date"
    """It is no day, or one that is still to come."""
    BAD_TAG = "bad_tag"
    MANY_TAGS = "many_tags"
    BAD_TIER = "bad_tier"
    BAD_SCORE = "bad_score"
    TWICE = "twice"
    """An earlier line means the same person."""


@dataclass(frozen=True, slots=True)
class MovePolicy:
    """What a file of members may bring, and how long what it brings waits."""

    most_points: int = 10_000_000
    """Points of one line."""
    most_score: int = 100_000
    """Points of one line's tier."""
    kept: timedelta = timedelta(days=365)
    """How long points wait for somebody who isn't here yet."""
    chunk: int = 250
    """Lines that one write takes in."""
    given_at_once: int = 15
    """Lines whose points one write gives or takes back."""
    shown: int = 10
    """Refused lines, and people who are waited for, that one message shows."""


@dataclass(frozen=True, slots=True)
class MemberLine:
    """What one line brings one person."""

    line: int
    user_id: int | None
    username: str | None
    """In lower case, without @. It finds a person only where the line has no id."""
    name: str
    points: int
    joined: datetime | None = None
    tags: tuple[str, ...] = ()
    tier: Tier | None = None
    score: int | None = None
    """Thousandths of points of their tier."""

    @property
    def empty(self) -> bool:
        """Whether it brings nothing."""
        return not (self.points or self.tags or self.score) and self.joined is None and self.tier in {None, Tier.NEW}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that isn't taken."""

    line: int
    trouble: LineTrouble
    text: str = ""
    """What stands there; for a person who comes twice the earlier line's number."""


@dataclass(frozen=True, slots=True)
class MemberRows:
    """What a file brings."""

    lines: tuple[MemberLine, ...]
    bad: tuple[BadLine, ...]
    empty: int = 0
    """Lines that bring nothing, such as people with no points. They are left out."""


class _LineError(Exception):
    """A line can't be read, for this reason."""

    def __init__(self, trouble: LineTrouble, text: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.text = text


@dataclass(slots=True)
class _Seen:
    """Whom earlier lines meant, with their numbers."""

    ids: dict[int, int] = field(default_factory=dict)
    usernames: dict[str, int] = field(default_factory=dict)
    named_alone: dict[str, int] = field(default_factory=dict)
    """Usernames of lines without an id."""

    def before(self, line: MemberLine) -> int | None:
        """The number of the earlier line that means the same person."""
        if line.user_id is None:
            return self.usernames.get(line.username or "")
        return self.ids.get(line.user_id) or self.named_alone.get(line.username or "")

    def add(self, line: MemberLine) -> None:
        """Remember whom a line means."""
        if line.user_id is not None:
            self.ids[line.user_id] = line.line
        if line.username is not None:
            self.usernames.setdefault(line.username, line.line)
            if line.user_id is None:
                self.named_alone[line.username] = line.line


def read_members(
    sheet: Sheet, timezone: str, now: datetime, answers: Answers, policy: MovePolicy
) -> MemberRows | AskDayOrder:
    """What a file brings, line by line. A line that can't be read doesn't stop the others.

    Of two lines that mean the same person the second is refused: whether they are to be added up, or one of them is
    old, only the shop knows.
    """
    order = _day_order(sheet.rows, answers)
    lines: list[MemberLine] = []
    bad: list[BadLine] = []
    seen, empty = _Seen(), 0
    for row in sheet.rows:
        try:
            read = _line(row, timezone, now, order, policy)
        except _LineError as problem:
            bad.append(BadLine(row.line, problem.trouble, problem.text[:LONGEST_SHOWN]))
            continue
        if isinstance(read, str):
            return AskDayOrder(read, sheet.shape)
        before = seen.before(read)
        if before is not None:
            bad.append(BadLine(row.line, LineTrouble.TWICE, str(before)))
        elif read.empty:
            empty += 1
        else:
            lines.append(read)
        seen.add(read)
    return MemberRows(tuple(lines), tuple(bad), empty)


def together(files: Sequence[MemberRows]) -> MemberRows:
    """The rows of several files as one: who stands in two of them is refused in the second.

    Lines of later files get numbers of their own, which `line_in_file` takes off again.
    """
    if len(files) == 1:
        return files[0]
    seen = _Seen()
    lines: list[MemberLine] = []
    bad: list[BadLine] = []
    for nth, rows in enumerate(files):
        bad += [replace(one, line=nth * MOST_LINES + one.line) for one in rows.bad]
        for one in rows.lines:
            before, line = seen.before(one), replace(one, line=nth * MOST_LINES + one.line)
            if before is not None:
                bad.append(BadLine(line.line, LineTrouble.TWICE, str(line_in_file(before))))
            else:
                lines.append(line)
                seen.add(line)
    return MemberRows(tuple(lines), tuple(bad), sum(rows.empty for rows in files))


def line_in_file(number: int) -> int:
    """A line's number in its own file."""
    return number % MOST_LINES


def read_username(text: str) -> str | None:
    """A username as it is compared, from `@Mia`, `mia` or a link; None if it is none."""
    said = _LINK.sub("", text.strip()).lstrip("@＠").rstrip("/").lower()
    return said if _USERNAME.fullmatch(said) else None


def _line(row: Row, timezone: str, now: datetime, order: bool | None, policy: MovePolicy) -> MemberLine | str:
    """A row's line; or its date, if that can be read both ways and nothing tells which.

    Raises:
        _LineError: it isn't taken.
    """
    user_id, username = _who(row)
    joined = _joined(_cell(row, Role.JOINED), timezone, now, order)
    if isinstance(joined, str):
        return joined
    return MemberLine(
        line=row.line,
        user_id=user_id,
        username=username,
        name=_cell(row, Role.NAME).replace("\n", " ")[:LONGEST_NAME],
        points=_points(_cell(row, Role.POINTS), policy),
        joined=joined,
        tags=_tags(_cell(row, Role.TAGS)),
        tier=_tier(_cell(row, Role.TIER)),
        score=_score(_cell(row, Role.SCORE), policy),
    )


def _cell(row: Row, role: Role) -> str:
    return row.cells.get(role, "").strip()


def _who(row: Row) -> tuple[int | None, str | None]:
    said_id, said_name = _cell(row, Role.USER_ID), _cell(row, Role.USERNAME)
    user_id = read_number(said_id, LARGEST_ID) if said_id else None
    if said_id and not user_id:
        raise _LineError(LineTrouble.BAD_ID, said_id)
    username = read_username(said_name) if said_name else None
    if user_id is None and username is None:
        if said_name:
            raise _LineError(LineTrouble.BAD_USERNAME, said_name)
        raise _LineError(LineTrouble.NOBODY, _cell(row, Role.NAME))
    return user_id, username


def _points(text: str, policy: MovePolicy) -> int:
    if not text:
        return 0
    if _WHOLE.fullmatch(text) is None:
        raise _LineError(LineTrouble.BAD_POINTS, text)
    digits = re.sub(r"\D", "", text.partition(".")[0])
    points = read_number(digits)
    if points is None or points > policy.most_points:
        raise _LineError(LineTrouble.MANY_POINTS, text)
    return points


def _joined(text: str, timezone: str, now: datetime, order: bool | None) -> datetime | str | None:
    if not text:
        return None
    at = read_file_instant(text, timezone, day_first=order)
    if at is BadInstant.DAY_ORDER_OPEN and order is None:
        return text
    if not isinstance(at, datetime) or at > now:
        raise _LineError(LineTrouble.BAD_DATE, text)
    return at


def _day_order(rows: Iterable[Row], answers: Answers) -> bool | None:
    """Whether the day stands first in the file's dates, as its own dates show, else as it was answered."""
    shown = day_order(_cell(row, Role.JOINED) for row in rows)
    return shown if shown is not None else answers.day_first


def _tags(text: str) -> tuple[str, ...]:
    """The tags of a cell, each once."""
    found: dict[str, str] = {}
    for said in _BETWEEN_TAGS.split(text):
        if not said.strip():
            continue
        tag = read_tag(said)
        if tag is None:
            raise _LineError(LineTrouble.BAD_TAG, said.strip())
        found.setdefault(tag_key(tag), tag)
    if len(found) > MOST:
        raise _LineError(LineTrouble.MANY_TAGS, str(len(found)))
    return tuple(found.values())


def _tier(text: str) -> Tier | None:
    if not text:
        return None
    tier = _TIERS.get(text.casefold())
    if tier is None:
        raise _LineError(LineTrouble.BAD_TIER, text)
    return tier


def _score(text: str, policy: MovePolicy) -> int | None:
    """Thousandths of points, rounded down: nobody's tier rises by being rounded."""
    if not text:
        return None
    try:
        points = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise _LineError(LineTrouble.BAD_SCORE, text) from None
    if not points.is_finite() or not 0 <= points <= policy.most_score:
        raise _LineError(LineTrouble.BAD_SCORE, text)
    return int(points * ORDER_SHARE)
