"""A database behind which the process dies: before a transaction, or right after its commit."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.store.engine.db import Database
from bot.store.engine.sessions import Tx

P = ParamSpec("P")
T = TypeVar("T")


class Killed(BaseException):
    """The process ended here: nothing catches this, nothing is logged."""


class Fragile(Database):
    """Ends the process at the transaction that a test names, once."""

    fuse: int | None = None
    """Transactions from now until the one at which it happens; None: it doesn't."""
    after_commit: bool = False
    """Whether that one is still committed, with nobody left to hear of it."""

    def light(self, fuse: int | None, *, after_commit: bool) -> None:
        """Let it happen at the transaction number `fuse` (0: the next), or not at all."""
        self.fuse, self.after_commit = fuse, after_commit

    async def write(self, use_case: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Write, unless the process ends before."""
        burns = self.fuse == 0
        self.fuse = self.fuse - 1 if self.fuse else None
        if burns and not self.after_commit:
            raise Killed
        result: Any = await super().write(use_case, *args, **kwargs)
        if burns:
            raise Killed
        return result  # type: ignore[no-any-return]
