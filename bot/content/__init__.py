"""Words: an outcome becomes what a person reads, in their language and the persona's voice.

One Jinja2 file for each file of rules and language, one block for each outcome (`SoldOut`), found by its class's name.
`SoldOut` is HTML with autoescape on; `SoldOut_short` is plain text of at most 200 characters for a callback's answer;
`label_…` are the plain texts of buttons: a block of the outcome's own file, else of `labels.j2`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context

from bot.content import filters
from bot.content.button import Button, Rows
from bot.content.buttons.shared import Buttons
from bot.content.catalog import FILES, file_of
from bot.content.compiled import Compiled
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
    """An outcome in words; each form is rendered when it is asked for."""

    words: "Words"
    outcome: Any
    place: Place | None
    language: Language
    below: "Said | None" = None
    """What stands under it in the same message, with its buttons."""

    @property
    def secret(self) -> bool:
        """Whether only its reader may see it."""
        return self.words.is_secret(self.outcome) or (self.below is not None and self.below.secret)

    @property
    def told_by_alert(self) -> bool:
        """Whether who has read the short form knows the secret."""
        return self.words.is_told_by_alert(self.outcome)

    def aloud(self, place: Place) -> "Said":
        """What may be said of it for all to see."""
        return Said(self.words, self.words.aloud(self.outcome, place), place, self.language)

    @property
    def html(self) -> str:
        """For a message, in Telegram's HTML."""
        html = self.words.html(self.outcome, self.place, self.language)
        return html if self.below is None else f"{html}\n\n{self.below.html}"

    @property
    def short(self) -> str | None:
        """For a callback's answer: plain, at most 200 characters; None if no press leads here."""
        return self.words.short(self.outcome, self.place, self.language)

    @property
    def buttons(self) -> Rows:
        """The outcome's buttons, in rows."""
        rows = self.words.buttons(self.outcome, self.place, self.language)
        return rows if self.below is None else (*rows, *self.below.buttons)


class Words:
    """Renders outcomes. Templates are compiled, or read compiled, when this is made.

    `buttons` and `secrets` are what the domains registered; who says only plain lines needs none.
    """

    def __init__(self, buttons: Buttons, secrets: Secrets) -> None:
        self._buttons = buttons
        self._secrets = secrets
        self._html = {language: _load(language, autoescape=True) for language in Language}
        self._plain = {language: _load(language, autoescape=False) for language in Language}
        self._fields: dict[type[Any], tuple[str, ...]] = {}

    def say(self, outcome: Any, place: Place | None, language: Language) -> Said:
        """The outcome in words."""
        return Said(self, outcome, place, language)

    def html(self, outcome: Any, place: Place | None, language: Language) -> str:
        """The outcome as a message."""
        kind = type(outcome)
        template = self._html[language][file_of(kind)]
        return _render(template, kind.__name__, self._values(outcome, place, language))

    def short(self, outcome: Any, place: Place | None, language: Language) -> str | None:
        """The outcome as a callback's answer, if it has such a form."""
        kind = type(outcome)
        template = self._plain[language][file_of(kind)]
        name = f"{kind.__name__}_short"
        if name not in template.blocks:
            return None
        return _render(template, name, self._values(outcome, place, language))

    def is_secret(self, outcome: Any) -> bool:
        """Whether it shows something that only its reader may see."""
        secret = self._secrets.get(type(outcome))
        return secret is not None and any(getattr(outcome, name) for name in secret.fields)

    def is_told_by_alert(self, outcome: Any) -> bool:
        """Whether the outcome's short form holds its secret."""
        secret = self._secrets.get(type(outcome))
        return secret is not None and secret.told_by_alert

    def aloud(self, outcome: Any, place: Place) -> Any:
        """What may be said in the group: of a secret the same without the code, or the way into the private chat."""
        if not self.is_secret(outcome):
            return outcome
        secret = self._secrets[type(outcome)]
        if secret.link is not None:
            return OnlyInPrivate(f"{secret.link}_{place.community_id}")
        return replace(outcome, **{name: MASK for name in secret.fields if getattr(outcome, name)})

    def buttons_of(self, outcome: Any) -> Rows:
        """The outcome's buttons in rows, without their texts."""
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
        """A plain line that belongs to no outcome: what the demo tells between the messages."""
        environment = self._plain[language][FILES[0]].environment
        return _render(
            environment.get_template(f"{file}.j2"), block, {**values, "here": filters.Here.of(None, language)}
        )

    def blocks(self, file: str, language: Language) -> frozenset[str]:
        """Names of all blocks of a file of words."""
        return frozenset(self._plain[language][file].blocks)

    def _values(self, outcome: Any, place: Place | None, language: Language) -> dict[str, Any]:
        kind = type(outcome)
        names = self._fields.get(kind)
        if names is None:
            names = self._fields[kind] = tuple(field.name for field in fields(kind))
        values = {name: getattr(outcome, name) for name in names}
        values["here"] = filters.Here.of(place, language)
        return values


def _load(language: Language, *, autoescape: bool) -> dict[str, Template]:
    kept = Compiled(f"{language}-{'html' if autoescape else 'plain'}")
    environment = Environment(  # off only for plain texts, which Telegram doesn't parse
        loader=FileSystemLoader(FOLDER / language),
        autoescape=autoescape,  # noqa: S701  # off only for plain texts, which Telegram doesn't parse
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=kept if kept.possible else None,
    )
    environment.filters.update(filters.all_for(language, html=autoescape))
    return {file: environment.get_template(f"{file}.j2") for file in (*FILES, LABELS)}


def _render(template: Template, block: str, values: dict[str, Any]) -> str:
    render: Block = template.blocks[block]
    return "".join(render(template.new_context(values))).strip()
