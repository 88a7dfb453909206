"""Each language is written as its readers write it."""

import re

import pytest

from bot.content import LABELS
from bot.content.catalog import FILES
from bot.rules.words import Language
from tests.content.sources import CASES, LATIN_IN_CHINESE_AND_KOREAN, literal, source_of


@pytest.mark.parametrize("file", [*FILES, LABELS])
@pytest.mark.parametrize("language", [Language.KO, Language.ZH])
def test_no_english_in_korean_and_chinese(file: str, language: Language) -> None:
    """Korean and Chinese sentences hold no Latin words but commands."""
    rest = LATIN_IN_CHINESE_AND_KOREAN.sub("", literal(file, language))
    assert not re.findall(r"[A-Za-z]+", rest)


@pytest.mark.parametrize("file", [*FILES, LABELS])
def test_scripts_stay_in_their_language(file: str) -> None:
    """No Hangul in Chinese and English files, no Chinese characters in Korean and English ones."""
    hangul, han = re.compile(r"[가-힣]"), re.compile(r"[一-鿿]")
    assert not hangul.search(literal(file, Language.ZH))
    assert not hangul.search(literal(file, Language.EN))
    assert not han.search(literal(file, Language.KO))
    assert not han.search(literal(file, Language.EN))


@pytest.mark.parametrize("file", [*FILES, LABELS])
def test_chinese_punctuation_is_full_width(file: str) -> None:
    """Next to a Chinese character stands Chinese punctuation."""
    assert not re.findall(r"[一-鿿][,.!?:;()]|[,!?;(][一-鿿]", literal(file, Language.ZH))


@pytest.mark.parametrize("file", [*FILES, LABELS])
def test_korean_particles_dont_depend_on_values(file: str) -> None:
    """No particle whose form depends on the last sound follows a value, unless a date, which ends in 일."""
    source = re.sub(r"\{#.*?#\}", "", source_of(file, Language.KO), flags=re.DOTALL)
    source = re.sub(r"</(?:b|code|i)>", "", source)
    ends = re.findall(r"\{\{([^}]*)\}\} ?(?:을|를|이|가|은|는|과|와|으로|로|이에요|예요|이라|라)(?![가-힣])", source)
    assert [end for end in ends if not end.strip().endswith("|day")] == []


@pytest.mark.parametrize(("file", "language"), CASES)
def test_nobody_shouts(file: str, language: Language) -> None:
    """No chains of exclamation marks, and at most one emoji a line beside the medals."""
    for line in literal(file, language).split("\n"):
        assert not re.search(r"[!！]\s*[!！]", line), line
        emoji = re.findall(r"[\U0001f300-\U0001faff⏰✅⚙↩]", line)
        assert len(emoji) <= 1, line
