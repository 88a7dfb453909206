"""Telegram's HTML in posts: what Telegram would refuse, found with its place, and how long a reader sees it.

The rules are those of TDLib's `parse_html` (MessageEntity.cpp) and https://core.telegram.org/bots/api#html-style.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from html import unescape

TAGS = frozenset(
    {
        *("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote"),
        *("span", "tg-spoiler", "tg-emoji", "tg-time"),
    }
)
NEEDED: dict[str, re.Pattern[str]] = {
    "span": re.compile(r"""class\s*=\s*["']?tg-spoiler["']?\s*\Z""", re.IGNORECASE),
    "tg-emoji": re.compile(r"""emoji-id\s*=\s*["']?[0-9]*[1-9][0-9]*["']?\s*\Z""", re.IGNORECASE),
    "tg-time": re.compile(r"""(?=.*\bunix\s*=\s*["']?[0-9]*[1-9])""", re.IGNORECASE | re.DOTALL),
}
"""What the attributes of a tag must look like."""
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[^\s>/\"'=<]*)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>")
_ATTRIBUTES = re.compile(
    r"""(?:\s+(?:expandable|[^\s>=/"']+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+)))*\s*""", re.IGNORECASE
)
_REFERENCE = re.compile(r"&(?:#x[0-9a-fA-F]+|#[0-9]+|lt|gt|amp|quot);?")


class Wrong(StrEnum):
    """How a tag is wrong."""

    SIGN = "sign"
    """A `<` begins no tag."""
    UNKNOWN = "unknown"
    """Telegram doesn't know the tag, or it lacks an attribute."""
    OPEN = "open"
    """It is never closed."""
    STRAY = "stray"
    """It closes what isn't open."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that Telegram would refuse."""

    wrong: Wrong
    at: int
    """Its place in the text, in characters."""
    tag: str = ""
    expected: str | None = None
    """The tag that is open there."""


def find_fault(text: str) -> Fault | None:
    """What Telegram would refuse first in this HTML, or None."""
    opened: list[tuple[str, int]] = []
    at = text.find("<")
    while at >= 0:
        tag = _TAG.match(text, at)
        if tag is None or not tag["name"]:
            return Fault(Wrong.SIGN, at)
        fault = _read_tag(tag, opened)
        if fault is not None:
            return fault
        at = text.find("<", tag.end())
    return Fault(Wrong.OPEN, opened[-1][1], opened[-1][0]) if opened else None


def _read_tag(tag: re.Match[str], opened: list[tuple[str, int]]) -> Fault | None:
    """Open or close a tag; what is wrong with it."""
    name = tag["name"].lower()
    expected = opened[-1][0] if opened else None
    if tag["end"]:
        if name != expected or tag["rest"].strip():
            return Fault(Wrong.STRAY, tag.start(), name, expected)
        opened.pop()
        return None
    if name not in TAGS:
        # `<3` and `< b` are signs that somebody typed; `<center>` is a tag that Telegram lacks.
        return Fault(Wrong.UNKNOWN if name[0].isalpha() else Wrong.SIGN, tag.start(), name)
    needed = NEEDED.get(name)
    if not _ATTRIBUTES.fullmatch(tag["rest"]) or (needed is not None and not needed.search(tag["rest"])):
        return Fault(Wrong.UNKNOWN, tag.start(), name)
    opened.append((name, tag.start()))
    return None


def visible_text(text: str) -> str:
    """The characters that a reader sees of sound HTML."""
    return _REFERENCE.sub(lambda found: unescape(found.group()), _TAG.sub("", text))
