"""The page that shows staff how what the shop says is received. Buttons under reports and the calendar lead to it."""

from bot.content.buttons.shared import RECEIVED
from bot.features.attention.wear_out import Reception
from bot.handlers.kit.readers import number_of
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The page's buttons."""
    desk = Desk("reception")
    desk.press(RECEIVED, show)
    return desk


async def show(ask: Ask, rest: str, doors: Doors, voice: Voice, reception: Reception) -> None:
    """Open the page, or turn to another room's. The private chat may mean another shop than the button."""
    shop, _, page = rest.partition(":")
    place = await reception.place(number_of(shop) or 0) if ask.private else None
    inside = await doors.staff(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    shown = await reception.page(inside.community, number_of(page) or 1, inside.at)
    if page:
        await voice.panel(inside, shown)
    else:
        await voice.answer(inside, shown)
