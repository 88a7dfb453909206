"""The five things that a visitor of the demo may try."""

import re
from collections.abc import Callable, Mapping

from bot.commands.demo.stage import Stage
from bot.content.buttons.shared import CHECK_IN, SETUP
from bot.handlers.kit.table import QUESTION_MARKS
from bot.rules.checkins.words import CHECK_IN_STATEMENTS, CHECK_IN_WORDS
from bot.rules.words import Language, meanings, plain_word
from sandbox.page import Deed, Task

CHECK_IN_COMMAND = re.compile(r"\s*/checkin\b.*")
CHECK_IN_ALWAYS = frozenset(map(plain_word, CHECK_IN_WORDS))
CHECK_IN_STATED = frozenset(map(plain_word, CHECK_IN_STATEMENTS))


def _checks_in(deed: Deed) -> bool:
    if deed.act == "say":
        return CHECK_IN_COMMAND.fullmatch(deed.text) is not None or _says_check_in(deed.text)
    return deed.act == "press" and deed.text.partition(":")[0] == CHECK_IN


def _says_check_in(text: str) -> bool:
    """Whether the bot takes these words for a check-in."""
    counts = CHECK_IN_ALWAYS if QUESTION_MARKS & set(text) else CHECK_IN_ALWAYS | CHECK_IN_STATED
    return not counts.isdisjoint(meanings(plain_word(text)))


def _claims(deed: Deed) -> bool:
    return deed.act == "press" and deed.text.startswith("claim:")


def _calls_the_crowd(deed: Deed) -> bool:
    return deed.act == "crowd"


def _opens_the_panel(deed: Deed) -> bool:
    if deed.role != "owner":
        return False
    return deed.text.split("@")[0].strip() == "/admin" if deed.act == "say" else deed.text.startswith("admin")


def _jumps(deed: Deed) -> bool:
    return deed.act == "jump"


TASKS: dict[str, Callable[[Deed], bool]] = {
    "task_checkin": _checks_in,
    "task_claim": _claims,
    "task_crowd": _calls_the_crowd,
    "task_panel": _opens_the_panel,
    "task_next": _jumps,
}
"""The block of the demo's words that tells each → what does it."""


SETUP_TASKS: dict[str, Callable[[Deed], bool]] = {
    "task_add_bot": lambda deed: deed.act == "add_bot",
    "task_setup": lambda deed: deed.act == "press" and deed.text.startswith(f"{SETUP}:done"),
    "task_checkin": _checks_in,
    "task_panel": _opens_the_panel,
    "task_next": _jumps,
}
"""The same where the bot isn't in the group yet."""


def tasks_of(stage: Stage, tasks: Mapping[str, Callable[[Deed], bool]]) -> list[Task]:
    """The tasks, in the words of each language that the page may have."""
    names = {"owner": stage.owner.name, "fan": stage.fans[0].name}
    return [
        Task(
            block,
            {language.value: stage.words.line("demo", block, language, **names) for language in Language},
            done_by,
        )
        for block, done_by in tasks.items()
    ]
