"""`/redeem` at the till: honour a coupon by its code, a fan's by a button, or a whole file of orders."""

import re
from typing import assert_never

from aiogram.types import Message

from bot.content.buttons.shared import REDEEM_ONE
from bot.handlers.kit.naming import Line
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.orders.services import OrderServices
from bot.rules.forms import Missing
from bot.rules.general import StalePress
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed, Whom
from bot.rules.sheets.sheet import SheetKind
from bot.telegram.ask import Ask
from bot.telegram.downloads import message_with_file
from bot.telegram.replies import Voice

REDEEM = "/redeem K7M2-QX4P"


def setup() -> Desk:
    """The command of the till, and the button that names a coupon's holder."""
    desk = Desk("till")
    desk.command("redeem", redeem)
    desk.press(REDEEM_ONE, redeem_one)
    return desk


async def redeem(
    message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    orders: OrderServices,
) -> None:
    """`/redeem CODE`, `/redeem CODE @fan` for a shared code, and `/redeem` with a file of orders."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    if message_with_file(message) is not None and (not rest or "=" in rest):
        await orders.file_talk.hand_in(inside, voice, SheetKind.ORDERS, rest, message)
        return
    line = Line.of(message, rest)
    code, _, said = line.words.partition(" ")
    if not code:
        await voice.answer(inside, Missing("code", REDEEM))
        return
    code = code[: orders.policy.max_code]
    if not await orders.people.is_shared(inside.community, code):
        # A code of a fan's own may be typed with spaces, and needs nobody's name.
        own = re.sub(r"\s@\S*$", "", line.words)[: orders.policy.max_code]
        await voice.answer(inside, await orders.redemption.redeem(inside.act, own))
        return
    whom = await orders.naming.whom(inside, message, line, said.strip())
    await voice.answer(inside, await _of_a_fan(inside, code, whom, orders))


async def _of_a_fan(inside: Ask, code: str, whom: Whom, orders: OrderServices) -> object:
    """Honour a fan's coupon with a shared code; who isn't named for sure is picked from a list."""
    match whom:
        case Named():
            return await orders.redemption.redeem(inside.act, code, whom)
        case Unnamed(said=said) | NobodyCalled(shown=said):
            return await orders.people.holders(inside.community, code, said)
        case NotAPerson() | NameUnsure():
            return whom
        case _:
            assert_never(whom)


async def redeem_one(ask: Ask, rest: str, doors: Doors, voice: Voice, orders: OrderServices) -> None:
    """The button that names a holder: their coupon is honoured. What came of it stands where the list was."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    coupon_id = read_id(rest)
    outcome = await orders.redemption.redeem_one(inside.act, coupon_id) if coupon_id is not None else None
    if outcome is None:
        await voice.answer(inside, StalePress())  # its number was forged
    else:
        await voice.panel(inside, outcome)
