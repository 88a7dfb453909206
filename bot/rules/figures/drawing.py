"""What a report's picture shows, as plain texts, and how large each text may be."""

from dataclasses import dataclass
from unicodedata import category, east_asian_width

NOT_DRAWN = frozenset({"So", "Sk", "Cc", "Cf", "Cn", "Co", "Cs", "Me", "Zl", "Zp"})
"""Unicode categories that no font for text has: emoji, signs, invisible characters."""
SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
WIDE, DIGIT, CAPITAL, OTHER = 1.0, 0.57, 0.66, 0.53
"""Widths of characters, as parts of the size of the letters."""
MORE = "…"
"""Ends a text of which a part is left out."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with what it counts."""

    number: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of the chart."""

    height: int
    label: str
    """Empty for most of them: there is no room for more than a few."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of a report. No name of a fan is in it."""

    shop: str
    title: str
    when: str
    headline: Fact
    also: str
    """A line below the headline; it may be empty."""
    chart: str
    """What the bars count."""
    columns: tuple[Column, ...]
    facts: tuple[Fact, ...]
    footer: str

    @property
    def text(self) -> str:
        """All that is written in it, and the sign of what is left out."""
        facts = (self.headline, *self.facts)
        written = (self.shop, self.title, self.when, self.also, self.chart, self.footer, MORE)
        return " ".join((*written, *(f"{one.number} {one.label}" for one in facts), *(c.label for c in self.columns)))


def drawable(text: str) -> str:
    """The text without emoji and other signs that a picture can't show; a dash if nothing is left."""
    kept = "".join(sign for sign in text if category(sign) not in NOT_DRAWN and sign not in SELECTORS)
    return " ".join(kept.split()) or "–"


def size_for(text: str, width: int, largest: int) -> int:
    """The size of letters at which a text fits into a width, at most the largest."""
    ems = sum(_width(sign) for sign in text)
    return min(largest, int(width / ems)) if ems else largest


@dataclass(frozen=True, slots=True)
class Lines:
    """A text in lines of one size."""

    size: int
    lines: tuple[str, ...]


def lines_for(text: str, width: int, sizes: tuple[int, int], most: int) -> Lines:
    """A text in one line, or, if its letters would be smaller than the least of `sizes`, in `most` lines at most.

    `sizes`: the least and the largest size of letters. What doesn't fit is left out.
    """
    least, largest = sizes
    size = size_for(text, width, largest)
    if size >= least:
        return Lines(size, (text,))
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        line = _first_line(rest, width / least)
        rest = rest[len(line) :].lstrip()
        lines.append(line.rstrip())
    if rest:
        lines[-1] = _first_line(lines[-1], width / least - WIDE, at_blank=False).rstrip() + MORE
    return Lines(least, tuple(lines))


def _first_line(text: str, ems: float, *, at_blank: bool = True) -> str:
    """As much of a text as fits: up to a blank if there is one in the line's second half, else up to any letter."""
    room, end = ems, 0
    while end < len(text) and (room := room - _width(text[end])) >= 0:
        end += 1
    blank = text.rfind(" ", end // 2, end + 1)
    cut = blank if at_blank and end < len(text) and blank > 0 else end
    return text[: max(cut, 1)]


def _width(sign: str) -> float:
    if east_asian_width(sign) in "WF":
        return WIDE
    if sign.isdecimal():
        return DIGIT
    return CAPITAL if sign.isupper() else OTHER
