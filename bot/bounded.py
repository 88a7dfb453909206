"""Caches with a bound: whatever comes from outside, what is kept of it has an end."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(dict[K, V]):
    """At most `most` entries: when one more is set, the entry that was set first goes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        """Keep one more."""
        super().__setitem__(key, value)
        if len(self) > self._most:
            del self[next(iter(self))]
