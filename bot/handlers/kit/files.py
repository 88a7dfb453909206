"""Files that staff hand in with a command, read into lines and columns."""

from aiogram import Bot
from aiogram.types import Document

from bot.rules.files import FileEmpty, FileProblem, FileUnreadable, ImportPolicy, TooManyLines
from bot.rules.sheets.reading import read_sheet
from bot.rules.sheets.sheet import Sheet
from bot.telegram.downloads import fetch


class FileReader:
    """Reads files that staff hand in."""

    def __init__(self, bot: Bot, policy: ImportPolicy) -> None:
        self._bot = bot
        self.policy = policy

    async def read(self, document: Document, without_header: tuple[str, ...]) -> Sheet | FileProblem:
        """The lines of a file, or what is wrong with it. `without_header` names the columns of a file without one."""
        content = await fetch(self._bot, document, self.policy.max_bytes)
        if not isinstance(content, bytes):
            return content
        sheet = read_sheet(content, without_header)
        if sheet is None:
            return FileUnreadable()
        if not sheet.rows:
            return FileEmpty()
        if len(sheet.rows) > self.policy.max_codes:
            return TooManyLines(len(sheet.rows), self.policy.max_codes)
        return sheet
