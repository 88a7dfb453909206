"""The coin shop, the fans' side: the shelf, the question before anything is spent, the yes."""

from bot.content.buttons.coin_shop import BUY, PAY, SHELF
from bot.handlers.coin_shop.services import CoinShopServices
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.coin_shop.shelf import NoSuchItem, Yes
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

SHOP_WORDS = ("코인샵", "코인 상점", "金币商城", "金币商店", "coin shop")
PARTS_OF_A_YES = 3


def setup() -> Desk:
    """The command, words and buttons of fans' coin shop."""
    desk = Desk("shop")
    desk.command("shop", show_shelf)
    desk.word(SHOP_WORDS, show_shelf)
    desk.press(SHELF, show_page)
    desk.press(BUY, ask_first)
    desk.press(PAY, pay)
    return desk


async def show_shelf(ask: Ask, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """What the shop sells."""
    inside = await doors.fan(ask)
    if inside is not None:
        await voice.answer(inside, await coin_shop.storefront.shelf(inside.community, ask.sender.user_id, 1, ask.at))


async def show_page(ask: Ask, rest: str, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """The shelf again, or another page of it, where it was pressed."""
    inside = await doors.fan(ask)
    if inside is not None:
        page = read_id(rest) or 1
        await voice.panel(inside, await coin_shop.storefront.shelf(inside.community, ask.sender.user_id, page, ask.at))


async def ask_first(ask: Ask, rest: str, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """The price once more: nobody spends coins by one tap."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    item_id = read_id(rest)
    outcome = (
        NoSuchItem()
        if item_id is None
        else await coin_shop.storefront.ask(inside.community, ask.sender.user_id, item_id, ask.at)
    )
    await voice.panel(inside, outcome)


async def pay(
    ask: Ask,
    rest: str,
    doors: Doors,
    voice: Voice,
    coin_shop: CoinShopServices,
) -> None:
    """The yes. Its data may be forged: each part of it is checked."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    yes = read_yes(rest)
    if yes is None:
        await voice.panel(inside, NoSuchItem())
        return
    await voice.panel(inside, await coin_shop.buying.buy(inside.act, yes))


def read_yes(text: str) -> Yes | None:
    """A yes out of callback data, or None if it is none."""
    parts = [read_id(part) for part in text.split(":")]
    if len(parts) != PARTS_OF_A_YES or any(part is None for part in parts):
        return None
    item_id, price, serial = (part for part in parts if part is not None)
    return Yes(item_id, price, serial)
