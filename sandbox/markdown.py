"""Telegram's MarkdownV2 and its older Markdown: reads them, and refuses what Telegram refuses.

Rules from https://core.telegram.org/bots/api#markdownv2-style and from TDLib's MessageEntity.cpp (`parse_markdown_v2`,
`parse_markdown`). Offsets here count characters; `text.py` turns them into UTF-16 units.
"""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError, bad
from sandbox.html import TIME_FORMAT, Entity, link_of, ordered_format

RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
EMOJI = re.compile(r"tg://emoji\?id=([0-9]+)")
TIME = re.compile(r"tg://time\?unix=([0-9]+)(?:&format=([a-zA-Z]*))?")
LANGUAGE = re.compile(r"[^\s`]+(?=\n)")
PAIRS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler"}
OLD = {"*": "bold", "_": "italic", "`": "code", "```": "pre"}


@dataclass(slots=True)
class Opened:
    """A start mark whose end mark hasn't come yet: its place in the source (`at`) and in the plain text (`start`)."""

    mark: str
    at: int
    start: int
    language: str = ""


def _cannot(why: str) -> ApiError:
    return bad(f"can't parse entities: {why}")


class MarkdownV2:
    """Reads one text; `parse` gives the plain text and its entities."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.open: list[Opened] = []
        self.entities: list[Entity] = []
        self.quote: int | None = None
        self.can_quote = True

    def parse(self) -> tuple[str, list[Entity]]:
        """Raises ApiError "can't parse entities: …" where Telegram does."""
        while self.at < len(self.source):
            self._step()
        self._end_quote(expandable=False)
        if self.open:
            last = self.open[-1]
            name = {"```": "Pre", "`": "Code", "[": "TextUrl", "![": "CustomEmoji"}.get(last.mark)
            called = name or PAIRS[last.mark].title()
            raise _cannot(f"Can't find end of {called} entity at byte offset {self._bytes(last.at)}")
        return "".join(self.out), self.entities

    def _bytes(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _ahead(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def _put(self, text: str) -> None:
        self.out.append(text)

    @property
    def _length(self) -> int:
        return sum(len(one) for one in self.out)

    def _step(self) -> None:
        letter = self.source[self.at]
        if self._begins_quote():
            return
        following = self.source[self.at + 1 : self.at + 2]
        if letter == "\\" and following and following.isascii():
            self._put(following)
            self.at += 2
            return
        inside = self.open[-1].mark if self.open else ""
        if inside in {"`", "```"} and not self._ahead(inside):
            if letter == "`":
                self._reserved(letter)
            self._put(letter)
            self.at += 1
            return
        if letter == "\n":
            self._put(letter)
            self.at += 1
            self._line_ended()
            return
        if letter not in RESERVED:
            self._put(letter)
            self.at += 1
            return
        self._mark(letter)

    def _begins_quote(self) -> bool:
        """Read the ">" at the start of a line, or the "**>" that separates two quotes."""
        if not self.can_quote or (self.open and self.open[-1].mark in {"`", "```"}):
            return False
        self.can_quote = False
        if self._ahead("**>") and self.quote is None:
            self.at += 3
            self.quote = self._length
            return True
        if self._ahead(">"):
            self.at += 1
            if self.quote is None:
                self.quote = self._length
            return True
        return False

    def _line_ended(self) -> None:
        self.can_quote = True
        if self.quote is not None and not self._ahead(">"):
            self._end_quote(expandable=False)

    def _end_quote(self, *, expandable: bool) -> None:
        if self.quote is not None and self._length > self.quote:
            kind = "expandable_blockquote" if expandable else "blockquote"
            self.entities.append(Entity(kind, self.quote, self._length))
        self.quote = None

    def _reserved(self, letter: str) -> None:
        raise _cannot(f"Character '{letter}' is reserved and must be escaped with the preceding '\\'")

    def _mark(self, letter: str) -> None:
        """Read a reserved character: it ends the open entity, starts one, or is an error."""
        mark = self._mark_here(letter)
        if self.open and self._ends(self.open[-1].mark, mark):
            self._close(self.open.pop(), mark)
            return
        if mark == "||" and self.quote is not None and self._is_last_of_quote():
            self.at += 2
            self._end_quote(expandable=True)
            return
        if mark not in PAIRS and mark not in {"`", "```", "[", "!["}:
            self._reserved(letter)
        opened = Opened(mark, self.at, self._length)
        self.at += len(mark)
        if mark == "```":
            found = LANGUAGE.match(self.source, self.at)
            if found:
                opened.language = found.group()
                self.at = found.end()
            if self._ahead("\n"):
                self.at += 1
        self.open.append(opened)

    def _mark_here(self, letter: str) -> str:
        inside = self.open[-1].mark if self.open else ""
        for long in ("```", "||", "__", "!["):
            if self._ahead(long) and not (long == "```" and inside == "`"):
                return long
        return letter

    @staticmethod
    def _ends(opened: str, mark: str) -> bool:
        return mark == opened or (opened in {"[", "!["} and mark == "]")

    def _is_last_of_quote(self) -> bool:
        end = self.at + 2
        return end >= len(self.source) or self.source[end] == "\n"

    def _close(self, opened: Opened, mark: str) -> None:
        self.at += len(mark)
        end = self._length
        match opened.mark:
            case "[":
                link = link_of(self._target() or "".join(self.out)[opened.start :])
                if link is None:
                    return
                kind, more = link
            case "![":
                kind, more = self._special(opened)
            case "`":
                kind, more = "code", {}
            case "```":
                kind, more = "pre", {"language": opened.language} if opened.language else {}
            case other:
                kind, more = PAIRS[other], {}
        if end > opened.start:
            self.entities.append(Entity(kind, opened.start, end, more))

    def _target(self) -> str:
        """The text in round brackets after a link's words; empty if no bracket follows."""
        if not self._ahead("("):
            return ""
        begin = self.at
        self.at += 1
        taken = []
        while self.at < len(self.source) and self.source[self.at] != ")":
            if self.source[self.at] == "\\" and self.source[self.at + 1 : self.at + 2].isascii():
                self.at += 1
            taken.append(self.source[self.at : self.at + 1])
            self.at += 1
        if self.at >= len(self.source):
            raise _cannot(f"Can't find end of a URL at byte offset {self._bytes(begin)}")
        self.at += 1
        return "".join(taken)

    def _special(self, opened: Opened) -> tuple[str, dict[str, Any]]:
        """Read the target of a custom emoji or a date."""
        if not self._ahead("("):
            raise _cannot("Custom emoji entity must contain a tg://emoji URL")
        target = self._target()
        emoji = EMOJI.fullmatch(target)
        if emoji and int(emoji.group(1)):
            return "custom_emoji", {"custom_emoji_id": emoji.group(1)}
        moment = TIME.fullmatch(target)
        if moment is None:
            raise _cannot("Custom emoji URL must have an emoji identifier")
        if int(moment.group(1)) == 0:
            raise _cannot("Invalid date specified")
        form = moment.group(2) or ""
        if not TIME_FORMAT.fullmatch(form):
            raise _cannot(f"Invalid date-time format specified at byte offset {self._bytes(opened.at)}")
        return "date_time", {"unix_time": int(moment.group(1)), "date_time_format": ordered_format(form)}


def parse_old(source: str) -> tuple[str, list[Entity]]:
    """Read the older Markdown: nothing nests, and a backslash escapes only `_*[` and the backtick."""
    out: list[str] = []
    entities: list[Entity] = []
    at = 0
    while at < len(source):
        letter = source[at]
        if letter == "\\" and source[at + 1 : at + 2] in {"_", "*", "`", "["}:
            out.append(source[at + 1])
            at += 2
        elif letter in "_*`[":
            at = _old_entity(source, at, out, entities)
        else:
            out.append(letter)
            at += 1
    return "".join(out), entities


def _old_entity(source: str, begin: int, out: list[str], entities: list[Entity]) -> int:
    """Read one entity. Returns the place where the text goes on."""
    mark = "```" if source.startswith("```", begin) else source[begin]
    end = source.find("]" if mark == "[" else mark, begin + len(mark))
    if end < 0:
        offset = len(source[:begin].encode())
        raise _cannot(f"Can't find end of the entity starting at byte offset {offset}")
    inside = source[begin + len(mark) : end]
    start = sum(len(one) for one in out)
    after = end + (1 if mark == "[" else len(mark))
    more: dict[str, Any] = {}
    kind = OLD.get(mark, "")
    if mark == "```":
        found = LANGUAGE.match(inside)
        if found:
            more = {"language": found.group()}
            inside = inside[found.end() :]
        inside = inside.removeprefix("\n")
    elif mark == "[":
        target = inside
        if source[after : after + 1] == "(":
            closing = source.find(")", after)
            closing = len(source) if closing < 0 else closing
            target, after = source[after + 1 : closing], closing + 1
        link = link_of(target)
        kind, more = link if link is not None else ("", {})
    out.append(inside)
    if inside and kind:
        entities.append(Entity(kind, start, start + len(inside), more))
    return after
