"""The three languages, how one is chosen for a reader, and how a word is read that people type."""

from enum import StrEnum


class Language(StrEnum):
    """A language that Encore speaks; its value is the folder of its words."""

    KO = "ko"
    ZH = "zh"
    EN = "en"


_TRAILING = " \t\n.!?~…。\uff01\uff1f\uff5e"
"""The last three are full-width ! ? ~, written so that no editor makes plain ones of them."""
_BY_CODE = {language.value: language for language in Language}


def language_of(code: str | None) -> Language | None:
    """The language behind an IETF tag as Telegram reports it (`zh-hans`, `ko-KR`), if it is one of ours."""
    if not code:
        return None
    head = code.replace("_", "-").split("-", 1)[0].lower()
    return _BY_CODE.get(head)


def reader_language(choice: str | None, telegram: str | None, community: str) -> Language:
    """The fan's own choice, then Telegram's if it is one of ours, then the community's."""
    return language_of(choice) or language_of(telegram) or language_of(community) or Language.EN


def plain_word(text: str) -> str:
    """A word as people type it: case, spaces and a trailing mark don't matter."""
    return "".join(text.strip(_TRAILING).casefold().split())
