"""Tags: what can be one, and when two are the same."""

import pytest

from bot.rules.tags import read_tag, tag_key


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("silk", "silk"),
        ("#Silk", "Silk"),
        (" silk  scarf ", "silk-scarf"),
        ("실크", "실크"),
        ("老客", "老客"),
        ("ｓｉｌｋ", "silk"),
        ("vip_2", "vip_2"),
        ("", None),
        ("#", None),
        ("--", None),
        ("a=b", None),
        ('si"lk', None),
        ("<b>", None),
        ("x" * 24, "x" * 24),
        ("x" * 25, None),
    ],
)
def test_what_can_be_a_tag(text: str, tag: str | None) -> None:
    """One word of letters and digits; blanks become hyphens, so that a segment can name it."""
    assert read_tag(text) == tag


def test_when_two_are_the_same() -> None:
    """Case and width don't matter."""
    assert tag_key("Silk") == tag_key("ＳＩＬＫ") != tag_key("silks")
