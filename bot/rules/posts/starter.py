"""The starter shelf: posts that every shop begins with. Its words are in `bot/content/starter/`."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules.posting import Content


@dataclass(frozen=True, slots=True)
class Blank:
    """A part of a starter post that only the shop knows."""

    name: str
    """What stands for it in the text: `{{ item }}`."""
    label: str
    """What is asked for, in words."""
    example: str


@dataclass(frozen=True, slots=True)
class StarterPost:
    """A post of the starter shelf, in one language."""

    key: str
    """The same in all languages. It stands in rows and never changes."""
    pillar: str
    season: str | None
    """A `Season`, or None: the whole year."""
    content: Content
    blanks: tuple[Blank, ...] = ()

    def open_blanks(self, filled: Mapping[str, str]) -> tuple[Blank, ...]:
        """The blanks that nobody filled yet, in their order."""
        return tuple(blank for blank in self.blanks if not filled.get(blank.name, "").strip())
