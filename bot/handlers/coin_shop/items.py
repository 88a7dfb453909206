"""The coin shop, the staff's side: list an item, look, close, hand over, refund."""

import re
from typing import assert_never

from aiogram.types import CallbackQuery, Message

from bot.content.buttons.shared import HAND_OVER, REFUND
from bot.features.coin_shop.items import Items
from bot.features.coin_shop.purchases import Purchases
from bot.flows.named_people import People
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, echo, instant, one_of, whole, words
from bot.handlers.kit.naming import Line, Naming
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.coin_shop.items import NewItem
from bot.rules.coin_shop.shelf import ItemKind, Per, ShopPolicy
from bot.rules.forms import Missing, NotOneOf, StrayWord
from bot.rules.general import StalePress
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed, Whom
from bot.rules.tiers import Tier
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

POLICY = ShopPolicy()
NEW_ITEM = '/newitem title="Silk scarf −20%" price=120 kind=coupon:12'
ITEM = "/item 3"
ACTS = ("close", "open", "done", "refund")
OF_A_FAN = ("done", "refund")
_OF_SOMETHING = re.compile(r"(coupon|raffle):#?(\d{1,9})")


def kind_of(name: str, text: str, _moment: Moment) -> tuple[ItemKind, int | None]:
    """`coupon:12`, `raffle:3`, `makeup` or `favour`."""
    value = text.strip().lower()
    found = _OF_SOMETHING.fullmatch(value)
    if found is not None:
        return ItemKind(found.group(1)), int(found.group(2))
    if value in {ItemKind.MAKE_UP, ItemKind.FAVOUR}:
        return ItemKind(value), None
    raise FormProblem(NotOneOf(name, echo(text), ("coupon:12", "raffle:3", "makeup", "favour")))


NEW_ITEM_FORM = Form(
    {
        "title": Field(words(POLICY.max_title, NEW_ITEM), needed=True),
        "price": Field(whole(1, POLICY.max_price), needed=True),
        "kind": Field(kind_of, needed=True),
        "stock": Field(whole(1, POLICY.max_stock)),
        "limit": Field(whole(1, POLICY.max_limit)),
        "per": Field(one_of({per.value: per for per in Per})),
        "tier": Field(one_of({tier.value: tier for tier in Tier})),
        "opens": Field(instant),
        "closes": Field(instant),
    },
    NEW_ITEM,
)


def setup() -> Desk:
    """Staff's commands of the coin shop, and the button beside what waits for them."""
    desk = Desk("items")
    desk.command("newitem", new_item)
    desk.command("item", item)
    desk.command("items", listed)
    desk.press(HAND_OVER, hand_over)
    desk.press(REFUND, refund)
    return desk


async def new_item(_message: Message, ask: Ask, rest: str, doors: Doors, voice: Voice, items: Items) -> None:
    """`/newitem title="…" price=120 kind=…`: acts at once, with an undo button."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        values = NEW_ITEM_FORM.read(rest, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    values["kind"], values["subject"] = values["kind"]
    if "per" in values:
        values.setdefault("limit", 1)
    wish = NewItem(**values)
    await voice.answer(inside, await items.make(inside.community, ask.actor_id, wish, ask.at, ask.cause))


async def item(
    message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    items: Items,
    purchases: Purchases,
    people: People,
    naming: Naming,
) -> None:
    """`/item 3` shows; `close`, `open`, `done @fan` and `refund @fan` act."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    home, at, cause = inside.community, ask.at, ask.cause
    line = Line.of(message, rest)
    try:
        number, act, said = _read_act(line.words, Moment(at, home.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if act in OF_A_FAN:
        whom = await naming.whom(inside, message, line, said)
        await voice.answer(inside, await _of_a_fan(inside, number, act, whom, purchases, people))
    elif act:
        opened = act == "open"
        await voice.answer(inside, await items.set_open(home, ask.actor_id, number, at, cause, on_shelf=opened))
    else:
        await voice.answer(inside, await items.show(home, number, at))


async def _of_a_fan(inside: Ask, number: int, act: str, whom: Whom, purchases: Purchases, people: People) -> object:
    """Hand over or refund; who isn't named for sure is picked from a list."""
    match whom:
        case Named():
            does = purchases.hand_over if act == "done" else purchases.refund
            return await does(inside.community, inside.actor_id, number, whom, inside.at, inside.cause)
        case Unnamed(said=said) | NobodyCalled(shown=said):
            return await people.buyers(inside.community, act, number, said)
        case NotAPerson() | NameUnsure():
            return whom
        case _:
            assert_never(whom)


async def listed(_message: Message, ask: Ask, doors: Doors, voice: Voice, items: Items) -> None:
    """All items, and what waits for staff."""
    inside = await doors.staff(ask)
    if inside is not None:
        await voice.answer(inside, await items.listed(inside.community, ask.at))


async def hand_over(
    _press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, purchases: Purchases
) -> None:
    """The button beside a purchase: it is done."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    purchase_id = read_id(rest)
    outcome = None
    if purchase_id is not None:
        outcome = await purchases.hand_over_one(inside.community, ask.actor_id, purchase_id, ask.at, ask.cause)
    await voice.answer(inside, outcome or StalePress())


async def refund(_press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, purchases: Purchases) -> None:
    """The button that names a buyer: their coins go back. What came of it stands where the list was."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    purchase_id = read_id(rest)
    outcome = None
    if purchase_id is not None:
        outcome = await purchases.refund_one(inside.community, ask.actor_id, purchase_id, ask.at, ask.cause)
    if outcome is None:
        await voice.answer(inside, StalePress())
    else:
        await voice.panel(inside, outcome)


def _read_act(rest: str, moment: Moment) -> tuple[int, str, str]:
    """The number, what to do, and what stands where a fan is named."""
    first, _, more = rest.partition(" ")
    if not first:
        raise FormProblem(Missing("number", ITEM))
    number = whole(1, 2**31 - 1)("number", first.removeprefix("#"), moment)
    act, _, fan = more.strip().partition(" ")
    act, fan = act.lower(), fan.strip()
    if act and act not in ACTS:
        raise FormProblem(StrayWord(echo(act), f"{ITEM} close"))
    if fan and act not in OF_A_FAN:
        raise FormProblem(StrayWord(echo(fan), f"{ITEM} {act}"))
    return number, act, fan[:64]
