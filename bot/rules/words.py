"""The three languages, the choice of one for a reader, and the comparison of words that people type."""

import re
import unicodedata
from enum import StrEnum


class Language(StrEnum):
    """A language that Encore speaks; its value is the folder of its words."""

    KO = "ko"
    ZH = "zh"
    EN = "en"


_SIGNS = re.compile(r"[\W_]+")
"""Whatever is neither a letter nor a digit: spaces, punctuation, emoji and what joins them."""
_LAUGHTER = re.compile("(?<=.)[\u110f\u1112\u116e\u1172]+$")
"""Single Korean letters at the end, by which people laugh or cry. NFKC gives these forms of them."""
_REPEATED = re.compile(r"(.+?)\1+(.{0,8})")
"""Something again and again, and an ending."""
_SAYS = ("L", "N", "S")
"""Kinds of characters of which a word has at least one, as Unicode names them: letters, numbers, emoji."""
_WAVES = "~\uff5e"
"""Marks that Unicode takes for symbols."""
_BY_CODE = {language.value: language for language in Language}


def language_of(code: str | None) -> Language | None:
    """The language of an IETF tag as Telegram reports it (`zh-hans`, `ko-KR`); None if Encore doesn't speak it."""
    if not code:
        return None
    head = code.replace("_", "-").split("-", 1)[0].lower()
    return _BY_CODE.get(head)


def reader_language(choice: str | None, telegram: str | None, community: str) -> Language:
    """The language for a reader: their own choice, else Telegram's, else the community's, else English."""
    return language_of(choice) or language_of(telegram) or language_of(community) or Language.EN


def plain_word(text: str) -> str:
    """A typed word without case, width, spaces and signs, so that it can be compared. Signs alone stay as they are."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return _LAUGHTER.sub("", _SIGNS.sub("", normal)) or "".join(normal.split())


def says_something(text: str) -> bool:
    """Whether a text can be a word that people say: more than marks and spaces."""
    return any(unicodedata.category(char)[0] in _SAYS for char in text if char not in _WAVES)


def meanings(word: str) -> tuple[str, ...]:
    """Which plain words a plain word may stand for, the likeliest first: itself, or one that it says again and again.

    A word may itself be a letter that is written twice, as Koreans shorten words. So what is repeated is looked up
    doubled too.
    """
    repeated = _REPEATED.fullmatch(word)
    if repeated is None:
        return (word,)
    once, ending = repeated.groups()
    return word, once + ending, once * 2 + ending
