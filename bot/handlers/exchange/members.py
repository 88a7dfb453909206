"""`/import`: members with their points, and who is waited for."""

from aiogram.types import Message

from bot.content.buttons.exchange import BAD, DROP, LIST, MOVED, NO, YES
from bot.content.buttons.shared import ADMIN
from bot.features.exchange.exports import BAD_LINES
from bot.handlers.exchange.services import ExchangeServices
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.exchange.moving import NothingToTake
from bot.rules.general import OnlyInPrivate, StalePress
from bot.rules.place import Place
from bot.rules.sheets.sheet import SheetKind
from bot.telegram.ask import Ask
from bot.telegram.downloads import message_with_file
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The owner's command, and buttons of the owner and of who is asked."""
    desk = Desk("exchange")
    desk.command("import", bring_in)
    desk.press(MOVED, pressed)
    return desk


async def bring_in(
    message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, exchange: ExchangeServices
) -> None:
    """`/import` with a file takes members in; alone, it lists who is waited for."""
    inside = await doors.owner(ask)
    if inside is None:
        return
    if message_with_file(message) is not None:
        await exchange.file_talk.hand_in(inside, voice, SheetKind.MEMBERS, rest, message)
        return
    await _list(inside, 0, voice, exchange)


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, exchange: ExchangeServices) -> None:
    """A fan says whether it is theirs; the owner turns pages, drops a line, or has all bad lines sent."""
    verb, _, more = rest.partition(":")
    number = read_id(more.partition(":")[0])
    if verb in {YES, NO} and number is not None:
        await _answer(ask, number, voice, exchange, yes=verb == YES)
        return
    place = await _shop_of(verb, number, exchange)
    inside = await doors.owner(ask.within(place) if place is not None else ask)
    if inside is None:
        return
    if place is None:
        await voice.answer(inside, StalePress())
        return
    match verb:
        case _ if verb == DROP and number is not None:
            await voice.panel(inside, await exchange.awaited.drop(inside.act, number))
        case _ if verb == BAD and number is not None:
            await voice.answer(inside, await exchange.exports.send(inside.act, BAD_LINES, number))
        case _:
            await _list(inside, read_id(more.rpartition(":")[2]) or 0, voice, exchange)


async def _shop_of(verb: str, number: int | None, exchange: ExchangeServices) -> Place | None:
    """The shop that a button of the owner is about: the private chat may mean another one."""
    if number is None:
        return None
    match verb:
        case _ if verb == LIST:
            return await exchange.communities.place(number)
        case _ if verb == DROP:
            community_id = await exchange.awaited.community_of(number)
        case _ if verb == BAD:
            community_id = await exchange.file_talk.community_of(number)
        case _:
            return None
    return await exchange.communities.place(community_id) if community_id is not None else None


async def _answer(ask: Ask, line_id: int, voice: Voice, exchange: ExchangeServices, *, yes: bool) -> None:
    """The shop is the line's: the private chat may mean another one."""
    community_id = await exchange.awaited.community_of(line_id)
    place = await exchange.communities.place(community_id) if community_id is not None else None
    if place is None or ask.speaks_as is not None:
        await voice.answer(ask, NothingToTake())
        return
    inside = ask.within(place)
    await voice.panel(inside, await exchange.awaited.answer(inside.act, line_id, yes=yes))


async def _list(inside: Ask, after: int, voice: Voice, exchange: ExchangeServices) -> None:
    """Names are shown to the owner alone."""
    people = await exchange.awaited.people(inside.community, after)
    await voice.panel(inside, people, instead=OnlyInPrivate(f"{ADMIN}_{inside.community.community_id}"))
