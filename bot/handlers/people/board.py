"""The fan's card and the board."""

from aiogram.types import TelegramObject

from bot.content.buttons.shared import ME
from bot.features.people.board import Members
from bot.flows.my_card import my_card
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.checkins.checkins import CheckInPolicy
from bot.store.engine.db import Database
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """Commands of members."""
    desk = Desk("members")
    desk.command("me", me)
    desk.press(ME, me)
    desk.command("top", top)
    return desk


async def me(
    _event: TelegramObject, ask: Ask, doors: Doors, voice: Voice, db: Database, checkin_policy: CheckInPolicy
) -> None:
    """The asker's card."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await my_card(db, checkin_policy, inside.community, ask.sender, ask.at))


async def top(_event: TelegramObject, ask: Ask, doors: Doors, voice: Voice, members: Members) -> None:
    """The month's board."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await members.board(inside.community, ask.sender.user_id, ask.at))
