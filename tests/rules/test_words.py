"""Which language a reader gets."""

import pytest

from bot.rules.words import Language, language_of, reader_language, says_something


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("ko", Language.KO),
        ("ko-KR", Language.KO),
        ("zh-hans", Language.ZH),
        ("zh_TW", Language.ZH),
        ("EN-gb", Language.EN),
        ("de", None),
        ("kok", None),
        ("", None),
        (None, None),
    ],
)
def test_a_tag_means_one_of_ours_or_none(code: str | None, language: Language | None) -> None:
    """Only the tag's head counts, whatever its case and separator."""
    assert language_of(code) == language


@pytest.mark.parametrize(
    ("choice", "telegram", "community", "language"),
    [
        ("zh", "ko", "en", Language.ZH),
        (None, "ko-KR", "en", Language.KO),
        ("xx", "ko", "en", Language.KO),
        (None, "de", "zh", Language.ZH),
        (None, None, "ko", Language.KO),
        (None, None, "de", Language.EN),
    ],
)
def test_the_readers_choice_comes_first(
    choice: str | None, telegram: str | None, community: str, language: Language
) -> None:
    """The fan's own choice, then Telegram's, then the community's, then English."""
    assert reader_language(choice, telegram, community) == language


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("silk!", True),
        ("출석", True),
        ("7", True),
        ("🎁", True),
        ("!!!", False),
        ("~ …", False),
        ("", False),
        ("__", False),
    ],
)
def test_marks_alone_are_no_word(text: str, says: bool) -> None:
    """A word has a letter, a number or an emoji: people write marks alone to one another."""
    assert says_something(text) is says
