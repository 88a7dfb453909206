"""What Telegram takes as one post, and what can replace it."""

import pytest

from bot.rules.posting import Content, LinkButton, Media, MediaKind, Poll
from bot.rules.posts.limits import ContentProblem, check_content, check_edit, links_line, opens, shown_text

PHOTO, VIDEO = Media(MediaKind.PHOTO, "p"), Media(MediaKind.VIDEO, "v")
GIF, FILE = Media(MediaKind.ANIMATION, "a"), Media(MediaKind.DOCUMENT, "d")
LINK = LinkButton("See it", "https://shop.example/scarf")
P = ContentProblem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (Content("<b>Hi</b>"), None),
        (Content(""), P.EMPTY),
        (Content("<b> \n</b>"), P.EMPTY),
        (Content("x" * 4096), None),
        (Content("x" * 4097), P.TOO_LONG),
        (Content("<b>" + "x" * 4096 + "</b>"), None),
        (Content("&lt;" * 4096), None),
        (Content("🎁" * 4096), None),
        (Content("x" * 1024, (PHOTO,)), None),
        (Content("x" * 1025, (PHOTO,)), P.CAPTION_TOO_LONG),
        (Content("", (PHOTO,)), None),
        (Content("Hi", (PHOTO, VIDEO) * 5), None),
        (Content("Hi", (PHOTO,) * 11), P.TOO_MANY_MEDIA),
        (Content("Hi", (PHOTO, FILE)), P.MIXED_ALBUM),
        (Content("Hi", (FILE, FILE)), None),
        (Content("Hi", (GIF, GIF)), P.MIXED_ALBUM),
        (Content("Hi", (GIF,)), None),
        (Content("x" * 1020, (PHOTO, PHOTO), buttons=(LINK,)), P.CAPTION_TOO_LONG),
        (Content("x" * 1010, (PHOTO, PHOTO), buttons=(LINK,)), None),
        (Content(poll=Poll("Red or blue?", ("Red", "Blue"))), None),
        (Content("Hi", poll=Poll("Red or blue?", ("Red", "Blue"))), P.POLL_AND_MORE),
        (Content(poll=Poll(" ", ("Red", "Blue"))), P.POLL_QUESTION),
        (Content(poll=Poll("x" * 301, ("Red", "Blue"))), P.POLL_QUESTION),
        (Content(poll=Poll("Red?", ("Red",))), P.POLL_OPTIONS),
        (Content(poll=Poll("Red?", tuple(str(n) for n in range(13)))), P.POLL_OPTIONS),
        (Content(poll=Poll("Red?", ("Red", "x" * 101))), P.POLL_OPTIONS),
        (Content(poll=Poll("Red?", ("Red", " Red "))), P.POLL_OPTIONS),
        (Content("Hi", buttons=(LINK,) * 3), None),
        (Content("Hi", buttons=(LINK,) * 4), P.TOO_MANY_BUTTONS),
        (Content("Hi", buttons=(LinkButton("", "https://shop.example"),)), P.BAD_BUTTON),
        (Content("Hi", buttons=(LinkButton("x" * 65, "https://shop.example"),)), P.BAD_BUTTON),
        (Content("Hi", buttons=(LinkButton("See", "javascript:alert(1)"),)), P.BAD_BUTTON),
    ],
)
def test_what_telegram_takes(content: Content, problem: ContentProblem | None) -> None:
    """Each limit of Telegram is found before a post is promised."""
    assert check_content(content) == problem


def test_what_is_added_counts() -> None:
    """A frame that is put around promotion counts among the characters."""
    assert check_content(Content("x" * 4000), extra=96) is None
    assert check_content(Content("x" * 4000), extra=97) is P.TOO_LONG


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (Content("Hi"), Content("Hello"), None),
        (Content("Hi"), Content("Hi", (PHOTO,)), P.OTHER_KIND),
        (Content("Hi", (PHOTO,)), Content("Hi"), P.OTHER_KIND),
        (Content("Hi", (PHOTO,)), Content("Hi", (VIDEO,)), None),
        (Content("Hi", (PHOTO,)), Content("Hi", (FILE,)), None),
        (Content("Hi", (PHOTO, VIDEO)), Content("Hello", (PHOTO, VIDEO)), None),
        (Content("Hi", (PHOTO, VIDEO)), Content("Hi", (PHOTO, PHOTO)), P.ALBUM_STAYS),
        (Content("Hi", (PHOTO, VIDEO)), Content("Hi", (PHOTO,)), P.ALBUM_STAYS),
        (Content(poll=Poll("A?", ("b", "c"))), Content(poll=Poll("A?", ("b", "d"))), P.POLL_STAYS),
        (Content("Hi"), Content(poll=Poll("A?", ("b", "d"))), P.POLL_STAYS),
        (Content("Hi"), Content("x" * 4097), P.TOO_LONG),
    ],
)
def test_what_can_replace_a_post(old: Content, new: Content, problem: ContentProblem | None) -> None:
    """Telegram edits words and single pictures; polls, albums and kinds stay."""
    assert check_edit(old, new) == problem


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://shop.example/a?b=c", True),
        ("http://shop.example", True),
        ("tg://resolve?domain=shop", True),
        ("shop.example", False),
        ("https://localhost", False),
        ("https://shop.example/a b", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_which_links_open(url: str, fits: bool) -> None:  # a column of a table
    """A button's link is one that Telegram opens."""
    assert opens(url) is fits


def test_links_of_an_album_are_a_line() -> None:
    """An album takes no buttons, so its links stand below its words, with hostile names escaped."""
    line = links_line(Content("", (PHOTO, PHOTO), buttons=(LINK, LinkButton("<b>&", 'https://a.example/?q="&x=1'))))
    assert line == (
        '\n\n<a href="https://shop.example/scarf">See it</a> · '
        '<a href="https://a.example/?q=&quot;&amp;x=1">&lt;b&gt;&amp;</a>'
    )
    assert shown_text(line) == "\n\nSee it · <b>&"
