"""Tags: words that a shop keeps of a fan, such as *silk*. Staff set them, answers at the welcome do, or rules do."""

from dataclasses import dataclass
from enum import StrEnum
from unicodedata import category, normalize

LONGEST = 24
"""The most characters of a tag."""
MOST = 30
"""The most tags of one fan."""


class TagOrigin(StrEnum):
    """How a fan came by a tag."""

    STAFF = "staff"
    WELCOME = "welcome"
    """They answered a question of the welcome so."""
    RULE = "rule"
    """A rule of the shop set it."""
    FILE = "file"
    """It came with a file of members."""


@dataclass(frozen=True, slots=True)
class Tagging:
    """A tag that a fan is given, and how."""

    tag: str
    origin: TagOrigin
    by: int | None = None
    """Who of the staff gives it; None for the other origins."""


def read_tag(text: str) -> str | None:
    """A tag as the shop writes it, without signs in front; None for what can't be one.

    A tag is one word, so that a segment can name it: blanks become `-`. It holds letters, digits, `-` and `_`.
    """
    said = "-".join(normalize("NFKC", text).strip().lstrip("#＃").split())
    fits = said and len(said) <= LONGEST and all(sign in "-_" or category(sign)[0] in "LMN" for sign in said)
    return said if fits and any(category(sign)[0] in "LN" for sign in said) else None


def tag_key(tag: str) -> str:
    """How a tag is compared: whatever its case and width."""
    return normalize("NFKC", tag).casefold()
