"""Files that staff hand in with a command, read into lines and columns."""

from aiogram import Bot
from aiogram.types import Document

from bot.rules.files import FileEmpty, FileProblem, FileUnreadable, ImportPolicy, TooManyLines
from bot.rules.sheets import Sheet, read_sheet
from bot.telegram.downloads import fetch


async def read_file(
    bot: Bot, document: Document, without_header: tuple[str, ...], policy: ImportPolicy
) -> Sheet | FileProblem:
    """The lines of a file, or what is wrong with it."""
    content = await fetch(bot, document, policy.max_bytes)
    if not isinstance(content, bytes):
        return content
    sheet = read_sheet(content, without_header)
    if sheet is None:
        return FileUnreadable()
    if not sheet.rows:
        return FileEmpty()
    if len(sheet.rows) > policy.max_codes:
        return TooManyLines(len(sheet.rows), policy.max_codes)
    return sheet
