"""The coin shop, the staff's side: list an item, look, close, hand over, refund."""

import re
from typing import assert_never

from aiogram.types import Message

from bot.content.buttons.shared import HAND_OVER, REFUND
from bot.handlers.coin_shop.services import CoinShopServices
from bot.handlers.kit.forms import Field, Form, FormProblem, Moment, echo, instant, one_of, segment, whole, words
from bot.handlers.kit.naming import Line
from bot.handlers.kit.other_hours import answer_doubt, doubt_in, noting
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.coin_shop.items import NewItem
from bot.rules.coin_shop.shelf import ItemKind, Per, ShopPolicy
from bot.rules.forms import Missing, NotOneOf, StrayWord
from bot.rules.general import StalePress
from bot.rules.naming import Named, NameUnsure, NobodyCalled, NotAPerson, Unnamed, Whom
from bot.rules.segments import Segment
from bot.rules.tiers import Tier
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

NEW_ITEM = '/newitem title="Silk scarf −20%" price=120 kind=coupon:12'
NEW_COUPONS = '/newitem title="Silk scarf −20%" price=120 kind=coupon stock=50'
ITEM = "/item 3"
DEEDS = ("close", "open", "done", "refund")
OF_A_FAN = ("done", "refund")
_OF_SOMETHING = re.compile(r"(coupon|raffle):#?(\d{1,9})")


def kind_of(name: str, text: str, _moment: Moment) -> tuple[ItemKind, int | None]:
    """`coupon` (new ones), `coupon:12`, `raffle:3`, `makeup` or `favour`."""
    value = text.strip().lower()
    found = _OF_SOMETHING.fullmatch(value)
    if found is not None:
        return ItemKind(found.group(1)), int(found.group(2))
    if value in {ItemKind.COUPON, ItemKind.MAKE_UP, ItemKind.FAVOUR}:
        return ItemKind(value), None
    raise FormProblem(NotOneOf(name, echo(text), ("coupon", "coupon:12", "raffle:3", "makeup", "favour")))


def new_item_form(policy: ShopPolicy) -> Form:
    """The form of `/newitem`."""
    return Form(
        {
            "title": Field(words(policy.max_title, NEW_ITEM), needed=True),
            "price": Field(whole(1, policy.max_price), needed=True),
            "kind": Field(kind_of, needed=True),
            "stock": Field(whole(1, policy.max_stock)),
            "limit": Field(whole(1, policy.max_limit)),
            "per": Field(one_of({per.value: per for per in Per})),
            "tier": Field(one_of({tier.value: tier for tier in Tier})),
            "opens": Field(instant),
            "closes": Field(instant),
            "for": Field(segment),
        },
        NEW_ITEM,
    )


def setup() -> Desk:
    """Staff's commands of the coin shop, and the button beside what waits for them."""
    desk = Desk("items")
    desk.command("newitem", new_item)
    desk.command("item", item)
    desk.command("items", list_items)
    desk.press(HAND_OVER, hand_over)
    desk.press(REFUND, refund)
    return desk


async def new_item(ask: Ask, rest: str, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """`/newitem title="…" price=120 kind=…`: acts at once, with an undo button."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    try:
        moment = Moment(ask.at, inside.community.timezone)
        values, doubt = coin_shop.new_item.read(rest, moment), doubt_in("newitem", coin_shop.new_item, rest, moment)
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    values["kind"], values["subject"] = values["kind"]
    values["segment"] = values.pop("for", Segment()).text
    if "per" in values:
        values.setdefault("limit", 1)
    wish, act = NewItem(**values), noting(inside, doubt).act
    if wish.kind is not ItemKind.COUPON or wish.subject is not None:
        made: object = await coin_shop.items.make(act, wish)
    elif wish.stock is None:
        made = Missing("stock", NEW_COUPONS)
    else:
        made = await coin_shop.selling.sell_coupons(act, wish)
    await answer_doubt(voice, inside, made, doubt)


async def item(
    message: Message,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    coin_shop: CoinShopServices,
) -> None:
    """`/item 3` shows; `close`, `open`, `done @fan` and `refund @fan` act."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    line = Line.of(message, rest)
    try:
        number, deed, said = _read_line(line.words, Moment(ask.at, inside.community.timezone))
    except FormProblem as problem:
        await voice.answer(inside, problem.error)
        return
    if deed in OF_A_FAN:
        whom = await coin_shop.naming.whom(inside, message, line, said)
        await voice.answer(inside, await _of_a_fan(inside, number, deed, whom, coin_shop))
    elif deed:
        await voice.answer(inside, await coin_shop.items.set_open(inside.act, number, on_shelf=deed == "open"))
    else:
        await voice.answer(inside, await coin_shop.items.show(inside.community, number, ask.at))


async def _of_a_fan(inside: Ask, number: int, deed: str, whom: Whom, coin_shop: CoinShopServices) -> object:
    """Hand over or refund; who isn't named for sure is picked from a list."""
    match whom:
        case Named():
            does = coin_shop.purchases.hand_over if deed == "done" else coin_shop.purchases.refund
            return await does(inside.act, number, whom)
        case Unnamed(said=said) | NobodyCalled(shown=said):
            return await coin_shop.people.buyers(inside.community, deed, number, said)
        case NotAPerson() | NameUnsure():
            return whom
        case _:
            assert_never(whom)


async def list_items(ask: Ask, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """All items, and what waits for staff."""
    inside = await doors.staff(ask)
    if inside is not None:
        await voice.answer(inside, await coin_shop.items.list_all(inside.community, ask.at))


async def hand_over(ask: Ask, rest: str, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """The button beside a purchase: it is done."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    purchase_id = read_id(rest)
    outcome = None
    if purchase_id is not None:
        outcome = await coin_shop.purchases.hand_over_one(inside.act, purchase_id)
    await voice.answer(inside, outcome or StalePress())


async def refund(ask: Ask, rest: str, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """The button that names a buyer: their coins go back. What came of it stands where the list was."""
    inside = await doors.staff(ask)
    if inside is None:
        return
    purchase_id = read_id(rest)
    outcome = None
    if purchase_id is not None:
        outcome = await coin_shop.purchases.refund_one(inside.act, purchase_id)
    if outcome is None:
        await voice.answer(inside, StalePress())
    else:
        await voice.panel(inside, outcome)


def _read_line(rest: str, moment: Moment) -> tuple[int, str, str]:
    """The number, what to do, and what stands where a fan is named."""
    first, _, more = rest.partition(" ")
    if not first:
        raise FormProblem(Missing("number", ITEM))
    number = whole(1, 2**31 - 1)("number", first.removeprefix("#"), moment)
    deed, _, fan = more.strip().partition(" ")
    deed, fan = deed.lower(), fan.strip()
    if deed and deed not in DEEDS:
        raise FormProblem(StrayWord(echo(deed), f"{ITEM} close"))
    if fan and deed not in OF_A_FAN:
        raise FormProblem(StrayWord(echo(fan), f"{ITEM} {deed}"))
    return number, deed, fan[:64]
