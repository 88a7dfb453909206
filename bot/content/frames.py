"""The frame of a promotional private message: Korea's mark, who sends it, and the *stop* button."""

from dataclasses import dataclass, replace

from bot.content import Said, Words
from bot.content.button import Rows
from bot.rules.place import Place
from bot.rules.promotion import AdMark, foot_of, korean_rules_hold
from bot.rules.words import Language


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a promotional private message that isn't an outcome, such as a post."""

    mark: str
    """Begins its text or its caption, in HTML; empty outside of Korean communities."""
    foot: str
    """Ends it, after an empty line, in HTML; empty outside of Korean communities."""
    buttons: Rows
    """Stand below its own."""


def framed(said: Said, place: Place, language: Language) -> Said:
    """A promotional outcome in its frame."""
    words = said.words
    return replace(said.with_below(words.say(foot_of(place), place, language)), mark=_mark(words, place, language))


def frame_of(words: Words, place: Place, language: Language) -> Frame:
    """The frame for a message that has its own text."""
    foot = words.say(foot_of(place), place, language)
    return Frame(_mark(words, place, language), foot.html, foot.buttons)


def _mark(words: Words, place: Place, language: Language) -> str:
    return f"{words.html(AdMark(), place, language)} " if korean_rules_hold(place) else ""
