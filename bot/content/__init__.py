"""Words: turn an outcome into what a person reads, in their language and in the persona's voice.

Each file of rules has one Jinja2 file in each language, with one block for each outcome. The block has the name of the
outcome's class: `SoldOut` is HTML, with autoescape on. `SoldOut_short` is plain text of at most 200 characters, for a
callback's answer. `label_…` is the plain text of a button: a block of the outcome's own file, else of `labels.j2`.
"""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context

from bot.clock import Clock
from bot.content import filters
from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons
from bot.content.catalog import FILES, file_of
from bot.content.compiled import TemplateCache
from bot.content.environment import QuickEnvironment
from bot.content.secret import MASK, Secrets
from bot.rules.general import OnlyInPrivate
from bot.rules.place import Place
from bot.rules.words import Language

FOLDER = Path(__file__).parent

LABELS = "labels"
"""The file of labels that several outcomes share."""

Block = Callable[[Context], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Said:
    """An outcome in words. Each form is rendered only when it is asked for."""

    words: "Words"
    outcome: Any
    place: Place | None
    language: Language
    below: "Said | None" = None
    """A second outcome that is shown below it in the same message, with its own buttons."""
    foot: Rows = ()
    """Buttons below all others, with their texts."""
    instead: Any = None
    """What a group is shown in its stead; None: the outcome may be said aloud, but for its secrets."""
    mark: str = ""
    """What stands before its first word, in HTML."""

    @property
    def secret(self) -> bool:
        """Whether only its reader may see it, because it shows a secret or is about the shop's business."""
        own = self.instead is not None or self.words.is_secret(self.outcome)
        return own or (self.below is not None and self.below.secret)

    @property
    def told_by_alert(self) -> bool:
        """Whether the short form already shows the secret."""
        return self.words.is_told_by_alert(self.outcome)

    def aloud(self, place: Place) -> "Said":
        """The form that everybody in the group may see."""
        shown = self.words.aloud(self.outcome, place) if self.instead is None else self.instead
        return Said(self.words, shown, place, self.language)

    @property
    def html(self) -> str:
        """The text of a message, in Telegram's HTML."""
        html = self.mark + self.words.html(self.outcome, self.place, self.language)
        below = self.below.html if self.below is not None else ""
        return f"{html}\n\n{below}" if below else html

    @property
    def rich(self) -> str | None:
        """The same as a rich message with a table, in the HTML of `sendRichMessage`; None if it has no such form."""
        alone = self.below is None and not self.mark
        return self.words.rich(self.outcome, self.place, self.language) if alone else None

    def with_below(self, below: "Said") -> "Said":
        """The same with one more outcome below all the others."""
        return replace(self, below=below if self.below is None else self.below.with_below(below))

    @property
    def short(self) -> str | None:
        """The text of a callback's answer: plain, at most 200 characters. None if no press leads to this outcome."""
        return self.words.short(self.outcome, self.place, self.language)

    @property
    def buttons(self) -> Rows:
        """The outcome's buttons, in rows."""
        rows = self.words.buttons(self.outcome, self.place, self.language)
        return (*rows, *(self.below.buttons if self.below is not None else ()), *self.foot)


class Words:
    """Renders outcomes. A file of words is loaded when it is used first, and compiled if it wasn't before.

    `buttons` and `secrets` are what the domains registered. Both may be empty where only `line` is used.
    """

    def __init__(self, buttons: Buttons, secrets: Secrets) -> None:
        self._buttons = buttons
        self._secrets = secrets
        self._html = {language: _Files(language, autoescape=True) for language in Language}
        self._plain = {language: _Files(language, autoescape=False) for language in Language}
        self._fields: dict[type[Any], tuple[str, ...]] = {}
        self._said_at = Clock.real().now

    def by(self, now: Callable[[], datetime]) -> "Words":
        """The same words, for which *today* and *tonight* are those of another clock."""
        words = copy(self)
        words._said_at = now  # noqa: SLF001  # a copy of its own
        return words

    def say(self, outcome: Any, place: Place | None, language: Language) -> Said:
        """The outcome in words."""
        return Said(self, outcome, place, language)

    def html(self, outcome: Any, place: Place | None, language: Language) -> str:
        """The outcome as a message."""
        kind = type(outcome)
        template = self._html[language][file_of(kind)]
        return _render(template, kind.__name__, self._values(outcome, place, language))

    def rich(self, outcome: Any, place: Place | None, language: Language) -> str | None:
        """The outcome as a rich message, in Telegram's HTML with tables; None if it has no such form."""
        return self._form("rich", self._html[language], outcome, place, language)

    def short(self, outcome: Any, place: Place | None, language: Language) -> str | None:
        """The outcome as a callback's answer; None if it has no short form."""
        return self._form("short", self._plain[language], outcome, place, language)

    def _form(
        self, form: str, templates: dict[str, Template], outcome: Any, place: Place | None, language: Language
    ) -> str | None:
        """Another form of the outcome; None if it has no block for that."""
        kind = type(outcome)
        template = templates[file_of(kind)]
        name = f"{kind.__name__}_{form}"
        if name not in template.blocks:
            return None
        return _render(template, name, self._values(outcome, place, language))

    def is_secret(self, outcome: Any) -> bool:
        """Whether the outcome shows something that only its reader may see."""
        secret = self._secrets.get(type(outcome))
        return secret is not None and any(getattr(outcome, name) for name in secret.fields)

    def is_told_by_alert(self, outcome: Any) -> bool:
        """Whether the outcome's short form holds its secret."""
        secret = self._secrets.get(type(outcome))
        return secret is not None and secret.told_by_alert

    def aloud(self, outcome: Any, place: Place) -> Any:
        """The outcome that may be shown to the whole group.

        For a secret outcome this is a link into the private chat, or the same outcome with the secret masked.
        """
        if not self.is_secret(outcome):
            return outcome
        secret = self._secrets[type(outcome)]
        if secret.link is not None:
            return OnlyInPrivate(f"{secret.link}_{place.community_id}")
        return replace(outcome, **{name: MASK for name in secret.fields if getattr(outcome, name)})

    def buttons_of(self, outcome: Any) -> Rows:
        """The outcome's buttons in rows, without their texts; empty if it has none."""
        rows = self._buttons.get(type(outcome))
        return rows(outcome) if rows is not None else ()

    def buttons(self, outcome: Any, place: Place | None, language: Language) -> Rows:
        """The outcome's buttons, in rows."""
        rows = self.buttons_of(outcome)
        if not rows:
            return ()
        values = self._values(outcome, place, language)
        own, shared = self._plain[language][file_of(type(outcome))], self._plain[language][LABELS]

        def label(button: Button) -> str:
            block = f"label_{button.label}"
            return _render(own if block in own.blocks else shared, block, {**values, "about": button.about})

        return tuple(tuple(button.with_text(label(button)) for button in row) for row in rows)

    def line(self, file: str, block: str, language: Language, **values: Any) -> str:
        """A plain line that belongs to no outcome, such as a line of the demo or of the doctor's report.

        `place` among the values is the shop that the line is about.
        """
        here = filters.Here.of(values.get("place"), language)
        return _render(self._plain[language][file], block, {**values, "here": here, "said_at": self._said_at()})

    def blocks(self, file: str, language: Language) -> frozenset[str]:
        """Names of all blocks of a file of words."""
        return frozenset(self._plain[language][file].blocks)

    def load_all(self) -> None:
        """Load every file of words, which compiles those that weren't."""
        for files in (*self._html.values(), *self._plain.values()):
            for file in (*FILES, LABELS):
                files[file]

    def _values(self, outcome: Any, place: Place | None, language: Language) -> dict[str, Any]:
        kind = type(outcome)
        names = self._fields.get(kind)
        if names is None:
            names = self._fields[kind] = tuple(field.name for field in fields(kind))
        values = {name: getattr(outcome, name) for name in names}
        values["here"] = filters.Here.of(place, language)
        values["said_at"] = self._said_at()
        return values


class _Files(dict[str, Template]):
    """The files of words of one language, each loaded when it is asked for first.

    Together they take 15 MiB, and most shops use some of them only: what is never said is never loaded.
    """

    def __init__(self, language: Language, *, autoescape: bool) -> None:
        super().__init__()
        cache = TemplateCache(f"{language}-{'html' if autoescape else 'plain'}")
        self._environment = QuickEnvironment(
            loader=FileSystemLoader(FOLDER / language),
            autoescape=autoescape,  # off only for plain texts, which Telegram doesn't parse
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,  # as many as there are files
            bytecode_cache=cache if cache.is_of_use else None,
        )
        self._environment.filters.update(filters.all_for(language, html=autoescape))

    def __missing__(self, file: str) -> Template:
        template = self[file] = self._environment.get_template(f"{file}.j2")
        return template


def _render(template: Template, block: str, values: dict[str, Any]) -> str:
    render: Block = template.blocks[block]
    return "".join(render(template.new_context(values))).strip()
