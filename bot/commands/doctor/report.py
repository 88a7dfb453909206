"""The report as an operator reads it: one line a finding, what to do below it, the sum at the end."""

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
from bot.commands.doctor.home import look_at_home
from bot.commands.doctor.telegram import look_at_telegram
from bot.content import Words
from bot.rules.doctor.findings import Finding, Level, Part
from bot.rules.words import Language, language_of
from bot.settings import Settings

EXIT_WRONG = 1
SIGNS = {Level.FINE: "✓", Level.WARNING: "!", Level.WRONG: "✗"}
COLORS = {Level.FINE: "32", Level.WARNING: "33", Level.WRONG: "31"}
WIDEST = 100
"""Columns of a line of prose, however wide the terminal."""
NARROWEST = 40
NEVER_FIRST = ",.!?:;)]}’”、。」』》\uff0c\uff0e\uff01\uff1f\uff1a\uff1b\uff09"
"""A line of Chinese doesn't begin with these."""


def examine(settings: Settings, language: str | None) -> int:
    """Look, report on standard output, and return the exit code: 1 if something must be mended."""
    tongue = language_of(language) or language_of(os.environ.get("LANG")) or Language.EN
    found = asyncio.run(_look(settings))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal may lack these signs
    for line in report(Words({}, {}), found, tongue, width=_width(sys.stdout), color=_colored(sys.stdout)):
        sys.stdout.write(f"{line}\n")
    return EXIT_WRONG if any(finding.level is Level.WRONG for finding in found) else 0


async def _look(settings: Settings) -> list[Finding]:
    at_home, chats = await look_at_home(settings)
    return [*at_home, *await look_at_telegram(settings, chats, Clock.real().now)]


def report(words: Words, found: list[Finding], language: Language, *, width: int | None, color: bool) -> Iterator[str]:
    """The report's lines, folded to `width` columns if one is given."""
    for part in Part:
        own = [finding for finding in found if finding.part is part]
        if not own:
            continue
        heading = words.line("doctor", f"part_{part}", language)
        yield f"\x1b[1m{heading}\x1b[0m" if color else heading
        for finding in own:
            yield from _finding(words, finding, language, width, color=color)
        yield ""
    counts = {level: sum(finding.level is level for finding in found) for level in Level}
    said = words.line("doctor", "sum", language, wrong=counts[Level.WRONG], warnings=counts[Level.WARNING])
    yield from _hung("", 0, said, width)


def _finding(words: Words, finding: Finding, language: Language, width: int | None, *, color: bool) -> Iterator[str]:
    name, facts = type(finding).__name__, asdict(finding)
    sign = SIGNS[finding.level]
    painted = f"\x1b[{COLORS[finding.level]}m{sign}\x1b[0m" if color else sign
    said = words.line("doctor", name, language, **facts)
    yield from _hung(f"  {painted} ", 4, said, width)
    if finding.level is not Level.FINE:
        todo = words.line("doctor", f"{name}_todo", language, **facts)
        for line in todo.splitlines():
            yield from _hung("    → ", 6, line, width)


def _hung(head: str, indent: int, text: str, width: int | None) -> Iterator[str]:
    """Text with a head before its first line and its other lines below the text."""
    folded = fold(text, width - indent) if width is not None else [text]
    for number, line in enumerate(folded):
        yield (head if number == 0 else " " * indent) + line


def fold(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns: broken at spaces, and between Chinese characters, which take two columns."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line.strip() and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterator[str]:
    """Parts between which a line may break."""
    piece = ""
    for at, sign in enumerate(text):
        piece += sign
        following = text[at + 1 : at + 2]
        breaks = sign == " " or (following and (_han(sign) or _han(following)) and sign not in "（「『《“‘([")
        if breaks and following != " " and following not in NEVER_FIRST:
            yield piece
            piece = ""
    if piece:
        yield piece


def _han(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("CJK")


def columns(text: str) -> int:
    """How many columns a terminal gives the text."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _width(stream: TextIO) -> int | None:
    """None where nobody looks: a log or a pipe keeps each sentence whole."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST)) if stream.isatty() else None


def _colored(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")
