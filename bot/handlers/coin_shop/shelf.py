"""The coin shop, the fans' side: the shelf, the question before anything is spent, the yes."""

from aiogram.types import CallbackQuery, TelegramObject

from bot.content.buttons.coin_shop import BUY, PAY, SHELF
from bot.features.coin_shop.shelf import Shop
from bot.flows.buy import Chances, buy
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.coin_shop.shelf import NoSuchItem, Yes
from bot.store.engine.db import Database
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

SHOP_WORDS = ("코인샵", "코인 상점", "金币商城", "金币商店", "coin shop")
PARTS_OF_A_YES = 3


def setup() -> Desk:
    """The command, words and buttons of fans' coin shop."""
    desk = Desk("shop")
    desk.command("shop", shelf)
    desk.word(SHOP_WORDS, shelf)
    desk.press(SHELF, turn)
    desk.press(BUY, ask_first)
    desk.press(PAY, pay)
    return desk


async def shelf(_event: TelegramObject, ask: Ask, doors: Doors, voice: Voice, shop: Shop) -> None:
    """What the shop sells."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await shop.shelf(inside.community, ask.sender.user_id, 1, ask.at))


async def turn(_press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, shop: Shop) -> None:
    """The shelf again, or another page of it, where it was pressed."""
    inside = await doors.fan(ask)
    if inside is not None:
        page = read_id(rest) or 1
        await voice.panel(inside, await shop.shelf(inside.community, ask.sender.user_id, page, ask.at))


async def ask_first(_press: CallbackQuery, ask: Ask, rest: str, doors: Doors, voice: Voice, shop: Shop) -> None:
    """The price once more: nobody spends coins by one tap."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    item_id = read_id(rest)
    outcome = NoSuchItem() if item_id is None else await shop.ask(inside.community, ask.sender.user_id, item_id, ask.at)
    await voice.panel(inside, outcome)


async def pay(
    _press: CallbackQuery,
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    db: Database,
    chances: Chances,
) -> None:
    """The yes. Its data may be forged: what it says is only believed where it is so."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    yes = read_yes(rest)
    if yes is None:
        await voice.panel(inside, NoSuchItem())
        return
    outcome = await buy(db, inside.community, ask.sender, yes, ask.at, ask.cause, chances)
    await voice.panel(inside, outcome)


def read_yes(text: str) -> Yes | None:
    """A yes out of callback data, or None if it is none."""
    parts = [read_id(part) for part in text.split(":")]
    if len(parts) != PARTS_OF_A_YES or any(part is None for part in parts):
        return None
    item_id, price, serial = (part for part in parts if part is not None)
    return Yes(item_id, price, serial)
