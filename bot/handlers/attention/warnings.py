"""*Hold until 09:00*: what staff just typed waits for the next instant at which nobody minds it."""

from bot.content.buttons.attention import WAIT
from bot.handlers.attention.services import AttentionServices
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.attention.warnings import LeftAlready
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The button under a warning."""
    desk = Desk("warnings")
    desk.press(WAIT, hold)
    return desk


async def hold(ask: Ask, rest: str, doors: Doors, voice: Voice, attention: AttentionServices) -> None:
    """Hold what the act promised, while it hasn't left. The button carries its shop."""
    shop, _, number = rest.partition(":")
    shop_id, verdict_id = read_id(shop), read_id(number)
    place = await attention.communities.place(shop_id) if ask.private and shop_id is not None else None
    inside = await doors.staff(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    held = await attention.warnings.hold(inside.act, verdict_id) if verdict_id is not None else LeftAlready()
    await voice.answer(inside, held)
