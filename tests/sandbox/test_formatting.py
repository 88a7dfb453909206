"""Telegram's HTML, text cleaning and the entities that Telegram finds by itself."""

from typing import Any

import pytest

from sandbox.text import parse, typed
from tests.sandbox.client import Scene

ACCEPTED: list[tuple[str, str, list[tuple[str, int, int]]]] = [
    ("<b>a</b> <strong>b</strong>", "a b", [("bold", 0, 1), ("bold", 2, 1)]),
    ("<i>a</i><em>b</em>", "ab", [("italic", 0, 2)]),
    ("<u>a</u> <ins>b</ins>", "a b", [("underline", 0, 1), ("underline", 2, 1)]),
    ("<s>a</s> <strike>b</strike> <del>c</del>", "a b c", [("strikethrough", i, 1) for i in (0, 2, 4)]),
    ('<tg-spoiler>a</tg-spoiler> <span class="tg-spoiler">b</span>', "a b", [("spoiler", 0, 1), ("spoiler", 2, 1)]),
    ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("<B>a</b>", "a", [("bold", 0, 1)]),
    ("<b>a</>", "a", [("bold", 0, 1)]),
    ("<b></b>a", "a", []),
    ("a &lt;b&gt; &amp; &quot;c&quot; &#33; &#x21;", 'a <b> & "c" ! !', []),
    ("a & b &nbsp; &#55296;", "a & b &nbsp; &#55296;", []),
    ('<a href="https://x.com/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1)]),
    ("<a href='tg://user?id=7000000001'>x</a>", "x", [("text_mention", 0, 1)]),
    ('<a href="nodot">x</a>', "x", []),
    ("<a href=tg://resolve?domain=x>x</a>", "x", [("text_link", 0, 1)]),
    ('<a href="ftp:// x">x</a>', "x", []),
    ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", [("blockquote", 0, 2)]),
    ("<code>a</code> <pre>b</pre>", "a b", [("code", 0, 1), ("pre", 2, 1)]),
    ('<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1)]),
    ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
    ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
    ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>!', "👍!", [("custom_emoji", 0, 2)]),
    ('<tg-time unix="1647531900" format="wDT">x</tg-time>', "x", [("date_time", 0, 1)]),
    ("🎉<b>a</b>", "🎉a", [("bold", 2, 1)]),
    ("  \n<b> a</b> \n ", " a", [("bold", 0, 2)]),
    ("a\r\nb\x07c\u202e", "a\nb c", []),
    ("<b>a <code>b</code> c</b>", "a b c", [("bold", 0, 2), ("code", 2, 1), ("bold", 3, 2)]),
    ("/help @mina #silk $USD https://x.com a@b.com", "/help @mina #silk $USD https://x.com a@b.com", [
        ("bot_command", 0, 5), ("mention", 6, 5), ("hashtag", 12, 5), ("cashtag", 18, 4), ("url", 23, 13),
        ("email", 37, 7)]),
    ("see https://x.com/a.", "see https://x.com/a.", [("url", 4, 15)]),
    ("<code>/help</code> package.json", "/help package.json", [("code", 0, 5)]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "plain", "entities"), ACCEPTED)
async def test_accepted(scene: Scene, source: str, plain: str, entities: list[tuple[str, int, int]]) -> None:
    """Accepted HTML becomes plain text with UTF-16 offsets."""
    answer = await scene.api("sendMessage", chat_id=scene.group.id, text=source, parse_mode="html")

    sent = answer.result
    assert plain == sent["text"]
    assert entities == [(one["type"], one["offset"], one["length"]) for one in sent.get("entities", [])]


REFUSED = [
    ("<x>a</x>", 'Unsupported start tag "x" at byte offset 0'),
    ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
    ("é<p>b", 'Unsupported start tag "p" at byte offset 2'),
    ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("a</b>", "Unexpected end tag at byte offset 1"),
    ("<b", "Unclosed start tag at byte offset 0"),
    ("<b>a</b", "Unclosed end tag at byte offset 4"),
    ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
    ('<a href="x>x</a>', 'Unclosed attribute value in the tag "a" at byte offset 0'),
    ("<b ", "Unclosed start tag at byte offset 0"),
    ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
    ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
    ('<tg-time unix="0">a</tg-time>', "Invalid date specified"),
    ('<tg-time unix="5" format="Q">a</tg-time>', "Invalid date-time format specified"),
]


@pytest.mark.parametrize(("source", "why"), REFUSED)
async def test_refused(scene: Scene, source: str, why: str) -> None:
    """Markup that Telegram can't parse is refused with its reason."""
    answer = await scene.api("sendMessage", chat_id=scene.group.id, text=source, parse_mode="HTML")

    assert f"Bad Request: can't parse entities: {why}" == answer.refusal


LENGTHS: list[tuple[str, dict[str, Any], str | None]] = [
    ("a" * 4096, {}, None),
    ("🎉" * 4096, {}, None),
    ("a" * 4097, {}, "message is too long"),
    ("<b>" + "a" * 4096 + "</b>", {"parse_mode": "HTML"}, None),
    ("a" * 33_000, {}, "text is too long"),
    (" \n\u2800\u200b ", {}, "text must be non-empty"),
    ("<b></b>", {"parse_mode": "HTML"}, "text must be non-empty"),
    ("a", {"parse_mode": "BBCode"}, "unsupported parse_mode"),
    ("<b>a", {"parse_mode": "None"}, None),
]


@pytest.mark.parametrize(("text", "params", "why"), LENGTHS, ids=[str(i) for i in range(len(LENGTHS))])
async def test_lengths(scene: Scene, text: str, params: dict[str, Any], why: str | None) -> None:
    """4096 characters pass, counted after parsing; nothing visible doesn't."""
    answer = await scene.api("sendMessage", chat_id=scene.group.id, text=text, **params)

    assert (why is None) is answer.body["ok"]
    assert why is None or f"Bad Request: {why}" == answer.refusal


async def test_explicit_entities(scene: Scene) -> None:
    """Explicit entities are kept in UTF-16 units, except those that Telegram finds by itself."""
    given = [
        {"type": "bold", "offset": 2, "length": 1},
        {"type": "mention", "offset": 0, "length": 2},
        {"type": "text_link", "offset": 2, "length": 1, "url": "x.com"},
    ]

    sent = (await scene.api("sendMessage", chat_id=scene.group.id, text="🎉a", entities=given)).result

    assert [given[0], given[2] | {"url": "http://x.com/"}] == sent["entities"]


EXPLICIT: list[tuple[dict[str, Any], str | None]] = [
    ({"type": "text_link", "url": "nodot"}, "Entity URL 'nodot' is invalid: Wrong HTTP URL"),
    ({"type": "date_time", "unix_time": 0}, "Invalid date specified"),
    ({"type": "date_time", "unix_time": 5, "date_time_format": "Q"}, "Invalid date-time format specified"),
    ({"type": "date_time", "unix_time": 5, "date_time_format": "wt"}, None),
    ({"type": "pre", "language": "python"}, None),
    ({"type": "custom_emoji", "custom_emoji_id": "5"}, None),
    ({"type": "text_mention", "user": {"id": 5, "is_bot": False, "first_name": ""}}, None),
]


@pytest.mark.parametrize(("entity", "why"), EXPLICIT)
async def test_explicit_kinds(scene: Scene, entity: dict[str, Any], why: str | None) -> None:
    """Each kind of explicit entity keeps its own fields, or says what is wrong with them."""
    given = entity | {"offset": 0, "length": 1}

    answer = await scene.api("sendMessage", chat_id=scene.group.id, text="ab", entities=[given])

    if why is None:
        assert [given] == answer.result["entities"]
    else:
        assert f"Bad Request: can't parse entities: {why}" == answer.refusal


async def test_entities_out_of_range(scene: Scene) -> None:
    """An entity that ends after the text, or is empty, is left out."""
    given = [{"type": "bold", "offset": 0, "length": 9}, {"type": "bold", "offset": 0, "length": 0}]

    assert "entities" not in (await scene.api("sendMessage", chat_id=scene.group.id, text="a", entities=given)).result


async def test_entity_inside_a_pair(scene: Scene) -> None:
    """An entity that begins inside a surrogate pair is refused."""
    given = [{"type": "bold", "offset": 1, "length": 1}]

    answer = await scene.api("sendMessage", chat_id=scene.group.id, text="🎉a", entities=given)

    assert "middle of a UTF-16 symbol" in answer.refusal


async def test_dates(scene: Scene) -> None:
    """A date's format comes back in Telegram's order."""
    source = '<tg-time unix="1647531900" format="TDw">x</tg-time><tg-time unix="5">y</tg-time>'

    sent = (await scene.api("sendMessage", chat_id=scene.group.id, text=source, parse_mode="HTML")).result

    assert [(one["date_time_format"], one["unix_time"]) for one in sent["entities"]] == [("wDT", 1647531900), ("", 5)]


@pytest.mark.parametrize(
    "source",
    [
        "<b>a <i>b</i></b> &lt;c&gt;",
        '<a href="https://x.com/">x</a> <tg-spoiler>y</tg-spoiler>',
        '<pre><code class="language-python">x</code></pre>',
        '<a href="tg://user?id=7">x</a> <tg-emoji emoji-id="5">👍</tg-emoji> <pre>y</pre>',
        '<blockquote expandable>a <tg-time unix="5" format="r">y</tg-time></blockquote>',
    ],
)
def test_written_back(source: str) -> None:
    """A message's `html` is the HTML that was sent."""
    assert source == parse(source, "HTML", None).html


@pytest.mark.parametrize(
    ("text", "command"),
    [("/start", "/start"), ("/a@encore_test_bot x", "/a@encore_test_bot"), ("a /b", "/b"), ("a/b", None), ("/ä", None)],
)
def test_commands_are_found(text: str, command: str | None) -> None:
    """A command is marked anywhere that it touches no letter or slash."""
    content = typed(text)

    found = [content.plain[one.start : one.end] for one in content.entities if one.type == "bot_command"]

    assert ([command] if command else []) == found
