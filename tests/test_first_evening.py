"""The page of the first evening names buttons as the owner reads them, in each language."""

import re
from pathlib import Path

import pytest

from bot.rules.words import Language

ROOT = Path(__file__).parents[1]
PAGES = {
    Language.EN: ROOT / "docs/first-evening.md",
    Language.KO: ROOT / "docs/first-evening.ko.md",
    Language.ZH: ROOT / "docs/first-evening.zh.md",
}
OWNERS_PART = {Language.EN: "\n# You\n", Language.KO: "\n# 방장님\n", Language.ZH: "\n# 你自己\n"}
NO_BUTTONS = {
    Language.EN: {"invite users via link", "Don't skip this one"},
    Language.KO: {"꼭 정해 주세요."},
    Language.ZH: {"这个别跳过"},
}
"""What stands in bold and is none of the bot's buttons."""


@pytest.mark.parametrize("language", list(Language))
def test_its_buttons_are_there(language: Language) -> None:
    """Each bold name in the owner's part is a label of the bot in that language."""
    page = PAGES[language].read_text(encoding="utf-8").partition(OWNERS_PART[language])[2]
    words = "\n".join(
        file.read_text(encoding="utf-8") for file in sorted((ROOT / "bot/content" / language).rglob("*.j2"))
    )
    named = {" ".join(bold.split()) for bold in re.findall(r"\*\*(.+?)\*\*", page, re.DOTALL)}
    assert len(named) > 20
    assert sorted(one for one in named - NO_BUTTONS[language] if one not in words) == []
