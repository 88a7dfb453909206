"""What a promised message says, and in which language, out of its payload."""

from bot.content.catalog import OUTCOMES
from bot.rules.outcome import Outcome
from bot.rules.words import Language
from bot.store import causes
from bot.store.messages.payloads import DamagedError, Say, Tell


def outcome_in(payload: Say | Tell) -> Outcome:
    """The outcome that was promised.

    Raises:
        DamagedError: there is no such outcome (any more), or its facts aren't its own.
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
    """The language that was promised, if one was.

    Raises:
        DamagedError: it is none of ours.
    """
    try:
        return Language(payload.language) if payload.language else None
    except ValueError:
        raise DamagedError("unknown language") from None
