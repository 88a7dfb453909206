"""Orders, the staff's side: look at one, take it back, hand in a file of them, and the secret of the shop's calls."""

from aiogram import Bot
from aiogram.types import Document, Message

from bot.features.orders.hook import Hooks
from bot.features.orders.orders import Orders
from bot.flows.take_orders import take_file
from bot.handlers.kit.files import read_file
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, echo, one_of
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.handlers.orders.order_files import read_orders
from bot.rules.files import ImportPolicy
from bot.rules.forms import Missing, StrayWord
from bot.rules.orders.orders import HookInPrivate, OrderPolicy, OrdersNeedColumns
from bot.rules.sheets import Sheet
from bot.rules.words import Language
from bot.store.engine.db import Database
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

POLICY = OrderPolicy()
FILES = ImportPolicy()
ORDER = "/order 20261123-0042"
HOOK = "/hook new"
CURRENCIES = {Language.KO: "KRW", Language.ZH: "CNY", Language.EN: "USD"}
"""What a file means that names no currency, by the community's language."""
WITHOUT_HEADER = ("code", "order", "value", "time")
FILE_FORM = Form({"currency": Field(one_of({name.lower(): name for name in CURRENCIES.values()}))}, "currency=KRW")


def setup() -> Desk:
    """Staff's commands of orders."""
    desk = Desk("orders")
    desk.command("order", order)
    desk.command("hook", hook)
    return desk


async def order(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, orders: Orders) -> None:
    """`/order ID` shows, `/order ID refund` takes back."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    ref, *more = rest.split() or [""]
    if not ref:
        await voice.answer(inside, Missing("order", ORDER))
    elif [word.lower() for word in more] == ["refund"]:
        await voice.answer(inside, await orders.refund(inside.community, ask.actor_id, _ref(ref), ask.at, ask.cause))
    elif more:
        await voice.answer(inside, StrayWord(echo(more[0]), f"{ORDER} refund"))
    else:
        await voice.answer(inside, await orders.show(inside.community, _ref(ref)))


async def redeem_file(document: Document, inside: Ask, rest: str, bot: Bot, voice: Voice, db: Database) -> None:
    """`/redeem` with a file: each line by itself."""
    moment = Moment(inside.at, inside.community.timezone)
    try:
        currency = FILE_FORM.read(rest, moment).get("currency", CURRENCIES[inside.community.language])
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    sheet = await read_file(bot, document, WITHOUT_HEADER, FILES)
    if not isinstance(sheet, Sheet):
        await voice.answer(inside, sheet)
    elif "order" not in sheet.columns:
        await voice.answer(inside, OrdersNeedColumns())
    else:
        lines = read_orders(sheet.rows, currency, moment, POLICY)
        outcome = await take_file(db, inside.community, inside.actor_id, lines, inside.at, inside.cause, POLICY, FILES)
        await voice.answer(inside, outcome)


async def hook(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, hooks: Hooks) -> None:
    """`/hook` shows the secret of the shop's calls, `/hook new` changes it, `/hook off` ends them. In private only."""
    inside = await doors.owner(ask)
    if inside is None:
        return
    act = rest.strip().lower()
    if not inside.private:
        await voice.answer(inside, HookInPrivate())
    elif act == "new":
        await voice.answer(inside, await hooks.turn(inside.community, ask.actor_id, ask.at, ask.cause))
    elif act == "off":
        await voice.answer(inside, await hooks.close(inside.community, ask.actor_id, ask.at, ask.cause))
    elif act:
        await voice.answer(inside, StrayWord(echo(act), HOOK))
    else:
        await voice.answer(inside, await hooks.show(inside.community, ask.actor_id, ask.at, ask.cause))


def _ref(text: str) -> str:
    return text[: POLICY.max_ref]
