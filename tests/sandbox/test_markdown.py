"""MarkdownV2 and the older Markdown: what becomes of them, and what Telegram refuses."""

from typing import Any

import pytest

from sandbox.errors import ApiError
from sandbox.text import parse
from tests.sandbox.client import Scene

READ: list[tuple[str, str]] = [
    ("*bold* _italic_ __under__", "<b>bold</b> <i>italic</i> <u>under</u>"),
    ("~gone~ ||hidden||", "<s>gone</s> <tg-spoiler>hidden</tg-spoiler>"),
    (r"1\.5 \> 1\!", "1.5 &gt; 1!"),
    ("*bold _both ~all~_*", "<b>bold <i>both <s>all</s></i></b>"),
    ("__under _both_ __", "<u>under <i>both</i> </u>"),
    ("[shop](https://shop.example/a\\)b)", '<a href="https://shop.example/a)b">shop</a>'),
    ("[Mina](tg://user?id=7)", '<a href="tg://user?id=7">Mina</a>'),
    ("![👍](tg://emoji?id=5368324170671202286)", '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>'),
    ("![soon](tg://time?unix=1647531900&format=wDT)", '<tg-time unix="1647531900" format="wDT">soon</tg-time>'),
    ("`a_b*c` ```python\nx = 1\n```", '<code>a_b*c</code> <pre><code class="language-python">x = 1\n</code></pre>'),
    ("`a\\`b`", "<code>a`b</code>"),
    (">one\n>two\nthree", "<blockquote>one\ntwo\n</blockquote>three"),
    (">one\n**>two||", "<blockquote>one\n</blockquote><blockquote expandable>two</blockquote>"),
    ("𝟙 *🎉*", "𝟙 <b>🎉</b>"),
]


@pytest.mark.parametrize(("source", "html"), READ)
def test_what_it_means(source: str, html: str) -> None:
    """MarkdownV2 gives the same text and entities as that HTML."""
    assert parse(source, "MarkdownV2", None) == parse(html, "HTML", None)


REFUSED: list[tuple[str, str]] = [
    ("1.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
    ("a - b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
    ("wow!", "Character '!' is reserved and must be escaped with the preceding '\\'"),
    ("a | b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
    ("a]", "Character ']' is reserved and must be escaped with the preceding '\\'"),
    ("é *a", "Can't find end of Bold entity at byte offset 3"),
    ("_a", "Can't find end of Italic entity at byte offset 0"),
    ("```a", "Can't find end of Pre entity at byte offset 0"),
    ("*a _b* c_", "Can't find end of Italic entity at byte offset 8"),
    ("[a](https://x.com", "Can't find end of a URL at byte offset 3"),
    ("![a](https://x.com)", "Custom emoji URL must have an emoji identifier"),
    ("![a]", "Custom emoji entity must contain a tg://emoji URL"),
    ("![a](tg://time?unix=0)", "Invalid date specified"),
]


@pytest.mark.parametrize(("source", "why"), REFUSED)
def test_what_is_refused(source: str, why: str) -> None:
    """Markup that can't be read is refused in Telegram's words."""
    with pytest.raises(ApiError) as caught:
        parse(source, "MarkdownV2", None)

    assert caught.value.description == f"Bad Request: can't parse entities: {why}"


OLD: list[tuple[str, str]] = [
    ("*bold* _it_ `c*d`", "<b>bold</b> <i>it</i> <code>c*d</code>"),
    (r"a\_b 1.5!", "a_b 1.5!"),
    ("[shop](https://shop.example/) [x]", '<a href="https://shop.example/">shop</a> x'),
    ("```\nx\n```", "<pre>x\n</pre>"),
]


@pytest.mark.parametrize(("source", "html"), OLD)
def test_the_older_markdown(source: str, html: str) -> None:
    """The older mode nests nothing and needs few escapes."""
    assert parse(source, "markdown", None) == parse(html, "HTML", None)


async def test_in_a_call(scene: Scene) -> None:
    """Texts and captions take it in any letter case; a broken one is refused and an unknown mode too."""

    async def answer(**params: Any) -> Any:
        return await scene.api("sendMessage", chat_id=scene.group.id, **params)

    sent = (await answer(text="*a*", parse_mode="markdownv2")).result
    assert (sent["text"], sent["entities"]) == ("a", [{"offset": 0, "length": 1, "type": "bold"}])
    broken = await answer(text="_a", parse_mode="Markdown")
    assert broken.refusal == "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 0"
