"""Files that staff hand in with a command, read into cells."""

import asyncio

from aiogram import Bot
from aiogram.types import Document

from bot.outside.spreadsheets import is_spreadsheet, read_spreadsheet
from bot.rules.files import (
    FileEmpty,
    FileIsPicture,
    FileProblem,
    FileUnreadable,
    ImportPolicy,
    SpreadsheetUnreadable,
    TooManyLines,
)
from bot.rules.sheets.sheet import Grid
from bot.rules.sheets.text import read_text
from bot.telegram.downloads import fetch

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"%PDF", b"II*\x00", b"MM\x00*")
"""How pictures and PDFs begin."""


class FileReader:
    """Reads files that staff hand in."""

    def __init__(self, bot: Bot, policy: ImportPolicy) -> None:
        self._bot = bot
        self.policy = policy

    async def grid(self, document: Document) -> Grid | FileProblem:
        """The cells of a file, or what is wrong with it."""
        content = await fetch(self._bot, document, self.policy.max_bytes)
        if not isinstance(content, bytes):
            return content
        # A large file takes a moment, in which others are answered.
        return await asyncio.to_thread(read_grid, content, self.policy)


def read_grid(content: bytes, policy: ImportPolicy) -> Grid | FileProblem:
    """The cells of a spreadsheet or of a text, or why there are none."""
    if content.startswith(PICTURES) or content[4:8] == b"ftyp":
        return FileIsPicture()
    workbook = is_spreadsheet(content)
    grid = read_spreadsheet(content) if workbook else read_text(content)
    if grid is None:
        return SpreadsheetUnreadable() if workbook else FileUnreadable()
    if not grid.lines:
        return FileEmpty()
    if len(grid.lines) > policy.max_codes:
        return TooManyLines(len(grid.lines), policy.max_codes)
    return grid
