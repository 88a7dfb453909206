"""Rewards that wait for the shop's look: the list, and its two buttons."""

from aiogram.types import CallbackQuery, TelegramObject

from bot.content.buttons.staff import HELD
from bot.features.staff.held import Holding
from bot.flows.held_rewards import Resolving
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.farming import HeldGone, HeldState
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

DECISIONS = {"release": HeldState.RELEASED, "refuse": HeldState.REFUSED}


def setup() -> Desk:
    """Staff's command and buttons of held rewards."""
    desk = Desk("holding")
    desk.command("held", listed)
    desk.press(HELD, decide)
    return desk


async def listed(_event: TelegramObject, ask: Ask, doors: Doors, voice: Voice, holding: Holding) -> None:
    """`/held`: what waits."""
    inside = await doors.staff(ask)
    if inside is not None:
        await voice.answer(inside, await holding.listed(inside.community))


async def decide(_press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, resolving: Resolving) -> None:
    """*Release* or *refuse*: Telegram is asked afresh whether the presser is staff."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    word, _, number = rest.partition(":")
    held_id, state = read_id(number), DECISIONS.get(word)
    if held_id is None or state is None:
        await voice.answer(inside, HeldGone())
        return
    outcome = await resolving.decide(inside.community, ask.actor_id, held_id, state, ask.at, ask.cause, inside.role)
    await voice.answer(inside, outcome)
