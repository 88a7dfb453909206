"""The grammar of segments, in three languages."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.segments import (
    BadSegment,
    Condition,
    Field,
    Op,
    Segment,
    SegmentTrouble,
    read_segment,
)
from bot.rules.tiers import Tier

TWO_WEEKS = timedelta(days=14)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("all", ""),
        ("전체", ""),
        ("全部", ""),
        ("tier>=loyal", "tier>=loyal"),
        ("tier >= loyal", "tier>=loyal"),
        ("Tier≥Loyal", "tier>=loyal"),
        ("tier：loyal", "tier=loyal"),
        ("tier>=loyal source=video quiet=14d spent>=50000 joined<30d", None),
        ("tier>=loyal, quiet=2w", "tier>=loyal quiet=14d"),
        ('source="spring video"', 'source="spring video"'),
        ("source='spring video'", 'source="spring video"'),
        ("등급>=찐팬 잠잠=14일", "tier>=loyal quiet=14d"),
        ("구매>=5만 가입<30일", "spent>=50000 joined<30d"),
        ("등급=최애", "tier=core"),
        ("等级>=钻粉 未活跃=14天", "tier>=loyal quiet=14d"),
        ("消费＞＝500 入群＜2周", "spent>=500 joined<14d"),
        ("joined>3개월", "joined>90d"),
    ],
)
def test_what_is_read(text: str, canonical: str | None) -> None:
    """Each way of writing means the same segment, which rows keep in one form."""
    found = read_segment(text)
    assert isinstance(found, Segment)
    assert found.text == (text if canonical is None else canonical)
    assert read_segment(found.text) == found


def test_the_parts_of_a_segment() -> None:
    """A condition has its field, its comparison and its value."""
    assert read_segment("tier>fan quiet>=2w spent<=1,000") == Segment(
        (
            Condition(Field.TIER, Op.MORE, Tier.FAN),
            Condition(Field.QUIET, Op.LEAST, TWO_WEEKS),
            Condition(Field.SPENT, Op.MOST, 1000),
        )
    )


@pytest.mark.parametrize(
    ("text", "trouble", "piece"),
    [
        ("loyal", SegmentTrouble.UNREADABLE, "loyal"),
        ("tier>=loyal and quiet=14d", SegmentTrouble.UNREADABLE, "and"),
        ("tier=", SegmentTrouble.UNREADABLE, "tier="),
        ("mood=good", SegmentTrouble.UNKNOWN, "mood"),
        ("tag=silk", SegmentTrouble.NO_TAGS, "tag=silk"),
        ("태그=실크", SegmentTrouble.NO_TAGS, "태그=실크"),
        ("source>=video", SegmentTrouble.OPERATOR, "source>=video"),
        ("spent=500", SegmentTrouble.OPERATOR, "spent=500"),
        ("tier>=gold", SegmentTrouble.TIER, "tier>=gold"),
        ("quiet=14", SegmentTrouble.TIME, "quiet=14"),
        ("quiet=0d", SegmentTrouble.TIME, "quiet=0d"),
        ("joined<9999w", SegmentTrouble.TIME, "joined<9999w"),
        ("spent>=lots", SegmentTrouble.AMOUNT, "spent>=lots"),
        ("spent>=-5", SegmentTrouble.AMOUNT, "spent>=-5"),
        ("x" * 201, SegmentTrouble.TOO_MUCH, ""),
        (" ".join(["tier=fan"] * 9), SegmentTrouble.TOO_MUCH, ""),
    ],
)
def test_what_is_wrong(text: str, trouble: SegmentTrouble, piece: str) -> None:
    """The piece that can't be read is named."""
    assert read_segment(text) == BadSegment(trouble, piece)


@given(st.text(max_size=260))
def test_any_text_is_read_or_named(text: str) -> None:
    """No text breaks the reader, and what it reads reads the same again."""
    found = read_segment(text)
    if isinstance(found, Segment):
        assert read_segment(found.text) == found
