"""What the handlers of the persona are given, and the form of `/persona`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from bot.content import Words
from bot.features.communities import Communities
from bot.features.posts.persona import Personas
from bot.features.posts.pillars import PillarPages
from bot.handlers.kit.domain import Core
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, Reader, echo, words
from bot.rules.forms import NotEmoji
from bot.rules.pillars import Pillar
from bot.rules.posts.persona import PersonaPolicy, split_emoji
from bot.rules.posts.pillar_lines import name_key
from bot.rules.words import Language

EXAMPLE = '/persona sign_off="…" emoji="🌸 ✨" notes="…"'
NONE = "none"
"""What takes a part of the persona away."""


@dataclass(frozen=True, slots=True)
class PersonaServices:
    """Use cases of the persona, and how its lines are read."""

    personas: Personas
    pages: PillarPages
    communities: Communities
    form: Form
    policy: PersonaPolicy
    names: Mapping[str, str]
    """Names of pillars in all languages, as `name_key` gives them, and their keys."""

    @classmethod
    def of(cls, core: Core) -> "PersonaServices":
        """Made once for all handlers."""
        policy = core.policies[PersonaPolicy]
        return cls(
            personas=Personas(core.db),
            pages=PillarPages(core.db, policy),
            communities=core.communities,
            form=persona_form(policy),
            policy=policy,
            names=names_of_pillars(core.words),
        )


def names_of_pillars(words_of: Words) -> dict[str, str]:
    """What people call the pillars that every shop begins with."""
    said = {
        name_key(words_of.line("pillars", "name", language, key=pillar.value)): pillar.value
        for language, pillar in product(Language, Pillar)
    }
    return said | {pillar.value: pillar.value for pillar in Pillar}


def persona_form(policy: PersonaPolicy) -> Form:
    """The fields of `/persona`."""
    return Form(
        {
            "name": Field(words(policy.max_name, EXAMPLE)),
            "sign_off": Field(partial(_or_none, words(policy.max_sign_off, EXAMPLE))),
            "emoji": Field(partial(_emoji, policy.max_emoji)),
            "notes": Field(partial(_or_none, words(policy.max_notes, EXAMPLE))),
        },
        EXAMPLE,
    )


def _or_none(read: Reader[str], name: str, text: str, moment: Moment) -> Any:
    return "" if text.strip().lower() in {NONE, "-"} else read(name, text, moment)


def _emoji(most: int, name: str, text: str, _moment: Moment) -> str:
    """Emoji with blanks between them."""
    if text.strip().lower() in {NONE, "-"}:
        return ""
    found = split_emoji(text)
    if not found or len(found) > most:
        raise FormProblem(NotEmoji(name, echo(text), most))
    return " ".join(found)
