"""Links that open the private chat for a shop: `<shop>_<what>` stands behind their prefix."""

from bot.features.communities import Communities
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.rules.general import NoCommunityYet
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


async def come_by_link(
    ask: Ask, payload: str, doors: Doors, voice: Voice, communities: Communities
) -> tuple[Ask, str] | None:
    """Open the private chat of a fan's shop; the ask within it, and what stands behind the shop's number.

    None after an answer. A stranger isn't told which shop it is.
    """
    await communities.started(ask.sender, can_write=True, at=ask.at)
    shop, _, what = payload.partition("_")
    shop_id = read_id(shop)
    place = await communities.place(shop_id) if shop_id is not None else None
    if place is None:
        await voice.answer(ask, NoCommunityYet())
        return None
    inside = await doors.fan(ask.within(place), outsiders=NoCommunityYet())
    if inside is None:
        return None
    await communities.turn_to(ask.sender.user_id, place)
    return inside, what
