"""What a promised message says, out of its row's facts: outcomes and languages that there are."""

from typing import Any

from bot.content.catalog import OUTCOMES
from bot.rules.words import Language
from bot.store import causes
from bot.store.messages.promised import DamagedError


def outcome_in(facts: dict[str, Any]) -> Any:
    """The outcome that was promised.

    Raises:
        DamagedError: there is no such outcome (any more), or its facts aren't its own.
    """
    kind = OUTCOMES.get(facts["outcome"])
    if kind is None:
        raise DamagedError("unknown outcome")
    try:
        return causes.from_facts(kind, facts["facts"])
    except ValueError:
        raise DamagedError("not this outcome's facts") from None


def language_in(facts: dict[str, Any]) -> Language | None:
    """The language that was promised, if one was.

    Raises:
        DamagedError: it is none of ours.
    """
    named = facts.get("language")
    try:
        return Language(named) if named else None
    except ValueError:
        raise DamagedError("unknown language") from None
