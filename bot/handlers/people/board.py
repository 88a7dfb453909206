"""The fan's card and the board."""

from dataclasses import replace

from bot.content.buttons.shared import ME
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.people.services import PeopleServices
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """Commands of members."""
    desk = Desk("members")
    desk.command("me", me)
    desk.press(ME, me)
    desk.command("top", top)
    return desk


async def me(ask: Ask, doors: Doors, voice: Voice, fans: PeopleServices) -> None:
    """The asker's card."""
    inside = await doors.fan(ask)
    if inside is not None:
        card = await fans.cards.card(inside.act)
        await voice.answer(inside, replace(card, shop_code=await fans.shop_codes.of(inside.act)))


async def top(ask: Ask, doors: Doors, voice: Voice, fans: PeopleServices) -> None:
    """The month's board."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await fans.board.board(inside.community, ask.sender.user_id, ask.at))
