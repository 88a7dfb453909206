"""Reads the HTML of rich messages into blocks (https://core.telegram.org/bots/api#rich-message-formatting-options).

It reads headings, paragraphs, tables, lists, quotes and details, with the usual styles inside. It doesn't read
pictures, maps and formulas.
"""

from html.parser import HTMLParser
from typing import Any

from sandbox.errors import bad

Block = dict[str, Any]

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "mark": "marked",
    "sub": "subscript",
    "sup": "superscript",
    "a": "url",
    "tg-time": "date_time",
}
TEXTS = {"p": "paragraph", "pre": "pre", "footer": "footer", "aside": "pullquote"} | {
    f"h{size}": "heading" for size in range(1, 7)
}
HOLDERS = {"details", "blockquote", "li"}
ALL = STYLES.keys() | TEXTS.keys() | HOLDERS | {"ul", "ol", "table", "tr", "td", "th", "caption", "summary", "hr", "br"}
ALONE = frozenset({"hr", "br"})


class Node:
    """A tag and its children, words and tags, in order."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Node | str] = []

    def tags(self, *names: str) -> "list[Node]":
        """The children that are tags with one of these names."""
        return [one for one in self.children if isinstance(one, Node) and one.tag in names]


class RichHtml(HTMLParser):
    """Reads one source; `parse` gives its blocks."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.open = [Node("", {})]

    def parse(self) -> list[Block]:
        """Raises ApiError "can't parse entities: …"."""
        self.feed(self.source)
        self.close()
        if len(self.open) > 1:
            tag = self.open[-1].tag
            raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
        return _blocks(self.open[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag."""
        if tag not in ALL:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}" in a rich message')
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in ALONE:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        if tag in ALONE:
            return
        if self.open[-1].tag != tag:
            raise bad(f'can\'t parse entities: Unmatched end tag, expected "</{self.open[-1].tag}>", found "</{tag}>"')
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Add words to the open tag."""
        self.open[-1].children.append(data)


def _blocks(node: Node) -> list[Block]:
    """The blocks inside a tag. Words between them become paragraphs."""
    made: list[Block] = []
    loose: list[Node | str] = []

    def end_paragraph() -> None:
        if text := _text(loose):
            made.append({"type": "paragraph", "text": text})
        loose.clear()

    for child in node.children:
        if isinstance(child, str) or child.tag in STYLES or child.tag == "br":
            loose.append(child)
        elif child.tag not in {"summary", "caption"}:
            end_paragraph()
            made.append(_block(child))
    end_paragraph()
    return made


def _block(node: Node) -> Block:
    tag = node.tag
    if tag in TEXTS:
        more: Block = {"size": int(tag[1])} if TEXTS[tag] == "heading" else {}
        return {"type": TEXTS[tag], "text": _text(node.children)} | more
    match tag:
        case "hr":
            return {"type": "divider"}
        case "ul" | "ol":
            return {"type": "list", "items": [_item(one, ordered=tag == "ol") for one in node.tags("li")]}
        case "table":
            return _table(node)
        case "details":
            return _details(node)
        case "blockquote":
            return _quote(node)
        case _:
            raise bad(f'can\'t parse entities: tag "{tag}" is misplaced in a rich message')


def _details(node: Node) -> Block:
    summary = node.tags("summary")
    made: Block = {"type": "details", "summary": _text(summary[0].children) if summary else ""}
    opened: Block = {"is_open": True} if "open" in node.attributes else {}
    return made | {"blocks": _blocks(node)} | opened


def _quote(node: Node) -> Block:
    if "expandable" in node.attributes:
        return {"type": "expandable_blockquote", "text": _text(node.children)}
    return {"type": "blockquote", "blocks": _blocks(node)}


def _item(node: Node, *, ordered: bool) -> Block:
    made: Block = {"blocks": _blocks(node)}
    if ordered:
        made["type"] = "1"
    if node.attributes.get("value", "").isdigit():
        made["value"] = int(node.attributes["value"])
    return made


def _table(node: Node) -> Block:
    rows = [[_cell(one) for one in row.tags("td", "th")] for row in node.tags("tr")]
    made: Block = {"type": "table", "cells": rows}
    for attribute, name in (("bordered", "is_bordered"), ("striped", "is_striped"), ("compact", "is_compact")):
        if attribute in node.attributes:
            made[name] = True
    for caption in node.tags("caption"):
        made["caption"] = _text(caption.children)
    return made


def _cell(node: Node) -> Block:
    attributes = node.attributes
    made: Block = {"align": attributes.get("align", "left"), "valign": attributes.get("valign", "middle")}
    if text := _text(node.children):
        made["text"] = text
    if node.tag == "th":
        made["is_header"] = True
    for name in ("colspan", "rowspan"):
        if attributes.get(name, "").isdigit():
            made[name] = int(attributes[name])
    return made


def _text(children: "list[Node | str]") -> Any:
    """A RichText, trimmed at both ends: a string if nothing is formatted, else a list."""
    pieces: list[Any] = []
    for child in children:
        if isinstance(child, str):
            pieces.append(child)
        elif child.tag == "br":
            pieces.append("\n")
        elif child.tag in STYLES:
            pieces.append(_styled(child))
        elif child.tag not in {"summary", "caption"}:
            raise bad(f'can\'t parse entities: tag "{child.tag}" is misplaced in a rich message')
    if pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].lstrip()
    if pieces and isinstance(pieces[-1], str):
        pieces[-1] = pieces[-1].rstrip()
    pieces = [one for one in pieces if one != ""]
    if all(isinstance(one, str) for one in pieces):
        return "".join(pieces)
    return pieces[0] if len(pieces) == 1 else pieces


def _styled(node: Node) -> Any:
    kind = STYLES[node.tag]
    made: Block = {"type": kind, "text": _text(node.children)}
    if kind == "url":
        made["url"] = node.attributes.get("href", "")
    if kind == "date_time":
        unix = node.attributes.get("unix", "")
        if not unix.isdigit():
            raise bad("can't parse entities: Invalid date specified")
        made |= {"unix_time": int(unix), "date_time_format": node.attributes.get("format", "")}
    return made
