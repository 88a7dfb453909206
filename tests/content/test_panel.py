"""The panel's words: everything that it names has one, in the reader's language."""

import re
from typing import Any

import pytest

from bot.content.filters import Here
from bot.rules.words import Language
from tests.content.sources import source_of
from tests.content.values import DEEDS
from tests.features.scene import PANEL
from tests.words import WORDS

LANGUAGES_SHARE = re.compile(r"[\d,.:]+")
"""Answers that read the same in every language."""


@pytest.mark.parametrize("language", Language)
def test_the_panel_has_a_word_for_everything(language: Language) -> None:
    """Sections, acts, questions, short names, answers to tap, what the log tells: all have words of their own."""
    asks = WORDS._plain[language]["staff/panel"].environment.get_template("staff/asks.j2")
    module: Any = asks.make_module({"here": Here.of(None, language)})
    for act in PANEL.acts:
        assert module.section(act.section).strip() != act.section
        assert module.act(act.name).strip() != act.name
        for blank in act.blanks:
            assert module.field(blank.name).strip() != blank.name, blank.name
            assert module.question(act.name, blank.name).strip() != module.field(blank.name).strip(), (act.name, blank)
            for text in blank.quick:
                said = module.answer(blank.name, text).strip()
                assert said != text or LANGUAGES_SHARE.fullmatch(text), (blank.name, text)
    other = module.deed("one.of.tomorrow")
    assert not [deed for deed in DEEDS if module.deed(deed) == other and deed != "one.of.tomorrow"]


@pytest.mark.parametrize("language", [Language.KO, Language.ZH])
def test_the_panels_words_hold_no_english(language: Language) -> None:
    """What stands in the tables of the panel's words is in its language; codes and times to type stay as they are."""
    source = source_of("staff/asks", language)
    examples = re.compile(
        r"SILK20|https://|\+90m|2026-11-23T20:00|\b(?:15m|2h|1h30m)\b|\bQR\b|CSV|Excel|\b(?:code|order|value|time)\b"
        r"|(?:텔레그램|Telegram) ID"
    )
    for said in re.findall(r': "([^"]+)"', source):
        assert not re.search(r"[A-Za-z]+", examples.sub("", said)), said
