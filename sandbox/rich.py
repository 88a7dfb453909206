"""Rich messages: checks an InputRichMessage, and makes a RichMessage of it.

Rules: https://core.telegram.org/bots/api#inputrichmessage and its limits (32,768 characters, 500 blocks with list items
and table rows, 16 levels, 20 columns). Telegram doesn't document its refusals: the words here are the stand-in's own.
Markdown, and files, maps and formulas in blocks, aren't played.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.errors import bad
from sandbox.rich_html import RichHtml

MOST_CHARACTERS = 32_768
MOST_BLOCKS = 500
MOST_DEPTH = 16
MOST_COLUMNS = 20
MOST_BUTTONS = 8
HEADINGS = range(1, 7)
PLAYED = frozenset(
    {
        "paragraph",
        "heading",
        "pre",
        "footer",
        "divider",
        "anchor",
        "list",
        "blockquote",
        "expandable_blockquote",
        "pullquote",
        "table",
        "details",
        "buttons",
    }
)
WORDS = ("text", "summary", "caption", "credit")
"""Fields of a block that hold a RichText."""

Block = dict[str, Any]


@dataclass(slots=True)
class Size:
    """How much of the limits a message uses."""

    characters: int = 0
    blocks: int = 0


def read_rich(given: dict[str, Any]) -> dict[str, Any]:
    """The Bot API's RichMessage. Raises ApiError: no content or several, or content over a limit."""
    named = [name for name in ("blocks", "html", "markdown") if given.get(name)]
    if len(named) != 1:
        raise bad("exactly one of the fields html, markdown and blocks must be used in a rich message")
    if "markdown" in named or given.get("media"):
        raise bad("Markdown and media in rich messages are not played here")
    blocks = given["blocks"] if "blocks" in named else RichHtml(given["html"]).parse()
    size = Size()
    made = [_read(one, size, 1) for one in blocks]
    if size.characters == 0:
        raise bad("rich message must be non-empty")
    if size.characters > MOST_CHARACTERS:
        raise bad("rich message is too long")
    if size.blocks > MOST_BLOCKS:
        raise bad("rich message has too many blocks")
    return {"blocks": made} | ({"is_rtl": True} if given.get("is_rtl") else {})


def _read(block: Block, size: Size, depth: int) -> Block:
    kind = block["type"]
    if kind not in PLAYED:
        raise bad(f"a rich block of type {kind} is not played here")
    size.blocks += 1
    if depth > MOST_DEPTH:
        raise bad("rich message is nested too deeply")
    size.characters += sum(_length(block[name], depth) for name in WORDS if name in block)
    made = dict(block)
    if "blocks" in block:
        made["blocks"] = [_read(one, size, depth + 1) for one in block["blocks"]]
    match kind:
        case "heading" if block["size"] not in HEADINGS:
            raise bad("size of a heading must be from 1 to 6")
        case "list":
            made["items"] = [_item(one, place, size, depth) for place, one in enumerate(block["items"], 1)]
        case "table":
            _check_table(block["cells"], size, depth)
        case "buttons":
            _check_row(block["buttons"], size, depth)
    return made


def _check_row(buttons: list[Block], size: Size, depth: int) -> None:
    if not 1 <= len(buttons) <= MOST_BUTTONS:
        raise bad("a row of a rich message holds 1 to 8 buttons")
    size.characters += sum(_length(one["text"], depth) for one in buttons)


def _item(item: Block, place: int, size: Size, depth: int) -> Block:
    """An item of a list, with the label that is shown before it."""
    size.blocks += 1
    number = item.get("value", place)
    label = _label(number, item["type"]) if "type" in item or "value" in item else "•"
    return item | {"label": label, "blocks": [_read(one, size, depth + 1) for one in item["blocks"]]}


def _label(number: int, kind: str = "1") -> str:
    """The label of an item: its number in digits, letters or Roman numerals."""
    if kind in {"a", "A"} and number > 0:
        letters = ""
        while number > 0:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord(kind) + rest) + letters
        return f"{letters}."
    if kind in {"i", "I"} and number > 0:
        steps = zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), ROMAN, strict=True)
        written = ""
        for worth, letters in steps:
            written += letters * (number // worth)
            number %= worth
        return f"{written if kind == 'i' else written.upper()}."
    return f"{number}."


ROMAN = ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i")


def _check_table(rows: list[list[Block]], size: Size, depth: int) -> None:
    size.blocks += len(rows)
    for row in rows:
        if sum(cell.get("colspan", 1) for cell in row) > MOST_COLUMNS:
            raise bad("a table of a rich message has at most 20 columns")
        size.characters += sum(_length(cell["text"], depth) for cell in row if "text" in cell)


def _length(text: Any, depth: int) -> int:
    """The characters of a RichText: a string, a list of them, or an object around one."""
    if depth > MOST_DEPTH:
        raise bad("rich message is nested too deeply")
    if isinstance(text, str):
        return len(text)
    if isinstance(text, list):
        return sum(_length(one, depth) for one in text)
    if "button" in text:
        return _length(text["button"]["text"], depth + 1)
    return _length(text.get("text", text.get("alternative_text", "")), depth + 1)


def words_of(text: Any) -> str:
    """The plain words of a RichText."""
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(words_of(one) for one in text)
    if "button" in text:
        return words_of(text["button"]["text"])
    return words_of(text.get("text", text.get("alternative_text", "")))


def plain(rich: dict[str, Any]) -> str:
    """A rich message's words line by line, as a chat list or a test reads them."""
    return "\n".join(line for block in rich["blocks"] for line in _lines(block) if line)


def _lines(block: Block) -> Iterator[str]:
    for name in WORDS:
        if name in block:
            yield words_of(block[name])
    for row in block.get("cells", ()):
        yield " | ".join(words_of(cell.get("text", "")) for cell in row)
    for item in block.get("items", ()):
        first, *others = [line for one in item["blocks"] for line in _lines(one)] or [""]
        yield f"{item['label']} {first}"
        yield from others
    for one in block.get("blocks", ()):
        yield from _lines(one)
    if "buttons" in block:
        yield " ".join(f"[{words_of(one['text'])}]" for one in block["buttons"])


def button_rows(rich: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The rows of buttons in a rich message. Each button's text is plain, like in an inline keyboard."""

    def rows(blocks: list[Block]) -> Iterator[list[dict[str, Any]]]:
        for block in blocks:
            if block["type"] == "buttons":
                yield [one | {"text": words_of(one["text"])} for one in block["buttons"]]
            yield from rows(block.get("blocks", []))
            for item in block.get("items", ()):
                yield from rows(item["blocks"])

    return list(rows(rich["blocks"]))
