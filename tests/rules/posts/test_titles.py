"""What a post is called in lists."""

import pytest

from bot.rules.posting import Content, Poll
from bot.rules.posts.titles import LONGEST, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("<b>{{ stream }}</b>, 곧 만나요 📺\n시작은 {{ stream_time }}", "…, 곧 만나요 📺"),
        ("冰箱收纳只记一条就够：\n第一", "冰箱收纳只记一条就够"),
        ("{{ stream }}!\n\nSee you there", "…!"),
        ("What's in the box? 📦", "What's in the box? 📦"),
        ("", ""),
    ],
)
def test_a_title_reads_alone(text: str, title: str) -> None:
    """A blank shows as an ellipsis, and a colon that leads to the next line is left out."""
    assert title_of(Content(text=text, is_template=True)) == title


def test_a_polls_question_is_its_title() -> None:
    """A question keeps its mark, and a long one is cut with an ellipsis."""
    asked = Content(poll=Poll("Wine or brown?", ("Wine", "Brown")))
    assert title_of(asked) == "Wine or brown?"
    assert len(title_of(Content(text="silk " * 30))) <= LONGEST
