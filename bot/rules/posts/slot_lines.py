"""Read a slot as people write it: `tue,thu 20:00 tips`, a cron line with what fills it, or a time and a command."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import normalize

from bot.rules.calendar import FIELDS, is_cron
from bot.rules.posts.pillar_lines import name_key
from bot.rules.posts.slot_words import ANY_WORDS, MORNING_WORDS, SETS
from bot.rules.slots import SlotKind, daily
from bot.rules.times.hours import read_clock
from bot.rules.times.vocabulary import WEEKDAYS, any_of, tidy

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_DAY = re.compile(rf"(?P<first>{any_of(WEEKDAYS)})(?:\s*[-~–]\s*(?P<last>{any_of(WEEKDAYS)}))?(?![a-z])[\s,、/·]*")
_QUOTES = re.compile('["“”]')
_BARE_HOUR = re.compile(r"\d{1,2}")
_CRON_FIELD = re.compile(r"[\d*/,\-]+")


@dataclass(frozen=True, slots=True)
class SlotWish:
    """A slot that a line asks for."""

    kind: SlotKind
    cron: str
    pillar: str | None = None
    command: str | None = None


@dataclass(frozen=True, slots=True)
class SlotProblem:
    """Which part of a line can't be read."""

    part: str
    """`days`, `time`, `what` or `cron`."""
    text: str


def read_slot(line: str, pillars: Mapping[str, str]) -> SlotWish | SlotProblem:
    """The slot that a line means. `pillars`: the shop's pillars by their names, as `name_key` gives them."""
    command = None
    if "/" in line:
        found = re.search(r"(?:^|\s)(/[a-z].*)", line, re.IGNORECASE | re.DOTALL)
        if found is not None:
            command, line = " ".join(found.group(1).split()), line[: found.start()]
    cron, what = read_when(line)
    if isinstance(cron, SlotProblem):
        return cron
    if command is not None:
        return SlotProblem("what", what) if what else SlotWish(SlotKind.ACTIVITY, cron, command=command)
    key = name_key(what)
    if not key or key in ANY_WORDS:
        return SlotWish(SlotKind.POST, cron)
    if key in MORNING_WORDS:
        return SlotWish(SlotKind.MORNING, cron)
    pillar = pillars.get(key)
    return SlotWish(SlotKind.POST, cron, pillar) if pillar is not None else SlotProblem("what", what)


def read_when(line: str) -> tuple[str | SlotProblem, str]:
    """The cron line of the days and the time with which a line begins, and the rest."""
    plain = _QUOTES.sub(" ", normalize("NFKC", line)).strip()
    parts = plain.split()
    if len(parts) >= FIELDS and all(_CRON_FIELD.fullmatch(part) for part in parts[:FIELDS]):
        cron, what = " ".join(parts[:FIELDS]), " ".join(parts[FIELDS:])
        return (cron if is_cron(cron) else SlotProblem("cron", cron)), what
    days, rest = _read_days(tidy(plain))
    words = rest.split()
    for size in range(min(3, len(words)), 0, -1):
        said = " ".join(words[:size])
        clock = read_clock(f"{said}:00" if _BARE_HOUR.fullmatch(said) else said)
        if clock is not None and not clock.second and clock.hour < 24:  # noqa: PLR2004  # midnight ends no day here
            weekdays = "*" if days == EVERY_DAY else ",".join(str(day % 7) for day in days)
            return daily(f"{clock.hour}:{clock.minute:02d}", weekdays), " ".join(words[size:])
    unread = words[0] if words else plain
    return SlotProblem("days" if words and not days_said(plain) and len(words) > 1 else "time", unread), ""


def days_said(line: str) -> bool:
    """Whether a line begins with days."""
    return _read_days(tidy(line))[1] != tidy(line)


def read_weekdays(text: str) -> tuple[int, ...] | None:
    """ISO weekdays that a text names as a whole; None if it names none."""
    plain = tidy(normalize("NFKC", text))
    days, rest = _read_days(plain)
    return days if not rest and plain else None


def _read_days(plain: str) -> tuple[tuple[int, ...], str]:
    """The ISO weekdays with which a tidy text begins, and the rest; every day if it names none."""
    for name, days in SETS.items():
        if plain == name or plain.startswith(f"{name} "):
            return days, plain[len(name) :].strip()
    found: set[int] = set()
    at = 0
    while (match := _DAY.match(plain, at)) is not None:
        first = WEEKDAYS[match["first"]]
        last = WEEKDAYS[match["last"]] if match["last"] else first
        found |= {(first + step) % 7 + 1 for step in range((last - first) % 7 + 1)}
        at = match.end()
    return (tuple(sorted(found)) if found else EVERY_DAY), plain[at:].strip()
