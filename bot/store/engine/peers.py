"""What processes on one database tell each other: words with a fact, such as "forget this person".

A word is heard by every other process within milliseconds. It is told after the commit that it is about. What was told
while a process had no connection is lost for it, so it then forgets everything that it remembers (`on_missed`).
"""

import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.logs import get_logger

log = get_logger("peers")

Hear = Callable[[Any], object]


class Peers:
    """The other processes. This class is for a process that is the only one: nothing is told to anybody."""

    several = False
    """Whether other processes may work on this database too."""

    def __init__(self) -> None:
        self._hearing: dict[str, list[Hear]] = {}
        self._missing: list[Callable[[], None]] = []

    def tell(self, word: str, fact: Any = None) -> None:
        """Tell all other processes. `fact` is plain JSON; it is short and holds nothing secret."""

    def hear(self, word: str, call: Hear) -> None:
        """Call this with the fact whenever another process tells this word."""
        self._hearing.setdefault(word, []).append(call)

    def on_missed(self, call: Callable[[], None]) -> None:
        """Call this whenever words may have been missed: what is remembered may be out of date."""
        self._missing.append(call)

    def alone(self, _key: str) -> AbstractAsyncContextManager[None]:
        """Keep other processes out of what has this key while the block runs."""
        return contextlib.nullcontext()

    def heard(self, word: str, fact: Any) -> None:
        """Another process told this."""
        for call in self._hearing.get(word, ()):
            try:
                call(fact)
            except (ValueError, TypeError, LookupError) as error:  # a process of another version
                log.warning("not_understood", word=word, error=type(error).__name__)

    def missed(self) -> None:
        """Words may have been missed."""
        for call in self._missing:
            call()
