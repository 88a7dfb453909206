"""Telegram's HTML in posts: found wrong where Telegram finds it wrong, and as long as a reader sees it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.posts.markup import Fault, Wrong, find_fault, visible_text
from sandbox.errors import ApiError
from sandbox.html import Parser


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain & simple > that",
        "<b>bold <i>both</i></b>",
        "<B>loud</B>",
        '<a href="https://example.com/?a=1&amp;b=2">link</a>',
        "<a href=https://example.com>link</a>",
        "<pre><code class='language-python'>x &lt; y</code></pre>",
        "<blockquote expandable>long</blockquote>",
        '<span class="tg-spoiler">x</span> <tg-spoiler>y</tg-spoiler>',
        '<tg-time unix="1796122800" format="wt">Tue</tg-time>',
        '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
    ],
)
def test_sound(text: str) -> None:
    """What Telegram takes has no fault."""
    assert find_fault(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("I <3 it", Fault(Wrong.SIGN, 2)),
        ("1 < 2", Fault(Wrong.SIGN, 2)),
        ("a <", Fault(Wrong.SIGN, 2)),
        ("<3>", Fault(Wrong.SIGN, 0, "3")),
        ("<b", Fault(Wrong.SIGN, 0)),
        ("a<center>b</center>", Fault(Wrong.UNKNOWN, 1, "center")),
        ("a<br/>b", Fault(Wrong.UNKNOWN, 1, "br")),
        ("<span>x</span>", Fault(Wrong.UNKNOWN, 0, "span")),
        ("<tg-time>x</tg-time>", Fault(Wrong.UNKNOWN, 0, "tg-time")),
        ("<a href>x</a>", Fault(Wrong.UNKNOWN, 0, "a")),
        ("<b>a<i>b", Fault(Wrong.OPEN, 4, "i")),
        ("<b>a</i>", Fault(Wrong.STRAY, 4, "i", "b")),
        ("a</b>", Fault(Wrong.STRAY, 1, "b", None)),
        ("<b>a</b></b>", Fault(Wrong.STRAY, 8, "b", None)),
    ],
)
def test_wrong(text: str, fault: Fault) -> None:
    """The first thing that Telegram would refuse is named with its place."""
    assert find_fault(text) == fault


def test_length_is_what_readers_see() -> None:
    """Tags take no room, and a reference is the sign that it stands for."""
    assert visible_text('<b>a</b> &lt;&amp; <a href="x>y">z</a>') == "a <& z"


PIECES = st.sampled_from(
    [
        *("<b>", "</b>", "<i>", "</i>", "<u", "</u", ">", "<", "a", " ", "\n", "&amp;", "&", "<center>", "</>"),
        *('<a href="x">', "<a href='<'>", "<a href=y>", "<a href>", "</a>", "<span class='tg-spoiler'>", "<span>"),
        *("</span>", "<blockquote expandable>", "</blockquote>", '"', "'", "=", "<tg-time unix='9'>", "</tg-time>"),
        *("<tg-emoji emoji-id='7'>x", "</tg-emoji>", "<code>", "</code>", "<3", "</b >", "<b >", "<b x='1' y=2>"),
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_we_pass_the_stand_in_takes(text: str) -> None:
    """No HTML without a fault is refused by the stand-in, which reads it as Telegram does."""
    if find_fault(text) is None:
        try:
            Parser(text).parse()
        except ApiError as refused:
            raise AssertionError(text) from refused
