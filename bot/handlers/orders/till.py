"""`/redeem` at the till: honour a coupon by its code, a fan's by a button, or a whole file of orders."""

import re
from typing import assert_never

from aiogram.types import CallbackQuery, Document, Message

from bot.content.buttons.shared import REDEEM_ONE
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, one_of
from bot.handlers.kit.naming import Line
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.orders.order_files import read_orders
from bot.handlers.orders.services import OrderServices
from bot.rules.files import FileProblem
from bot.rules.forms import Missing
from bot.rules.general import StalePress
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed, Whom
from bot.rules.orders.orders import OrdersNeedColumns
from bot.rules.sheets.columns import understand
from bot.rules.sheets.sheet import Answers, Grid, Sheet, SheetKind
from bot.rules.words import Language
from bot.telegram.ask import Ask
from bot.telegram.downloads import document_of
from bot.telegram.replies import Voice

REDEEM = "/redeem K7M2-QX4P"
CURRENCIES = {Language.KO: "KRW", Language.ZH: "CNY", Language.EN: "USD"}
"""The currency of a file that names none, by the community's language."""
FILE_FORM = Form({"currency": Field(one_of({name.lower(): name for name in CURRENCIES.values()}))}, "currency=KRW")


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
    document = document_of(message)
    if document is not None and (not rest or "=" in rest):
        await voice.answer(inside, await _redeem_file(document, inside, rest, orders))
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


async def redeem_one(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, orders: OrderServices
) -> None:
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


async def _redeem_file(document: Document, inside: Ask, rest: str, orders: OrderServices) -> object:
    """`/redeem` with a file: each line by itself."""
    moment = Moment(inside.at, inside.community.timezone)
    try:
        currency = FILE_FORM.read(rest, moment).get("currency", CURRENCIES[inside.community.language])
    except FormProblem as problem:
        return problem.error
    grid = await orders.files.grid(document)
    if not isinstance(grid, Grid):
        return grid
    sheet = understand(grid, SheetKind.ORDERS, Answers())
    if not isinstance(sheet, Sheet):
        return sheet if isinstance(sheet, FileProblem) else OrdersNeedColumns()
    lines = read_orders(sheet.rows, currency, moment, orders.policy)
    return await orders.order_intake.take_file(inside.act, lines)
