"""The buyer of a favour says what they wish: in private, in one message, or not at all."""

from aiogram.types import Message

from bot.content.buttons.coin_shop import WISH
from bot.features.coin_shop.wishes import KIND
from bot.handlers.coin_shop.services import CoinShopServices
from bot.handlers.kit.greeter import Greeter
from bot.handlers.kit.readers import read_id
from bot.handlers.kit.rights import Doors
from bot.handlers.kit.table import Desk
from bot.rules.coin_shop.shelf import NoSuchItem
from bot.rules.coin_shop.wishes import WishAsked, WishDoor, WishLeft
from bot.telegram.ask import Ask
from bot.telegram.replies import Voice

SKIP = "skip"


def setup() -> Desk:
    """The button under a favour that was bought, and what its buyer writes."""
    desk = Desk("wishes")
    desk.press(WISH, pressed)
    desk.opening(WISH, opened)
    desk.reply(KIND, typed)
    desk.cancel(KIND, cancelled)
    return desk


async def pressed(ask: Ask, rest: str, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """`wish:<purchase>` asks, `wish:skip` leaves it. In a group a link leads to the private chat."""
    inside = await doors.fan(ask)
    if inside is None:
        return
    if rest == SKIP:
        await voice.panel(inside, await coin_shop.wishes.leave(inside.sender.user_id))
        coin_shop.communities.forget_person(inside.sender.user_id)
        return
    purchase_id = read_id(rest)
    if purchase_id is None:
        await voice.panel(inside, NoSuchItem())
    elif inside.private:
        await _ask(inside, purchase_id, voice, coin_shop)
    else:
        await voice.panel(inside, WishDoor(inside.community.community_id, purchase_id))


async def opened(
    ask: Ask,
    rest: str,
    doors: Doors,
    greeter: Greeter,
    voice: Voice,
    coin_shop: CoinShopServices,
) -> None:
    """The link of the group's button: `wish_<shop>_<purchase>`. Whoever opens it may have it from anybody."""
    await coin_shop.communities.started(ask.sender, can_write=True, at=ask.at)
    shop_id, _, said = rest.partition("_")
    shop, purchase_id = read_id(shop_id), read_id(said)
    place = await coin_shop.communities.place(shop) if shop is not None else None
    if place is None or purchase_id is None:
        await greeter.hello(ask)
        return
    inside = await doors.fan(ask.within(place))
    if inside is not None:
        await coin_shop.communities.turn_to(ask.sender.user_id, place)
        await _ask(inside, purchase_id, voice, coin_shop)


async def _ask(inside: Ask, purchase_id: int, voice: Voice, coin_shop: CoinShopServices) -> None:
    asked = await coin_shop.wishes.ask(inside.act, purchase_id)
    shown = await voice.panel(inside, asked)
    if isinstance(asked, WishAsked):
        coin_shop.communities.forget_person(inside.sender.user_id)
        await coin_shop.wishes.shown_in(inside.sender.user_id, shown)


async def typed(message: Message, ask: Ask, doors: Doors, voice: Voice, coin_shop: CoinShopServices) -> None:
    """What they write while the question is open answers it."""
    shop = await coin_shop.wishes.shop_of(ask.sender.user_id)
    place = await coin_shop.communities.place(shop) if shop is not None else None
    inside = await doors.fan(ask.within(place)) if place is not None else None
    if place is None:
        coin_shop.communities.forget_person(ask.sender.user_id)
        await voice.answer(ask, WishLeft())
    elif inside is not None:
        await voice.answer(inside, await coin_shop.wishes.take(inside.act, message.text or message.caption or ""))
        coin_shop.communities.forget_person(inside.sender.user_id)


async def cancelled(ask: Ask, voice: Voice, coin_shop: CoinShopServices) -> None:
    """`/cancel` leaves the question."""
    await voice.answer(ask, await coin_shop.wishes.leave(ask.sender.user_id))
    coin_shop.communities.forget_person(ask.sender.user_id)
