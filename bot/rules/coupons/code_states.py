"""What a file says about a code: whether it can still be handed out."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from bot.rules.sheets import statuses
from bot.rules.sheets.cells import name_key
from bot.rules.sheets.sheet import Role

_DAY = re.compile(r"(\d{4})\s*[-/.\u5e74\ub144]\s*(\d{1,2})\s*[-/.\u6708\uc6d4]\s*(\d{1,2})")
"""A day with its year first, with signs between or the Korean and Chinese words for year and month."""

_LONGEST_COUNT = 9


class CodeState(StrEnum):
    """Whether a code can be handed out."""

    USABLE = "usable"
    USED = "used"
    """It was used, or handed out by the shop's platform."""
    EXPIRED = "expired"
    DISABLED = "disabled"
    UNKNOWN = "unknown"
    """The file says it by a word that nobody knows."""


def state_of(cells: Mapping[str, str], today: date | None) -> tuple[CodeState, str]:
    """The state of a row's code and the word that says it. Of several columns the worst counts."""
    if not (cells.get(Role.STATUS) or cells.get(Role.USES) or cells.get(Role.ENDS)):
        return CodeState.USABLE, ""
    for word in cells.get(Role.STATUS, "").split("\n"):
        state = _of_word(word)
        if state is not CodeState.USABLE:
            return state, word
    for word in cells.get(Role.USES, "").split("\n"):
        state = _of_uses(word, cells.get(Role.LIMIT))
        if state is not CodeState.USABLE:
            return state, word
    ends = _DAY.findall(cells.get(Role.ENDS, ""))
    if today is not None and ends and _day(ends[-1], today) < today:
        return CodeState.EXPIRED, cells.get(Role.ENDS, "")
    return CodeState.USABLE, ""


def _of_word(word: str) -> CodeState:
    key = name_key(word)
    if not key or key in statuses.USABLE:
        return CodeState.USABLE
    if key in statuses.USED:
        return CodeState.USED
    if key in statuses.EXPIRED:
        return CodeState.EXPIRED
    return CodeState.DISABLED if key in statuses.DISABLED else CodeState.UNKNOWN


def _of_uses(word: str, limit: str | None) -> CodeState:
    """A number of uses against the limit, or yes or no. Without a column of limits one use is all."""
    key = name_key(word)
    if not key or key in statuses.NO:
        return CodeState.USABLE
    if key in statuses.YES:
        return CodeState.USED
    if not _is_count(key):
        return _of_word(word)
    most = name_key(limit) if limit is not None else "1"
    if not _is_count(most) or int(most) == 0:
        return CodeState.USABLE  # no limit
    return CodeState.USED if int(key) >= int(most) else CodeState.USABLE


def _is_count(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= _LONGEST_COUNT


def _day(found: tuple[str, str, str], otherwise: date) -> date:
    try:
        return date(*(int(part) for part in found))
    except ValueError:
        return otherwise
