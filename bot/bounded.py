"""A cache with a limit, so that input from outside can't fill the memory."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(dict[K, V]):
    """A dictionary of at most `most` entries. One entry more removes the one that was added first."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        """Set an entry; if that makes too many, remove the oldest one."""
        super().__setitem__(key, value)
        if len(self) > self._most:
            del self[next(iter(self))]
