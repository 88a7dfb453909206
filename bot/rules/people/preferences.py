"""A fan's own settings: language, what may reach them in private, and whether the board shows them."""

from dataclasses import dataclass
from datetime import date

from bot.rules.outcome import Outcome
from bot.rules.promotion import Wish
from bot.rules.words import Language


@dataclass(frozen=True, slots=True)
class Preference:
    """One change of the settings. None leaves a setting as it is."""

    language: str | None = None
    """A language's code, or `auto` for Telegram's."""
    reminders: bool | None = None
    service: bool | None = None
    promotion: Wish | None = None
    hidden: bool | None = None


@dataclass(frozen=True, slots=True)
class PreferencesShown(Outcome, name="preferences.PreferencesShown"):
    """A fan's settings."""

    language: Language | None
    """Their own choice; None means Telegram's language."""
    reminders: bool
    hidden: bool
    service: bool = True
    """Whether they are told unasked what becomes of something of theirs."""
    promotion: bool = False
    """Whether they said yes to promotion in private."""
    promotion_day: date | None = None
    """The day on which they said yes, or no; None: they didn't say."""
    shop: str = ""
    """The shop whose promotion it is; empty for who is no member: they have nothing to say yes to."""


def read_preference(text: str) -> Preference | None:
    """Read a change from callback data such as `language:ko`. None if it is no change, because data may be forged."""
    match text.split(":"):
        case ["language", code] if code == "auto" or code in set(Language):
            return Preference(language=code)
        case ["reminders", "on" | "off" as value]:
            return Preference(reminders=value == "on")
        case ["service", "on" | "off" as value]:
            return Preference(service=value == "on")
        case ["hidden", "on" | "off" as value]:
            return Preference(hidden=value == "on")
        case _:
            return None
