"""Files that staff hand in: buttons under questions and previews, and files of albums that come without a command."""

from aiogram.types import Message

from bot.content.buttons.shared import IMPORT
from bot.handlers.kit.imports import FileTalk
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.telegram.ask import Ask


def setup() -> Desk:
    """What belongs to no command."""
    desk = Desk("imports")
    desk.press(IMPORT, pressed)
    desk.album(more_of_album)
    return desk


async def pressed(ask: Ask, rest: str, doors: Doors, imports: FileTalk) -> None:
    """An answer, *do it*, *cancel* or *ask again*."""
    await imports.pressed(ask, rest, doors)


async def more_of_album(message: Message, ask: Ask, doors: Doors, imports: FileTalk) -> None:
    """A file of an album whose command stands under another one, or comes later."""
    await imports.more_of_album(ask, message, doors)
