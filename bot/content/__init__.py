"""Words: an outcome becomes what a person reads, in their language and the persona's voice.

One Jinja2 file a feature and language (`ko/coupons.j2`), one block an outcome (`SoldOut`), found by its class's name.
`SoldOut` is HTML with autoescape on; `SoldOut_short` is plain text of at most 200 characters for a callback's answer;
`label_…` are the plain texts of buttons.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context

from bot.content import filters
from bot.content.button import Rows
from bot.content.buttons import buttons_for
from bot.content.catalog import FEATURES, feature_of
from bot.content.compiled import Compiled
from bot.content.secrets import aloud, is_secret
from bot.rules.communities import Place
from bot.rules.words import Language

FOLDER = Path(__file__).parent

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
        return is_secret(self.outcome) or (self.below is not None and self.below.secret)

    def aloud(self, place: Place) -> "Said":
        """What may be said of it for all to see."""
        outcome = aloud(self.outcome, place) if is_secret(self.outcome) else self.outcome
        return Said(self.words, outcome, place, self.language)

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
    """Renders outcomes. Templates are compiled or read compiled, when this is made."""

    def __init__(self) -> None:
        self._html = {language: _load(language, autoescape=True) for language in Language}
        self._plain = {language: _load(language, autoescape=False) for language in Language}
        self._fields: dict[type[Any], tuple[str, ...]] = {}

    def say(self, outcome: Any, place: Place | None, language: Language) -> Said:
        """The outcome in words."""
        return Said(self, outcome, place, language)

    def html(self, outcome: Any, place: Place | None, language: Language) -> str:
        """The outcome as a message."""
        kind = type(outcome)
        template = self._html[language][feature_of(kind)]
        return _render(template, kind.__name__, self._values(outcome, place, language))

    def short(self, outcome: Any, place: Place | None, language: Language) -> str | None:
        """The outcome as a callback's answer, if it has such a form."""
        kind = type(outcome)
        template = self._plain[language][feature_of(kind)]
        name = f"{kind.__name__}_short"
        if name not in template.blocks:
            return None
        return _render(template, name, self._values(outcome, place, language))

    def buttons(self, outcome: Any, place: Place | None, language: Language) -> Rows:
        """The outcome's buttons, in rows."""
        rows = buttons_for(outcome)
        if not rows:
            return ()
        kind = type(outcome)
        template = self._plain[language][feature_of(kind)]
        values = self._values(outcome, place, language)
        return tuple(
            tuple(
                button.with_text(_render(template, f"label_{button.label}", {**values, "about": button.about}))
                for button in row
            )
            for row in rows
        )

    def line(self, file: str, block: str, language: Language, **values: Any) -> str:
        """A plain line that belongs to no outcome: what the demo tells between the messages."""
        environment = self._plain[language][next(iter(FEATURES))].environment
        return _render(
            environment.get_template(f"{file}.j2"), block, {**values, "here": filters.Here.of(None, language)}
        )

    def blocks(self, feature: str, language: Language) -> frozenset[str]:
        """Names of all blocks of a feature's file."""
        return frozenset(self._plain[language][feature].blocks)

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
    return {feature: environment.get_template(f"{feature}.j2") for feature in FEATURES}


def _render(template: Template, block: str, values: dict[str, Any]) -> str:
    render: Block = template.blocks[block]
    return "".join(render(template.new_context(values))).strip()
