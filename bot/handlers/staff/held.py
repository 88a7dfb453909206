"""Rewards that wait for the shop's look: the list, and its two buttons."""

from bot.content.buttons.staff import HELD
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.staff.services import StaffServices
from bot.rules.farming import HeldState
from bot.rules.staff.held import HeldGone
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

DECISIONS = {"release": HeldState.RELEASED, "refuse": HeldState.REFUSED}


def setup() -> Desk:
    """Staff's command and buttons of held rewards."""
    desk = Desk("holding")
    desk.command("held", list_held)
    desk.press(HELD, decide)
    return desk


async def list_held(ask: Ask, doors: Doors, voice: Voice, staff: StaffServices) -> None:
    """`/held`: what waits."""
    inside = await doors.staff(ask)
    if inside is not None:
        await voice.answer(inside, await staff.held_queue.listed(inside.community))


async def decide(ask: Ask, rest: str, doors: Doors, voice: Voice, staff: StaffServices) -> None:
    """*Release* or *refuse*: Telegram is asked afresh whether the presser is staff."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    word, _, number = rest.partition(":")
    held_id, state = read_id(number), DECISIONS.get(word)
    if held_id is None or state is None:
        await voice.answer(inside, HeldGone())
        return
    await voice.answer(inside, await staff.held_rewards.decide(inside.act, held_id, state))
