"""The three languages, the choice of one for a reader, and the comparison of words that people type."""

from enum import StrEnum


class Language(StrEnum):
    """A language that Encore speaks; its value is the folder of its words."""

    KO = "ko"
    ZH = "zh"
    EN = "en"


_TRAILING = " \t\n.!?~…。\uff01\uff1f\uff5e"
"""The last three are full-width ! ? ~, escaped so that no editor replaces them by plain ones."""
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
    """A typed word without case, spaces and trailing marks, so that it can be compared."""
    return "".join(text.strip(_TRAILING).casefold().split())
