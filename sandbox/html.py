"""Telegram's HTML: reads it, refuses what Telegram refuses, and writes text with entities as HTML.

Rules from https://core.telegram.org/bots/api#html-style and from TDLib's MessageEntity.cpp (`parse_html`). Offsets here
count characters; `text.py` turns them into UTF-16 units.
"""

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from sandbox.errors import ApiError, bad

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
LAST_PORT = 65_535
SPACE = " \t\r\n\0\v"
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));?")
SPECIAL = re.compile(r"[<&]")
TAG_NAME = re.compile(r"[^ \t\r\n\0\v>]*")
ATTRIBUTE_NAME = re.compile(r"[^ \t\r\n\0\v=>/\"']*")
BARE_VALUE = re.compile(r"[^ \t\r\n\0\v>]*")
TIME_FORMAT = re.compile(r"[rR]|[tTdDwW]*")
PLAIN_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ("<tg-spoiler>", "</tg-spoiler>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
}


@dataclass(slots=True)
class Entity:
    """A formatted part of a text. `more` holds url, language, user, custom_emoji_id, unix_time and the like."""

    type: str
    start: int
    end: int
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Opened:
    """A start tag whose end tag hasn't come yet."""

    name: str
    attributes: dict[str, str]
    start: int


class Parser:
    """Reads one text; `parse` gives the plain text and its entities."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.length = 0
        self.open: list[Opened] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        """Raises ApiError "can't parse entities: …" where Telegram does."""
        while (found := SPECIAL.search(self.source, self.at)) is not None:
            self._put(self.source[self.at : found.start()])
            self.at = found.start()
            if found.group() == "&":
                self._put(self._reference())
            elif self.source.startswith("</", self.at):
                self._end_tag()
            else:
                self._start_tag()
        self._put(self.source[self.at :])
        if self.open:
            raise self._cannot(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        return "".join(self.out), self.entities

    def _put(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    @staticmethod
    def _cannot(why: str) -> ApiError:
        return bad(f"can't parse entities: {why}")

    def _offset(self, at: int) -> str:
        return f"at byte offset {len(self.source[:at].encode())}"

    def _reference(self) -> str:
        """Read a character reference. An ampersand that starts none stays an ampersand, as on Telegram."""
        found = ENTITY.match(self.source, self.at)
        if found is None:
            self.at += 1
            return "&"
        self.at = found.end()
        return unescape(found)

    def _skip_space(self) -> None:
        while self.at < len(self.source) and self.source[self.at] in SPACE:
            self.at += 1

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        taken = found.group() if found else ""
        self.at += len(taken)
        return taken

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self._take(TAG_NAME).lower()
        if self.at >= len(self.source):
            raise self._cannot(f"Unclosed start tag {self._offset(begin)}")
        if name not in STYLES:
            raise self._cannot(f'Unsupported start tag "{name}" {self._offset(begin)}')
        attributes = self._attributes(name, begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._cannot(f'Tag "span" must have class "tg-spoiler" {self._offset(begin)}')
        self.open.append(Opened(name, attributes, self.length))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while True:
            self._skip_space()
            if self.at >= len(self.source):
                raise self._cannot(f"Unclosed start tag {self._offset(begin)}")
            if self.source[self.at] == ">":
                self.at += 1
                return attributes
            name = self._take(ATTRIBUTE_NAME).lower()
            if not name:
                raise self._cannot(f'Empty attribute name in the tag "{tag}" {self._offset(begin)}')
            self._skip_space()
            if self.source[self.at : self.at + 1] == "=":
                self.at += 1
                attributes[name] = self._value(tag, begin)
            elif name == "expandable":
                attributes[name] = ""
            else:
                why = f'Expected equal sign in declaration of an attribute of the tag "{tag}"'
                raise self._cannot(f"{why} {self._offset(begin)}")

    def _value(self, tag: str, begin: int) -> str:
        self._skip_space()
        quote = self.source[self.at : self.at + 1]
        if quote not in {'"', "'"} or not quote:
            return ENTITY.sub(unescape, self._take(BARE_VALUE))
        end = self.source.find(quote, self.at + 1)
        if end < 0:
            raise self._cannot(f'Unclosed attribute value in the tag "{tag}" {self._offset(begin)}')
        raw = self.source[self.at + 1 : end]
        self.at = end + 1
        return ENTITY.sub(unescape, raw)

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._cannot(f"Unexpected end tag {self._offset(begin)}")
        self.at += 2
        name = self._take(TAG_NAME).lower()
        self._skip_space()
        if self.source[self.at : self.at + 1] != ">":
            raise self._cannot(f"Unclosed end tag {self._offset(begin)}")
        self.at += 1
        opened = self.open.pop()
        if name and name != opened.name:
            why = f'Unmatched end tag {self._offset(begin)}, expected "</{opened.name}>", found "</{name}>"'
            raise self._cannot(why)
        if self.length > opened.start:
            self._close(opened)

    def _close(self, tag: Opened) -> None:
        kind, more = STYLES[tag.name], dict[str, Any]()
        if tag.name == "a":
            inside = "".join(self.out)[tag.start :]
            link = link_of(tag.attributes.get("href") or inside)
            if link is None:
                return
            kind, more = link
        elif tag.name == "tg-emoji":
            more = {"custom_emoji_id": self._emoji(tag.attributes.get("emoji-id", ""))}
        elif tag.name == "tg-time":
            more = self._time(tag.attributes)
        elif tag.name == "blockquote" and "expandable" in tag.attributes:
            kind = "expandable_blockquote"
        elif tag.name in {"code", "pre"} and self._joins_pre(tag):
            return
        self.entities.append(Entity(kind, tag.start, self.length, more))

    def _joins_pre(self, tag: Opened) -> bool:
        """`<pre><code class="language-x">` is one block; the code's class names the language."""
        language = tag.attributes.get("class", "").removeprefix("language-")
        named = tag.name == "code" and tag.attributes.get("class", "").startswith("language-")
        if tag.name == "pre":
            inner = self.entities[-1] if self.entities else None
            if inner and inner.type == "code" and (inner.start, inner.end) == (tag.start, self.length):
                inner.type = "pre"
                return True
            return False
        if named and self.open and self.open[-1].name == "pre":
            self.entities.append(Entity("code", tag.start, self.length, {"language": language}))
            return True
        return False

    def _emoji(self, number: str) -> str:
        if not number.isdigit() or int(number) == 0:
            raise self._cannot("Invalid custom emoji identifier specified")
        return number

    def _time(self, attributes: dict[str, str]) -> dict[str, Any]:
        unix, form = attributes.get("unix", ""), attributes.get("format", "")
        if not unix.isdigit() or int(unix) == 0:
            raise self._cannot("Invalid date specified")
        if not TIME_FORMAT.fullmatch(form):
            raise self._cannot("Invalid date-time format specified")
        return {"unix_time": int(unix), "date_time_format": ordered_format(form)}


def ordered_format(form: str) -> str:
    """A date-time format in Telegram's order: `w`, `d` or `D`, `t` or `T`; or `r` alone.

    The short form wins over the long.
    """
    if form in {"r", "R"}:
        return "r"
    week = "w" if "w" in form.lower() else ""
    day = "d" if "d" in form else "D" if "D" in form else ""
    clock = "t" if "t" in form else "T" if "T" in form else ""
    return week + day + clock


def unescape(found: re.Match[str]) -> str:
    """The character of a reference such as `&lt;`. A reference to an impossible number stays as it is."""
    hexadecimal, decimal, name = found.groups()
    if name:
        return NAMED[name]
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    possible = 0 < number < 0x110000 and not 0xD800 <= number < 0xE000  # noqa: PLR2004 - Unicode's bounds
    return chr(number) if possible else found.group()


def link_of(target: str) -> tuple[str, dict[str, Any]] | None:
    """The entity type and details of a link: a mention or a link. None if Telegram finds no URL in its target."""
    target = target.strip()
    user = re.fullmatch(r"tg://user\?id=(\d+)", target)
    if user:
        return "text_mention", {"user_id": int(user.group(1))}
    url = checked_url(target)
    return None if url is None else ("text_link", {"url": url})


def checked_url(target: str) -> str | None:
    """The URL as Telegram stores it; None if Telegram refuses it ("Wrong HTTP URL" and the like)."""
    found = re.fullmatch(r"(?:([a-zA-Z][a-zA-Z0-9+.-]*)://)?([^\s/?#]+)([^\s]*)", target)
    if found is None:
        return None
    scheme, host, rest = (found.group(1) or "http").lower(), found.group(2), found.group(3)
    if scheme in {"tg", "ton", "tonsite"}:
        return f"{scheme}://{host}{rest}"
    name, colon, port = host.rsplit("@", 1)[-1].partition(":")
    if scheme not in {"http", "https"} or "." not in name.strip(".") or re.search(r"[<>\"`{|}\\^]", name):
        return None
    if colon and not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) <= LAST_PORT):
        return None
    return f"{scheme}://{host.lower()}{rest or '/'}"


def as_html(text: str, entities: list[Entity]) -> str:
    """Write a text with its entities as HTML, without those that Telegram found by itself."""
    marked = [(e, *tags) for e in entities if (tags := _tags(e)) is not None]
    marked.sort(key=lambda one: (one[0].start, -one[0].end))
    starts: dict[int, list[str]] = {}
    ends: dict[int, list[str]] = {}
    for entity, before, after in marked:
        starts.setdefault(entity.start, []).append(before)
        ends.setdefault(entity.end, []).insert(0, after)
    pieces: list[str] = []
    for index in range(len(text) + 1):
        pieces += ends.get(index, ())
        pieces += starts.get(index, ())
        pieces.append(escape(text[index : index + 1], quote=False))
    return "".join(pieces)


def _tags(entity: Entity) -> tuple[str, str] | None:
    more = entity.more
    match entity.type:
        case "text_link":
            tags = (f'<a href="{escape(more["url"])}">', "</a>")
        case "text_mention":
            tags = (f'<a href="tg://user?id={more["user_id"]}">', "</a>")
        case "custom_emoji":
            tags = (f'<tg-emoji emoji-id="{more["custom_emoji_id"]}">', "</tg-emoji>")
        case "date_time":
            form = f' format="{more["date_time_format"]}"' if more.get("date_time_format") else ""
            tags = (f'<tg-time unix="{more["unix_time"]}"{form}>', "</tg-time>")
        case "pre" if more.get("language"):
            tags = (f'<pre><code class="language-{escape(more["language"])}">', "</code></pre>")
        case kind:
            return PLAIN_TAGS.get(kind)
    return tags
