"""The report as an operator reads it: one line for each finding, below it what to do, and the sum at the end."""

import asyncio
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from io import TextIOWrapper
from typing import TextIO

from bot.clock import Clock
from bot.commands.doctor.machine import examine_machine
from bot.commands.doctor.telegram import examine_telegram
from bot.content import Words
from bot.rules.doctor.findings import Finding, Level, Part
from bot.rules.words import Language, language_of
from bot.settings import Settings

EXIT_WRONG = 1
SIGNS = {Level.FINE: "✓", Level.WARNING: "!", Level.WRONG: "✗"}
COLORS = {Level.FINE: "32", Level.WARNING: "33", Level.WRONG: "31"}
WIDEST = 100
"""The most columns of a line, however wide the terminal is."""
NARROWEST = 40
NEVER_FIRST = ",.!?:;)]}’”、。」』》\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\uff09"
"""Characters with which no line of Chinese begins."""


def examine(settings: Settings, language: str | None) -> int:
    """Examine everything, print the report, and return the exit code: 1 if something must be repaired.

    The report is in `language`, else in the terminal's language, else in English.
    """
    reader_language = language_of(language) or language_of(os.environ.get("LANG")) or Language.EN
    found = asyncio.run(_examine_all(settings))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # some terminals can't show these characters
    for line in report(Words({}, {}), found, reader_language, width=_width(sys.stdout), color=_takes_color(sys.stdout)):
        sys.stdout.write(f"{line}\n")
    return EXIT_WRONG if any(finding.level is Level.WRONG for finding in found) else 0


async def _examine_all(settings: Settings) -> list[Finding]:
    on_machine, chats = await examine_machine(settings)
    return [*on_machine, *await examine_telegram(settings, chats, Clock.real().now)]


def report(words: Words, found: list[Finding], language: Language, *, width: int | None, color: bool) -> Iterator[str]:
    """The report's lines, folded to `width` columns; not folded if `width` is None."""
    for part in Part:
        own = [finding for finding in found if finding.part is part]
        if not own:
            continue
        heading = words.line("doctor", f"part_{part}", language)
        yield f"\x1b[1m{heading}\x1b[0m" if color else heading
        for finding in own:
            yield from _finding_lines(words, finding, language, width, color=color)
        yield ""
    counts = {level: sum(finding.level is level for finding in found) for level in Level}
    total = words.line("doctor", "sum", language, wrong=counts[Level.WRONG], warnings=counts[Level.WARNING])
    yield from _indented("", 0, total, width)


def _finding_lines(
    words: Words, finding: Finding, language: Language, width: int | None, *, color: bool
) -> Iterator[str]:
    name, facts = type(finding).__name__, asdict(finding)
    sign = SIGNS[finding.level]
    painted = f"\x1b[{COLORS[finding.level]}m{sign}\x1b[0m" if color else sign
    text = words.line("doctor", name, language, **facts)
    yield from _indented(f"  {painted} ", 4, text, width)
    if finding.level is not Level.FINE:
        todo = words.line("doctor", f"{name}_todo", language, **facts)
        for line in todo.splitlines():
            yield from _indented("    → ", 6, line, width)


def _indented(head: str, indent: int, text: str, width: int | None) -> Iterator[str]:
    """The text folded into lines: `head` before the first one, `indent` spaces before the others."""
    folded = fold(text, width - indent) if width is not None else [text]
    for number, line in enumerate(folded):
        yield (head if number == 0 else " " * indent) + line


def fold(text: str, width: int) -> list[str]:
    """Break the text into lines of at most `width` columns.

    Lines break at spaces and between Chinese characters. A Chinese character takes two columns.
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line.strip() and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterator[str]:
    """The parts of the text between which a line may break."""
    piece = ""
    for at, sign in enumerate(text):
        piece += sign
        following = text[at + 1 : at + 2]
        breaks = sign == " " or (
            following and (_is_chinese(sign) or _is_chinese(following)) and sign not in "（「『《“‘(["
        )
        if breaks and following != " " and following not in NEVER_FIRST:
            yield piece
            piece = ""
    if piece:
        yield piece


def _is_chinese(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("CJK")


def columns(text: str) -> int:
    """How many columns the text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _width(stream: TextIO) -> int | None:
    """The columns of the terminal. None for a log or a pipe, where each sentence stays on one line."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST)) if stream.isatty() else None


def _takes_color(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")
