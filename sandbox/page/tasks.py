"""Things to try on the page: whoever shows the page gives them, and each is ticked off once it happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Deed:
    """What a visitor did, and as whom."""

    role: str
    act: str
    """The act's name: `say`, `press`, `crowd`, `jump` and so on."""
    text: str = ""
    """What was written, or the data of the button."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to try."""

    name: str
    words: Mapping[str, str]
    """What to do, by the page's language."""
    done_by: Callable[[Deed], bool]


class Tasks:
    """The things to try, and which of them happened."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tuple(tasks)
        self._done: set[str] = set()

    def note(self, deed: Deed) -> None:
        """Tick off what this deed does."""
        self._done |= {task.name for task in self._tasks if task.done_by(deed)}

    def view(self) -> list[dict[str, Any]]:
        """The tasks as the page shows them."""
        return [{"name": one.name, "words": dict(one.words), "done": one.name in self._done} for one in self._tasks]
