"""Reads the outcome and the language of a promised message from its payload."""

from bot.content.catalog import OUTCOMES
from bot.rules.outcome import Outcome
from bot.rules.words import Language
from bot.store import causes
from bot.store.messages.payloads import Below, DamagedError, Say, Tell


def outcome_in(payload: Say | Tell | Below) -> Outcome:
    """The outcome of a promised message.

    Raises:
        DamagedError: no outcome has this name (any more), or the facts don't fit it.
    """
    kind = OUTCOMES.get(payload.outcome)
    if kind is None:
        raise DamagedError("unknown outcome")
    try:
        outcome: Outcome = causes.from_facts(kind, payload.facts)
    except ValueError:
        raise DamagedError("not this outcome's facts") from None
    return outcome


def language_in(payload: Say | Tell) -> Language | None:
    """The language of a promised message, or None if it names none.

    Raises:
        DamagedError: the bot doesn't know the language.
    """
    try:
        return Language(payload.language) if payload.language else None
    except ValueError:
        raise DamagedError("unknown language") from None
