"""The page of a fan's tier: why it is what it is, and the tag beside their name."""

from bot.content.buttons.shared import TIER
from bot.features.members.page import TierPages
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.general import StalePress
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The button of the card, and those of the page."""
    desk = Desk("tiers")
    desk.press(TIER, tier)
    return desk


async def tier(ask: Ask, rest: str, doors: Doors, voice: Voice, tiers: TierPages) -> None:
    """`tier` shows the page, `tier:tag:on` and `tier:tag:off` set or remove the tag."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    match rest.split(":"):
        case [""]:
            await voice.panel(inside, await tiers.page(inside.act))
        case ["tag", "on" | "off" as wanted]:
            await voice.panel(inside, await tiers.show_tag(inside.act, wanted=wanted == "on"))
        case _:
            await voice.answer(inside, StalePress())
