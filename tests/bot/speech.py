"""In which script somebody was answered, and what the bot called to say it."""

import re

from sandbox import Call, Sandbox

HANGUL = re.compile(r"[\uac00-\ud7a3]")
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{3}")
CODE = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")

NAMES = ("Silk room", "루미", "小鹿", "Lumi")
"""The shop's and the persona's names stand in every language as they are."""

SAYING = frozenset({"sendMessage", "answerCallbackQuery"})
"""Calls that somebody reads."""


def speaks(text: str, language: str) -> bool:
    """Whether a text is in this language, judged by its script."""
    for name in NAMES:
        text = text.replace(name, "")
    match language:
        case "ko":
            return bool(HANGUL.search(text))
        case "zh":
            return bool(HAN.search(text)) and not HANGUL.search(text)
        case _:
            return bool(LATIN.search(text)) and not HANGUL.search(text) and not HAN.search(text)


def said_since(telegram: Sandbox, mark: int) -> list[Call]:
    """What the bot said in calls after the first `mark` ones."""
    return [call for call in telegram.calls[mark:] if call.method in SAYING]


def code_in(text: str) -> str:
    """The coupon code in a text; fails if there is none."""
    found = CODE.search(text)
    assert found is not None, text
    return found.group()
