"""A fan checks a draw: the bot computes it again, or gives them what they need to compute it without the bot."""

from bot.content.buttons.raffles import CHECK_DRAW, DRAW_FILES
from bot.handlers.kit.private_links import come_by_link
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.raffles.services import RaffleServices
from bot.rules.raffles.entries import NoSuchRaffle
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice


def setup() -> Desk:
    """The buttons that check a draw."""
    desk = Desk("raffle checks")
    desk.press(CHECK_DRAW, check)
    desk.press(DRAW_FILES, files)
    desk.opening(DRAW_FILES, open_files)
    return desk


async def check(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """The button *check it*: the bot computes the draw again. Its data may be forged."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    raffle_id = read_id(rest)
    if raffle_id is None:
        await voice.answer(inside, NoSuchRaffle())
        return
    await voice.answer(inside, await raffles.checks.check(inside.community, raffle_id, ask.at))


async def files(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """The button *send me the files*."""
    inside = await doors.fan(ask)
    if inside is not None:
        await _send(inside, rest, voice, raffles)


async def open_files(ask: Ask, rest: str, doors: Doors, voice: Voice, raffles: RaffleServices) -> None:
    """A link opened the private chat, so that the files can be sent."""
    come = await come_by_link(ask, rest, doors, voice, raffles.communities)
    if come is not None:
        inside, number = come
        await _send(inside, number, voice, raffles)


async def _send(inside: Ask, rest: str, voice: Voice, raffles: RaffleServices) -> None:
    raffle_id = read_id(rest)
    if raffle_id is None:
        await voice.answer(inside, NoSuchRaffle())
        return
    can_write = inside.can_write or inside.chat_id == inside.sender.user_id
    await voice.answer(inside, await raffles.checks.files(inside.act, raffle_id, can_write=can_write))
