"""The persona: emoji apart, shares that add up, lines of pillars, posts off-position."""

import pytest

from bot.rules.pillars import SHARES_AT_FIRST
from bot.rules.posts.persona import (
    PersonaPolicy,
    PillarShare,
    PillarsUnread,
    TooManyPillars,
    in_order,
    is_off_position,
    scaled,
    split_emoji,
)
from bot.rules.posts.pillar_lines import name_key, pillar_of, read_shares

POLICY = PersonaPolicy()
KNOWN = {
    name_key("New arrivals"): "arrivals",
    "arrivals": "arrivals",
    "신상": "arrivals",
    "干货": "tips",
    "tips": "tips",
}


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("🌸✨🎀", ("🌸", "✨", "🎀")),
        ("❤️, 👩‍🍳 👍🏽", ("❤️", "👩‍🍳", "👍🏽")),
        ("🇰🇷🇨🇳", ("🇰🇷", "🇨🇳")),
        ("🌸 🌸", ("🌸",)),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", ("🏴󠁧󠁢󠁥󠁮󠁧󠁿",)),
        ("", ()),
        ("hearts", None),
        ("🌸 x", None),
        ("1", None),
    ],
)
def test_emoji_apart(text: str, emoji: tuple[str, ...] | None) -> None:
    """Each emoji once, whole with its skin, its joiners or its flag's second half; anything else is none."""
    assert split_emoji(text) == emoji


@pytest.mark.parametrize(
    ("shares", "whole"),
    [
        ({"a": 66, "b": 44}, {"a": 60, "b": 40}),
        ({"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        ({"a": 100}, {"a": 100}),
        ({"a": 0, "b": 5}, {"b": 100}),
        ({"a": 0}, dict(SHARES_AT_FIRST)),
        ({"a": 995, "b": 1}, {"a": 100}),
    ],
)
def test_shares_are_scaled_to_the_whole(shares: dict[str, int], whole: dict[str, int]) -> None:
    """In the same proportions they make 100, whatever was given."""
    assert scaled(shares) == whole
    assert sum(scaled(shares).values()) == 100


def test_shares_have_an_order_of_their_own() -> None:
    """The largest first, then ours before the owner's; empty ones go."""
    assert list(in_order({"our cat": 10, "tips": 10, "care": 0, "arrivals": 80})) == ["arrivals", "tips", "our cat"]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("arrivals=60 tips=40", (("arrivals", 60), ("tips", 40))),
        ("신상 60% 干货：40", (("arrivals", 60), ("tips", 40))),
        ('"New arrivals"=60, our cat 40', (("arrivals", 60), ("our cat", 40))),
        ("tips=10 tips=20", (("tips", 20),)),
    ],
)
def test_a_line_of_pillars(line: str, read: tuple[tuple[str, int], ...]) -> None:
    """Names in any of the languages, with or without quotes, signs and commas."""
    assert read_shares(line, KNOWN, POLICY) == tuple(PillarShare(*one) for one in read)


@pytest.mark.parametrize(("line", "word"), [("", ""), ("tips", "tips"), ("tips=400", "tips=400"), ("tips=40 =5", "=5")])
def test_a_line_that_makes_no_sense(line: str, word: str) -> None:
    """The word where reading stopped is told."""
    assert read_shares(line, KNOWN, POLICY) == PillarsUnread(word)


def test_too_many_pillars() -> None:
    """More than the policy allows are refused."""
    line = " ".join(f"{chr(97 + nth)}x=1" for nth in range(POLICY.max_pillars + 1))
    assert read_shares(line, KNOWN, POLICY) == TooManyPillars(POLICY.max_pillars)


@pytest.mark.parametrize("name", ["", "12", "x" * 25, "\u200b"])
def test_a_name_that_is_no_pillar(name: str) -> None:
    """It needs letters, and few of them."""
    assert pillar_of(name, KNOWN, POLICY) is None


@pytest.mark.parametrize(
    ("pillar", "off"), [(None, True), ("tips", False), ("care", True), ("our cat", True), ("countdown", False)]
)
def test_off_position(pillar: str | None, off: bool) -> None:
    """No pillar, or one without share; a countdown needs none."""
    assert is_off_position(pillar, {"tips": 100}) == off
