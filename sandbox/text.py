"""Text as Telegram stores it: parsed, cleaned, trimmed and measured, with the links and commands that it finds.

Rules from https://core.telegram.org/bots/api#formatting-options and from TDLib's `fix_formatted_text`, as described by
anatolyben/telegram-bot-test-server's docs/telegram-behavior.md ("Text cleaning", "Length limits", "Entities").
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import bad
from sandbox.html import TIME_FORMAT, Entity, Parser, as_html, checked_url, ordered_format
from sandbox.markdown import MarkdownV2, parse_old

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_RAW = 32 * 1024
FOUND = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"})
SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
BLOCKS = frozenset({"blockquote", "expandable_blockquote"})
DIRTY = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u030a\u0333\u033f]")
DROPPED = re.compile("[\r\u2028-\u202e\u030a\u0333\u033f]")
BLANK = re.compile(
    "[\\s\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u202f\u205f-\u206f\u2800\u3000"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0]*"
)
TOPS = (
    "com|net|org|info|io|me|ru|kr|tv|shop|xyz|app|dev|live|store|link|page|site|online|gg|uk|de|fr|br|mx|id|vn|th|"
    "my|jp|cn|sg|ph|co|us|ca|au|eu|tw|hk"
)
HINT = re.compile(r"[/@#$.]")
FINDERS = (
    (
        "url",
        re.compile(rf"https?://[^\s<>\"]*[^\s<>\".,;:!?)']|(?<![\w@.])(?:[\w-]+\.)+(?:{TOPS})\b(?:[/?#][^\s<>\"]*)?"),
    ),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])")),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{2,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<!\w)#(?=\w*[^\W\d_])\w{1,256}")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{3,8}(?!\w)")),
)


@dataclass(slots=True)
class Text:
    """A plain text with its entities, whose offsets count characters."""

    plain: str = ""
    entities: list[Entity] = field(default_factory=list)

    @property
    def html(self) -> str:
        """The text as Telegram's HTML."""
        return as_html(self.plain, self.entities)

    def entities_json(self, user_json: Any) -> list[dict[str, Any]]:
        """The entities as the Bot API writes them; `user_json` turns a user's id into a User."""
        units = _utf16(self.plain)
        written = []
        for entity in self.entities:
            start, end = units(entity.start), units(entity.end)
            one = {"offset": start, "length": end - start, "type": entity.type, **entity.more}
            if "user_id" in one:
                one["user"] = user_json(one.pop("user_id"))
            written.append(one)
        return written

    def blank(self) -> bool:
        """Whether it shows nothing."""
        return BLANK.fullmatch(self.plain) is not None


def _utf16(plain: str) -> Any:
    """A function from an index of a character to an index of a UTF-16 unit."""
    if plain.isascii() or max(plain, default="") < "\U00010000":
        return lambda index: index
    return lambda index: index + sum(1 for letter in plain[:index] if letter > "\uffff")


def parse(raw: str, parse_mode: str | None, given: list[dict[str, Any]] | None) -> Text:
    """Read the text of a call. `parse_mode` wins over explicit entities.

    Raises ApiError: markup that can't be parsed, an unknown mode, a text over 32 KB.
    """
    if len(raw) * 4 > MAX_RAW and len(raw.encode()) > MAX_RAW:
        raise bad("text is too long")
    mode = (parse_mode or "none").lower()
    if mode == "html":
        plain, entities = Parser(raw).parse()
    elif mode == "none":
        plain, entities = raw, read_entities(raw, given or [])
    elif mode == "markdownv2":
        plain, entities = MarkdownV2(raw).parse()
    elif mode == "markdown":
        plain, entities = parse_old(raw)
    else:
        raise bad("unsupported parse_mode")
    return _mark_found(_clean(_join_styles(Text(plain, entities))))


def typed(raw: str, named: Iterable[tuple[str, int]] = ()) -> Text:
    """The text that a person's app sends: trimmed, with commands, mentions, links and hashtags marked.

    `named` are names in the text, in order, that the writer chose from a list, each with its user's id.
    Raises ValueError: a name isn't in the text.
    """
    entities, after = [], 0
    for name, user_id in named:
        start = raw.index(name, after)
        after = start + len(name)
        entities.append(Entity("text_mention", start, after, {"user_id": user_id}))
    return _mark_found(_clean(Text(raw, entities)))


def read_entities(plain: str, given: list[dict[str, Any]]) -> list[Entity]:
    """Read explicit entities, but ignore the kinds that Telegram finds by itself.

    Raises ApiError: a range outside of the text or inside of a surrogate pair, a bad link or date.
    """
    places = [0]
    for letter in plain:
        places.append(places[-1] + (2 if letter > "\uffff" else 1))
    index_of = {unit: index for index, unit in enumerate(places)}
    entities = []
    for one in given:
        if one["type"] in FOUND:
            continue
        start, end = one["offset"], one["offset"] + one["length"]
        if one["length"] <= 0 or end > places[-1]:
            continue
        if start not in index_of or end not in index_of:
            raise bad("can't parse entities: entity begins or ends in a middle of a UTF-16 symbol")
        entities.append(Entity(one["type"], index_of[start], index_of[end], _details_of(one)))
    return entities


def _details_of(one: dict[str, Any]) -> dict[str, Any]:
    match one["type"]:
        case "text_link":
            url = checked_url(one.get("url", ""))
            if url is None:
                raise bad(f"can't parse entities: Entity URL '{one.get('url', '')}' is invalid: Wrong HTTP URL")
            return {"url": url}
        case "text_mention":
            return {"user_id": one.get("user", {}).get("id", 0)}
        case "custom_emoji":
            return {"custom_emoji_id": one.get("custom_emoji_id", "")}
        case "date_time":
            if one.get("unix_time", 0) <= 0:
                raise bad("can't parse entities: Invalid date specified")
            if not TIME_FORMAT.fullmatch(one.get("date_time_format", "")):
                raise bad("can't parse entities: Invalid date-time format specified")
            return {
                "unix_time": one["unix_time"],
                "date_time_format": ordered_format(one.get("date_time_format", "")),
            }
        case "pre" if one.get("language"):
            return {"language": one["language"]}
        case _:
            return {}


def _join_styles(text: Text) -> Text:
    """Join neighbours of one style, drop quotes inside quotes, and remove styles from code."""
    if not text.entities:
        return text
    order = sorted(text.entities, key=lambda e: (e.start, -e.end))
    code = [(e.start, e.end) for e in order if e.type in {"code", "pre"}]
    settled: list[Entity] = []
    last: dict[str, Entity] = {}
    quoted_to = -1
    for entity in order:
        if entity.type in BLOCKS:
            if entity.start < quoted_to:
                continue
            quoted_to = entity.end
        pieces = _outside(entity, code) if entity.type in SPLITTABLE else [entity]
        for piece in pieces:
            before = last.get(piece.type)
            if piece.type in SPLITTABLE and before is not None and before.end >= piece.start:
                before.end = max(before.end, piece.end)
                continue
            last[piece.type] = piece
            settled.append(piece)
    settled.sort(key=lambda e: (e.start, -e.end))
    return Text(text.plain, settled)


def _outside(entity: Entity, code: list[tuple[int, int]]) -> list[Entity]:
    pieces = [(entity.start, entity.end)]
    for start, end in code:
        cut: list[tuple[int, int]] = []
        for a, b in pieces:
            cut += [(x, y) for x, y in ((a, min(b, start)), (max(a, end), b)) if x < y]
        pieces = cut
    return [Entity(entity.type, a, b, entity.more) for a, b in pieces]


def _clean(text: Text) -> Text:
    """Replace control characters by spaces, drop some, and trim both ends. Entities keep their words."""
    plain = text.plain
    if not DIRTY.search(plain) and plain == plain.strip(" \n"):
        return text
    kept = [index for index, letter in enumerate(plain) if not DROPPED.match(letter)]
    letters = [" " if plain[i] < " " and plain[i] != "\n" else plain[i] for i in kept]
    joined = "".join(letters)
    first = len(joined) - len(joined.lstrip(" \n"))
    if text.entities:
        first = min(first, sum(1 for i in kept if i < min(e.start for e in text.entities)))
    last = len(joined.rstrip(" \n"))
    last = max(last, first)
    new_index = [0] * (len(plain) + 1)
    position = 0
    for index in range(len(plain) + 1):
        new_index[index] = min(max(position - first, 0), last - first)
        if position < len(kept) and index == kept[position]:
            position += 1
    moved = [Entity(e.type, new_index[e.start], new_index[e.end], e.more) for e in text.entities]
    return Text(joined[first:last], [e for e in moved if e.end > e.start])


def _mark_found(text: Text) -> Text:
    """Mark links, commands, mentions and the like, outside of code and links, as Telegram does by itself."""
    if not HINT.search(text.plain):
        return text
    closed = [(e.start, e.end) for e in text.entities if e.type in {"code", "pre", "text_link", "text_mention"}]
    found: list[Entity] = []
    for kind, pattern in FINDERS:
        for match in pattern.finditer(text.plain):
            start, end = match.span()
            if all(end <= a or start >= b for a, b in closed):
                closed.append((start, end))
                found.append(Entity(kind, start, end))
    if not found:
        return text
    entities = sorted(text.entities + found, key=lambda e: (e.start, -e.end))
    return Text(text.plain, entities)


def check_text(text: Text, *, edit: bool = False) -> None:
    """Refuse a text that shows nothing or is over 4096 characters.

    Call it after the chat was found, as Telegram does.
    """
    if text.blank():
        raise bad("text must be non-empty")
    if len(text.plain) > MAX_TEXT:
        raise bad("MESSAGE_TOO_LONG" if edit else "message is too long")


def check_caption(text: Text, *, edit: bool = False) -> None:
    """Refuse a caption over 1024 characters."""
    if len(text.plain) > MAX_CAPTION:
        raise bad("MEDIA_CAPTION_TOO_LONG" if edit else "message caption is too long")


def slug(label: str) -> str:
    """A label without its case and width, to find a button by it."""
    return unicodedata.normalize("NFKC", label).casefold().strip()
