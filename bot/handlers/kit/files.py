"""Files that staff hand in with a command, read into lines and cells."""

from aiogram import Bot
from aiogram.types import Document

from bot.rules.files import FileEmpty, FileProblem, FileUnreadable, ImportPolicy, TooManyLines
from bot.rules.sheets.columns import read_text
from bot.rules.sheets.sheet import Grid
from bot.telegram.downloads import fetch


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
        grid = read_text(content)
        if grid is None:
            return FileUnreadable()
        if not grid.lines:
            return FileEmpty()
        if len(grid.lines) > self.policy.max_codes:
            return TooManyLines(len(grid.lines), self.policy.max_codes)
        return grid
