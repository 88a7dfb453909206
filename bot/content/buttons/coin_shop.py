"""Buttons of the coin shop: the shelf, the question before a purchase, and those under a purchase."""

from typing import get_args

from bot.content.button import Button, Rows
from bot.content.buttons.shared import HAND_OVER, MAKE_UP, Buttons, undo_button
from bot.rules.coin_shop.items import (
    FavourWaiting,
    FavourWished,
    HandedOver,
    ItemClosed,
    ItemList,
    ItemMade,
    ItemOpened,
)
from bot.rules.coin_shop.shelf import Bought, BoughtAlready, BuyAsked, BuyOutcome, ItemKind, Shelf, ShelfLine
from bot.rules.coin_shop.wishes import WishAsked, WishDoor, WishLeft, WishNoted
from bot.rules.for_whom import NotForYou, Offered

SHELF = "shelf"
"""`shelf` or `shelf:<page>` shows the items that are sold."""
BUY = "buy"
"""`buy:<item>` asks the fan to confirm the purchase."""
WISH = "wish"
"""`wish:<purchase>` asks the buyer of a favour what they wish, `wish:skip` leaves the question. As a link's payload:
`wish_<shop>_<purchase>`."""
PAY = "pay"
"""`pay:<item>:<price>:<which purchase>` buys. A second tap, or a tap after a change of price, buys nothing."""


def _shelf(shelf: Shelf) -> Rows:
    lines = tuple((_buy(line),) for line in shelf.lines if line.state == "open")
    before = (Button("before", press=f"{SHELF}:{shelf.page - 1}"),) if shelf.page > 1 else ()
    after = (Button("after", press=f"{SHELF}:{shelf.page + 1}"),) if shelf.page < shelf.pages else ()
    return (*lines, (*before, *after)) if before or after else lines


def _buy(line: ShelfLine) -> Button:
    return Button("buy", press=f"{BUY}:{line.item_id}", about=line)


def _ask(question: BuyAsked) -> Rows:
    yes = f"{PAY}:{question.item_id}:{question.price}:{question.serial}"
    return ((Button("yes", press=yes, style="primary"),), (Button("no", press=SHELF),))


def _bought(bought: Bought) -> Rows:
    if bought.kind == ItemKind.MAKE_UP:
        return ((Button("make_up", press=MAKE_UP, style="primary"),), *_back(bought))
    if bought.purchase_id:
        return ((Button("wish", press=f"{WISH}:{bought.purchase_id}", style="primary"),), *_back(bought))
    if bought.code is not None:
        return ((Button("copy", copy=bought.code),), *_back(bought))
    return _back(bought)


def _back(_outcome: object) -> Rows:
    return ((Button("shelf", press=SHELF),),)


def _handed_over(favour: FavourWaiting | FavourWished) -> Rows:
    return ((Button("handed_over", press=f"{HAND_OVER}:{favour.purchase_id}", style="success"),),)


def _wish_asked(_asked: WishAsked) -> Rows:
    return ((Button("skip_wish", press=f"{WISH}:skip"),),)


def _wish_door(door: WishDoor) -> Rows:
    return ((Button("open_wish", start=f"{WISH}_{door.community_id}_{door.purchase_id}", style="primary"),),)


def _items(shown: ItemList) -> Rows:
    return tuple((Button("hand_over", press=f"{HAND_OVER}:{line.purchase_id}", about=line),) for line in shown.waiting)


def _not_for_you(refusal: NotForYou) -> Rows:
    """Of an item the way back to the shelf. Other things that are for some fans only have no list to go back to."""
    return _back(refusal) if refusal.offered is Offered.ITEM else ()


BUTTONS: Buttons = {
    **dict.fromkeys(get_args(BuyOutcome), _back),
    NotForYou: _not_for_you,
    BoughtAlready: _back,
    Shelf: _shelf,
    BuyAsked: _ask,
    Bought: _bought,
    FavourWaiting: _handed_over,
    FavourWished: _handed_over,
    WishAsked: _wish_asked,
    WishDoor: _wish_door,
    WishNoted: _back,
    WishLeft: _back,
    ItemList: _items,
    ItemMade: undo_button,
    ItemClosed: undo_button,
    ItemOpened: undo_button,
    HandedOver: undo_button,
}
