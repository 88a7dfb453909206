"""Rules that give tags: who did enough, and when fans are looked at."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.members.tag_rules import Counted, NewRule, TagRulePolicy, When, contains, earned, next_look

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
CLAIMS = (
    Counted(1, "Silk scarf", 2),
    Counted(1, "Wool SCARF −20%", 1),
    Counted(2, "Silk scarf", 2),
    Counted(2, "Hat", 9),
)


@pytest.mark.parametrize(
    ("rule", "fans"),
    [
        (NewRule("a", When.CLAIMED, 3, "scarf"), [1]),
        (NewRule("a", When.CLAIMED, 3), [1, 2]),
        (NewRule("a", When.CLAIMED, 4, "scarf"), []),
        (NewRule("a", When.CLAIMED, 1, "ｈａｔ"), [2]),
        (NewRule("a", When.CLAIMED, 1, "belt"), []),
    ],
)
def test_who_earned_a_tag(rule: NewRule, fans: list[int]) -> None:
    """What is counted adds up over all titles that hold the word."""
    assert earned(rule, CLAIMS) == fans


@pytest.mark.parametrize(
    ("title", "words", "held"),
    [
        ("실크 스카프 −20%", "스카프", True),
        ("Silk  Scarf", "silk scarf", True),
        ("ＳＩＬＫ", "silk", True),
        ("Silk", "wool", False),
    ],
)
def test_a_title_holds_a_word(title: str, words: str, held: bool) -> None:
    """Case, width and blanks don't matter."""
    assert contains(title, words) is held


def test_when_fans_are_looked_at() -> None:
    """A new rule at once, others after a while."""
    policy = TagRulePolicy()
    assert next_look(None, NOW, policy) == NOW
    assert next_look(NOW, NOW + timedelta(minutes=1), policy) == NOW + policy.every
