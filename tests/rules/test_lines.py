"""Lines of `name=value`: pairs, quotes, commas, and what stays of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.lines import Open, Stray, echo, quoted, split_pairs, unquoted, visible

FIELDS = {"title": True, "prize": True, "stock": False, "closes": False, "price": False, "gives": False, "url": False}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('title="Silk scarf" stock=3', {"title": "Silk scarf", "stock": "3"}),
        ('title="Silk scarf", stock=50, price=0', {"title": "Silk scarf", "stock": "50", "price": "0"}),
        (
            "title=丝巾，stock=50、price=0；closes=20:00",
            {"title": "丝巾", "stock": "50", "price": "0", "closes": "20:00"},
        ),
        ("title=‘Silk scarf’ stock=3", {"title": "Silk scarf", "stock": "3"}),
        ("title=“Silk scarf“ stock=3", {"title": "Silk scarf", "stock": "3"}),
        ("title=”Silk scarf” stock=3", {"title": "Silk scarf", "stock": "3"}),
        ("title=„Silk scarf“ prize=“3만 원”", {"title": "Silk scarf", "prize": "3만 원"}),
        ("title=《真丝 丝巾》 stock=3", {"title": "真丝 丝巾", "stock": "3"}),
        ("title=〈실크〉 stock=3", {"title": "실크", "stock": "3"}),
        ("title=「실크 스카프」stock=3", {"title": "실크 스카프", "stock": "3"}),
        ("title=《丝巾》限量 stock=3", {"title": "《丝巾》限量", "stock": "3"}),
        ("title='Lumi's scarf' stock=3", {"title": "Lumi's scarf", "stock": "3"}),
        ('title="He said “hi” there" stock=3', {"title": "He said “hi” there", "stock": "3"}),
        ("closes=내일 저녁 8시 반 price=30 코인", {"closes": "내일 저녁 8시 반", "price": "30 코인"}),
        ("closes=20:00 tomorrow, stock=1，000个", {"closes": "20:00 tomorrow", "stock": "1，000个"}),
        ("gives=coupon:12,packet:500/20 stock=3", {"gives": "coupon:12,packet:500/20", "stock": "3"}),
        ("url=https://example.com/?a=1,b=2 stock=3", {"url": "https://example.com/?a=1,b=2", "stock": "3"}),
        ("stock = 3 \n title = Silk", {"stock": "3", "title": "Silk"}),
        ("title= stock=3", {"title": "", "stock": "3"}),
        ("stok=3 title=Silk", {"stok": "3", "title": "Silk"}),
        ("", {}),
    ],
)
def test_a_line_is_split(line: str, expected: dict[str, str]) -> None:
    """Quotes of every keyboard, commas between pairs, and values of several words that need no quotes."""
    pairs = split_pairs(line, FIELDS)
    assert isinstance(pairs, list)
    assert {pair.name: pair.value for pair in pairs} == expected
    for pair in pairs:
        assert pair.value in line[pair.begins : pair.ends]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("title=Silk scarf stock=3", Stray("scarf")),
        ("hello", Stray("hello")),
        ('title="Silk" scarf', Stray("scarf")),
        ('title="Silk stock=3', Open()),
        ("title=「Silk stock=3", Open()),
        ("title=‘Silk stock=3", Open()),
    ],
)
def test_a_line_that_isnt_pairs(line: str, expected: Stray | Open) -> None:
    """Free text of several words needs quotes, and a quote is closed."""
    assert split_pairs(line, FIELDS) == expected


MARKS = "\"“”„«»「」『』'‘’《》〈〉＂, ，=:"


@given(value=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30))
def test_a_quoted_value_is_read_back(value: str) -> None:
    """A value that lacks one kind of quotes keeps every sign; whatever it holds, nothing slips into another field."""
    pairs = split_pairs(f"title={quoted(value)} stock=3", FIELDS)
    if not value:
        return
    assert isinstance(pairs, list)
    assert [pair.name for pair in pairs] == ["title", "stock"]
    if not all(mark in value for mark in "»」』》〉’"):
        assert pairs[0].value == value


@given(line=st.text(max_size=60) | st.text("titlesock=:\"'“”《》, 1", max_size=40))
def test_any_line_is_split_or_told_why(line: str) -> None:
    """Nothing that is typed raises an error or hangs."""
    found = split_pairs(line, FIELDS)
    assert isinstance(found, list | Stray | Open)


SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
"""A flag of several signs that nobody sees."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("👩‍👧 family", "👩‍👧 family"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        (
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        ),
        ("a\u202e\u200bb\n\tc", "ab c"),
        ("\u200d\u200c", ""),
        (" \u2066 ", ""),
    ],
)
def test_joiners_stay_and_controls_go(text: str, expected: str) -> None:
    """What shapes emoji and Persian letters stays; what turns or hides a line goes; joiners alone are no text."""
    assert visible(text) == expected


def test_what_is_told_back_is_short() -> None:
    """A long text is told back with an ellipsis, and quotes around a whole text come off."""
    assert len(echo("x" * 100)) == 60
    assert unquoted("《丝巾》") == "丝巾"
    assert unquoted("“Silk“") == "Silk"
    assert unquoted("Silk") is None
    assert unquoted('"') is None
