"""What wasn't sent, as staff look at it by buttons. `/why` alone opens it (`why.py`)."""

from datetime import date

from bot.content.buttons.attention import DAY, NOW, STOP, UNSENT
from bot.handlers.attention.services import AttentionServices
from bot.handlers.attention.why import in_private
from bot.handlers.kit.readers import number_of, read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.attention.unsent import HeldNoMore
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The buttons."""
    desk = Desk("unsent")
    desk.press(UNSENT, pressed)
    return desk


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, attention: AttentionServices) -> None:
    """The week, a day of it, or what becomes of something that is held. The button carries its shop."""
    shop, _, said = rest.partition(":")
    place = await attention.communities.place(number_of(shop) or 0) if ask.private else None
    inside = await doors.staff(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    what, _, value = said.partition(":")
    if what == DAY:
        day, _, page = value.partition(":")
        found = _read_day(day)
        if found is not None:
            shown = await attention.unsent.day(inside.community, found, read_id(page) or 1, inside.at)
            await voice.panel(inside, shown, instead=in_private(inside))
            return
    if what in {NOW, STOP}:
        verdict_id = read_id(value)
        if verdict_id is None:
            await voice.panel(inside, HeldNoMore(inside.community.community_id))
        elif what == NOW:
            await voice.panel(inside, await attention.unsent.send_now(inside.act, verdict_id))
        else:
            await voice.panel(inside, await attention.unsent.stop(inside.act, verdict_id))
        return
    week = await attention.unsent.week(inside.community, inside.at)
    await voice.panel(inside, week, instead=in_private(inside))


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
