"""A fan's own settings: language, reminders, and whether the board shows them."""

from dataclasses import dataclass

from bot.rules.outcome import Outcome
from bot.rules.words import Language


@dataclass(frozen=True, slots=True)
class Preference:
    """One change of the settings. None leaves a setting as it is."""

    language: str | None = None
    """A language's code, or `auto` for Telegram's."""
    reminders: bool | None = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class PreferencesShown(Outcome, name="preferences.PreferencesShown"):
    """A fan's settings."""

    language: Language | None
    """Their own choice; None means Telegram's language."""
    reminders: bool
    hidden: bool


def read_preference(text: str) -> Preference | None:
    """Read a change from callback data such as `language:ko`. None if it is no change, because data may be forged."""
    match text.split(":"):
        case ["language", code] if code == "auto" or code in set(Language):
            return Preference(language=code)
        case ["reminders", "on" | "off" as value]:
            return Preference(reminders=value == "on")
        case ["hidden", "on" | "off" as value]:
            return Preference(hidden=value == "on")
        case _:
            return None
