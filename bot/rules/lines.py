"""Split a line of `name=value name="two words"` into its pairs, as people's keyboards write it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_DOUBLE = '"“”„‟\uff02'
_SINGLE = "'‘’‚‛"
CLOSERS = {
    **dict.fromkeys(_DOUBLE, _DOUBLE),
    **dict.fromkeys(_SINGLE, _SINGLE),
    "«": "»",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
}
"""What opens a quote → the marks that can close it. Phones put in whichever they like."""
PARTNERS = {**{mark: mark for mark in CLOSERS}, "“": "”", "„": "“", "‘": "’", "‚": "‘", "«": "»"}
"""What opens a quote → its own closing mark, where several can close it."""
BRACKETS = "「『《〈«"
"""Marks that may also begin a title of which they quote only a part."""
SEPARATORS = ",，、;；"
"""What may stand between two pairs."""
JOINERS = "\u200c\u200d"
"""They shape letters of Persian and emoji of several parts, so they stay in texts."""
TAGS = range(0xE0020, 0xE0080)
"""Signs that nobody sees and that make the flags of parts of countries."""
LONGEST_ECHO = 60
_EQUALS = "=\uff1d"
_NAME = re.compile(rf"([A-Za-z_]{{1,24}})\s*([{_EQUALS}:\uff1a])[ \t]*")
"""The escaped marks are full-width = and :, written so that no editor makes plain ones of them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value."""

    name: str
    value: str
    begins: int
    ends: int
    """Where the value stands in the line, with its quotes."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A word that belongs to no pair."""

    word: str


@dataclass(frozen=True, slots=True)
class Open:
    """A quote that isn't closed."""


def split_pairs(line: str, fields: Mapping[str, bool]) -> list[Pair] | Stray | Open:
    """The pairs of a line, or what is wrong with it.

    `fields` are the names that are known, and whether each takes free text. Free text of several words needs quotes;
    any other value reaches until the next name, as in `closes=fri 20:00 price=0`.
    """
    pairs: list[Pair] = []
    at = _skip(line, 0)
    while at < len(line):
        found = _NAME.match(line, at)
        if found is None:
            return Stray(line[at:].split(maxsplit=1)[0])
        name, begins = found.group(1).lower(), found.end()
        empty = line[begins - 1].isspace() and _is_name(line, begins, fields)
        pair = Pair(name, "", begins, begins) if empty else _value(line, name, begins, fields)
        if pair is None:
            return Open()
        pairs.append(pair)
        at = _skip(line, pair.ends)
    return pairs


def _skip(line: str, at: int) -> int:
    """The next place behind blanks and separators."""
    while at < len(line) and _is_gap(line[at]):
        at += 1
    return at


def _is_gap(sign: str) -> bool:
    return sign.isspace() or sign in SEPARATORS


def _value(line: str, name: str, at: int, fields: Mapping[str, bool]) -> Pair | None:
    """The value that begins here; None if its quote isn't closed."""
    mark = line[at : at + 1]
    if mark in CLOSERS and mark:
        closed = _closing(line, mark, at + 1, fields)
        if closed is not None:
            return Pair(name, line[at + 1 : closed], at, closed + 1)
        if mark not in BRACKETS or CLOSERS[mark] not in line[at + 1 :]:
            return None
    ends = _end_of_bare(line, at, fields, one_word=fields.get(name, True))
    while ends > at and _is_gap(line[ends - 1]):
        ends -= 1
    return Pair(name, line[at:ends], at, ends)


def _closing(line: str, mark: str, at: int, fields: Mapping[str, bool]) -> int | None:
    """Where the quote that `mark` opened ends.

    That is the first mark behind which the line ends or a name follows; else its own partner; else any that closes.
    """
    ends = [place for place in range(at, len(line)) if line[place] in CLOSERS[mark]]
    for place in ends:
        if _ends_pair(line, place + 1, fields):
            return place
    if mark in BRACKETS:
        return next((place for place in ends if line[place + 1].isspace()), None)
    own = [place for place in ends if line[place] == PARTNERS[mark]]
    return next(iter([*own, *ends]), None)


def _ends_pair(line: str, at: int, fields: Mapping[str, bool]) -> bool:
    """Whether nothing but the next pair, or nothing at all, follows."""
    after = _skip(line, at)
    return after == len(line) or _is_name(line, after, fields)


def _is_name(line: str, at: int, fields: Mapping[str, bool]) -> bool:
    """Whether a pair begins here: any name before an equals sign, a known one before a colon."""
    found = _NAME.match(line, at)
    return found is not None and (found.group(2) in _EQUALS or found.group(1).lower() in fields)


def _end_of_bare(line: str, at: int, fields: Mapping[str, bool], *, one_word: bool) -> int:
    """Where a value without quotes ends."""
    for place in range(at, len(line)):
        sign = line[place]
        if place > at and _is_gap(sign) and _is_gap(line[place - 1]):
            continue  # only the first sign of a gap is looked at, so that a long gap costs no more than a short one
        if sign in SEPARATORS:
            found = _NAME.match(line, _skip(line, place))
            if found is not None and found.group(1).lower() in fields:
                return place
        elif sign.isspace() and (one_word or _is_name(line, _skip(line, place), fields)):
            return place
    return len(line)


def quoted(value: str) -> str:
    """A value as it stands in a line: in quotes that don't end within it, where it needs any."""
    marks = {*CLOSERS, *"".join(CLOSERS.values())}
    bare = not any(sign.isspace() or sign in SEPARATORS or sign in marks for sign in value)
    if bare:
        return value
    for opening in '"«「『《〈‘':
        if not any(mark in value for mark in CLOSERS[opening]):
            return f"{opening}{value}{PARTNERS[opening] if opening == '‘' else CLOSERS[opening][0]}"
    return '"' + "".join(" " if sign in _DOUBLE else sign for sign in value) + '"'


def visible(text: str) -> str:
    """The text on one line, without signs that control it and nobody sees. What joins letters and emoji stays."""
    kept = (sign for sign in text if sign.isspace() or _is_kept(sign))
    clean = " ".join("".join(kept).split())
    return clean if any(sign not in JOINERS and ord(sign) not in TAGS for sign in clean) else ""


def _is_kept(sign: str) -> bool:
    return sign.isprintable() or sign in JOINERS or ord(sign) in TAGS


def echo(text: str) -> str:
    """What somebody typed, short enough to be told back."""
    clean = visible(text)
    return clean if len(clean) <= LONGEST_ECHO else clean[: LONGEST_ECHO - 1] + "…"


def unquoted(text: str) -> str | None:
    """What stands within the quotes that surround a text; None if none do."""
    closers = CLOSERS.get(text[:1], "")
    return text[1:-1] if len(text) > 1 and closers and text[-1] in closers else None
