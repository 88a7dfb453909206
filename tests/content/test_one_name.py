"""One name for one thing: words that stood for something else before, or that no shop says, stand nowhere."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from bot.rules.words import Language

CONTENT = Path(__file__).parents[2] / "bot/content"
NO_WORDS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{[^\"{}]*\}\}| is not none", re.DOTALL)
"""Comments and what the templates compute."""


def words_in(language: Language) -> dict[str, str]:
    """The text of each file of words, without what nobody reads, and of the starter posts."""
    files = [*sorted((CONTENT / language).rglob("*.j2")), CONTENT / "starter" / f"{language}.toml"]
    return {str(file.relative_to(CONTENT)): NO_WORDS.sub("", file.read_text(encoding="utf-8")) for file in files}


@pytest.mark.parametrize("language", list(Language))
def test_one_name_for_one_thing(language: Language) -> None:
    """No file says a forbidden word; the list says which one stands in its place."""
    forbidden: dict[str, str] = import_module(f"tests.content.one_name_{language}").FORBIDDEN
    assert len(forbidden) > 5
    found = {
        (file, word): right
        for file, text in words_in(language).items()
        for word, right in forbidden.items()
        if word in text
    }
    assert found == {}
