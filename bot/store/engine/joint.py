"""Two steps that happen in one transaction, or not at all: taking an act back, and the act that stands in its place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from bot.store.engine.sessions import Tx


class DroppedError(Exception):
    """Neither step was done. It carries what the second step answered."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


@dataclass(frozen=True, slots=True)
class Joint:
    """What comes before a use case, in its transaction."""

    joins: Callable[[tuple[Any, ...]], bool]
    """Whether a use case with these arguments is the second step. Others run as ever."""
    first: Callable[[Tx], None]
    """The first step. An exception ends both."""
    stands: Callable[[Tx], bool]
    """Whether the second step did something. Else nothing is kept, of the first one either."""

    def run(self, tx: Tx, use_case: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Both steps.

        Raises:
            DroppedError: the second step refused.
        """
        self.first(tx)
        tx.flush()
        result = use_case(tx, *args, **named)
        tx.flush()
        if not self.stands(tx):
            raise DroppedError(result)
        return result


_CURRENT: ContextVar[Joint | None] = ContextVar("joint", default=None)


@contextmanager
def joined(joint: Joint) -> Iterator[None]:
    """Within this block, in this task, writes that the joint means run behind its first step."""
    token = _CURRENT.set(joint)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def joint_for(args: tuple[Any, ...]) -> Joint | None:
    """The joint to which a use case with these arguments belongs."""
    joint = _CURRENT.get()
    return joint if joint is not None and joint.joins(args) else None
